/**
 * Whether a pattern can read the same text in a number of ways that doubles with each character, as `(a+)+` can: a
 * program that goes back and tries the next way would then work for ever. That is so when, on the way from a place in
 * the pattern back to itself, the same text has two ways (Weber and Seidl, 1991: exponential degree of ambiguity).
 */
import type { Mask, Pattern } from './pattern';

/** The places where a pattern reads a character, and which may follow which (Glushkov's automaton). */
interface Places {
  readonly masks: Mask[];
  readonly next: Map<number, number>[];
}

interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly empty: boolean;
}

/** Repetitions that are told exactly, and are no larger, are written out; others may go round as often as they like. */
const mostWrittenOut = 32;
/** A pattern that takes longer to judge counts as ambiguous. */
const mostSteps = 1_000_000;

function link(places: Places, before: Part, after: Part): void {
  for (const from of before.last) {
    for (const to of after.first) places.next[from]?.set(to, (places.next[from]?.get(to) ?? 0) + 1);
  }
}

function follow(places: Places, one: Part, other: Part): Part {
  link(places, one, other);
  return {
    first: one.empty ? [...one.first, ...other.first] : one.first,
    last: other.empty ? [...one.last, ...other.last] : other.last,
    empty: one.empty && other.empty,
  };
}

const nothing: Part = { first: [], last: [], empty: true };

function build(pattern: Pattern, places: Places): Part {
  if (pattern.kind === 'set') {
    const place = places.masks.push(pattern.mask) - 1;
    places.next.push(new Map());
    return { first: [place], last: [place], empty: false };
  }
  if (pattern.kind === 'all') {
    return pattern.parts.reduce<Part>((before, part) => follow(places, before, build(part, places)), nothing);
  }
  if (pattern.kind === 'any') {
    const options = pattern.options.map((option) => build(option, places));
    return {
      first: options.flatMap(({ first }) => first),
      last: options.flatMap(({ last }) => last),
      empty: options.some(({ empty }) => empty),
    };
  }
  const { of, least, most } = pattern;
  const before = places.masks.length;
  const one = build(of, places);
  const size = places.masks.length - before;
  if (least === most && least * size <= mostWrittenOut) {
    return Array.from({ length: least - 1 }).reduce<Part>(
      (all) => follow(places, all, build(of, places)),
      one,
    );
  }
  if (most > 1) link(places, one, one);
  return { ...one, empty: one.empty || least === 0 };
}

/** All that can be reached in at least one step; undefined when it takes too long. */
function reached(start: number, next: (from: number) => Iterable<number>, budget: { steps: number }) {
  const seen = new Set<number>();
  const open = [start];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const to of next(from)) {
      if (--budget.steps < 0) return undefined;
      if (seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}

export function ambiguous(pattern: Pattern): boolean {
  const places: Places = { masks: [], next: [] };
  build(pattern, places);
  const { masks, next } = places;
  const count = masks.length;
  const ahead = next.map((to) => [...to.keys()]);
  const back = masks.map((): number[] => []);
  ahead.forEach((all, from) => {
    for (const to of all) back[to]?.push(from);
  });
  const alike = (one: number, other: number) => ((masks[one] ?? 0n) & (masks[other] ?? 0n)) !== 0n;
  /** Two ways at once, which read the same text: `one * count + other`. */
  const pairs = (ways: readonly number[][]) =>
    function* (pair: number) {
      for (const one of ways[Math.floor(pair / count)] ?? []) {
        for (const other of ways[pair % count] ?? []) if (alike(one, other)) yield one * count + other;
      }
    };
  const budget = { steps: mostSteps };
  for (const place of masks.keys()) {
    const start = place * count + place;
    const there = reached(start, pairs(ahead), budget);
    const andBack = there?.has(start) ? reached(start, pairs(back), budget) : new Set<number>();
    if (!there || !andBack) return true;
    for (const pair of there) {
      const one = Math.floor(pair / count);
      if (!andBack.has(pair)) continue;
      if (one !== pair % count) return true;
      // The same step by two ways.
      for (const [to, ways] of next[one] ?? []) if (ways > 1 && andBack.has(to * count + to)) return true;
    }
  }
  return false;
}
