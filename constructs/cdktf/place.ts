import type { TerraformResource as Element, ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { scopeOf } from '../construct-paths';
import type { Noun } from '../graph/resource';
import { type Classes, type Scope, scopes, transformed } from '../graph/scopes';
import { isOutside } from '../graph/value';
import { inOrder, type Placed } from '../graph/walk';
import { type Postcondition, snakeCase, type TerraformResource } from '../terraform/resource';
import { translate } from '../terraform/translate';
import { withPostcondition } from './postcondition';
import { Values } from './values';

/** A class of the provider's bindings. Each takes its own configuration, which the graph's types have checked. */
export type ResourceClass = new (scope: Construct, id: string, config: never) => Element;

/** A construct class, with the classes of what may stand in it. */
export interface NounClass extends Classes<NounClass> {
  new (scope: Construct, id: string, part: never): Construct;
  /** By the provider's name: `aws_lb`. */
  readonly resources: Readonly<Record<string, ResourceClass>>;
}

/** Makes the constructs and resources of a noun below its own construct. @returns the values of what was made */
export function place(construct: Construct, classes: NounClass, root: Noun, transform: unknown): Values {
  const scopeAround = scopes<Construct, NounClass>(
    root,
    { made: construct, classes, transform },
    (around, noun, part, inner) => {
      const [scope, id] = scopeOf(around.made, noun.id);
      return new inner(scope, id, part as never);
    },
  );
  const values = new Values();
  for (const placed of inOrder(root)) {
    const scope = scopeAround(placed);
    for (const one of translate(placed.resource)) {
      values.add(placed.resource, one.id, element(one, placed, scope, values));
    }
  }
  return values;
}

function element(
  { type, id: path, arguments: given, lifecycle = {}, postcondition, transform }: TerraformResource,
  { waits }: Placed,
  around: Scope<Construct, NounClass>,
  values: Values,
): Element {
  const classes = around.classes.resources[type];
  if (classes === undefined) throw new Error(`${around.made.node.path} has no class for ${type}.`);
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
  const [scope, id] = scopeOf(around.made, path);
  const changed = transformed(around, transform, config);
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
