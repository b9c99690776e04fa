import type { TerraformResource as Element, ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { InnerPart } from '../graph/part';
import { isOutside, type Noun, type NounName } from '../graph/resource';
import { inOrder, type Placed } from '../graph/walk';
import { type Postcondition, snakeCase, type TerraformResource } from '../terraform/resource';
import { translate } from '../terraform/translate';
import { withPostcondition } from './postcondition';
import { Values } from './values';

/** A class of the provider's bindings. Each takes its own configuration, which the graph's types have checked. */
export type ResourceClass = new (scope: Construct, id: string, config: never) => Element;

/** A construct class, with the classes of what may stand in it. */
export interface NounClass {
  new (scope: Construct, id: string, part: never): Construct;
  /** By the provider's name: `aws_lb`. */
  readonly resources: Readonly<Record<string, ResourceClass>>;
  readonly nouns: Readonly<Partial<Record<NounName, NounClass>>>;
}

interface Scope {
  readonly construct: Construct;
  readonly classes: NounClass;
  readonly transform: unknown;
}

/** Makes the constructs and resources of a noun below its own construct. @returns the values of what was made */
export function place(construct: Construct, classes: NounClass, root: Noun, transform: unknown): Values {
  const scopes = new Map<Noun, Scope>([[root, { construct, classes, transform }]]);
  makeInner(root, scopes);
  const values = new Values();
  for (const placed of inOrder(root)) {
    const scope = scopes.get(placed.nouns.at(-1) as Noun) as Scope;
    for (const one of translate(placed.resource)) {
      values.add(placed.resource, one.id, element(one, placed, scope, values));
    }
  }
  return values;
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

function element(
  { type, id: path, arguments: given, lifecycle = {}, postcondition, transform }: TerraformResource,
  { waits }: Placed,
  around: Scope,
  values: Values,
): Element {
  const classes = around.classes.resources[type];
  if (classes === undefined) throw new Error(`${around.construct.node.path} has no class for ${type}.`);
  const dependsOn = waits.flatMap((one) =>
    isOutside(one) ? [one.outside as ITerraformDependable] : values.elementsOf(one),
  );
  const config: object = {
    ...(values.resolved(given) as object),
    ...(dependsOn.length > 0 && { dependsOn: [...new Set(dependsOn)] }),
    ...(Object.keys(lifecycle).length > 0 && {
      lifecycle: {
        ...lifecycle,
        ...(lifecycle.ignoreChanges && { ignoreChanges: lifecycle.ignoreChanges.map(snakeCase) }),
      },
    }),
  };
  const change = transform === undefined ? undefined : at(around.transform, [transform]);
  const changed = change === undefined ? config : (change as (config: object) => object)(config);
  const [scope, id] = scopeOf(around.construct, path);
  return new classes(scope, id, meeting(postcondition, changed, config) as never);
}

const meeting = (postcondition: Postcondition | undefined, changed: object, asked: object): object =>
  postcondition
    ? withPostcondition(
        { ...changed },
        postcondition,
        (asked as Record<string, unknown>)[postcondition.argument],
      )
    : changed;

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
