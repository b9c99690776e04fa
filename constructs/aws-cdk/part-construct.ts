import { Construct } from 'constructs';
import { InnerPart, Part } from '../graph/part';
import type { Noun, NounName, NounOf } from '../graph/resource';
import { type Outside, outside } from '../graph/value';
import { foundAt } from './elsewhere';
import { type NounClass, place } from './place';

/**
 * A construct of a noun. Its resources are its children, under the ids that the graph gives them; whatever a class shows
 * it finds among them.
 */
export abstract class PartConstruct<Name extends NounName> extends Construct {
  readonly settings: NounOf<Name>['settings'];

  /** @param part a function of the construct itself, where the part needs constructs that stand in it */
  protected constructor(scope: Construct, id: string, part: Part<Name> | ((self: Construct) => Part<Name>)) {
    super(scope, id);
    const { noun, transform } = part instanceof Part ? part : part(this);
    this.settings = noun.settings;
    if (part instanceof InnerPart) return;
    place(this, new.target as unknown as NounClass, noun as Noun, transform);
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
    return foundAt(this, path) as Child | undefined;
  }
}

/** Constructs by name, as a graph takes them. */
export const outsideEach = (constructs: Readonly<Record<string, unknown>> = {}): Record<string, Outside> =>
  Object.fromEntries(Object.entries(constructs).map(([key, value]) => [key, outside(value)]));
