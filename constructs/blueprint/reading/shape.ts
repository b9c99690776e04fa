/** What the schema says about a place in the file. */
import { z } from 'zod';
import type { Path } from '../../problems';

type Schema = z.core.$ZodType;

export type Mapping = Readonly<Record<string, unknown>>;
export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema below defaults and `optional`. */
export function bare(schema: Schema): Schema {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return bare(schema.def.innerType);
  // What is read is the input's shape, whatever becomes of it.
  if (schema instanceof z.ZodPipe) return bare(schema.def.in);
  return schema;
}

/** The first sentence that the schema has for this place: of the field, or of the kind of field. */
export function description(schema: Schema): string | undefined {
  const own = z.globalRegistry.get(schema)?.description;
  if (own !== undefined) return own;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return description(schema.def.innerType);
  return undefined;
}

export const isOptional = (schema: Schema): boolean =>
  schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;

/** Keys of a mapping; none when any name may be a key. */
export function keysOf(schema: Schema): string[] {
  const shape = bare(schema);
  return shape instanceof z.ZodObject ? Object.keys(shape.shape) : [];
}

/** Branches of a union; none of anything else. */
export function optionsOf(schema: Schema): Schema[] {
  const shape = bare(schema);
  if (!(shape instanceof z.ZodUnion)) return [];
  return shape.options.map(bare).flatMap((one) => (one instanceof z.ZodUnion ? optionsOf(one) : [one]));
}

const score = (branch: z.ZodObject, shared: ReadonlySet<string>, value: Mapping): [number, number] => {
  const telling = Object.entries(branch.shape).filter(
    ([key]) => Object.hasOwn(value, key) && !shared.has(key),
  );
  const missing = Object.entries(branch.shape).filter(
    ([key, one]) => !isOptional(one) && !Object.hasOwn(value, key),
  );
  return [telling.reduce((sum, [, one]) => sum + (isOptional(one) ? 1 : 2), 0), missing.length];
};

/**
 * The branch of a union that the person meant: for a mapping as below, for a list the branch that is one, for text or a number
 * the one that takes more than single words. Undefined when no branch is of that kind.
 */
export function meant(union: z.ZodUnion, value: unknown): Schema | undefined {
  if (isMapping(value)) return meantMapping(union, value);
  const branches = optionsOf(union);
  if (Array.isArray(value)) return branches.find((one) => one instanceof z.ZodArray);
  if (typeof value === 'string') return branches.find((one) => one instanceof z.ZodString);
  return typeof value === 'number' ? branches.find((one) => one instanceof z.ZodNumber) : undefined;
}

/**
 * The branch of a union that the person meant: the one whose own keys they used, above all keys that the branch
 * needs; else the one that lacks least. Undefined when no branch is a mapping.
 */
function meantMapping(union: z.ZodUnion, value: Mapping): z.ZodObject | undefined {
  const branches = optionsOf(union).filter((one) => one instanceof z.ZodObject);
  const [first] = branches;
  if (first === undefined) return undefined;
  if (union instanceof z.ZodDiscriminatedUnion) {
    const kind = value[union.def.discriminator];
    return branches.find((one) => {
      const literal = one.shape[union.def.discriminator];
      return literal instanceof z.ZodLiteral && literal.values.has(kind as string);
    });
  }
  const shared = new Set(keysOf(first).filter((key) => branches.every((one) => key in one.shape)));
  const scored = branches.map((branch) => ({ branch, score: score(branch, shared, value) }));
  scored.sort((a, b) => b.score[0] - a.score[0] || a.score[1] - b.score[1]);
  return scored[0]?.branch;
}

/** Schema of a child; undefined when the schema knows of none. */
export function child(schema: Schema, step: string | number, value: unknown): Schema | undefined {
  const shape = bare(schema);
  if (shape instanceof z.ZodObject && Object.hasOwn(shape.shape, step)) return shape.shape[step];
  if (shape instanceof z.ZodRecord) return shape.valueType;
  if (shape instanceof z.ZodArray) return shape.element;
  if (shape instanceof z.ZodUnion) {
    const branch = meant(shape, value);
    return branch && child(branch, step, value);
  }
  return undefined;
}

export const childValue = (value: unknown, step: string | number): unknown => {
  if (Array.isArray(value)) return value[Number(step)];
  return isMapping(value) && Object.hasOwn(value, step) ? value[step] : undefined;
};

/** The schemas from the root to a place, as far as the schema knows the way. */
export function along(root: Schema, path: Path, data: unknown): { schema: Schema; value: unknown }[] {
  const way: { schema: Schema; value: unknown }[] = [{ schema: root, value: data }];
  for (const step of path) {
    const last = way.at(-1);
    const next = last && child(last.schema, step, last.value);
    if (!last || !next) break;
    way.push({ schema: next, value: childValue(last.value, step) });
  }
  return way;
}
