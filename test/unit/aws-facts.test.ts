/** The ledger of facts about AWS: every row is whole, says where it can be looked up, and names tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(__dirname, '../..');
const text = readFileSync(join(root, 'docs/aws-facts.md'), 'utf8');

/** The cells of each row, without the heads of the tables. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|[ -]+\|/.test(line) && !line.startsWith('| fact'))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );

test('there are rows', () => {
  expect(rows.length).toBeGreaterThan(5);
});

/** What a source begins with, so that anyone can look it up. */
const address = new RegExp(
  [
    'https://[a-z0-9.-]+/\\S+',
    'botocore, [a-z0-9-]+, [A-Z][A-Za-z0-9]+',
    'botocore, [a-z]+\\.json',
    'RFC \\d+, \\d',
    '[A-Za-z0-9-]+/[A-Za-z0-9._-]+#\\d+',
  ]
    .map((form) => `^(?:against it, |of the [a-z]+, )?${form}(?=[, ]|$)`)
    .join('|'),
);

/** What is wrong with how a fact is known. */
function faultsOf(known: string, source: string): string[] {
  const parts = source.split('; ');
  const last = parts[parts.length - 1] ?? '';
  if (known === 'believed') return /^shown by: \S/.test(last) ? [] : ['says not what would show it'];
  return parts.filter((part) => !address.test(part)).map((part) => `is no address: ${part}`);
}

test.each([
  ['stated', 'https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html'],
  ['stated', 'botocore, ecs, HealthCheck, interval; botocore, partitions.json; RFC 2308, 5'],
  ['reported', 'aws/aws-cdk#35446; against it, aws/amazon-ecs-agent#4094, of 2024'],
  ['believed', 'no document says otherwise; shown by: an update of a stack'],
])('%s by "%s" is enough', (known, source) => {
  expect(faultsOf(known, source)).toEqual([]);
});

test.each([
  ['stated', 'VPC User Guide, quotas', ['is no address: VPC User Guide, quotas']],
  ['stated', 'botocore, ecs', ['is no address: botocore, ecs']],
  ['stated', 'RFC 2308', ['is no address: RFC 2308']],
  ['stated', 'RFC 2308, 5; from memory', ['is no address: from memory']],
  ['reported', 'aws/aws-cdk issue 35446', ['is no address: aws/aws-cdk issue 35446']],
  ['reported', 'aws-cdk#35446', ['is no address: aws-cdk#35446']],
  ['believed', 'https://docs.aws.amazon.com/vpc/', ['says not what would show it']],
  ['believed', 'from memory; shown by: ', ['says not what would show it']],
])('%s by "%s" is not', (known, source, faults) => {
  expect(faultsOf(known, source)).toEqual(faults);
});

test.each(rows.map((cells) => [cells[0] ?? '', cells] as const))('%s', (_, cells) => {
  expect(cells).toHaveLength(4);
  const [fact = '', known = '', source = '', tests = ''] = cells;
  expect(fact).not.toBe('');
  expect(['stated', 'reported', 'believed']).toContain(known);
  expect(source).not.toBe('');
  expect(faultsOf(known, source)).toEqual([]);
  const files = tests.split(', ');
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
