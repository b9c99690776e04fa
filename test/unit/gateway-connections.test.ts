/** As many connections as the memory of a gateway holds. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayModel } from '../../constructs/blueprint/resolving/gateway-pair';
import { configuration, contextOf } from '../../constructs/gateway/haproxy/configuration';
import { type Edit, parsed, REGION } from './environment-fixture';

const sized = (gateway: string, ...edits: Edit[]) =>
  parsed([REGION, `${REGION}gateway: { ${gateway} }\n`], ...edits);
const TOKENS: Edit = [
  'authentication: { apiKey: {} }',
  'authentication: { jwt: { issuer: "https://id.example.com", audience: any } }',
];

test.each([
  ['the default', 'memoryMiB: 1024', [], 18_804],
  ['more than it may have files for', 'memoryMiB: 2048', [], 20_000],
  ['half a GiB of a small task', 'cpu: 256, memoryMiB: 512', [], 6888],
  ['a larger cache', 'cpu: 256, memoryMiB: 512, cacheMiB: 256', [], 2420],
  ['a cache that takes all', 'cpu: 256, memoryMiB: 512, cacheMiB: 320', [], 1000],
  ['tokens: two workers and their caches, and the key helper', 'memoryMiB: 1024', [TOKENS], 7447],
  ['a collector', 'cpu: 256, memoryMiB: 512, metrics: cloudwatch', [], 3165],
  ['twice the memory for counts', 'cpu: 256, memoryMiB: 512, countsMiB: 96', [], 5771],
] as [string, string, Edit[], number][])('%s', (_, gateway, edits, connections) => {
  const environment = sized(gateway, ...edits);
  const model = gatewayModel(environment);
  const member = model.members[0] as (typeof model.members)[number];
  const global = configuration(contextOf(model, member)).split('\ndefaults ')[0];
  expect(global).toContain(`\n  maxconn ${connections}\n  no strict-limits\n`);
});

test('HAProxy starts where fewer files are allowed than the connections need', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-connections-'));
  try {
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(
      file,
      'global\n  maxconn 20000\n  no strict-limits\ndefaults\n  mode http\n  timeout client 1s\nfrontend f\n  bind "unix@/' +
        `${folder.slice(1)}/s"\n`,
    );
    const run = `ulimit -Hn 2000; timeout 1 haproxy -db -f ${file} 2>/dev/null; echo $?`;
    expect(execFileSync('bash', ['-c', run], { encoding: 'utf8' }).trim()).toBe('124');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
