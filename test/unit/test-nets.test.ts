/** Test files run at once: none may listen where another one does. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const folder = join(__dirname, '../traffic');
const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));

/** `net` and `shift` of the pairs that a file starts. */
function netsOf(file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  const pairs = [
    ...text.matchAll(/(?:\bnet: |\bstart\(|\battackedByTokens\()(\d+)\b,?(?:\s*shift: (\d+),)?/g),
  ];
  return [...new Set(pairs.map(([, net, shift = '0']) => `${net} ${shift}`))];
}

/** Nets that stand in an address of the file. */
const written = (file: string): string[] => [
  ...new Set(
    [...readFileSync(join(folder, file), 'utf8').matchAll(/127\.30\.(\d+)\b/g)].map(([, net = '']) => net),
  ),
];

test('each traffic test has addresses of its own', () => {
  const users = new Map<string, string[]>();
  for (const file of files) for (const net of netsOf(file)) users.set(net, [...(users.get(net) ?? []), file]);
  expect(users.size).toBeGreaterThan(40);
  expect([...users].filter(([, those]) => those.length > 1)).toEqual([]);
});

test('what a test asks from is in its own net', () => {
  const own = (file: string) => netsOf(file).map((net) => net.split(' ')[0]);
  const elsewhere = files.flatMap((file) =>
    written(file)
      .filter((net) => !own(file).includes(net))
      .map((net) => `${file} ${net}`),
  );
  expect(elsewhere).toEqual([]);
});

test('each test that starts gateways is known to do so', () => {
  const starts = files.filter((file) =>
    /\bPair\.start|attackedByTokens\(|behind\w*\(/i.test(readFileSync(join(folder, file), 'utf8')),
  );
  expect(starts.filter((file) => netsOf(file).length === 0)).toEqual([]);
});
