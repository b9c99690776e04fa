import { InnerPart } from './part';
import type { Noun, NounName } from './resource';
import type { Placed } from './walk';

/** The classes of an engine for the nouns that may stand in one, which know theirs in turn. */
export interface Classes<Class> {
  readonly nouns: Readonly<Partial<Record<NounName, Class>>>;
}

/** What an engine has made of a noun, and what it makes the noun's resources with. */
export interface Scope<Made, Class> {
  readonly made: Made;
  readonly classes: Class;
  /** The noun's own, as its user gave it. */
  readonly transform: unknown;
}

/**
 * Makes what an engine has for each noun below the outermost one.
 * @returns the scope that a resource stands in
 */
export function scopes<Made, Class extends Classes<Class>>(
  root: Noun,
  outermost: Scope<Made, Class>,
  make: (around: Scope<Made, Class>, inner: Noun, part: InnerPart, classes: Class) => Made,
): (placed: Placed) => Scope<Made, Class> {
  const all = new Map<Noun, Scope<Made, Class>>([[root, outermost]]);
  const enter = (noun: Noun, around: Scope<Made, Class>): void => {
    for (const inner of noun.nouns) {
      const classes = around.classes.nouns[inner.noun];
      if (classes === undefined) throw new Error(`A ${noun.noun} has no ${inner.noun}.`);
      const transform = at(around.transform, inner.transform);
      const part = new InnerPart(inner, transform) as InnerPart;
      const scope = { made: make(around, inner, part, classes), classes, transform };
      all.set(inner, scope);
      enter(inner, scope);
    }
  };
  enter(root, outermost);
  return ({ nouns }) => all.get(nouns.at(-1) as Noun) as Scope<Made, Class>;
}

/** What a resource is made with: as a noun's `transform` changes it under this name, where it does. */
export function transformed<Config extends object>(
  { transform }: Pick<Scope<unknown, unknown>, 'transform'>,
  name: string | undefined,
  config: Config,
): Config {
  const change = name === undefined ? undefined : at(transform, [name]);
  return change === undefined ? config : (change as (config: Config) => Config)(config);
}

const at = (transform: unknown, keys: readonly string[]): unknown =>
  keys.reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], transform);
