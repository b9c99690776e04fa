/** Schemas of bodies that are refused when the environment is read. */
import { describe, expect, test } from '@jest/globals';
import { schemaProblems } from '../../constructs/gateway/json-schema/compile';
import type { Schema } from './support/body-checker';

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
