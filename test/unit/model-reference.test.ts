/** The reference of the gateways is one that a person reads, apart from them, and that is asked about each policy. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { policies } from '../../constructs/gateway';
import { needed, optional } from '../model/generators/policies';

const folder = (name: string) => join(__dirname, '../model', name);
const textsOf = (name: string) =>
  readdirSync(folder(name)).map((file) => readFileSync(join(folder(name), file), 'utf8'));
const linesOf = (text: string) => text.split('\n').length - 1;

test('the policies are said in 600 lines', () => {
  const lines = textsOf('reference').map(linesOf);
  expect(lines.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(600);
  expect(
    textsOf('reading')
      .map(linesOf)
      .reduce((sum, one) => sum + one, 0),
  ).toBeLessThanOrEqual(250);
});

test('nothing of it is the gateways own', () => {
  const texts = [...textsOf('reference'), ...textsOf('reading')];
  const from = texts.flatMap((text) => [...text.matchAll(/ from '(\.[^']+)'/g)].map(([, name = '']) => name));
  const others = from.filter((name) => !/^(\.|\.\.\/reading)\/[a-z]+$/.test(name));
  // Types of what an environment says, and nothing that decides.
  expect([...new Set(others)]).toEqual(['../../../constructs/gateway']);
  const imports = texts.flatMap((text) => text.match(/^import .*constructs\/gateway';$/gm) ?? []);
  expect(imports.filter((line) => !line.startsWith('import type '))).toEqual([]);
});

type Schema = { readonly [keyword: string]: unknown };

/** Names that lead to each field; what an object may have any names for is `*`. */
function fieldsOf(schema: Schema, path: readonly string[] = []): string[] {
  const all = [...((schema.anyOf as Schema[]) ?? []), ...((schema.oneOf as Schema[]) ?? [])];
  const named = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const items = typeof schema.items === 'object' ? [schema.items as Schema] : [];
  const more = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties as Schema] : [];
  return [
    ...all.flatMap((one) => fieldsOf(one, path)),
    ...items.flatMap((one) => fieldsOf(one, path)),
    ...more.flatMap((one) => fieldsOf(one, [...path, '*'])),
    ...named.flatMap(([name, one]) => [[...path, name].join('.'), ...fieldsOf(one, [...path, name])]),
  ];
}

/** Whether a value has the field. */
function has(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((one) => has(one, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return value !== undefined;
  if (typeof value !== 'object' || value === null) return false;
  if (name === '*') return Object.values(value).some((one) => has(one, rest));
  return Object.entries(value).some(([own, one]) => own === name && has(one, rest));
}

/** Fields that no generated environment has, and where they are tested instead. */
const leftOut: Readonly<Record<string, string>> = {
  'authentication.jwt.userPool': 'keys come by https from Cognito alone: gateway-jwt, hostile-jwt',
  'authentication.jwt.userPool.region': 'as userPool',
  'authentication.jwt.userPool.id': 'as userPool',
  'authentication.jwt.tokenUse': 'only with userPool: hostile-jwt-claims',
  compression: 'how the bytes of an answer are written, which no decision depends on: gateway-compression',
  'compression.types': 'as compression',
};

test('the generators reach each field of the policies, or it says here why not', () => {
  const schema = z.toJSONSchema(policies, { io: 'input', unrepresentable: 'any' }) as Schema;
  const fields = [...new Set(fieldsOf(schema))];
  expect(fields.length).toBeGreaterThan(90);
  const generated = fc.sample(fc.record({ ...needed, ...optional('item') }), { numRuns: 2000, seed: 1 });
  const missing = fields.filter((field) => !generated.some((one) => has(one, field.split('.'))));
  expect(missing.sort()).toEqual(Object.keys(leftOut).sort());
});
