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
 * All that each thing waits for. A thing stands when that part of it does which waits for all its other parts; waiting for
 * another part is not yet waiting for the thing.
 */
export function waitsOf(direct: Waits): Waits {
  const all = closed(direct);
  const parts = new Map<string, string[]>();
  for (const path of all.keys()) parts.set(wholeOf(path), [...(parts.get(wholeOf(path)) ?? []), path]);
  const standing = new Map(
    [...parts].map(([whole, names]) => {
      const last = names.find((name) => names.every((other) => other === name || all.get(name)?.has(other)));
      if (last === undefined)
        throw new Error(`No part of ${whole} waits for the others: ${names.join(', ')}.`);
      return [last, whole] as const;
    }),
  );
  return new Map(
    [...parts].map(([whole, names]) => {
      const on = names
        .flatMap((name) => [...(all.get(name) ?? [])])
        .flatMap((name) => standing.get(name) ?? []);
      return [whole, new Set(on.filter((name) => name !== whole))];
    }),
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
