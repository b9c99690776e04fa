/** Proves that the gateway reads JSON as `JSON.parse` does, and refuses what two readers could take differently. */
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lua } from '../../constructs/gateway/haproxy/lua/program';
import { luaFiles } from '../../scripts/write-lua';
import { JsonReader, type Reading } from './support/json-reader';

const reader = new JsonReader();
afterAll(() => reader.remove());

const read = (text: string | Buffer): Reading => reader.read([text])[0] as Reading;

test('the module is as the files beside it say', () => {
  expect(lua).toEqual(luaFiles());
});

test.each<[string, unknown]>([
  ['{}', {}],
  [' \t\n\r[ ] ', []],
  ['null', null],
  ['false', false],
  ['{"a":{"b":[1,"x",true,null,{}]}}', { a: { b: [1, 'x', true, null, {}] } }],
  ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC"', '"\\/\b\f\n\r\té€'],
  ['"\\ud83d\\ude00"', '😀'],
  ['"a\\u0000b"', 'a\0b'],
  ['"\x7f é 😀"', '\x7f é 😀'],
  ['-0', 0],
  ['1.79e9', 1_790_000_000],
  ['1E-2', 0.01],
  ['{"":1}', { '': 1 }],
  ['{"__proto__":1}', JSON.parse('{"__proto__":1}')],
])('%s', (text, value) => {
  expect(read(text)).toMatchObject({ value });
});

test.each([
  ['9223372036854775807', '9223372036854775807'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['9007199254740993', '9007199254740993'],
  ['9223372036854775808', '9.2233720368547758e+18'],
])('the integer %s', (text, digits) => {
  expect(read(text)).toMatchObject({ digits });
});

test.each<[string | Buffer, string]>([
  ['', 'number'],
  ['{"a":1,"a":1}', 'name twice'],
  ['{"a":1,"\\u0061":2}', 'name twice'],
  ['{"a":{"b":1,"c":2,"b":3}}', 'name twice'],
  ['{} {}', 'text behind the end'],
  ['{}x', 'text behind the end'],
  ['01', 'number'],
  ['-', 'number'],
  ['+1', 'number'],
  ['.5', 'number'],
  ['0x10', 'text behind the end'],
  ['1.', 'number'],
  ['1e', 'number'],
  ['1.e5', 'number'],
  ['1e+', 'number'],
  ['1.5.5', 'text behind the end'],
  ['-01', 'number'],
  ['00', 'number'],
  ['-.5', 'number'],
  [`1${'0'.repeat(400)}`, 'number'],
  ['1e400', 'number'],
  ['-1e400', 'number'],
  ['NaN', 'number'],
  ['Infinity', 'number'],
  ['True', 'number'],
  ['tru', 'word'],
  ['nullx', 'text behind the end'],
  ["{'a':1}", 'object'],
  ['{a:1}', 'object'],
  ['{"a":1,}', 'object'],
  ['{"a" 1}', 'object'],
  ['{"a":1', 'object'],
  ['[1,]', 'number'],
  ['[1 2]', 'array'],
  ['[', 'number'],
  ['"a', 'string'],
  ['"a\nb"', 'control character'],
  ['"a\0b"', 'control character'],
  ['"\\x41"', 'escape'],
  ['"\\u12g4"', 'escape'],
  ['"\\u 123"', 'escape'],
  ['"\\ud800"', 'surrogate'],
  ['"\\udc00"', 'surrogate'],
  ['"\\ud800\\u0041"', 'surrogate'],
  ['"\\ud800\\ud800"', 'surrogate'],
  ['\ufeff{}', 'number'],
  ['// x\n{}', 'number'],
  ['{}\v', 'text behind the end'],
  ['\u00a0{}', 'number'],
  [Buffer.from([0x22, 0xff, 0x22]), 'UTF-8'],
  [Buffer.from([0x22, 0xc0, 0x80, 0x22]), 'UTF-8'],
  [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'UTF-8'],
  [Buffer.from([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]), 'UTF-8'],
  ['['.repeat(33) + ']'.repeat(33), 'depth'],
])('%j is refused: %s', (text, refused) => {
  expect(read(text)).toEqual({ refused });
});

test('lists in lists, up to 32', () => {
  expect(read('['.repeat(32) + ']'.repeat(32))).toHaveProperty('value');
});

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const strings = /"(?:[^"\\]|\\.)*"/gs;

const depth = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
const members = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : (Array.isArray(value) ? 0 : Object.keys(value).length) +
      Object.values(value).reduce((sum: number, one) => sum + members(one), 0);
const everyLeaf = (value: unknown, holds: (leaf: unknown) => boolean): boolean =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).every(([name, one]) => holds(name) && everyLeaf(one, holds))
    : holds(value);

/** What `JSON.parse` gives, where no reader could give anything else. */
function agreed(bytes: Buffer): Reading {
  let text: string;
  let value: unknown;
  try {
    text = strict.decode(bytes);
    value = JSON.parse(text);
  } catch {
    return { refused: '' };
  }
  const named = text.replace(strings, '').split(':').length - 1;
  const sound = everyLeaf(value, (leaf) =>
    typeof leaf === 'number'
      ? Number.isFinite(leaf)
      : typeof leaf !== 'string' || !/\p{Surrogate}/u.test(leaf),
  );
  // 0 and -0 are one number.
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return named === members(value) && sound && depth(value) <= 32 ? { value: plain } : { refused: '' };
}

const ascii = fc.string({ unit: 'binary-ascii', maxLength: 6 });
const leaf = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  ascii,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const tree = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(ascii, tie('any'), { maxKeys: 4 }),
  ),
})).any;

/** Letters written as escapes: the same value. */
const escaped = (text: string) =>
  text.replace(strings, (one) =>
    one.replace(/\\u[0-9a-f]{4}|\\.|[A-Za-z]/g, (part) =>
      part.length > 1 ? part : `\\u${part.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
const spaced = (text: string) => JSON.stringify(JSON.parse(text), null, ' \t');

const pieces = [
  '"',
  '\\',
  '\\u',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '1',
  '-',
  '.',
  'e5',
  'e999',
  ' ',
  '\0',
  '\x1f',
  'true',
  'null',
  '"a":1,',
  '\xff',
  '\xc3',
  '\ufeff',
];
const change = fc.record({
  at: fc.nat(200),
  cut: fc.nat(3),
  put: fc.oneof(fc.constantFrom(...pieces), fc.constant('')),
});

const generated = fc
  .tuple(
    tree,
    fc.constantFrom((text: string) => text, escaped, spaced),
  )
  .map(([value, write]) => write(JSON.stringify(value)));
const mutated = fc
  .tuple(generated, fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([text, changes]) => {
    const start = Buffer.from(text);
    return changes.reduce((bytes, { at, cut, put }) => {
      const from = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, from), Buffer.from(put, 'latin1'), bytes.subarray(from + cut)]);
    }, start);
  });

const same = (one: Reading, other: Reading) =>
  'refused' in other
    ? expect(one).toHaveProperty('refused')
    : expect(one).toMatchObject({ value: other.value });

test('generated and mutated texts are read as JSON.parse reads them, or refused', () => {
  const texts = fc.oneof(
    generated.map((text) => Buffer.from(text)),
    mutated,
  );
  fc.assert(
    fc.property(fc.array(texts, { minLength: 200, maxLength: 200 }), (some) => {
      reader.read(some).forEach((reading, index) => {
        same(reading, agreed(some[index] as Buffer));
      });
    }),
    { numRuns: 50, endOnFailure: true },
  );
});
