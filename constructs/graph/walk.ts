import type { Noun, Resource } from './resource';
import { type Awaited, isOutside, isRef, type Referred } from './value';

/** A resource, where it stands and what it waits for. */
export interface Placed {
  readonly resource: Resource;
  /** The nouns that it is in, the outermost first. */
  readonly nouns: readonly Noun[];
  readonly waits: readonly Awaited[];
}

/** `Network/Vpc`, below the outermost noun. */
export const pathOf = ({ nouns, resource }: Placed): string =>
  [...nouns.slice(1).map(({ id }) => id), resource.id].join('/');

/** All resources below a noun, each after those that it refers to and waits for. */
export function inOrder(root: Noun): Placed[] {
  const placed = new Map<Referred, Placed>();
  const waits = waitsOf(root);
  collect(root, [], (resource, nouns) =>
    placed.set(resource, { resource, nouns, waits: waits.get(resource) ?? [] }),
  );
  const done = new Set<Resource>();
  const ordered: Placed[] = [];
  const visit = (one: Placed): void => {
    if (done.has(one.resource)) return;
    done.add(one.resource);
    for (const before of [...references(one.resource.settings), ...one.waits]) {
      const other = isOutside(before) ? undefined : placed.get(before);
      if (other !== undefined) visit(other);
    }
    ordered.push(one);
  };
  for (const one of placed.values()) visit(one);
  return ordered;
}

function collect(
  noun: Noun,
  around: readonly Noun[],
  found: (resource: Resource, nouns: readonly Noun[]) => void,
): void {
  const nouns = [...around, noun];
  for (const resource of noun.resources) found(resource, nouns);
  for (const inner of noun.nouns) collect(inner, nouns, found);
}

function waitsOf(root: Noun): Map<Resource, Awaited[]> {
  const waits = new Map<Resource, Awaited[]>();
  const add = (noun: Noun): void => {
    for (const { waiting, on } of noun.waits) waits.set(waiting, [...(waits.get(waiting) ?? []), on]);
    noun.nouns.forEach(add);
  };
  add(root);
  return waits;
}

/** The resources that settings refer to. */
export function references(value: unknown): Referred[] {
  if (typeof value !== 'object' || value === null || isOutside(value)) return [];
  if (isRef(value)) return [value.of];
  return Object.values(value).flatMap(references);
}
