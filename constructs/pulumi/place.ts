import type * as pulumi from '@pulumi/pulumi';
import { InnerPart } from '../graph/part';
import { isOutside, type Noun, type NounName } from '../graph/resource';
import { inOrder, type Placed } from '../graph/walk';
import type { TerraformResource } from '../terraform/resource';
import { translate } from '../terraform/translate';
import { pulumiArguments } from './arguments';
import { Values } from './values';

/** A class of `@pulumi/aws`. Each takes its own arguments, which the graph's types have checked. */
export type ResourceClass = new (
  name: string,
  args: never,
  options: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

interface Component extends pulumi.ComponentResource {
  readonly children: ReadonlyMap<string, pulumi.Resource>;
}

/** A component class, with the classes of what may stand in it. */
export interface NounClass {
  new (name: string, part: never, options: pulumi.ComponentResourceOptions): Component;
  /** By the name in Terraform's provider, which Pulumi's is made from: `aws_lb`. */
  readonly resources: Readonly<Record<string, ResourceClass>>;
  readonly nouns: Readonly<Partial<Record<NounName, NounClass>>>;
}

interface Scope {
  readonly component: Component;
  readonly name: string;
  readonly classes: NounClass;
  readonly transform: unknown;
}

/** Makes the components and resources of a noun below its own component. @returns the outputs of what was made */
export function place(
  component: Component,
  name: string,
  classes: NounClass,
  root: Noun,
  transform: unknown,
): Values {
  const scopes = new Map<Noun, Scope>([[root, { component, name, classes, transform }]]);
  makeInner(root, scopes);
  const values = new Values();
  for (const placed of inOrder(root)) {
    const scope = scopes.get(placed.nouns.at(-1) as Noun) as Scope;
    for (const one of translate(placed.resource)) {
      values.add(placed.resource, one.id, make(one, placed, scope, values));
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
    const name = nameBelow(around.name, inner.id);
    const component = new classes(name, new InnerPart(inner, transform) as never, {
      parent: around.component,
    });
    (around.component.children as Map<string, pulumi.Resource>).set(inner.id, component);
    scopes.set(inner, { component, name, classes, transform });
    makeInner(inner, scopes);
  }
}

function make(
  { type, id, arguments: given, lifecycle = {}, transform }: TerraformResource,
  { waits }: Placed,
  { component, name, classes, transform: changes }: Scope,
  values: Values,
): pulumi.CustomResource {
  const resourceClass = classes.resources[type];
  if (resourceClass === undefined) throw new Error(`${name} has no class for ${type}.`);
  const { args, customTimeouts } = pulumiArguments(type, values.resolved(given) as Record<string, unknown>);
  const dependsOn = waits.flatMap((one) =>
    isOutside(one) ? [one.outside as pulumi.Resource] : values.resourcesOf(one),
  );
  const change = transform === undefined ? undefined : at(changes, [transform]);
  const resource = new resourceClass(
    nameBelow(name, id),
    (change === undefined ? args : (change as (args: object) => object)(args)) as never,
    {
      parent: component,
      dependsOn: [...new Set(dependsOn)],
      // Pulumi would make the new one before it deletes the old one. Names are fixed, and AWS refuses a second one.
      ...(lifecycle.createBeforeDestroy !== true && { deleteBeforeReplace: true }),
      ...(lifecycle.preventDestroy && { protect: true }),
      ...(lifecycle.ignoreChanges && { ignoreChanges: [...lifecycle.ignoreChanges] }),
      ...(customTimeouts && { customTimeouts }),
    },
  );
  (component.children as Map<string, pulumi.Resource>).set(id, resource);
  return resource;
}

/** Names are unique in a stack by type and parents' types. A child that is its component's main one has `Default` for an id. */
const nameBelow = (name: string, id: string): string =>
  [name, ...id.split('/').filter((one) => one !== 'Default')].join('-');

const at = (transform: unknown, keys: readonly string[]): unknown =>
  keys.reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], transform);
