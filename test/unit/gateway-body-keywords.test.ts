/** Bodies that schemas take, one keyword at a time. */
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BodyChecker, type Schema } from './support/body-checker';

const checker = new BodyChecker();
afterAll(() => checker.remove());

const answers = (schema: Schema, ...texts: (string | Buffer)[]) =>
  checker.check([{ schema, texts }])[0] as string[];
test('what says nothing of a value decides nothing', () => {
  const remarks = { title: 1, description: {}, $comment: '', default: 7, examples: [], deprecated: true };
  const whole = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://a.example/x',
    ...remarks,
  };
  expect(
    answers({ ...whole, items: { $ref: '#/$defs/a', ...remarks }, $defs: { a: {} } }, '1', '[[]]'),
  ).toEqual(['good', 'good']);
});

/** A schema, the bodies that it takes, and those that it does not with what is told of them. */
test.each<[Schema, string[], Record<string, string>]>([
  [
    { type: 'integer' },
    ['0', '-0', '1.0', '1e3', '100e-2', '9007199254740993', '1e300', '-9223372036854775808'],
    { '1.5': 'type #', '"1"': 'type #', true: 'type #', null: 'type #', '[1]': 'type #', '1e-1': 'type #' },
  ],
  [{ type: ['string', 'null'] }, ['""', 'null'], { '{}': 'type #', false: 'type #', '0': 'type #' }],
  [{ type: 'number' }, ['0', '1.5', '1e300'], { '"0"': 'type #' }],
  [{ type: 'boolean' }, ['true', 'false'], { '"true"': 'type #', '1': 'type #', null: 'type #' }],
  [{ type: 'object' }, ['{}'], { '[]': 'type #' }],
  [{ type: 'array' }, ['[]'], { '{}': 'type #' }],
  // Exact beyond what a double holds.
  [
    { maximum: 9007199254740991 },
    ['9007199254740991', '9007199254740991.0'],
    { '9007199254740992': 'maximum #', '9223372036854775807': 'maximum #', '1e19': 'maximum #' },
  ],
  [
    { minimum: -9007199254740991 },
    ['-9007199254740991'],
    { '-9007199254740992': 'minimum #', '-1e300': 'minimum #' },
  ],
  [
    { minimum: 0.1 },
    ['0.1', '1e-1', '0.10000000000000001'],
    { '0.09999999999999999': 'minimum #', '0': 'minimum #' },
  ],
  [
    { exclusiveMinimum: 0 },
    ['1e-300'],
    { '0': 'exclusiveMinimum #', '-0': 'exclusiveMinimum #', '0.0': 'exclusiveMinimum #' },
  ],
  [{ exclusiveMaximum: 1 }, ['0.99'], { '1': 'exclusiveMaximum #', '1.0': 'exclusiveMaximum #' }],
  [
    { multipleOf: 3 },
    ['0', '-3', '9.0', '9223372036854775806', '3e0'],
    {
      '1': 'multipleOf #',
      '9223372036854775807': 'multipleOf #',
      '3.5': 'multipleOf #',
      '-1': 'multipleOf #',
    },
  ],
  // One character is one, however it is written.
  [
    { minLength: 1, maxLength: 2 },
    ['"a"', '"😀😀"', '"\\ud83d\\ude00é"', '"\\u0000"', '7'],
    { '""': 'minLength #', '"abc"': 'maxLength #', '"e\u0301x"': 'maxLength #' },
  ],
  [
    { enum: [1, 'a', null, [1, { b: [] }], false, { a: 1, b: 2 }] },
    ['1', '1.0', '"a"', '"\\u0061"', 'null', '[1.0,{"b":[]}]', 'false', '{"b":2,"a":1.0}'],
    {
      '2': 'enum #',
      '"A"': 'enum #',
      '"1"': 'enum #',
      true: 'enum #',
      '[1,{"b":{}}]': 'enum #',
      '{"a":1}': 'enum #',
      '{"a":1,"b":2,"c":3}': 'enum #',
      '"false"': 'enum #',
      '[]': 'enum #',
    },
  ],
  // What a reader of the kept form might take for the other.
  [
    { enum: [['a', 'b'], { a: 'b' }, ['1"a']] },
    ['["a","b"]', '{"a":"b"}', '["1\\"a"]'],
    {
      '["a1\\"b"]': 'enum #',
      '["ab"]': 'enum #',
      '["a",["b"]]': 'enum #',
      '{"a":["b"]}': 'enum #',
      '["a"]': 'enum #',
    },
  ],
  [{ const: {} }, ['{}'], { '[]': 'const #', null: 'const #', '{"a":null}': 'const #' }],
  [{ const: 0 }, ['0', '-0', '0.0', '0e9'], { false: 'const #', '""': 'const #', '1e-300': 'const #' }],
  [
    { uniqueItems: true },
    [
      '[]',
      '[1,"1",true,"true",null,"null",[],{},[[]]]',
      '[{"a":1},{"a":2}]',
      '[[1,2],[2,1]]',
      '{"a":1,"b":1}',
    ],
    {
      '[1,2,1.0]': 'uniqueItems #/2',
      '[0,-0]': 'uniqueItems #/1',
      '["a","\\u0061"]': 'uniqueItems #/1',
      '[{"a":1,"b":[2]},{"b":[2],"a":1}]': 'uniqueItems #/1',
      '[null,1,null]': 'uniqueItems #/2',
      '[[[]],[[]]]': 'uniqueItems #/1',
    },
  ],
  [{ minItems: 1, maxItems: 2 }, ['[0]', '[0,0]', '{}'], { '[]': 'minItems #', '[0,0,0]': 'maxItems #' }],
  [{ items: false }, ['[]', '{}'], { '[0]': 'items #/0' }],
  [{ items: { type: 'null' } }, ['[null,null]'], { '[null,null,0]': 'type #/2' }],
  [
    { minProperties: 1, maxProperties: 2 },
    ['{"a":0}', '{"":null,"b":false}', '[]'],
    { '{}': 'minProperties #', '{"a":0,"b":0,"c":0}': 'maxProperties #' },
  ],
  [
    { required: ['a', '', 'toString'] },
    ['{"a":false,"":null,"toString":0}', '[]'],
    {
      '{"":0,"toString":0}': 'required #/a',
      '{"a":0,"toString":0}': 'required #/',
      '{"a":0,"":0}': 'required #/toString',
    },
  ],
  [
    { properties: { a: false, b: true, __index: { type: 'null' }, n: { type: 'string' } } },
    ['{}', '{"b":1}', '{"c":1}', '{"__index":null}', '{"n":"x"}'],
    { '{"a":1}': 'properties #/a', '{"__index":1}': 'type #/__index', '{"n":1}': 'type #/n' },
  ],
  [
    { properties: { b: {} }, additionalProperties: false },
    ['{}', '{"b":1}'],
    {
      '{"z":0,"b":1,"c":2}': 'additionalProperties #/c',
      '{"constructor":1}': 'additionalProperties #/constructor',
    },
  ],
  [
    { additionalProperties: { type: 'integer' } },
    ['{"a":1,"b":2}'],
    { '{"a":1,"y":null,"x":"","z":""}': 'type #/x' },
  ],
  [
    { properties: JSON.parse('{"__proto__":{"type":"null"}}'), additionalProperties: false },
    ['{"__proto__":null}'],
    { '{"__proto__":1}': 'type #/__proto__' },
  ],
  [
    {
      properties: { next: { $ref: '#' }, tags: { $ref: '#/$defs/tags' } },
      $defs: { tags: { items: { $ref: '#/$defs/tag' } }, tag: { type: 'string' } },
    },
    ['{"next":{"next":{"tags":["a"]}}}'],
    { '{"next":{"next":{"tags":["a",1]}}}': 'type #/next/next/tags/1' },
  ],
])('%j', (schema, good, bad) => {
  expect(answers(schema, ...good)).toEqual(good.map(() => 'good'));
  const wrong = Object.keys(bad);
  expect(Object.fromEntries(answers(schema, ...wrong).map((one, index) => [wrong[index], one]))).toEqual(
    Object.fromEntries(Object.entries(bad).map(([text, fault]) => [text, `json-schema ${fault}`])),
  );
});

