/**
 * What waits for what: by references and by said dependencies, and by theirs. Two engines that reach the same order in
 * different ways wait for the same.
 */
import { wholeOf } from './paths';

/** By construct path, the construct paths that it waits for. */
export type Waits = ReadonlyMap<string, ReadonlySet<string>>;

function closed(direct: Waits): Waits {
  const done = new Map<string, ReadonlySet<string>>();
  const visit = (path: string, above: readonly string[]): ReadonlySet<string> => {
    const known = done.get(path);
    if (known !== undefined) return known;
    if (above.includes(path)) throw new Error(`A circle: ${[...above, path].join(' waits for ')}.`);
    const all = new Set<string>();
    for (const on of direct.get(path) ?? [])
      for (const one of [on, ...visit(on, [...above, path])]) all.add(one);
    done.set(path, all);
    return all;
  };
  for (const path of direct.keys()) visit(path, []);
  return done;
}

/**
 * All that each thing waits for. A thing has one part that all its others wait for, and stands when all of them do; waiting for
 * some of its parts is not yet waiting for the thing.
 */
export function waitsOf(direct: Waits): Waits {
  const all = closed(direct);
  const parts = new Map<string, string[]>();
  for (const path of all.keys()) parts.set(wholeOf(path), [...(parts.get(wholeOf(path)) ?? []), path]);
  for (const [whole, names] of parts) {
    const isFirst = (one: string) => names.every((other) => other === one || all.get(other)?.has(one));
    if (!names.some(isFirst)) {
      throw new Error(`The others wait for no part of ${whole}: ${names.join(', ')}.`);
    }
  }
  const standing = (path: string): string[] => {
    const on = all.get(path) ?? new Set();
    return [...new Set([...on].map(wholeOf))].filter((whole) =>
      (parts.get(whole) ?? []).every((part) => on.has(part)),
    );
  };
  return new Map(
    [...parts].map(([whole, names]) => [
      whole,
      new Set(names.flatMap(standing).filter((name) => name !== whole)),
    ]),
  );
}

/**
 * The same, where some stand in nested stacks: such a stack as a whole waits for all that anything in it waits for, and
 * what waits for anything in it waits for the whole.
 */
export function waitsThrough(nestedStacks: ReadonlyMap<string, string>, waits: Waits): Waits {
  const stackOf = (path: string): string => nestedStacks.get(path) ?? path;
  const between = new Map<string, Set<string>>();
  const within = new Map<string, string[]>();
  for (const [path, on] of waits) {
    const stack = stackOf(path);
    within.set(stack, [...(within.get(stack) ?? []), path]);
    const others = [...on].map(stackOf).filter((one) => one !== stack);
    between.set(stack, new Set([...(between.get(stack) ?? []), ...others]));
  }
  const all = closed(between);
  return new Map(
    [...waits].map(([path, on]) => {
      const outside = [...(all.get(stackOf(path)) ?? [])].flatMap((stack) => within.get(stack) ?? []);
      return [path, new Set([...on, ...outside])];
    }),
  );
}
