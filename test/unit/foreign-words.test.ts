/** Proves that what is said of other tools' words is true of this schema: a way that is told exists, and no word is a key here. */
import { expect, test } from '@jest/globals';
import { environmentJsonSchema } from '../../constructs/blueprint/json-schema';
import { foreignWord, foreignWords } from '../../constructs/blueprint/reading/foreign-words';

/** Every key that an environment file can have at some place. */
function keysOf(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') for (const name of Object.keys(value as object)) found.add(name);
    keysOf(value, found);
  }
  return found;
}

const keys = keysOf(environmentJsonSchema());
/** Values, and names that a person chooses. */
const NOT_KEYS = [
  'load-balanced',
  'single-nat',
  'nat-per-zone',
  'public',
  'arm64',
  'x86_64',
  'NAME',
  'orders.example.com',
];

test('each way that is told is one of the environment file', () => {
  const told = foreignWords.flatMap((word) => [...(foreignWord(word)?.fix ?? '').matchAll(/`([^`]*)`/g)]);
  const named = told.flatMap(([, code = '']) => [
    ...(/^\w+$/.test(code) ? [code] : []),
    ...[...code.matchAll(/([\w-]+):/g)].map(([, key = '']) => key),
  ]);
  expect(named.length).toBeGreaterThan(100);
  expect([...new Set(named)].filter((key) => !keys.has(key) && !NOT_KEYS.includes(key))).toEqual([]);
});

test('a word that is a key here leads from one place to another, and nowhere else', () => {
  const lower = new Map([...keys].map((key) => [key.toLowerCase(), key]));
  expect(foreignWords.filter((word) => lower.has(word)).toSorted()).toEqual([
    // Of inner mappings. A word that becomes a key of the place it is written at has to leave the table.
    'apikey',
    'cognito',
    'jwt',
    'path',
    'timeoutseconds',
    'userpool',
    'vpc',
  ]);
});
