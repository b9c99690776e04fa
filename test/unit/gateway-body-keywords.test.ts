/** Schemas of bodies, one keyword at a time: what is refused when the environment is read, and what bodies are taken. */
import { isIPv4, isIPv6 } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { schemaProblems } from '../../constructs/gateway/json-schema/compile';
import { BodyChecker, type Schema } from './support/body-checker';

const checker = new BodyChecker();
afterAll(() => checker.remove());

const answers = (schema: Schema, ...texts: (string | Buffer)[]) =>
  checker.check([{ schema, texts }])[0] as string[];
const told = (schema: Schema) =>
  schemaProblems(schema).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('what is not carried is refused by its name', () => {
  /** All keywords of 2020-12 that can decide, and those of other drafts that people write. */
  test.each(
    `allOf anyOf oneOf not if then else prefixItems contains minContains maxContains patternProperties propertyNames
     dependentRequired dependentSchemas unevaluatedItems unevaluatedProperties $dynamicRef $anchor $dynamicAnchor
     $vocabulary contentEncoding contentMediaType contentSchema readOnly writeOnly definitions dependencies
     additionalItems nullable discriminator example divisibleBy toString constructor __proto__x`.split(/\s+/),
  )('%s', (name) => {
    const message = `The gateway does not check \`${name}\`, so it must not stand here. It checks `;
    expect(told({ [name]: {} })).toEqual([expect.stringContaining(`${name}: ${message}`)]);
    const inside = { properties: { a: { items: { type: 'array', [name]: true } } } };
    expect(told(inside)).toEqual([expect.stringContaining(`properties.a.items.${name}: ${message}`)]);
  });

  test('also where nothing refers to it, and all of it at once', () => {
    expect(
      told({ $defs: { a: { not: {} } }, oneOf: [], items: { if: {} } }).map((one) => one.split(':')[0]),
    ).toEqual(['oneOf', 'items.if', '$defs.a.not']);
  });

  test.each<[Schema, string]>([
    [{ type: 'text' }, 'type: Types are `null`, `boolean`,'],
    [{ type: [] }, 'type: It must name a type.'],
    [{ type: ['string', 'strin'] }, 'type.1: Types are'],
    [{ type: ['string', 'string'] }, 'type.1: It stands here twice.'],
    [{ type: null }, 'type: It must be a list of texts.'],
    [{ enum: [] }, 'enum: It must be a list of 1 to 256 values.'],
    [{ enum: 'a' }, 'enum: It must be a list'],
    [{ enum: [1, { a: 2 ** 53 }] }, 'enum.1: Whole numbers are exact up to 9007199254740991.'],
    [{ const: '\ud800' }, 'const: It has half a surrogate pair.'],
    [{ const: undefined }, 'const: It is no JSON.'],
    [{ const: [[[[[[[[[[[[[]]]]]]]]]]]]] }, 'const: Lists and objects end at 12'],
    [{ minimum: '1' }, 'minimum: It must be a number.'],
    [{ maximum: 1e300 }, 'maximum: Whole numbers are exact'],
    [{ exclusiveMinimum: true }, 'exclusiveMinimum: It must be a number.'],
    [{ exclusiveMaximum: Number.NaN }, 'exclusiveMaximum: It must be a number.'],
    [{ multipleOf: 0.01 }, 'multipleOf: It must be a whole number, 1 or more: a part such as 0.01'],
    [{ multipleOf: 0 }, 'multipleOf: It must be a whole number, 1 or more'],
    [{ minLength: -1 }, 'minLength: It must be a whole number, 0 or more.'],
    [{ maxLength: 1.5 }, 'maxLength: It must be a whole number'],
    [{ minItems: '1' }, 'minItems: It must be a whole number'],
    [{ maxItems: null }, 'maxItems: It must be a whole number'],
    [{ minProperties: -1 }, 'minProperties: It must be a whole number'],
    [{ maxProperties: 2 ** 53 }, 'maxProperties: It must be a whole number'],
    [{ uniqueItems: 'yes' }, 'uniqueItems: It must be true or false.'],
    [{ required: 'a' }, 'required: It must be a list of texts.'],
    [{ required: ['a', 'a'] }, 'required.1: It stands here twice.'],
    [{ properties: [] }, 'properties: It must be an object of schemas.'],
    [{ properties: { a: 1 } }, 'properties.a: A schema is an object, true or false.'],
    [{ properties: { '\udc00': {} } }, 'properties.\udc00: It has half a surrogate pair.'],
    [{ items: [{}] }, 'items: A schema is an object, true or false.'],
    [{ additionalProperties: 'no' }, 'additionalProperties: A schema is an object, true or false.'],
    [{ format: 'email' }, 'format: Formats that can be checked exactly are `date`, `time`,'],
    [{ pattern: 7 }, 'pattern: The pattern cannot be used. It must be a text.'],
    [{ pattern: '(?=a)' }, 'pattern: The pattern cannot be used. Of groups only'],
    [{ pattern: '^a|b$' }, 'pattern: The pattern cannot be used. An anchor belongs to one alternative only'],
    [{ pattern: '^a|b' }, 'pattern: The pattern cannot be used. An anchor belongs'],
    [{ pattern: '[|]|b$' }, 'pattern: The pattern cannot be used. An anchor belongs'],
    [{ pattern: 'a.{20}b' }, 'pattern: The pattern cannot be used. It has too many states.'],
    [
      { $schema: 'http://json-schema.org/draft-07/schema#' },
      '$schema: Schemas are read as https://json-schema.org/draft',
    ],
    [{ $defs: [] }, '$defs: It must be an object of schemas.'],
    [{ items: { $defs: {} } }, 'items.$defs: The gateway does not check `$defs`'],
    [{ items: { $ref: 'https://a.example/x' } }, 'items.$ref: It must be one of `#`.'],
    [{ items: { $ref: '#/$defs/b' }, $defs: { a: {} } }, 'items.$ref: It must be one of `#`, `#/$defs/a`.'],
    [{ items: { $ref: '#/properties/a' } }, 'items.$ref: It must be one of `#`.'],
    [{ $ref: '#' }, '$ref: It refers to itself, with nothing in between.'],
    [{ items: { $ref: '#', type: 'array' } }, 'items.type: `type` cannot stand beside `$ref`.'],
  ])('%j', (schema, message) => {
    expect(told(schema)).toEqual([expect.stringContaining(message)]);
  });

  test('references that go round with nothing in between, each time', () => {
    const round = 'It refers to itself, with nothing in between.';
    expect(told({ $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } })).toEqual([
      `$defs.a.$ref: ${round}`,
      `$defs.b.$ref: ${round}`,
    ]);
    expect(told({ $ref: '#/$defs/a', $defs: { a: { $ref: '#' } } })[0]).toBe(`$ref: ${round}`);
  });

  test('schemas without end', () => {
    const deep = (levels: number): Schema => (levels === 0 ? {} : { items: deep(levels - 1) });
    expect(told(deep(32))).toEqual([]);
    expect(told(deep(33))).toEqual([
      expect.stringContaining('Schemas end here: 500 in all, 32 one in another.'),
    ]);
    const wide = (count: number) => ({
      properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, {}])),
    });
    expect(told(wide(499))).toEqual([]);
    expect(told(wide(500))).toEqual(['properties.p499: Schemas end here: 500 in all, 32 one in another.']);
    const round: Record<string, unknown> = {};
    round.items = round;
    expect(told(round)).toEqual([': It holds itself: an alias must not lead back to its anchor.']);
  });
});

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

