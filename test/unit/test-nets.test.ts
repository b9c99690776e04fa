/** Test files run at once: none may listen where another one does. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const folder = join(__dirname, '../traffic');

/** `net` and `shift` of the pairs that a file starts. */
function netsOf(file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  const pairs = [...text.matchAll(/(?:\bnet: |\bstart\()(\d+),(?:\s*shift: (\d+),)?/g)];
  return [...new Set(pairs.map(([, net, shift = '0']) => `${net} ${shift}`))];
}

test('each traffic test has addresses of its own', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  const users = new Map<string, string[]>();
  for (const file of files) for (const net of netsOf(file)) users.set(net, [...(users.get(net) ?? []), file]);
  expect(users.size).toBeGreaterThan(40);
  expect([...users].filter(([, those]) => those.length > 1)).toEqual([]);
});
