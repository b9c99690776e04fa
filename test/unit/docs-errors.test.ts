/** docs/errors: each code that the sources name has one entry, whose example fails with it alone and prints what stands there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseEnvironment } from '../../constructs/blueprint/load';
import { scenes } from '../../scripts/docs/error-scenes';
import {
  codesIn,
  codesInSources,
  errorDocs,
  errorEntries,
  problemsOfEntry,
  soundEnvironment,
  TOLD,
  written,
} from '../../scripts/docs/errors';

const root = join(__dirname, '../..');
const sound = soundEnvironment();
const entries = errorEntries();

test('the environment that examples are put into is sound', () => {
  expect(Object.keys(parseEnvironment(sound, 'shop.yaml').apis)).toEqual(['orders']);
});

test('each code has an entry, and each entry a code: write one in docs/errors, then `npm run docs`', () => {
  const codes = codesInSources();
  expect(codes.size).toBeGreaterThan(130);
  expect([...codes]).toEqual(expect.arrayContaining(['NO_API', 'ROUTE_AMBIGUOUS', 'TOO_FEW', 'YAML_ALIAS']));
  expect(entries.map((entry) => entry.code).toSorted()).toEqual([...codes].toSorted());
});

test('what the command line calls a failure as a whole stands in the table', () => {
  const told = codesIn(readFileSync(join(root, TOLD), 'utf8'));
  const rows = [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `([A-Z]+)` /gm)];
  expect(rows.map(([, code]) => code).toSorted()).toEqual([...new Set(told)].toSorted());
});

test('what no example can make, a scene does, and nothing else', () => {
  const without = entries.filter(({ example }) => example === undefined).map((entry) => entry.code);
  expect(without.toSorted()).toEqual(Object.keys(scenes).toSorted());
});

test.each(entries.map((entry) => [entry.code, entry] as const))('%s', (code, entry) => {
  expect(entry.meaning).not.toBe('');
  expect([...new Set(problemsOfEntry(entry, sound).map((problem) => problem.code))]).toEqual([code]);
});

test.each([...errorDocs()])('%s prints what is printed: `npm run docs` writes it', (file, text) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe(text);
});

describe('what an example leaves out', () => {
  test('lines with a number', () => {
    expect(written('apis:\n  api-1: { paths: [/api-1] } # to 3\n')).toBe(
      'apis:\n  api-1: { paths: [/api-1] }\n  api-2: { paths: [/api-2] }\n  api-3: { paths: [/api-3] }\n',
    );
  });

  test('letters', () => {
    expect(written('image: "x" # x 4\n')).toBe('image: "xxxx"\n');
  });

  test('nothing else', () => {
    expect(written('port: 1 # to be chosen\n')).toBe('port: 1 # to be chosen\n');
  });
});
