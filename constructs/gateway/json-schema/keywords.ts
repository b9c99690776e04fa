/** The keywords of JSON Schema that a gateway checks: what each may say, and how it is carried. */
import { type Machine, patternMachine } from './machine';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type Step = string | number;

/** What the gateway is told of a schema; its other schemas by their number, from 1. */
export interface SchemaNode {
  /** No value will do; the keyword that says so. */
  readonly never?: string;
  readonly [keyword: string]: unknown;
}

/** What a keyword needs of the schema around it. */
export interface Around {
  /** Notes what is wrong, at steps below the keyword. */
  readonly wrong: (message: string, ...steps: readonly Step[]) => void;
  /** Number of a schema below the keyword. */
  readonly below: (schema: unknown, steps: readonly Step[], never: string) => number;
  /** Number of a machine. */
  readonly machine: (machine: Machine) => number;
}

type Keyword = (value: unknown, around: Around) => SchemaNode;

const typeNames = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
export const formats = ['date', 'time', 'date-time', 'uuid', 'ipv4', 'ipv6'];
const deepestValue = 12;
const mostValues = 256;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !isList(value);

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

/** Why a number cannot be carried: 9007199254740993 would already be another one. */
const numberProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'It must be a number.';
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return 'Whole numbers are exact up to 9007199254740991.';
  return undefined;
};

/** Half a surrogate pair is no character; JSON that has one is refused. */
const textProblem = (value: string) =>
  /\p{Surrogate}/u.test(value) ? 'It has half a surrogate pair.' : undefined;

/** Why a value cannot be compared with. */
function valueProblem(value: unknown, deep = deepestValue): string | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') return textProblem(value);
  if (typeof value === 'number') return numberProblem(value);
  if (!isList(value) && !isObject(value)) return 'It is no JSON.';
  if (deep === 0) return `Lists and objects end at ${deepestValue}, one in another.`;
  const inside = isList(value) ? value : [...Object.keys(value), ...Object.values(value)];
  for (const one of inside) {
    const problem = valueProblem(one, deep - 1);
    if (problem) return problem;
  }
  return undefined;
}

const number =
  (as: string): Keyword =>
  (value, { wrong }) => {
    const problem = numberProblem(value);
    if (problem) wrong(problem);
    return { [as]: value };
  };

const count =
  (as: string): Keyword =>
  (value, { wrong }) => {
    if (!Number.isSafeInteger(value) || (value as number) < 0) wrong('It must be a whole number, 0 or more.');
    return { [as]: value };
  };

function names(value: unknown, wrong: Around['wrong']): readonly string[] {
  if (!isList(value) || !value.every((one) => typeof one === 'string')) {
    wrong('It must be a list of texts.');
    return [];
  }
  value.forEach((one, index) => {
    if (value.indexOf(one) !== index) wrong('It stands here twice.', index);
    const problem = textProblem(one);
    if (problem) wrong(problem, index);
  });
  return value;
}

function type(value: unknown, { wrong }: Around): SchemaNode {
  const said = names(isList(value) ? value : [value], wrong);
  said.forEach((one, index) => {
    if (!typeNames.includes(one)) wrong(`Types are ${list(typeNames)}.`, ...(isList(value) ? [index] : []));
  });
  if (isList(value) && value.length === 0) wrong('It must name a type.');
  return { type: said };
}

function values(value: unknown, { wrong }: Around): SchemaNode {
  if (!isList(value) || value.length === 0 || value.length > mostValues) {
    wrong(`It must be a list of 1 to ${mostValues} values.`);
    return {};
  }
  value.forEach((one, index) => {
    const problem = valueProblem(one);
    if (problem) wrong(problem, index);
  });
  return { enum: value };
}

function multiple(value: unknown, { wrong }: Around): SchemaNode {
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    wrong('It must be a whole number, 1 or more: a part such as 0.01 has no exact form.');
  return { multipleOf: value };
}

function pattern(value: unknown, { wrong, machine }: Around): SchemaNode {
  const made = typeof value === 'string' ? patternMachine(value) : 'It must be a text.';
  if (typeof made !== 'string') return { pattern: machine(made) };
  wrong(`The pattern cannot be used. ${made}`);
  return {};
}

function format(value: unknown, { wrong }: Around): SchemaNode {
  if (!formats.includes(value as string))
    wrong(`Formats that can be checked exactly are ${list(formats)}. Leave others out.`);
  return { format: value };
}

function unique(value: unknown, { wrong }: Around): SchemaNode {
  if (typeof value !== 'boolean') wrong('It must be true or false.');
  return value === true ? { uniqueItems: true } : {};
}

function properties(value: unknown, { wrong, below }: Around): SchemaNode {
  if (!isObject(value)) {
    wrong('It must be an object of schemas.');
    return {};
  }
  for (const name of Object.keys(value)) {
    const problem = textProblem(name);
    if (problem) wrong(problem, name);
  }
  const all = Object.entries(value).map(([name, one]) => [name, below(one, [name], 'properties')] as const);
  return { properties: Object.fromEntries(all) };
}

const schema =
  (as: string): Keyword =>
  (value, { below }) =>
    value === true ? {} : { [as]: below(value, [], as) };

/** What says nothing of whether a value is valid. */
const remark: Keyword = () => ({});

export const keywords: Readonly<Record<string, Keyword>> = {
  type,
  enum: values,
  const: (value, around) => {
    const problem = valueProblem(value);
    if (problem) around.wrong(problem);
    return { const: [value] };
  },
  minimum: number('minimum'),
  maximum: number('maximum'),
  exclusiveMinimum: number('exclusiveMinimum'),
  exclusiveMaximum: number('exclusiveMaximum'),
  multipleOf: multiple,
  minLength: count('minLength'),
  maxLength: count('maxLength'),
  pattern,
  format,
  items: schema('items'),
  minItems: count('minItems'),
  maxItems: count('maxItems'),
  uniqueItems: unique,
  required: (value, { wrong }) => ({ required: names(value, wrong) }),
  properties,
  additionalProperties: schema('additionalProperties'),
  minProperties: count('minProperties'),
  maxProperties: count('maxProperties'),
};

export const remarks: Readonly<Record<string, Keyword>> = Object.fromEntries(
  ['title', 'description', '$comment', 'default', 'examples', 'deprecated'].map((name) => [name, remark]),
);
