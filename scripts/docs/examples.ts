/** An example of each field: out of the files that the tests read, or of what its schema says. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { bare, isMapping, optionsOf } from '../../constructs/blueprint/reading/shape';
import type { Field, Schema } from './fields';
import { fencedBlocks } from './markdown';
import { saidBy } from './words';

const root = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Environments, and parts of one. The first that has a field tells its example. */
function sources(): unknown[] {
  const environments = readdirSync(join(root, 'environments')).filter((name) => name.endsWith('.yaml'));
  const parts = fencedBlocks(read('docs/policies.md')).filter(({ language }) => language === 'yaml');
  const all = [
    parse(read('test/synth/support/every-field.yaml')),
    ...environments.map((name) => parse(read(`environments/${name}`))),
    ...parts.map(({ text }) => ({ apis: { orders: parse(text) } })),
  ];
  // What a route says of a policy is an example of the API's, too.
  const ofRoutes = all.flatMap((one) => valuesAt(one, ['apis', '<api>', 'routes', '<route>']));
  return [...all, ...ofRoutes.map((route) => ({ apis: { orders: route } }))];
}

/** The values at a place: a name of the user's own stands for each that there is. */
function valuesAt(data: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (step === undefined) return data === undefined ? [] : [data];
  if (Array.isArray(data)) return [];
  if (!isMapping(data)) return [];
  if (step.startsWith('<')) {
    const [, many] = /^<[^>]*>(\[\])?$/.exec(step) ?? [];
    const each = Object.values(data);
    return (many ? each.flat() : each).flatMap((one) => valuesAt(one, rest));
  }
  const key = step.replace(/\[\]$/, '');
  if (!Object.hasOwn(data, key)) return [];
  const value = data[key];
  if (key === step) return valuesAt(value, rest);
  return Array.isArray(value) ? value.flatMap((one) => valuesAt(one, rest)) : [];
}

const defaultOf = (schema: Schema): unknown[] => {
  if (schema instanceof z.ZodDefault) return [schema.def.defaultValue];
  return schema instanceof z.ZodOptional ? defaultOf(schema.def.innerType) : [];
};

const suchAs = /such as ([^\s,;)]+)/;

/** What the schema itself gives away. */
function fromSchema(schema: Schema, description: string): unknown[] {
  const shape = bare(schema);
  if (shape instanceof z.ZodBoolean) return defaultOf(schema)[0] === true ? [false] : [true];
  if (shape instanceof z.ZodEnum) return [...shape.options];
  if (shape instanceof z.ZodLiteral) return [...shape.values];
  if (shape instanceof z.ZodArray) return fromSchema(shape.element, description).map((one) => [one]);
  if (shape instanceof z.ZodUnion) return optionsOf(shape).flatMap((one) => fromSchema(one, description));
  if (shape instanceof z.ZodNumber) return [...defaultOf(schema), shape.minValue];
  if (shape instanceof z.ZodString) {
    const said = [description, ...saidBy(shape)];
    return said.flatMap((text) => suchAs.exec(text)?.[1]?.replace(/\.$/, '') ?? []);
  }
  return [];
}

/** @returns the value of an example; undefined for a mapping whose fields have their own */
export function examplesOf(fields: readonly Field[]): Map<Field, unknown> {
  const files = sources();
  const found = new Map<Field, unknown>();
  for (const field of fields) {
    const { path, schema, description = '' } = field;
    const candidates = [
      ...((z.globalRegistry.get(schema)?.examples as unknown[] | undefined) ?? []),
      ...files.flatMap((file) => valuesAt(file, path)),
      ...fromSchema(schema, description),
      ...defaultOf(schema),
    ];
    const good = candidates.find((one) => one !== undefined && z.core.safeParse(schema, one).success);
    if (good !== undefined) found.set(field, good);
  }
  return found;
}

/** In one line. */
export function inFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inFlow).join(', ')}]`;
  if (!isMapping(value)) return scalar(value);
  const entries = Object.entries(value).map(([key, one]) => `${scalar(key)}: ${inFlow(one)}`);
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}';
}

/** As it stands within brackets. */
const scalar = (value: unknown): string =>
  stringify([value], { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false })
    .trim()
    .slice(1, -1);
