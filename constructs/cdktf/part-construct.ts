import { Construct } from 'constructs';
import { constructAt } from '../construct-paths';
import { InnerPart, type Part } from '../graph/part';
import type { Noun, NounName, NounOf } from '../graph/resource';
import { type Outside, outside } from '../graph/value';
import { type NounClass, place } from './place';
import type { Values } from './values';

/**
 * A construct of a noun. Its resources are its children, under the ids that the graph gives them; whatever a class shows
 * it finds among them.
 */
export abstract class PartConstruct<Name extends NounName> extends Construct {
  readonly settings: NounOf<Name>['settings'];
  /** Its part of the resource graph. */
  readonly noun: NounOf<Name>;
  readonly #values: Values | undefined;

  protected constructor(scope: Construct, id: string, part: Part<Name>) {
    super(scope, id);
    this.settings = part.noun.settings;
    this.noun = part.noun;
    if (part instanceof InnerPart) return;
    this.#values = place(this, new.target as unknown as NounClass, part.noun as Noun, part.transform);
  }

  /** What a value of the graph is here. Only the outermost construct knows. */
  engineValue(value: unknown): unknown {
    if (this.#values === undefined)
      throw new Error(`${this.node.path} stands in another part, which has the values.`);
    return this.#values.resolved(value);
  }

  /** A child, by its path below this construct. */
  protected child<Child>(path: string): Child {
    const found = this.find<Child>(path);
    if (found === undefined) throw new Error(`${this.node.path} has no "${path}".`);
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
    return constructAt(this, path) as Child | undefined;
  }
}

/** Engine values by name, as a graph takes them. */
export function outsideEach<Key extends string>(
  values: Readonly<Partial<Record<Key, string>>> | undefined,
): Record<Key, Outside> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([key, value]) => [key, outside(value)]),
  ) as Record<Key, Outside>;
}
