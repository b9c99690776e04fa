import { Construct } from 'constructs';

/** The construct that the last part of a path stands in, made where there is none, and that part. */
export function scopeOf(construct: Construct, path: string): [scope: Construct, id: string] {
  const ids = path.split('/');
  const id = ids.pop() as string;
  const scope = ids.reduce<Construct>(
    (around, one) => childOf(around, one) ?? new Construct(around, one),
    construct,
  );
  return [scope, id];
}

/** What stands at a path below a construct. */
export const constructAt = (construct: Construct, path: string): Construct | undefined =>
  path.split('/').reduce<Construct | undefined>((around, id) => around && childOf(around, id), construct);

const childOf = ({ node }: Construct, id: string): Construct | undefined =>
  node.tryFindChild(id) as Construct | undefined;