test('a body is read first: what is no sound JSON is told with the place', () => {
  expect(
    answers(
      {},
      '',
      '{',
      '{"a":1,"a":1}',
      '[1]]',
      `${'['.repeat(33)}`,
      '"\\ud800"',
      Buffer.from('"\xff"', 'latin1'),
      '{"a":01}',
      '"a\0"',
      'nul',
    ),
  ).toEqual([
    'json no body #',
    'json object at byte 2 #',
    'json name twice at byte 8 #',
    'json text behind the end at byte 4 #',
    'json depth at byte 33 #',
    'json surrogate at byte 4 #',
    'json UTF-8 at byte 1 #',
    'json number at byte 6 #',
    'json control character at byte 3 #',
    'json word at byte 1 #',
  ]);
});

test('a pointer is a fragment of letters, digits and a few signs, whatever the names are', () => {
  const at = (name: string) =>
    answers({ additionalProperties: { type: 'null' } }, JSON.stringify({ [name]: 1 }))[0];
  expect(at('a/b~c')).toBe('json-schema type #/a~1b~0c');
  expect(at('%"\\\n\0 é😀<')).toBe('json-schema type #/%25%22%5C%0A%00%20%C3%A9%F0%9F%98%80%3C');
  expect(at('a'.repeat(198))).toBe(`json-schema type #/${'a'.repeat(198)}`);
  // Too long: the place that it is in.
  expect(at('a'.repeat(199))).toBe('json-schema type #');
  const nested = { additionalProperties: { $ref: '#' }, type: 'object' };
  expect(answers(nested, JSON.stringify({ a: { [`b${'é'.repeat(40)}`]: 1 } }))[0]).toBe(
    'json-schema type #/a',
  );
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 50, maxLength: 50 }),
      (names) => {
        const texts = names.map((name) => JSON.stringify({ [name]: 1 }));
        answers({ additionalProperties: { type: 'null' } }, ...texts).forEach((answer, index) => {
          const [, pointer = ''] = /^json-schema type #\/([A-Za-z0-9._~%-]*)$/.exec(answer) ?? [];
          expect(decodeURIComponent(pointer).replaceAll('~1', '/').replaceAll('~0', '~')).toBe(names[index]);
        });
      },
    ),
    { numRuns: 20, endOnFailure: true },
  );
});

