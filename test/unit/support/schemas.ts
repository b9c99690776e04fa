/** For the properties: schemas of what the gateway checks, and bodies that nearly match them. */
import fc from 'fast-check';
import { patternMachine } from '../../../constructs/gateway/json-schema/machine';
import type { Schema } from './body-checker';

// Ajv passes over `__proto__`.
const names = ['a', 'b', 'id', 'é', '', 'x/y~z', '#', 'a b'];
const name = fc.constantFrom(...names);

const texts = [
  '',
  'a',
  'ab',
  'abc',
  'A-1',
  '007',
  'é',
  '😀😀',
  '\u0000',
  'a\nb',
  '\u2028',
  '\x7f',
  'ä b',
  '2024-02-29',
  '2023-02-29',
  '2024-02-29T23:59:60Z',
  '12:00:00+01:00',
  '00000000-0000-0000-0000-00000000000F',
  '127.0.0.1',
  '127.0.0.01',
  '::1',
  '1:2:3:4:5:6:7:8',
];
const text = fc.oneof(
  fc.constantFrom(...texts),
  fc.string({ unit: fc.constantFrom('a', 'b', '0', '-', 'é', '😀', '\n', ' '), maxLength: 6 }),
);

const number = fc.oneof(
  fc.integer({ min: -5, max: 12 }),
  fc.constantFrom(0, -0, 0.5, -1.5, 2.5, 1e3, 1e-7, 999_999_999_999_999, 0.1, 1e15),
);

const any = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(text, number, fc.boolean(), fc.constant(null)),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(name, tie('any'), { maxKeys: 3 }),
  ),
})).any;

/** A pattern, and texts that mostly match it. */
interface Part {
  readonly pattern: string;
  readonly text: fc.Arbitrary<string>;
}

const part = (pattern: string, ...signs: string[]): Part => ({ pattern, text: fc.constantFrom(...signs) });
const piece = fc.constantFrom(
  part('a', 'a'),
  part('b', 'b'),
  part('0', '0'),
  part('-', '-'),
  part('.', 'a', '-', 'é', '😀', '\x01', '\n'),
  part('\\d', '0', '9'),
  part('\\w', 'a', 'b', '0', '_'),
  part('[ab]', 'a', 'b'),
  part('[^a]', 'b', ' ', 'é', '\u2028', '\n', '\x7f'),
  part('[0-9-]', '0', '9', '-'),
  part('\\.', '.'),
  part(' ', ' '),
);
const few = (text: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  fc.array(text, { minLength, maxLength }).map((all) => all.join(''));
const repeated = fc
  .tuple(
    piece,
    fc.constantFrom(['', 1, 1], ['', 1, 1], ['?', 0, 1], ['*', 0, 3], ['{2}', 2, 2], ['{1,3}', 1, 3]),
  )
  .map(([{ pattern, text }, [times, least, most]]) => ({
    pattern: `${pattern}${times}`,
    text: few(text, least as number, most as number),
  }));
const joined = (parts: readonly Part[]): Part => ({
  pattern: parts.map(({ pattern }) => pattern).join(''),
  text: fc.tuple(...parts.map(({ text }) => text)).map((all) => all.join('')),
});
const sequence = fc.array(repeated, { minLength: 1, maxLength: 4 }).map(joined);
const group = fc
  .tuple(sequence, sequence, fc.constantFrom(['', 1, 1], ['?', 0, 1], ['{1,2}', 1, 2], ['*', 0, 2]))
  .map(([one, other, [times, least, most]]) => ({
    pattern: `(${one.pattern}|${other.pattern})${times}`,
    text: few(fc.oneof(one.text, other.text), least as number, most as number),
  }));

const known = new Map<string, fc.Arbitrary<string>>();
/** Those that are taken. */
export const patterns = fc
  .tuple(
    fc.constantFrom('^', ''),
    fc.array(fc.oneof(sequence, group), { minLength: 1, maxLength: 3 }).map(joined),
    fc.constantFrom('$', ''),
  )
  .map(([begin, { pattern, text }, end]) => {
    const whole = `${begin}${pattern}${end}`;
    known.set(whole, text);
    return whole;
  })
  .filter((one) => typeof patternMachine(one) !== 'string');

/** Texts that mostly match one of these patterns. */
export const textMatching = (pattern: string): fc.Arbitrary<string> => known.get(pattern) ?? fc.constant('');

const types = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
const type = fc.oneof(
  fc.constantFrom(...types),
  fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 }),
);
const count = fc.integer({ min: 0, max: 4 });
const some = { requiredKeys: [] };