describe('formats', () => {
  const agrees = (format: string, texts: readonly string[], good: (text: string) => boolean) => {
    const all = answers({ format }, ...texts.map((text) => JSON.stringify(text)));
    const other = texts.filter((text, index) => (all[index] === 'good') !== good(text));
    expect(other).toEqual([]);
    expect(texts.some(good)).toBe(true);
  };
  const two = (number: number) => String(number).padStart(2, '0');

  test('date: every day of the years around each kind of leap year, and those beside', () => {
    const years = [0, 4, 1900, 1999, 2000, 2023, 2024, 2100, 9999];
    const texts = years.flatMap((year) =>
      Array.from({ length: 14 }, (_, month) =>
        Array.from({ length: 33 }, (_, day) => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`),
      ).flat(),
    );
    const isDay = (text: string) => {
      const day = new Date(`${text}T00:00:00Z`);
      return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text;
    };
    agrees('date', texts, isDay);
    const odd = [
      '2024-1-01',
      '2024-01-1',
      '20240101',
      '2024-01-01Z',
      ' 2024-01-01',
      '2024-01-01\n',
      '+2024-01-01',
      '２024-01-01',
      '',
    ];
    agrees('date', [...odd, '2024-01-01'], (text) => text === '2024-01-01');
  });

  test('time: bounds, fractions, offsets, leap seconds', () => {
    const good = [
      '00:00:00Z',
      '23:59:59z',
      '12:00:00.1Z',
      '12:00:00.123456789+14:00',
      '12:00:00-23:59',
      '23:59:60Z',
      '00:59:60+01:00',
      '15:59:60-08:00',
    ];
    const bad = [
      '24:00:00Z',
      '12:60:00Z',
      '12:00:61Z',
      '12:00:60Z',
      '23:59:60+01:00',
      '12:00:00',
      '12:00:00.Z',
      '12:00:00,1Z',
      '12:00:00+24:00',
      '12:00:00+01:60',
      '12:00:00+0100',
      '12:00Z',
      '1:00:00Z',
      '12:00:00 Z',
      '12:00:00ZZ',
      '12:00:00.1',
    ];
    agrees('time', [...good, ...bad], (text) => good.includes(text));
    agrees(
      'date-time',
      [...good, ...bad].map((text) => `2024-02-29T${text}`),
      (text) => good.includes(text.slice(11)),
    );
    agrees(
      'date-time',
      [
        '2024-02-29T00:00:00Z',
        '2023-02-29T00:00:00Z',
        '2024-02-29 00:00:00Z',
        '2024-02-29t00:00:00Z',
        '2024-02-29',
      ],
      (text) => /^2024.*[Tt]0/.test(text),
    );
  });

  test('uuid', () => {
    const uuid = '0123abCD-0123-4567-89ab-0123456789Ef';
    const bad = [
      `urn:uuid:${uuid}`,
      `{${uuid}}`,
      uuid.replaceAll('-', ''),
      uuid.replace('E', 'g'),
      `${uuid}0`,
      ` ${uuid}`,
      '',
    ];
    agrees('uuid', [uuid, '00000000-0000-0000-0000-000000000000', ...bad], (text) => !bad.includes(text));
  });

  test('addresses: as Node has them, generated and changed', () => {
    const four = fc.sample(fc.oneof(fc.ipV4(), fc.ipV4Extended()), 1000);
    const six = fc.sample(fc.ipV6(), 2000);
    const pieces = fc.array(
      fc.constantFrom('0', '1', '00', '255', '256', 'ffff', 'g', '.', ':', '::', '1.2.3.4', '%'),
      { maxLength: 12 },
    );
    const texts = [...four, ...six, ...fc.sample(pieces, 4000).map((parts) => parts.join(''))];
    const changed = texts.flatMap((text) => [
      text,
      text.slice(1),
      text.slice(0, -1),
      text.replace(':', '::'),
      text.replace('.', '..'),
    ]);
    agrees('ipv4', changed, isIPv4);
    agrees('ipv6', changed, (text) => isIPv6(text) && !text.includes('%'));
  });
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
