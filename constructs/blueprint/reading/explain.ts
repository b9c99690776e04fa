/** An issue of the schema, as a sentence that needs no knowledge of the schema. */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { formatPath, type Path, type Problem } from '../../problems';
import { foreignWord } from './foreign-words';
import type { Issue } from './issues';
import { bare, description, isMapping, keysOf, optionsOf } from './shape';
import { kindOf, quoted, show } from './show';
import { nearest } from './suggest';

export interface Explained extends Problem {
  /** What of the place is meant: the key, or the value. */
  readonly where: 'key' | 'value';
}

type Schema = z.core.$ZodType;
type Raw<Code extends z.core.$ZodIssue['code']> = Extract<z.core.$ZodIssue, { code: Code }>;

/** `orders`, `paths[0]`: the end of a path, as it is called in a sentence. */
function last(path: Path): string {
  const start = path.findLastIndex((step) => typeof step === 'string');
  return start < 0
    ? 'the file'
    : `\`${path[start]}${path
        .slice(start + 1)
        .map((index) => `[${index}]`)
        .join('')}\``;
}

const list = (values: readonly unknown[]): string => values.map((one) => `\`${String(one)}\``).join(', ');

/** A description in the middle of a line: no full stop. */
const words = (schema: Schema): string | undefined => description(schema)?.replace(/\.$/, '');

const wanted: Record<string, string> = {
  string: 'text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function range(schema: Schema): string | undefined {
  const shape = bare(schema);
  if (!(shape instanceof z.ZodNumber)) return undefined;
  const { minValue, maxValue } = shape;
  const from = minValue !== null && minValue > Number.MIN_SAFE_INTEGER ? minValue : undefined;
  const to = maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? maxValue : undefined;
  if (from !== undefined && to !== undefined) return `${from} to ${to}`;
  return from === undefined ? undefined : `${from} or more`;
}

/** The section of a mapping that has the key: `policies`, for what is written beside it. */
function sectionWith(key: string, schema: Schema): string | undefined {
  const shape = bare(schema);
  if (!(shape instanceof z.ZodObject)) return undefined;
  return Object.keys(shape.shape).find((section) => {
    const inner = shape.shape[section];
    return (
      inner !== undefined &&
      (keysOf(inner).includes(key) || optionsOf(inner).some((one) => keysOf(one).includes(key)))
    );
  });
}

function unknownKeys({ path, schema, raw, union }: Issue): Explained[] {
  const known = keysOf(schema).filter((key) => key !== '$schema');
  const others = (union ? optionsOf(union).map(keysOf) : []).filter((keys) => keys.join() !== known.join());
  return (raw as Raw<'unrecognized_keys'>).keys.map((key) => {
    const whole = others.find((keys) => keys.includes(key));
    const section = whole ? undefined : sectionWith(key, schema);
    const near = nearest(key, known) ?? nearest(key, others.flat());
    const slip = near !== undefined && distance(key, near) < 2;
    const foreign = whole || section || slip ? undefined : foreignWord(key);
    const found = foreign ? undefined : near;
    const message =
      foreign?.message ??
      (whole
        ? `\`${key}\` does not go together with the other keys of ${last(path)}.`
        : `\`${key}\` is not a key of ${path.length ? last(path) : 'an environment file'}.`);
    const fix = whole
      ? `Remove \`${key}\`, or use only ${list(whole)}.`
      : section
        ? `Write it under \`${section}:\`.`
        : found
          ? `Write \`${found}\`.`
          : (foreign?.fix ?? `Remove \`${key}\`.`);
    return { code: 'UNKNOWN_KEY', path: [...path, key], message, allowed: list(known), fix, where: 'key' };
  });
}

/** What unknown keys are probably meant for: not missing then, but misspelt. */
export const misspelt = ({ path, schema, raw }: Issue): Path[] =>
  raw.code !== 'unrecognized_keys'
    ? []
    : raw.keys.flatMap((key) => {
        const found = nearest(key, keysOf(schema));
        return found === undefined ? [] : [[...path, found]];
      });

function missing({ path, schema }: Issue): Explained {
  const shape = bare(schema);
  const allowed = shape instanceof z.ZodEnum ? list(shape.options) : words(schema);
  return {
    code: 'MISSING_KEY',
    path,
    message: `${last(path)} is missing${path.length > 1 ? ` in ${last(path.slice(0, -1))}` : ''}.`,
    allowed,
    fix: `Add ${last(path)}.`,
    where: 'key',
  };
}

