import type { Construct } from 'constructs';
import type { Noun, ResourceType } from '../graph/resource';
import { type Classes, type Scope, scopes, transformed } from '../graph/scopes';
import { inOrder, type Placed } from '../graph/walk';
import type { Building } from './builders/builder';
import { builders } from './builders/table';
import { NestedStacks } from './nested-stacks';
import { resourceOf } from './suppressions';
import { type Made, Values } from './values';

/** A construct class, with the classes of what may stand in it. */
export interface NounClass extends Classes<NounClass> {
  new (scope: Construct, id: string, part: never): Construct;
}

/** Makes the constructs and resources of a noun below its own construct. */
export function place(construct: Construct, classes: NounClass, root: Noun, transform: unknown): void {
  const stacks = new NestedStacks(construct);
  const scopeAround = scopes<Construct, NounClass>(
    root,
    { made: construct, classes, transform },
    (around, noun, part, inner) => {
      const [scope, id] = stacks.scopeOfNoun(around.made, noun);
      const made = new inner(scope, id, part as never);
      stacks.made(around.made, noun, made);
      return made;
    },
  );
  const values = new Values();
  for (const placed of inOrder(root)) {
    const made = build(placed, scopeAround(placed), stacks, values);
    values.add(placed.resource, made);
    letWait(placed, made, values);
  }
}

function build(
  { resource, nouns }: Placed,
  around: Scope<Construct, NounClass>,
  stacks: NestedStacks,
  values: Values,
): Made {
  const { transform, ...others } = resource;
  const noun = nouns.at(-1) as Noun;
  const [scope, name] = stacks.scopeOfResource(around.made, noun, resource);
  const builder = builders[resource.type] as (building: Building<ResourceType>) => Made;
  return builder({
    ...others,
    scope,
    name,
    beside: noun.resources,
    values,
    transformed: (config) => transformed(around, transform, config as object) as typeof config,
  });
}

/** In CloudFormation's terms: `DependsOn`. A wait for a service is one for its autoscaling too. */
function letWait({ waits }: Placed, { construct, named }: Made, values: Values): void {
  const awaited = waits.flatMap((one) => values.awaited(one));
  const waiting = construct ?? named;
  if (waiting !== undefined && awaited.length > 0) resourceOf(waiting).node.addDependency(...awaited);
}
