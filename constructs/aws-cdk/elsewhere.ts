import type { Construct } from 'constructs';

/** What belongs to a construct and stands in another scope, as a nested stack can only be above what is in it. */
const elsewhere = new WeakMap<Construct, Map<string, Construct>>();

/** Notes in which scope that of a construct stands which has this id. */
export function standsIn(scope: Construct, of: Construct, id: string): void {
  const scopes = elsewhere.get(of) ?? new Map<string, Construct>();
  elsewhere.set(of, scopes.set(id, scope));
}

/** What stands at a path below a construct, or belongs there and stands elsewhere. */
export const foundAt = (construct: Construct, path: string): Construct | undefined =>
  path.split('/').reduce<Construct | undefined>((around, id) => around && found(around, id), construct);

const found = (construct: Construct, id: string): Construct | undefined =>
  (elsewhere.get(construct)?.get(id) ?? construct).node.tryFindChild(id) as Construct | undefined;
