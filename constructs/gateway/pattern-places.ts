/**
 * A pattern as the places where it reads a character, and which may follow which (Glushkov's automaton), each with the
 * number of ways: a program that goes back tries all of them.
 */
import type { Mask, Pattern } from './pattern-tree';

export interface Places {
  readonly masks: Mask[];
  /** For each place those that may follow, and in how many ways. */
  readonly next: Map<number, number>[];
  /** The repetition that each stands in, or it itself. */
  readonly parts: Written[];
  /** Where a text may begin, and in how many ways. */
  first: ReadonlyMap<number, number>;
  /** Whether there are no more ways than these. */
  exceeded: boolean;
}

/** A part of a pattern, as it was written. */
export interface Written {
  readonly source: string;
}

type Ways = ReadonlyMap<number, number>;

interface Part {
  readonly first: Ways;
  readonly last: Ways;
  /** Ways to read nothing. */
  readonly empty: number;
}

const nothing: Part = { first: new Map(), last: new Map(), empty: 1 };

function sum(one: Ways, other: Ways, factor = 1): Ways {
  const all = new Map(one);
  if (factor > 0) for (const [place, ways] of other) all.set(place, (all.get(place) ?? 0) + ways * factor);
  return all;
}

class Builder {
  readonly places: Places = { masks: [], next: [], parts: [], first: new Map(), exceeded: false };
  constructor(private readonly mostCopies: number) {}

  private link(before: Part, after: Part): void {
    for (const [from, fromWays] of before.last) {
      const next = this.places.next[from];
      for (const [to, toWays] of after.first) next?.set(to, (next.get(to) ?? 0) + fromWays * toWays);
    }
  }

  private follow(one: Part, other: Part): Part {
    this.link(one, other);
    return {
      first: sum(one.first, other.first, one.empty),
      last: sum(other.last, one.last, other.empty),
      empty: one.empty * other.empty,
    };
  }

  /** At least once. A repetition that reads nothing is the last one. */
  private round(one: Part): Part {
    this.link(one, one);
    const more = 1 + one.empty;
    return {
      first: sum(new Map(), one.first, more),
      last: sum(new Map(), one.last, more),
      empty: one.empty * more,
    };
  }

  private times(pattern: Extract<Pattern, { kind: 'times' }>): Part {
    const { of, least, most } = pattern;
    const before = this.places.masks.length;
    const copy = () => this.build(of, pattern);
    const optional = (part: Part): Part => ({ ...part, empty: part.empty + 1 });
    const one = copy();
    const size = this.places.masks.length - before;
    const open = most === Number.POSITIVE_INFINITY;
    const copies = open ? Math.max(least, 1) : most;
    if (copies > 1 && size * copies > this.mostCopies) {
      // Going round says of nothing how often it was read.
      if (one.empty > 0) this.places.exceeded = true;
      const round = this.round(one);
      return least === 0 ? optional(round) : round;
    }
    const parts = [one, ...Array.from({ length: copies - 1 }, copy)];
    const last = parts.pop() ?? nothing;
    let all = open ? this.round(last) : last;
    if (copies > least) all = optional(all);
    // `x{2,4}` is `xx(x(x)?)?`.
    for (let rest = copies - 1; rest > 0; rest--) {
      all = this.follow(parts.pop() ?? nothing, all);
      if (rest > least) all = optional(all);
    }
    return all;
  }

  build(pattern: Pattern, inside?: Written): Part {
    if (pattern.kind === 'set') {
      const place = this.places.masks.push(pattern.mask) - 1;
      this.places.next.push(new Map());
      this.places.parts.push(inside ?? pattern);
      const here = new Map([[place, 1]]);
      return { first: here, last: here, empty: 0 };
    }
    if (pattern.kind === 'all')
      return pattern.parts.reduce<Part>(
        (before, part) => this.follow(before, this.build(part, inside)),
        nothing,
      );
    if (pattern.kind === 'any') {
      const options = pattern.options.map((option) => this.build(option, inside));
      return options.reduce((one, other) => ({
        first: sum(one.first, other.first),
        last: sum(one.last, other.last),
        empty: one.empty + other.empty,
      }));
    }
    return this.times(pattern);
  }
}

/** @param mostCopies repetitions of more places in all are not written out, but may go round as often as they like */
export function placesOf(pattern: Pattern, mostCopies: number): Places {
  const builder = new Builder(mostCopies);
  const { first } = builder.build(pattern);
  builder.places.first = first;
  return builder.places;
}
