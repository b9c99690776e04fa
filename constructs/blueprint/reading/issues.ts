/** Zod's issues, with those of a union replaced by those of the branch that the person meant. */
import { z } from 'zod';
import type { Path } from '../../problems';
import { along, bare, childValue, meant } from './shape';

type Schema = z.core.$ZodType;

export interface Issue {
  readonly path: Path;
  /** What zod found; for a union that no branch of was meant, `no_branch`. */
  readonly raw: z.core.$ZodIssue | { readonly code: 'no_branch' };
  /** Schema of the place, and what stands there. */
  readonly schema: Schema;
  readonly value: unknown;
  /** Schema of the mapping or list that it stands in. */
  readonly parent?: Schema;
  /** The union that the schema is a branch of. */
  readonly union?: Schema;
}

const steps = (path: readonly PropertyKey[]): Path =>
  path.map((step) => (typeof step === 'number' ? step : String(step)));

/** Finds what is wrong with the data. The text of an issue is empty unless the schema gives one. */
export function findIssues(schema: Schema, data: unknown, prefix: Path = []): Issue[] {
  const result = z.core.safeParse(schema, data, { error: () => '' });
  if (result.success) return [];
  const unions = new Set<string>();
  return result.error.issues.flatMap((raw) => {
    const path = steps(raw.path);
    const way = along(schema, path, data);
    // A key is not what stands under it.
    const above = raw.code === 'invalid_key' ? way.slice(0, path.length) : way;
    const depth = above.findIndex((one) => bare(one.schema) instanceof z.ZodUnion);
    const union = way[depth];
    if (union === undefined) {
      const last = way[path.length] ?? { schema, value: undefined };
      const value = path.reduce<unknown>(childValue, data);
      const parent = way[path.length - 1]?.schema;
      return [{ path: [...prefix, ...path], raw, schema: last.schema, value, parent }];
    }
    const at = path.slice(0, depth);
    if (unions.has(JSON.stringify(at))) return [];
    unions.add(JSON.stringify(at));
    const branch = meant(bare(union.schema) as z.ZodUnion, union.value);
    if (branch) {
      return findIssues(branch, union.value, [...prefix, ...at]).map((issue) =>
        issue.schema === branch ? { ...issue, union: union.schema } : issue,
      );
    }
    return [
      {
        path: [...prefix, ...at],
        raw: { code: 'no_branch' as const },
        schema: union.schema,
        value: union.value,
      },
    ];
  });
}