function wrongType(issue: Issue): Explained {
  const { path, schema, value, raw } = issue;
  if (value === undefined) return missing(issue);
  const { expected } = raw as Raw<'invalid_type'>;
  const kind = wanted[expected] ?? 'another kind of value';
  if (value === null) {
    const fix =
      kind === 'a mapping' ? `Write \`{}\`, or remove ${last(path)}.` : `Give it a value, or remove it.`;
    const message = `${last(path)} has no value.`;
    return { code: 'EMPTY_VALUE', path, message, allowed: words(schema) ?? kind, fix, where: 'key' };
  }
  const scalar = typeof value !== 'object';
  const fixes: Record<string, string | undefined> = {
    text: scalar ? 'Put it in quotes.' : undefined,
    'a whole number': typeof value === 'string' && /^\d+$/.test(value) ? 'Remove the quotes.' : undefined,
    'a list': scalar ? 'Put it in brackets: [ … ].' : undefined,
  };
  return {
    code: 'WRONG_TYPE',
    path,
    message: `${last(path)} must be ${kind}, and this is ${typeof value === 'number' && kind === 'a whole number' ? 'not whole' : kindOf(value)}.`,
    given: show(value, path, kind !== 'a mapping'),
    allowed: range(schema) ?? words(schema) ?? kind,
    fix: fixes[kind],
    where: 'value',
  };
}

function outOfBounds({ path, schema, value, raw }: Issue): Explained {
  const issue = raw as Raw<'too_big'> | Raw<'too_small'>;
  const big = issue.code === 'too_big';
  const bound = issue.code === 'too_big' ? issue.maximum : issue.minimum;
  const given = show(value, path);
  if (typeof value === 'string') {
    if (bound === 1 && !big) {
      const message = `${last(path)} is empty.`;
      return {
        code: 'TOO_SHORT',
        path,
        message,
        allowed: words(schema),
        fix: 'Give it a value.',
        where: 'value',
      };
    }
    return {
      code: big ? 'TOO_LONG' : 'TOO_SHORT',
      path,
      message: `${last(path)} has ${value.length} characters.`,
      given,
      allowed: `${bound} characters at ${big ? 'most' : 'least'}`,
      fix: big ? 'Shorten it.' : undefined,
      where: 'value',
    };
  }
  if (Array.isArray(value)) {
    const code = big ? 'TOO_MANY' : 'TOO_FEW';
    const message = `${last(path)} has ${value.length} ${value.length === 1 ? 'entry' : 'entries'}.`;
    return { code, path, message, allowed: `${bound} at ${big ? 'most' : 'least'}`, where: 'value' };
  }
  const allowed = range(schema) ?? `${bound} or ${big ? 'less' : 'more'}`;
  return {
    code: 'OUT_OF_RANGE',
    path,
    message: `${last(path)} is too ${big ? 'large' : 'small'}.`,
    given,
    allowed,
    fix: `Write a number from ${allowed}.`,
    where: 'value',
  };
}

const NOT_FILLED =
  'Write the value: an environment file is not filled in from variables. Or let what deploys write the file first (such as envsubst).';

