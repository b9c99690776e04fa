/** Compares the engines with each other over blueprints. */
import { isDeepStrictEqual } from 'node:util';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { DIFFERENCES, type Difference, WAIT_DIFFERENCES, type WaitDifference } from './differences';
import { type Engine, engines, FIRST, names, type Other, others } from './engines';
import { differences, type Facts, type Found } from './facts';
import { careless } from './own';
import { type Waits, waitsThrough } from './waits';

interface FoundWait {
  readonly only: 'first' | 'here';
  readonly waiting: string;
  readonly on: string;
}

/** What two engines differ in, and what of the lists that was. */
export interface Compared {
  /** A line for each difference that is not listed; empty when the engines say the same. */
  readonly unmeant: readonly string[];
  readonly seen: ReadonlySet<Difference | WaitDifference>;
}

/** How an engine compares with the first. */
export function compare(first: Facts, here: Facts, other: Other): Compared {
  const seen = new Set<Difference | WaitDifference>();
  const settings = differences(first, here).filter((found) => {
    const listed = DIFFERENCES[other].find((one) => covers(one, found, first, here));
    if (listed !== undefined) seen.add(listed);
    return listed === undefined;
  });
  const isUnlisted = (found: FoundWait): boolean => {
    const listed = WAIT_DIFFERENCES[other].find((one) => coversWait(one, found));
    if (listed !== undefined) seen.add(listed);
    return listed === undefined;
  };
  const lacking = onlyIn('first', first.waits, here.waits).filter(isUnlisted);
  const more = onlyIn('here', here.waits, first.waits).filter(isUnlisted);
  const waits = [...lacking, ...beyond(more, first, here)];
  return { unmeant: [...settings.map(line), ...waits.map((found) => waitLine(found, other))], seen };
}

/** Without the waits that come of nested stacks, of which each is deployed as a whole. */
function beyond(more: readonly FoundWait[], first: Facts, { nestedStacks, waits }: Facts): FoundWait[] {
  if (more.length === 0 || !nestedStacks || nestedStacks.size === 0) return [...more];
  // With those that are listed, which come through nested stacks too.
  const unlisted = new Set(more.map(({ waiting, on }) => `${waiting} ${on}`));
  const meant = new Map(
    [...waits].map(([path, on]) => [path, new Set([...on].filter((one) => !unlisted.has(`${path} ${one}`)))]),
  );
  for (const [path, on] of first.waits) meant.set(path, new Set([...(meant.get(path) ?? []), ...on]));
  const through = waitsThrough(nestedStacks, meant);
  return more.filter(({ waiting, on }) => !through.get(waiting)?.has(on));
}

function covers(one: Difference, found: Found, first: Facts, here: Facts): boolean {
  const { kind, at = /^/, setting } = one;
  if (kind !== found.kind || !at.test(found.path) || !setting.test(found.setting)) return false;
  return isMeant(one.first, found.one, first) && isMeant(one.here, found.other, here);
}

const isMeant = (wanted: Difference['first'], value: unknown, all: Facts): boolean =>
  typeof wanted === 'function' ? wanted(value, all) : isDeepStrictEqual(value, wanted);

const coversWait = (one: WaitDifference, { only, waiting, on }: FoundWait): boolean =>
  one.only === only && one.waiting.test(waiting) && one.on.test(on);

const onlyIn = (only: FoundWait['only'], one: Waits, other: Waits): FoundWait[] =>
  [...one].flatMap(([waiting, on]) =>
    [...on].filter((name) => !other.get(waiting)?.has(name)).map((name) => ({ only, waiting, on: name })),
  );

const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

const line = ({ path, kind, setting, one, other }: Found): string =>
  `${path} (${kind}) ${setting}: ${shown(one)} with ${FIRST}, ${shown(other)} here`;

const waitLine = ({ only, waiting, on }: FoundWait, other: Other): string =>
  `only with ${only === 'first' ? FIRST : other} ${waiting} waits for ${on}`;

/** The facts of a blueprint with each engine. */
export async function factsOf(blueprint: Blueprint): Promise<Record<Engine, Facts>> {
  const found: Partial<Record<Engine, Facts>> = {};
  for (const name of names) found[name] = await engines[name](blueprint);
  return found as Record<Engine, Facts>;
}

/** All in which the engines differ that is not listed, and in which one does not make and delete as it is meant to. */
export function faultsOf(blueprint: Blueprint, facts: Readonly<Record<Engine, Facts>>): Compared {
  const compared = others.map((other) => compare(facts[FIRST], facts[other], other));
  const unmeant = [
    ...compared.flatMap((one) => one.unmeant),
    ...names.flatMap((engine) => careless(engine, facts[engine], blueprint)),
  ];
  return { unmeant, seen: new Set(compared.flatMap((one) => [...one.seen])) };
}

export interface Case {
  readonly name: string;
  readonly blueprint: Blueprint;
}

/**
 * Tests that all engines provision the same in each case.
 * @param whole whether the cases have every listed difference, so that one that is gone fails
 */
export function testEngines(cases: readonly Case[], { whole }: { readonly whole: boolean }): void {
  const seen = new Set<Difference | WaitDifference>();

  describe.each(cases)('$name', ({ blueprint }) => {
    let facts: Record<Engine, Facts>;
    beforeAll(async () => {
      facts = await factsOf(blueprint);
    }, 120_000);

    test.each(others)('%s provisions what the first engine does, in the same order', (other) => {
      const compared = compare(facts[FIRST], facts[other], other);
      for (const one of compared.seen) seen.add(one);
      expect(compared.unmeant).toEqual([]);
    });

    test.each(names)('%s makes and deletes as it is meant to', (engine) => {
      expect(careless(engine, facts[engine], blueprint)).toEqual([]);
    });
  });

  if (!whole) return;
  const listed = others.flatMap((other) => [...DIFFERENCES[other], ...WAIT_DIFFERENCES[other]]);
  test('every listed difference is there still', () => {
    expect(listed.filter((one) => !seen.has(one)).map(({ why }) => why)).toEqual([]);
  });
}
