/** The ledger of facts about AWS: every row is whole, and names tests that exist. */
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

test.each(rows.map((cells) => [cells[0] ?? '', cells] as const))('%s', (_, cells) => {
  expect(cells).toHaveLength(4);
  const [fact = '', known = '', source = '', tests = ''] = cells;
  expect(fact).not.toBe('');
  expect(['stated', 'reported', 'believed']).toContain(known);
  expect(source).not.toBe('');
  const files = tests.split(', ');
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