function wrongForm({ path, schema, value, raw }: Issue): Explained {
  const unfilled = typeof value === 'string' && /\$\{\w/.test(value);
  const allowed = (raw as Raw<'invalid_format'>).message || words(schema);
  const message = `${last(path)} is not written in the form that it must have.`;
  return {
    code: 'WRONG_FORM',
    path,
    message,
    given: show(value, path),
    allowed,
    ...(unfilled && { fix: NOT_FILLED }),
    where: 'value',
  };
}

/** Words that let in more than others do: who means one of these writes it. */
const OPEN: ReadonlySet<unknown> = new Set(['public', 'any', 'none']);

const safe = (word: string | undefined): string | undefined => (OPEN.has(word) ? undefined : word);

function notOneOf(path: Path, value: unknown, options: readonly unknown[], more = ''): Explained {
  if (value === undefined) {
    const message = `${last(path)} is missing.`;
    return {
      code: 'MISSING_KEY',
      path,
      message,
      allowed: list(options),
      fix: `Add ${last(path)}.`,
      where: 'key',
    };
  }
  const texts = options.filter((one) => typeof one === 'string');
  const numbers = options.filter((one) => typeof one === 'number');
  // The next greater one keeps and protects no less than what was asked for.
  const near =
    typeof value === 'number'
      ? (numbers.toSorted((a, b) => a - b).find((one) => one >= value) ?? numbers.at(-1))
      : safe(nearest(String(value), texts));
  return {
    code: 'NOT_ONE_OF',
    path,
    message: `${last(path)} is not one of the values that it may have.`,
    given: show(value, path, texts.length > 0 && String(value).length <= 30),
    allowed: list(options) + more,
    fix: near === undefined ? undefined : `Write \`${near}\`.`,
    where: 'value',
  };
}

/** What each entry of a list must be: what its schema says of itself, or of its form. */
function elementWords(schema: Schema): string {
  const shape = bare(schema);
  if (shape instanceof z.ZodEnum) return list(shape.options);
  return words(schema) ?? formOf(shape) ?? 'values';
}

/** The words of the pattern that a text must have. */
function formOf(schema: Schema): string | undefined {
  const checks = schema instanceof z.ZodString ? (schema.def.checks ?? []) : [];
  for (const { _zod } of checks) {
    const { error } = _zod.def;
    const said = error?.({ code: 'invalid_format', input: '' } as never);
    if (typeof said === 'string') return said;
  }
  return undefined;
}

/** No branch of a union fits at all: literals are listed, mappings are told by their keys. */
function noBranch({ path, schema, value }: Issue): Explained {
  const union = bare(schema) as z.ZodUnion;
  if (union instanceof z.ZodDiscriminatedUnion && isMapping(value)) {
    const { discriminator } = union.def;
    const kinds = union.options.flatMap((one) => {
      const literal = one instanceof z.ZodObject ? one.shape[discriminator] : undefined;
      return literal instanceof z.ZodLiteral ? [...literal.values] : [];
    });
    const kind = Object.hasOwn(value, discriminator) ? value[discriminator] : undefined;
    return notOneOf([...path, discriminator], kind, kinds);
  }
  const branches = optionsOf(union);
  const literals = branches.flatMap((one) => (one instanceof z.ZodLiteral ? [...one.values] : []));
  const mappings = branches.filter((one) => one instanceof z.ZodObject);
  const lists = branches.filter((one) => one instanceof z.ZodArray);
  const keys = [
    ...mappings.map((one) => `a mapping with ${list(keysOf(one))}`),
    ...lists.map(({ element }) => `a list of ${elementWords(element)}`),
  ].join(', or ');
  if (literals.length > 0) {
    const problem = notOneOf(path, value, literals, keys && `, or ${keys}`);
    const listed = lists.some((one) => z.core.safeParse(one, [value]).success);
    return listed ? { ...problem, fix: `Write a list: \`[${String(value)}]\`.` } : problem;
  }
  const message = `${last(path)} must be a mapping, and this is ${kindOf(value)}.`;
  return {
    code: 'WRONG_TYPE',
    path,
    message,
    given: show(value, path, false),
    allowed: keys,
    where: 'value',
  };
}

function badName({ path, parent, raw }: Issue): Explained {
  const inner = (raw as Raw<'invalid_key'>).issues[0];
  const key = String(path.at(-1));
  const record = parent && bare(parent);
  const said = record instanceof z.ZodRecord ? words(record.keyType) : undefined;
  const long = inner?.code === 'too_big' ? `${inner.maximum} characters at most` : undefined;
  return {
    code: 'BAD_NAME',
    path,
    message: `${quoted(key)} cannot be a name in ${last(path.slice(0, -1))}.`,
    allowed: long ?? (inner?.message || said),
    fix: long ? `Shorten it: it has ${key.length}.` : 'Choose another name.',
    where: 'key',
  };
}

export function explain(issue: Issue): Explained[] {
  const { raw, path, value } = issue;
  switch (raw.code) {
    case 'no_branch':
      return [noBranch(issue)];
    case 'unrecognized_keys':
      return unknownKeys(issue);
    case 'invalid_type':
      return [wrongType(issue)];
    case 'too_big':
    case 'too_small':
      return [outOfBounds(issue)];
    case 'invalid_format':
      return [wrongForm(issue)];
    case 'invalid_value':
      return [notOneOf(path, value, raw.values)];
    case 'invalid_key':
      return [badName(issue)];
    default: {
      const message = raw.message || `${formatPath(path)} is not what it must be.`;
      return [{ code: 'WRONG_VALUE', path, message, allowed: words(issue.schema), where: 'value' }];
    }
  }
}
