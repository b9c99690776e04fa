import { Construct } from 'constructs';
import { InnerPart } from '../graph/part';
import type { Noun, NounName, ResourceType } from '../graph/resource';
import type { Transform } from '../graph/transform';
import { inOrder, type Placed } from '../graph/walk';
import type { Building } from './builders/builder';
import { builders } from './builders/table';
import { resourceOf } from './suppressions';
import { type Made, Values } from './values';

/** A construct class, with the classes of what may stand in it. */
export interface NounClass {
  new (scope: Construct, id: string, part: never): Construct;
  readonly nouns: Readonly<Partial<Record<NounName, NounClass>>>;
}

interface Scope {
  readonly construct: Construct;
  readonly classes: NounClass;
  readonly transform: unknown;
}

/** Makes the constructs and resources of a noun below its own construct. */
export function place(construct: Construct, classes: NounClass, root: Noun, transform: unknown): void {
  const scopes = new Map<Noun, Scope>([[root, { construct, classes, transform }]]);
  makeInner(root, scopes);
  const values = new Values();
  for (const placed of inOrder(root)) {
    const noun = placed.nouns.at(-1) as Noun;
    const made = build(placed, noun, scopes.get(noun) as Scope, values);
    values.add(placed.resource, made);
    letWait(placed, made, values);
  }
}

function makeInner(noun: Noun, scopes: Map<Noun, Scope>): void {
  const around = scopes.get(noun) as Scope;
  for (const inner of noun.nouns) {
    const classes = around.classes.nouns[inner.noun];
    if (classes === undefined) throw new Error(`A ${noun.noun} has no ${inner.noun}.`);
    const transform = at(around.transform, inner.transform);
    const [scope, id] = scopeOf(around.construct, inner.id);
    const construct = new classes(scope, id, new InnerPart(inner, transform) as never);
    scopes.set(inner, { construct, classes, transform });
    makeInner(inner, scopes);
  }
}

function build({ resource }: Placed, noun: Noun, around: Scope, values: Values): Made {
  const { transform, ...others } = resource;
  const change = transform === undefined ? undefined : at(around.transform, [transform]);
  const [scope, name] = scopeOf(around.construct, resource.id);
  const builder = builders[resource.type] as (building: Building<ResourceType>) => Made;
  return builder({
    ...others,
    scope,
    name,
    beside: noun.resources,
    values,
    transformed: (config) => (change === undefined ? config : (change as Transform<typeof config>)(config)),
  });
}

/** In CloudFormation's terms: `DependsOn`. A wait for a service is one for its autoscaling too. */
function letWait({ waits }: Placed, { construct, named }: Made, values: Values): void {
  const awaited = waits.flatMap((one) => values.awaited(one));
  const waiting = construct ?? named;
  if (waiting !== undefined && awaited.length > 0) resourceOf(waiting).node.addDependency(...awaited);
}

/** The construct that the last part of a path stands in, made where there is none. */
function scopeOf(construct: Construct, path: string): [Construct, string] {
  const ids = path.split('/');
  const id = ids.pop() as string;
  const scope = ids.reduce<Construct>(
    (scope, one) => (scope.node.tryFindChild(one) as Construct | undefined) ?? new Construct(scope, one),
    construct,
  );
  return [scope, id];
}

const at = (transform: unknown, keys: readonly string[]): unknown =>
  keys.reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], transform);
