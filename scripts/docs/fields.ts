/** All fields of the environment file, as its schema has them. */
import { z } from 'zod';
import { bare, description, isOptional, optionsOf } from '../../constructs/blueprint/reading/shape';
import { environmentSchema, type Stage } from '../../constructs/blueprint/schema';

export type Schema = z.core.$ZodType;

/** What a field is in one form of the mapping that it stands in. */
export interface Form {
  readonly schema: Schema;
  readonly description?: string;
  /** Whether the mapping must have it. */
  readonly needed: boolean;
  /** Fields that this form has and another has not; none where there is one form. */
  readonly by: readonly string[];
}

export interface Field {
  /** `apis`, `<api>`, `members[]`: what stands between angle brackets is a name of the user's own. */
  readonly path: readonly string[];
  readonly schema: Schema;
  /** Absent: nobody has described it. */
  readonly description?: string;
  /** The first stage that it counts at. */
  readonly from: Stage;
  /** The mapping that it stands in may have several forms: in which it is, and what it is there. At least one. */
  readonly forms: readonly Form[];
  /** Path of the place that tells of its fields, when that is another one. */
  readonly as?: readonly string[];
}

/** `<api>` for `apis`: what a name in a mapping of things is called. */
const nameIn = (key: string): string => {
  const plural = /^(.*[a-z])s$/.exec(key)?.[1];
  return `<${plural?.replace(/ie$/, 'y') ?? 'name'}>`;
};

/** Without the mark of a list. */
const word = (step: string): string => step.replace(/\[\]$/, '');

const stageSaid = /\b[Ff](?:or|rom) stage `(load-balanced|gateway)`/;

function stageOf(text: string | undefined, around: Stage): Stage {
  return (stageSaid.exec(text ?? '')?.[1] as Stage | undefined) ?? around;
}

const mappingsOf = (schema: Schema): z.ZodObject[] => {
  const shape = bare(schema);
  if (shape instanceof z.ZodObject) return [shape];
  return optionsOf(shape).filter((one) => one instanceof z.ZodObject);
};

/** The mappings that may stand at a place, and the path to their fields. */
function inside(schema: Schema, path: readonly string[]): { mappings: z.ZodObject[]; path: string[] } {
  const shape = bare(schema);
  const key = word(path.at(-1) ?? '');
  if (shape instanceof z.ZodRecord) return inside(shape.valueType, [...path, nameIn(key)]);
  if (shape instanceof z.ZodArray) {
    const last = path.at(-1);
    return inside(shape.element, [...path.slice(0, -1), `${last}[]`]);
  }
  return { mappings: mappingsOf(shape), path: [...path] };
}

function formsOf(mappings: readonly z.ZodObject[], key: string): Form[] {
  const inAll = (one: string): boolean => mappings.every(({ shape }) => Object.hasOwn(shape, one));
  return mappings
    .filter(({ shape }) => Object.hasOwn(shape, key))
    .map(({ shape }) => {
      const schema = shape[key] as Schema;
      const said = description(schema);
      return {
        schema,
        ...(said === undefined ? {} : { description: said }),
        needed: !isOptional(schema),
        by: Object.keys(shape).filter((one) => one !== key && !inAll(one)),
      };
    });
}

/** Walks the schema, each mapping once: where one stands again, the first place tells of its fields. */
export function fieldsOf(root: Schema = environmentSchema): Field[] {
  const told = new Map<Schema, readonly string[]>();
  const walk = (schema: Schema, around: readonly string[], from: Stage): Field[] => {
    const { mappings, path } = inside(schema, around);
    for (const one of mappings) told.set(one, around);
    const keys = [...new Set(mappings.flatMap((one) => Object.keys(one.shape)))];
    return keys.filter((key) => key !== '$schema').flatMap((key) => field(mappings, key, path, from));
  };
  const field = (
    mappings: readonly z.ZodObject[],
    key: string,
    around: readonly string[],
    from: Stage,
  ): Field[] => {
    const forms = formsOf(mappings, key);
    const schema = forms[0]?.schema as Schema;
    const said = description(schema);
    const path = [...around, key];
    const stage = stageOf(said, from);
    const first = inside(schema, path).mappings.find((one) => told.has(one));
    const own: Field = {
      path,
      schema,
      ...(said === undefined ? {} : { description: said }),
      from: stage,
      forms,
      ...(first ? { as: told.get(first) ?? [] } : {}),
    };
    return [own, ...(first ? [] : walk(schema, path, stage))];
  };
  return walk(root, [], 'api');
}

/** `apis.<api>.paths`. */
export const fieldPath = (path: readonly string[]): string => path.join('.');
