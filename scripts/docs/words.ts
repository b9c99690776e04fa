/** What may be written at a place, in words. */
import { z } from 'zod';
import { bare, description, optionsOf } from '../../constructs/blueprint/reading/shape';
import type { Schema } from './fields';

const units: readonly (readonly [RegExp, string])[] = [
  [/(?:s|S)econds$/, 'seconds'],
  [/Hours$/, 'hours'],
  [/Days$/, 'days'],
  [/MiB$/, 'MiB'],
  [/Bytes$/, 'bytes'],
  [/(?:^p|P)ercent$/, 'percent'],
  [/^cpu$/, 'CPU units'],
];

/** Unit of a number, by the end of its field's name. */
const unitOf = (key: string): string | undefined => units.find(([end]) => end.test(key))?.[1];

const LARGE = 1_000_000_000_000;

const shown = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en-US') : String(value);

function numberWords(schema: z.ZodNumber, key: string): string {
  const { minValue, maxValue } = schema;
  const least = minValue !== null && minValue > -LARGE ? shown(minValue) : undefined;
  const most = maxValue !== null && maxValue < LARGE ? shown(maxValue) : undefined;
  const range = most === undefined ? least && `${least} or more` : `${least ?? 'up'} to ${most}`;
  const unit = unitOf(key);
  return [`whole number${unit ? ` of ${unit}` : ''}`, range].filter(Boolean).join(', ');
}

interface Check {
  readonly _zod: {
    readonly def: {
      readonly check: string;
      readonly maximum?: number;
      readonly minimum?: number;
      readonly error?: (issue: object) => string;
    };
  };
}

const checksOf = (schema: Schema) =>
  ((schema._zod.def as { checks?: readonly Check[] }).checks ?? []).map(({ _zod }) => _zod.def);

/** What the rules of one place say of themselves: beside a pattern, in words. */
export function saidBy(schema: Schema): string[] {
  const all = checksOf(schema).flatMap(({ error }) => error?.({}).replace(/\.$/, '') || []);
  return all.filter((one, index) => !all.some((other, at) => at !== index && other.startsWith(one)));
}

function bounds(schema: Schema): { least?: number; most?: number } {
  const all = checksOf(schema);
  const least = all.find(({ check }) => check === 'min_length')?.minimum;
  const most = all.find(({ check }) => check === 'max_length')?.maximum;
  return { ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }) };
}

function listWords(schema: z.ZodArray, key: string): string {
  const { least = 0, most } = bounds(schema);
  const count = most === undefined ? (least > 0 ? `at least ${least}` : '') : `${least} to ${most}`;
  const each = valueWords(schema.element, key.replace(/s$/, ''));
  return [`list${count ? ` of ${count}` : ''}: ${each}`, ...saidBy(schema)].join('; ');
}

function textWords(schema: z.ZodString): string {
  const { most } = bounds(schema);
  const said = saidBy(schema).join('; ') || 'text';
  const bound =
    most !== undefined && !/\bup to \d|at most/.test(said) ? `, up to ${shown(most)} characters` : '';
  return said + bound;
}

function recordWords(schema: z.ZodRecord): string {
  const value = bare(schema.valueType);
  const inner =
    value instanceof z.ZodObject || optionsOf(value).some((one) => one instanceof z.ZodObject)
      ? ''
      : ` to ${valueWords(value, '')}`;
  return `mapping of names (${valueWords(schema.keyType, '')})${inner}`;
}

const literals = (values: readonly unknown[]): string => values.map((one) => `\`${String(one)}\``).join(', ');

function unionWords(schema: z.ZodUnion, key: string): string {
  const options = optionsOf(schema);
  const fixed = options.flatMap((one) => (one instanceof z.ZodLiteral ? [...one.values] : []));
  const others = options.filter((one) => !(one instanceof z.ZodLiteral || one instanceof z.ZodObject));
  const forms = options.filter((one) => one instanceof z.ZodObject);
  const mapping =
    forms.length < 2
      ? forms.map(() => 'a mapping')
      : [
          `a mapping of one of ${forms.length} forms (${forms.map((one) => literals(Object.keys(one.shape))).join(' / ')})`,
        ];
  const parts = [
    ...(fixed.length > 0 ? [literals(fixed)] : []),
    ...new Set(others.map((one) => valueWords(one, key))),
    ...mapping,
  ];
  return parts.join('; or ');
}

/** `whole number of seconds, 1 to 3,600`. */
export function valueWords(schema: Schema, key: string): string {
  const shape = bare(schema);
  if (shape instanceof z.ZodNumber) return numberWords(shape, key);
  if (shape instanceof z.ZodBoolean) return '`true` or `false`';
  if (shape instanceof z.ZodEnum) return literals(shape.options);
  if (shape instanceof z.ZodLiteral) return literals([...shape.values]);
  if (shape instanceof z.ZodString) return textWords(shape);
  if (shape instanceof z.ZodArray) return listWords(shape, key);
  if (shape instanceof z.ZodRecord) return recordWords(shape);
  if (shape instanceof z.ZodUnion) return unionWords(shape, key);
  if (shape instanceof z.ZodObject) return 'a mapping';
  if (shape instanceof z.ZodTuple) {
    const rest = shape.def.rest ? `, then any number of: ${valueWords(shape.def.rest, key)}` : '';
    return `list of ${shape.def.items.map((one) => valueWords(one, key)).join(', then ')}${rest}`;
  }
  if (shape instanceof z.ZodUnknown) return 'any value';
  throw new Error(
    `No words for ${shape._zod.def.type}${description(shape) ? `: ${description(shape)}` : ''}`,
  );
}
