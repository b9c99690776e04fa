/** What a broken file still says: so that a typing error does not hide what the rules find in the rest of it. */
import type { Path } from '../../problems';
import { type Environment, environmentSchema } from '../schema';
import { misspelt } from './explain';
import { findIssues, type Issue } from './issues';
import { childValue, isMapping } from './shape';

export interface Salvaged {
  readonly environment: Environment;
  /** Places whose values are not the person's: what a rule concludes from them means nothing. */
  readonly doubtful: readonly Path[];
}

/** What stands in for a value that must be there. */
const standIns: Record<string, unknown> = {
  name: 'x',
  stage: 'api',
  region: 'eu-central-1',
  apis: {},
  image: 'x',
};
/** Each round takes something away, and an environment is not nested deeper than this. */
const MOST_ROUNDS = 20;

/** The smallest thing that can be taken away: a list loses its meaning when one of its entries goes. */
function removable(path: Path): Path {
  const index = path.findIndex((step) => typeof step === 'number');
  return index < 0 ? path : path.slice(0, index);
}

/** The places that an issue is about, and the known ones that may have been meant by them. */
function placesOf(issue: Issue): { wrong: Path[]; meant: Path[] } {
  const { path, raw } = issue;
  if (raw.code !== 'unrecognized_keys') return { wrong: [removable(path)], meant: [] };
  return {
    wrong: raw.keys.map((key) => removable([...path, key])),
    meant: misspelt(issue).map(removable),
  };
}

/**
 * Takes a value away, or puts another in its place.
 * @returns the place that has changed; undefined when that is the whole file
 */
function take(data: Record<string, unknown>, place: Path): Path | undefined {
  const key = place.at(-1);
  if (key === undefined) return undefined;
  const parent = place.slice(0, -1).reduce<unknown>(childValue, data);
  if (!isMapping(parent)) return take(data, place.slice(0, -1));
  const mapping = parent as Record<string, unknown>;
  if (Object.hasOwn(standIns, key) && mapping[key] !== standIns[key]) mapping[key] = standIns[key];
  else if (Object.hasOwn(mapping, key)) delete mapping[key];
  else return take(data, place.slice(0, -1));
  return place;
}

/**
 * Takes away what is wrong until the rest is an environment.
 * @returns undefined when nothing sensible is left
 */
export function salvage(data: unknown, dropped: readonly Path[]): Salvaged | undefined {
  if (!isMapping(data)) return undefined;
  const rest = structuredClone(data) as Record<string, unknown>;
  const doubtful: Path[] = dropped.map(removable);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const issues = findIssues(environmentSchema, rest);
    if (issues.length === 0) return { environment: environmentSchema.parse(rest), doubtful };
    for (const { wrong, meant } of issues.map(placesOf)) {
      doubtful.push(...meant, ...wrong);
      for (const place of wrong) {
        const changed = take(rest, place);
        if (!changed) return undefined;
        doubtful.push(changed);
      }
    }
  }
  return undefined;
}

const startsWith = (path: Path, prefix: Path): boolean => prefix.every((step, index) => path[index] === step);

/** Whether a place that was looked at is one of the doubtful ones, or in one. */
export function touches(seen: Path, doubtful: readonly Path[]): boolean {
  const all = seen.at(-1) === '*';
  return doubtful.some((place) =>
    all ? place.length === seen.length && startsWith(place, seen.slice(0, -1)) : startsWith(seen, place),
  );
}

/** A view on the environment that notes what is looked at; `*` is all keys of a mapping. */
export function watched<Value extends object>(
  value: Value,
  note: (path: Path) => void,
  path: Path = [],
): Value {
  const one = (key: string | symbol): void => {
    if (typeof key === 'string') note([...path, key]);
  };
  return new Proxy(value, {
    get(target, key) {
      const inner: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol' || (Array.isArray(target) && !/^\d+$/.test(key))) return inner;
      one(key);
      return typeof inner === 'object' && inner !== null ? watched(inner, note, [...path, key]) : inner;
    },
    has(target, key) {
      one(key);
      return Reflect.has(target, key);
    },
    // Who asks for all keys would have seen each that was taken away.
    ownKeys(target) {
      note([...path, '*']);
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor(target, key) {
      one(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
}
