/** Proves that HAProxy has nothing to say, not even a warning, about the gateways of the environments that come along. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadEnvironment, parseEnvironment } from '../../constructs/blueprint/load';
import { gatewayModel } from '../../constructs/blueprint/resolving/gateway-pair';
import { complaint, filesOf } from './gateway-files';

const folder = join(__dirname, '../../environments');
const environments = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

test('there are four', () => {
  expect(environments).toEqual(['dev.yaml', 'prod.yaml', 'sandbox.yaml', 'staging.yaml']);
});

test.each(environments)('the gateways of %s', (name) => {
  const files = filesOf(gatewayModel(loadEnvironment(join(folder, name))));
  expect(complaint(files ?? {})).toBe('');
});

/** What HAProxy knows at the start of an address, and the part of `rhttp@` that it looks at. */
const prefixes = [
  'abns',
  'abnsz',
  'fd',
  'ip',
  'ipv4',
  'ipv6',
  'mptcp',
  'quic4',
  'rev',
  'rht',
  'rhttp',
  'sockpair',
  'stdout',
];
const more = ['tcp', 'tcp4', 'udp', 'udp6', 'unix', 'uxdg', 'uxst'];

test('pools and gateways whose names begin as a kind of address', () => {
  const names = [...prefixes, ...more];
  const apis = names.flatMap((name) => [
    `  ${name}: { image: "example/api:1", paths: [/${name}], canary: { image: "example/api:2", percent: 1 } }`,
    `  at-${name}: { at: "${name}.example:8080", paths: [/at/${name}] }`,
  ]);
  const text = [
    'name: rht',
    'stage: gateway',
    'region: eu-central-1',
    'domain: { name: a.example, hostedZone: { id: Z0123456789, name: a.example } }',
    'cluster: { arn: "arn:aws:ecs:eu-central-1:123456789012:cluster/own" }',
    'namespace: { id: ns-0123456789abcdef, name: own.internal }',
    'apis:',
    ...apis,
  ];
  const files = filesOf(gatewayModel(parseEnvironment(text.join('\n'), 'rht.yaml'))) ?? {};
  expect(files['haproxy.cfg']).toMatch(/\sipv4@"?rht-rht\.own\.internal"?:8080 /);
  expect(complaint(files)).toBe('');
});

test('a warning would be seen', () => {
  const files = filesOf(gatewayModel(loadEnvironment(join(folder, 'sandbox.yaml')))) ?? {};
  const text = `${files['haproxy.cfg']}\nbackend odd\n  timeout client 1s\n`;
  expect(complaint({ ...files, 'haproxy.cfg': text })).toMatch(/WARNING.*timeout client/);
});
