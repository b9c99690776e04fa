/** Proves that HAProxy has nothing to say, not even a warning, about the gateways of the environments that come along. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadEnvironment } from '../../constructs/blueprint/load';
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

test('a warning would be seen', () => {
  const files = filesOf(gatewayModel(loadEnvironment(join(folder, 'sandbox.yaml')))) ?? {};
  const text = `${files['haproxy.cfg']}\nbackend odd\n  timeout client 1s\n`;
  expect(complaint({ ...files, 'haproxy.cfg': text })).toMatch(/WARNING.*timeout client/);
});