test('required fields: a text, a number, true, false or a list, at their place', () => {
  const texts = {
    '{"a":1,"b":{"c":""}}': 'good',
    '{"a":false,"b":{"c":[]}}': 'good',
    '{"b":{"c":0}}': 'json-field required #/a',
    '{"a":null,"b":{"c":0}}': 'json-field required #/a',
    '{"a":{},"b":{"c":0}}': 'json-field required #/a',
    '{"a":1,"b":{"d":0}}': 'json-field required #/b/c',
    '{"a":1,"b":[{"c":0}]}': 'json-field required #/b/c',
    '{"a":1,"b":"c"}': 'json-field required #/b/c',
    '{"a":1,"b.c":1}': 'json-field required #/b/c',
    '[{"a":1}]': 'json-field required #/a',
    '"a"': 'json-field required #/a',
    '{"a":1,"b":{"c":1},"b":{}}': 'json name twice at byte 20 #',
    '{"x":[["a",1],{"a":1,"b":{"c":1}}]}': 'json-field required #/a',
  };
  const both = checker.check([
    { fields: ['a', 'b.c'], schema: { maxProperties: 3 }, texts: Object.keys(texts) },
  ])[0];
  expect(both).toEqual(Object.values(texts));
  expect(checker.check([{ fields: ['a'], schema: { maxProperties: 1 }, texts: ['{"a":1,"b":2}'] }])).toEqual([
    ['json-schema maxProperties #'],
  ]);
});
