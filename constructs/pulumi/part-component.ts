import * as pulumi from '@pulumi/pulumi';
import { InnerPart, type Part } from '../graph/part';
import type { Noun, NounName, NounOf } from '../graph/resource';
import { type Outside, outside } from '../graph/value';
import { type NounClass, place } from './place';
import type { Values } from './values';

/**
 * A component of a noun. Its resources are its children in Pulumi's tree, named by the component's name and the ids that
 * the graph gives them; whatever a class shows it finds among them.
 */
export abstract class PartComponent<Name extends NounName> extends pulumi.ComponentResource {
  /** What it is made from. An input that was given for an id or an ARN stands in it as it was given. */
  readonly settings: NounOf<Name>['settings'];
  /** Its part of the resource graph. */
  readonly noun: NounOf<Name>;
  readonly #values: Values | undefined;
  /** The component that it stands in. */
  protected readonly around: pulumi.Resource | undefined;
  /** By their path below this component. */
  readonly children: ReadonlyMap<string, pulumi.Resource>;

  /** @param type what Pulumi calls the component: `LoadBalancer` */
  protected constructor(
    type: string,
    name: string,
    part: Part<Name>,
    options: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(`stagecraft:index:${type}`, name, {}, options);
    this.settings = part.noun.settings;
    this.noun = part.noun;
    this.around = options?.parent;
    this.children = new Map();
    if (part instanceof InnerPart) return;
    this.#values = place(this, name, new.target as unknown as NounClass, part.noun as Noun, part.transform);
    this.#complete();
  }

  /** What the state holds of the component itself. */
  outputs(): pulumi.Inputs {
    return {};
  }

  /** Ends the making of the components in it, and then its own. */
  #complete(): void {
    for (const child of this.children.values()) if (child instanceof PartComponent) child.#complete();
    this.registerOutputs(this.outputs());
  }

  /** What a value of the graph is here. Only the outermost component knows. */
  engineValue(value: unknown): unknown {
    if (this.#values === undefined) throw new Error('It stands in another component, which has the values.');
    return this.#values.resolved(value);
  }

  /** A child, by its path below this component. */
  protected child<Child>(path: string): Child {
    const found = this.find<Child>(path);
    if (found === undefined) throw new Error(`The component has no "${path}".`);
    return found;
  }

  /** Children by id: each stands at its own, or at the path that is made of it. */
  protected each<Child>(
    all: readonly (string | { readonly id: string })[],
    path: (id: string) => string = (id) => id,
  ): Record<string, Child> {
    const ids = all.map((one) => (typeof one === 'string' ? one : one.id));
    return Object.fromEntries(ids.map((id) => [id, this.child<Child>(path(id))]));
  }

  /** A child that may be absent. */
  protected find<Child>(path: string): Child | undefined {
    return this.children.get(path) as Child | undefined;
  }
}

/** Inputs by name, as a graph takes them. */
export function outsideEach<Key extends string>(
  values: Readonly<Partial<Record<Key, pulumi.Input<string>>>> | undefined,
): Record<Key, Outside> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([key, value]) => [key, outside(value)]),
  ) as Record<Key, Outside>;
}