/** Keywords that need no other schema, each now and then. */
const plain = fc
  .tuple(
    fc.record({ type }, some),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.record({ minimum: number, maximum: number }, some) },
      { weight: 1, arbitrary: fc.record({ exclusiveMinimum: number, exclusiveMaximum: number }, some) },
      { weight: 1, arbitrary: fc.record({ multipleOf: fc.integer({ min: 1, max: 4 }) }) },
      { weight: 2, arbitrary: fc.record({ minLength: count, maxLength: count }, some) },
      { weight: 2, arbitrary: fc.record({ pattern: patterns }) },
      {
        weight: 1,
        arbitrary: fc.record({
          format: fc.constantFrom('date', 'time', 'date-time', 'uuid', 'ipv4', 'ipv6'),
        }),
      },
      { weight: 1, arbitrary: fc.record({ enum: fc.array(any, { minLength: 1, maxLength: 4 }) }) },
      { weight: 1, arbitrary: fc.record({ const: any }) },
      { weight: 1, arbitrary: fc.record({ title: fc.constant('t'), default: any }) },
    ),
  )
  .map((parts): Schema => Object.assign({}, ...parts));

const tree = fc.letrec<{ schema: unknown; array: Schema; object: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: plain },
    { weight: 1, arbitrary: fc.boolean() },
    {
      weight: 1,
      arbitrary: fc.constantFrom({ $ref: '#' }, { $ref: '#/$defs/one' }, { $ref: '#/$defs/two' }),
    },
    { weight: 3, arbitrary: tie('array') },
    { weight: 4, arbitrary: tie('object') },
  ),
  array: fc.record(
    {
      type: fc.constantFrom('array', ['array', 'null']),
      items: tie('schema'),
      minItems: count,
      maxItems: count,
      uniqueItems: fc.boolean(),
    },
    some,
  ) as fc.Arbitrary<Schema>,
  object: fc.record(
    {
      type: fc.constantFrom('object', ['object', 'string']),
      properties: fc.dictionary(name, tie('schema'), { maxKeys: 4 }),
      // Ajv takes a missing name that is empty for none.
      required: fc.uniqueArray(
        name.filter((one) => one !== ''),
        { maxLength: 3 },
      ),
      additionalProperties: tie('schema'),
      minProperties: count,
      maxProperties: count,
    },
    some,
  ) as fc.Arbitrary<Schema>,
}));

/** As a whole: with two definitions, which may name each other and the whole. */
export const schemas: fc.Arbitrary<Schema> = fc
  .tuple(fc.oneof(plain, tree.array, tree.object), fc.oneof(plain, tree.object), fc.oneof(plain, tree.array))
  .map(([whole, one, two]) => JSON.parse(JSON.stringify({ ...whole, $defs: { one, two } })));

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

function nearObject(schema: Schema, whole: Schema, deep: number): fc.Arbitrary<unknown> {
  const said = Object.entries((schema.properties ?? {}) as Record<string, unknown>);
  const members = said.map(([key, one]) => fc.tuple(fc.constant(key), near(one, whole, deep - 1)));
  const more = fc.tuple(name, near(schema.additionalProperties ?? true, whole, deep - 1));
  const needed = ((schema.required ?? []) as string[])
    .filter((key) => !said.some(([other]) => key === other))
    .map((key) => fc.tuple(fc.constant(key), near(schema.additionalProperties ?? true, whole, deep - 1)));
  return fc
    .tuple(
      fc.tuple(...members, ...needed),
      fc.array(more, { maxLength: 1 }),
      fc.array(fc.nat(6), { maxLength: 1 }),
    )
    .map(([all, extra, without]) => {
      const kept = all.filter((_, index) => !without.includes(index));
      return Object.fromEntries([...kept, ...extra]);
    });
}

function nearText(schema: Schema): fc.Arbitrary<unknown> {
  if (typeof schema.pattern !== 'string') return text;
  return fc.oneof(text, textMatching(schema.pattern));
}

/** Values that often match a schema, and often do not. */
export function near(schema: unknown, whole: Schema, deep = 4): fc.Arbitrary<unknown> {
  if (deep <= 0 || !isSchema(schema)) return any;
  if (typeof schema.$ref === 'string') {
    const target = /[^/]*$/.exec(schema.$ref)?.[0] ?? '';
    const definitions = (whole.$defs ?? {}) as Record<string, unknown>;
    return near(target === '#' ? whole : definitions[target], whole, deep - 1);
  }
  if (Array.isArray(schema.enum)) return fc.oneof(fc.constantFrom(...schema.enum), any);
  if ('const' in schema) return fc.oneof(fc.constant(schema.const), any);
  const kinds = schema.type === undefined ? types : [schema.type].flat();
  const of: Record<string, fc.Arbitrary<unknown>> = {
    string: nearText(schema),
    integer: number,
    number,
    boolean: fc.boolean(),
    null: fc.constant(null),
    array: fc.array(near(schema.items ?? true, whole, deep - 1), { maxLength: 4 }),
    object: nearObject(schema, whole, deep),
  };
  const wanted = kinds.map((kind) => of[kind as string] ?? any);
  return fc.oneof({ weight: 8, arbitrary: fc.oneof(...wanted) }, { weight: 1, arbitrary: any });
}
