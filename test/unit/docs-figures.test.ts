/** Figures and facts of the documents that the program knows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as names from '../../constructs/blueprint/names';
import { environmentSchema } from '../../constructs/blueprint/schema';
import { largestHead } from '../../constructs/gateway/haproxy/parts/room';
import { largestJsonBytes } from '../../constructs/gateway/policies/validation';
import { ALIASES } from '../../scripts/on-cdktn';
import { oldestOf } from '../../scripts/on-oldest-peers';
import { engines } from '../../stacks/engines';

const root = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const inSource = (file: string, pattern: RegExp): string =>
  pattern.exec(read(file))?.[1] ?? `nothing in ${file}`;

const packageJson = JSON.parse(read('package.json')) as {
  readonly engines: { readonly node: string };
  readonly peerDependencies: Readonly<Record<string, string>>;
};
const { bytes, lines } = largestHead;
const grouped = (value: number): string => value.toLocaleString('en-US');
const node = packageJson.engines.node.replace('>=', '');
const terraform = inSource('stacks/cdktf/needs.ts', /least: '([\d.]+)'/);
const pulumi = inSource('stacks/pulumi/needs.ts', /least: '([\d.]+)'/);
const haproxy = inSource('sandbox/prerequisites.ts', /LEAST_HAPROXY = '([\d.]+)'/);

test.each([
  ['README.md', `Node.js ${node} or newer`],
  ['README.md', `Terraform ${terraform} or newer`],
  ['README.md', `HAProxy ${haproxy} or newer`],
  ['docs/engines.md', `Terraform ${terraform} or newer`],
  ['docs/engines.md', `the Pulumi CLI, ${pulumi} or newer`],
  ['docs/pulumi.md', `(${pulumi} or newer)`],
  ['docs/policies.md', `${grouped(bytes)} bytes together and whose header lines are ${lines}`],
  ['docs/security.md', `over ${grouped(bytes)} bytes or ${lines} lines`],
  ['docs/stages.md', `heads over ${grouped(bytes)} bytes`],
  ['docs/policies.md', `${largestJsonBytes / 1024} KiB at most`],
])('%s says "%s"', (file, figure) => {
  expect(read(file).replace(/\s+/g, ' ')).toContain(figure);
});

test('defaults that docs/policies.md tells are those of the schema', () => {
  const { countsMiB } = environmentSchema.shape.gateway.parse({});
  expect(read('docs/policies.md')).toContain(`(${countsMiB} MiB by default)`);
});

test('docs/operations.md names things as they are called', () => {
  const operations = read('docs/operations.md');
  for (const name of [
    names.serviceName('prod', 'orders'),
    names.serviceName('prod', names.memberId('a')),
    names.logGroupName('prod', 'orders'),
    names.logGroupName('prod', names.memberId('a')),
    names.loadBalancerName('prod'),
    names.consumersSecretName('prod'),
    names.metricsNamespace('prod'),
    `orders.${names.namespaceName({ name: 'prod' })}`,
  ])
    expect(operations).toContain(`\`${name}\``);
});

describe('docs/engines.md', () => {
  const rows = read('docs/engines.md')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
  const row = (name: string): string[] => rows.find(([first]) => first === name)?.slice(1) ?? [];
  const yes = (cell: string): boolean => cell.startsWith('yes');

  test('has a column for each engine', () => {
    expect(rows[0]?.slice(1)).toEqual(engines.map(({ name }) => `\`${name}\``));
  });

  test('says how each deploys, and what up chooses', () => {
    expect(row('deploy to an account')).toEqual(engines.map((one) => `\`${one.deployCommand('prod')}\``));
    expect(row('in the sandbox')).toEqual(
      engines.map(({ name }) => `\`npx stagecraft up --engine ${name}\``),
    );
    expect(row('chosen by `up` unasked').map((cell) => cell !== 'no')).toEqual(
      engines.map(({ onlyWhenAsked }) => !onlyWhenAsked),
    );
    expect(row('`stagecraft repair`').map(yes)).toEqual(engines.map(({ repair }) => repair !== undefined));
  });

  test('names the packages with the oldest version of each', () => {
    const packages = row('packages, from this version on').join(', ');
    const peers = Object.entries(packageJson.peerDependencies);
    expect(peers).toHaveLength(7);
    for (const [name, range] of peers) expect(packages).toContain(`\`${name}\` ${oldestOf(range)}`);
  });

  test('has the aliases of CDK Terrain', () => {
    const block = /```json\n([\s\S]*?)```/.exec(read('docs/engines.md'))?.[1] ?? '';
    expect(JSON.parse(`{${block}}`)).toEqual(ALIASES);
  });
});
