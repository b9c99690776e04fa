import type * as pulumi from '@pulumi/pulumi';
import type { Noun } from '../graph/resource';
import { type Classes, type Scope, scopes, transformed } from '../graph/scopes';
import { isOutside } from '../graph/value';
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
export interface NounClass extends Classes<NounClass> {
  new (name: string, part: never, options: pulumi.ComponentResourceOptions): Component;
  /** By the name in Terraform's provider, which Pulumi's is made from: `aws_lb`. */
  readonly resources: Readonly<Record<string, ResourceClass>>;
}

interface Named {
  readonly component: Component;
  readonly name: string;
}

/** Makes the components and resources of a noun below its own component. @returns the outputs of what was made */
export function place(
  component: Component,
  name: string,
  classes: NounClass,
  root: Noun,
  transform: unknown,
): Values {
  const outermost = { made: { component, name }, classes, transform };
  const scopeAround = scopes<Named, NounClass>(root, outermost, ({ made }, noun, part, inner) => {
    const innerName = nameBelow(made.name, noun.id);
    const child = new inner(innerName, part as never, { parent: made.component });
    (made.component.children as Map<string, pulumi.Resource>).set(noun.id, child);
    return { component: child, name: innerName };
  });
  const values = new Values();
  for (const placed of inOrder(root)) {
    const scope = scopeAround(placed);
    for (const one of translate(placed.resource)) {
      values.add(placed.resource, one.id, make(one, placed, scope, values));
    }
  }
  return values;
}

function make(
  { type, id, arguments: given, lifecycle = {}, transform }: TerraformResource,
  { waits }: Placed,
  around: Scope<Named, NounClass>,
  values: Values,
): pulumi.CustomResource {
  const { classes } = around;
  const { component, name } = around.made;
  const resourceClass = classes.resources[type];
  if (resourceClass === undefined) throw new Error(`${name} has no class for ${type}.`);
  const { args, customTimeouts } = pulumiArguments(type, values.resolved(given) as Record<string, unknown>);
  const dependsOn = waits.flatMap((one) =>
    isOutside(one) ? [one.outside as pulumi.Resource] : values.resourcesOf(one),
  );
  const resource = new resourceClass(nameBelow(name, id), transformed(around, transform, args) as never, {
    parent: component,
    dependsOn: [...new Set(dependsOn)],
    // Pulumi would make the new one before it deletes the old one. Names are fixed, and AWS refuses a second one.
    ...(lifecycle.createBeforeDestroy !== true && { deleteBeforeReplace: true }),
    ...(lifecycle.preventDestroy && { protect: true }),
    ...(lifecycle.ignoreChanges && { ignoreChanges: [...lifecycle.ignoreChanges] }),
    ...(customTimeouts && { customTimeouts }),
  });
  (component.children as Map<string, pulumi.Resource>).set(id, resource);
  return resource;
}

/** Names are unique in a stack by type and parents' types. A child that is its component's main one has `Default` for an id. */
const nameBelow = (name: string, id: string): string =>
  [name, ...id.split('/').filter((one) => one !== 'Default')].join('-');
