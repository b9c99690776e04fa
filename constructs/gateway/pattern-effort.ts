/**
 * How long a program that goes back and tries the next way can take with a pattern, as PCRE2 does: an upper bound on the
 * characters that it tries, over all texts of a length. It is counted, not guessed from the pattern's form: for each set
 * of places that one text can lead to, in how many ways at most it leads to each of them. That includes what the degree of
 * ambiguity says (Weber and Seidl, 1991): where the ways double with each character, or grow with a power of the length.
 */
import { type Places, placesOf } from './pattern-places';
import type { Pattern } from './pattern-tree';

export interface Effort {
  /** At most so many characters are tried; Infinity when there are more than it was counted up to. */
  readonly tries: number;
  /** When there are too many: the one or two parts that take the same text. Empty when it took too long to count. */
  readonly overlap: readonly string[];
}

/** Where the counting ends, in sets of places and in steps: what takes longer is counted more roughly, or refused. */
const mostStates = 2000;
const mostSteps = 10_000_000;

/** Places that one text may lead to, in order. */
interface State {
  readonly places: readonly number[];
  /** What may come after, and for each way there: from which of the places, to which of those, in how many ways. */
  readonly moves: readonly Move[];
}

interface Move {
  readonly to: number;
  readonly links: readonly (readonly [from: number, to: number, ways: number])[];
}

/** Characters that no set of the pattern tells apart: one of each kind. */
function kindsOf(places: Places): (readonly boolean[])[] {
  const kinds = new Map<string, boolean[]>();
  for (let bit = 0n; bit < 96n; bit++) {
    const takes = places.masks.map((mask) => ((mask >> bit) & 1n) === 1n);
    kinds.set(takes.map(Number).join(''), takes);
  }
  return [...kinds.values()].filter((takes) => takes.includes(true));
}

interface Automaton {
  readonly states: readonly State[];
  /** States after one character. */
  readonly starts: readonly number[];
}

/** All sets of places that a text can lead to; undefined when they, or the links between them, are too many. */
function statesOf(places: Places, mostLinks: number): Automaton | undefined {
  const kinds = kindsOf(places);
  const numbers = new Map<string, number>();
  const sets: number[][] = [];
  const numberOf = (set: number[]): number => {
    const key = set.join();
    const number = numbers.get(key) ?? sets.push(set) - 1;
    numbers.set(key, number);
    return number;
  };
  const after = (ahead: Iterable<number>): number[] => {
    const all = [...ahead].sort((a, b) => a - b);
    const led = kinds.map((takes) => all.filter((place) => takes[place]));
    return [...new Set(led.filter((set) => set.length > 0).map(numberOf))];
  };
  const starts = after(places.first.keys());
  const states: State[] = [];
  let left = mostLinks;
  for (let at = 0; at < sets.length; at++) {
    const here = sets[at] ?? [];
    const ahead = new Set(here.flatMap((place) => [...(places.next[place]?.keys() ?? [])]));
    const moves = after(ahead).map((to): Move => {
      const columns = new Map((sets[to] ?? []).map((place, column) => [place, column]));
      const links = here.flatMap((from, row) =>
        [...(places.next[from] ?? [])].flatMap(([place, ways]) => {
          const column = columns.get(place);
          return column === undefined ? [] : [[row, column, ways] as const];
        }),
      );
      left -= links.length;
      return { to, links };
    });
    if (left < 0 || sets.length > mostStates) return undefined;
    states.push({ places: here, moves });
  }
  return { states, starts };
}

const outOf = (places: Places, place: number): number =>
  [...(places.next[place]?.values() ?? [])].reduce((all, ways) => all + ways, 0);

const tooMany = (overlap: readonly string[] = []): Effort => ({ tries: Number.POSITIVE_INFINITY, overlap });

type Counts = readonly Float64Array[];

/** The set that most is tried from, and how often. */
function busiest(counts: Counts, out: Counts): { readonly state: number; readonly tries: number } {
  const tries = counts.map((row, state) =>
    row.reduce((all, one, index) => all + one * (out[state]?.[index] ?? 0), 0),
  );
  const most = Math.max(0, ...tries);
  return { state: tries.indexOf(most), tries: most };
}

/** The one or two parts that the two places stand in which most ways lead to. */
function overlapIn(places: Places, here: readonly number[], counts: ArrayLike<number>): string[] {
  const order = here.map((place, index) => ({ place, count: counts[index] ?? 0 }));
  order.sort((one, other) => other.count - one.count);
  const two = order.slice(0, 2).sort((one, other) => one.place - other.place);
  return [...new Set(two.map(({ place }) => places.parts[place]))].map((part) => part?.source ?? '');
}

/** Undefined when it would take too long. */
function count(places: Places, longest: number, most: number): Effort | undefined {
  if (places.exceeded) return tooMany();
  const automaton = statesOf(places, mostSteps / longest);
  if (!automaton) return undefined;
  const { states, starts } = automaton;
  const out = states.map(({ places: here }) => Float64Array.from(here, (place) => outOf(places, place)));
  // In how many ways a text of at most this length leads to each place of a set.
  let counts: Counts = states.map(({ places: here }, state) =>
    Float64Array.from(here, (place) => (starts.includes(state) ? (places.first.get(place) ?? 0) : 0)),
  );
  let tries = [...places.first.values()].reduce((all, one) => all + one, 0);
  for (let length = 1; length <= longest; length++) {
    const now = busiest(counts, out);
    const next = step(states, counts);
    // What does not grow any more stays as it is up to the end.
    tries += next ? now.tries : now.tries * (longest - length + 1);
    if (tries > most)
      return tooMany(overlapIn(places, states[now.state]?.places ?? [], counts[now.state] ?? []));
    if (!next) break;
    counts = next;
  }
  return { tries, overlap: [] };
}

/** One character more; undefined when nothing has grown. */
function step(states: readonly State[], counts: Counts): Counts | undefined {
  const after = counts.map((row) => Float64Array.from(row));
  let grown = false;
  states.forEach(({ moves }, state) => {
    for (const { to, links } of moves) {
      const target = after[to] as Float64Array;
      const there = new Float64Array(target.length);
      for (const [from, column, ways] of links)
        there[column] = (there[column] ?? 0) + (counts[state]?.[from] ?? 0) * ways;
      there.forEach((ways, column) => {
        if (ways <= (target[column] ?? 0)) return;
        target[column] = ways;
        grown = true;
      });
    }
  });
  return grown ? after : undefined;
}

/**
 * @param longest characters of the longest text
 * @param most counting ends there
 */
export const effortOf = (pattern: Pattern, longest: number, most: number): Effort =>
  count(placesOf(pattern, 64), longest, most) ?? count(placesOf(pattern, 1), longest, most) ?? tooMany();
