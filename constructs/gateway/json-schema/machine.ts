/**
 * A pattern as a machine of states (a DFA): it reads a text once, a step for each character, and never goes back. So no
 * text takes longer than its length, whatever the pattern. It takes what JavaScript takes with the flag `u`.
 */
import { type Mask, type Pattern, readPattern } from '../pattern';

/** A state is where its row in `next` begins, from 0, where it starts. */
export interface Machine {
  /** For each byte below 128 its column in the rows, from 1. All that is not ASCII counts as U+001A. */
  readonly columns: readonly number[];
  /** The state after; -1: nothing that follows can match, -2: whatever follows matches. */
  readonly next: readonly number[];
  /** States in which a text may end. */
  readonly ends: readonly number[];
}

const mostPlaces = 1000;
const mostSteps = 10_000;

class TooLarge extends Error {}

const printable = 0x7f - 0x20;
/** What a set may have beside printable ASCII: `[^…]` and `.` take both, but `.` no end of a line. */
const others = printable;
const lineEnd = printable + 1;
const symbols = printable + 2;
const everything: Mask = (1n << BigInt(printable + 1)) - 1n;

const takes = (mask: Mask, symbol: number): boolean =>
  symbol === lineEnd ? takes(mask, others) && mask !== everything : ((mask >> BigInt(symbol)) & 1n) === 1n;

const symbolOf = (byte: number): number => {
  if (byte === 0x0a || byte === 0x0d) return lineEnd;
  return byte < 0x20 || byte === 0x7f ? others : byte - 0x20;
};

/** The places of a pattern that read a character, and which may follow which (Glushkov). */
interface Places {
  readonly masks: Mask[];
  readonly next: Set<number>[];
}

interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly empty: boolean;
}

const nothing: Part = { first: [], last: [], empty: true };

function place(mask: Mask, { masks, next }: Places): Part {
  if (masks.length === mostPlaces) throw new TooLarge();
  const at = masks.push(mask) - 1;
  next.push(new Set());
  return { first: [at], last: [at], empty: false };
}

function link({ next }: Places, from: readonly number[], to: readonly number[]): void {
  for (const one of from) for (const other of to) next[one]?.add(other);
}

function follow(places: Places, one: Part, other: Part): Part {
  link(places, one.last, other.first);
  return {
    first: one.empty ? [...one.first, ...other.first] : one.first,
    last: other.empty ? [...one.last, ...other.last] : other.last,
    empty: one.empty && other.empty,
  };
}

/** `x{2,4}` is `xx(x(x)?)?`, so that each place has few that may follow. */
function times({ of, least, most }: Extract<Pattern, { kind: 'times' }>, places: Places): Part {
  const copies = Math.max(1, most === Number.POSITIVE_INFINITY ? least : most);
  const parts = Array.from({ length: copies }, () => build(of, places));
  const needed = parts.some(({ empty }) => empty) ? 0 : least;
  parts.slice(1).forEach((part, index) => {
    link(places, parts[index]?.last ?? [], part.first);
  });
  const end = parts.at(-1) ?? nothing;
  if (most === Number.POSITIVE_INFINITY) link(places, end.last, end.first);
  return {
    first: parts[0]?.first ?? [],
    last: parts.slice(Math.max(0, needed - 1)).flatMap(({ last }) => last),
    empty: needed === 0,
  };
}

function build(pattern: Pattern, places: Places): Part {
  if (pattern.kind === 'set') return place(pattern.mask, places);
  if (pattern.kind === 'times') return times(pattern, places);
  if (pattern.kind === 'all')
    return pattern.parts.reduce<Part>((before, part) => follow(places, before, build(part, places)), nothing);
  const options = pattern.options.map((option) => build(option, places));
  return {
    first: options.flatMap(({ first }) => first),
    last: options.flatMap(({ last }) => last),
    empty: options.some(({ empty }) => empty),
  };
}

/** For each symbol its column: those that no set tells apart share one. */
function columnsOf(masks: readonly Mask[]): { readonly columns: readonly number[]; readonly width: number } {
  const different = [...new Set(masks)];
  const known = new Map<string, number>();
  const columns = Array.from({ length: symbols }, (_, symbol) => {
    const signature = different.map((mask) => (takes(mask, symbol) ? 1 : 0)).join('');
    const column = known.get(signature) ?? known.size + 1;
    known.set(signature, column);
    return column;
  });
  return { columns, width: known.size };
}

interface Anchors {
  /** Whether it must begin, and end, with the text; otherwise it may stand anywhere. */
  readonly begins: boolean;
  readonly ends: boolean;
}

const anything: Machine = { columns: Array.from({ length: 128 }, () => 1), next: [-2], ends: [0] };

function machineOf(pattern: Pattern, anchors: Anchors): Machine {
  const places: Places = { masks: [], next: [] };
  const { first, last, empty } = build(pattern, places);
  const { columns, width } = columnsOf(places.masks);
  const final = new Set(last);
  const samples = Array.from({ length: width }, (_, column) => columns.indexOf(column + 1));
  // Nothing at all matches, somewhere in any text.
  if (empty && !(anchors.begins && anchors.ends)) return anything;
  const states: (readonly number[])[] = [[]];
  const rows = new Map<string, number>([['', 0]]);
  const taken = places.masks.map((mask) => samples.map((symbol) => takes(mask, symbol)));
  /** Places that may come next, whatever the character. */
  const ahead = (state: number): number[] => {
    const all = new Set((states[state] ?? []).flatMap((one) => [...(places.next[one] ?? [])]));
    if (state === 0 || !anchors.begins) for (const one of first) all.add(one);
    return [...all].sort((a, b) => a - b);
  };
  const next: number[] = [];
  for (let state = 0; state < states.length; state++) {
    const candidates = ahead(state);
    for (const column of samples.keys()) {
      const reached = candidates.filter((one) => taken[one]?.[column]);
      if (!anchors.ends && reached.some((one) => final.has(one))) next.push(-2);
      else if (reached.length === 0 && anchors.begins) next.push(-1);
      else {
        const key = reached.join();
        const known = rows.get(key) ?? states.push(reached) - 1;
        rows.set(key, known);
        next.push(known * width);
      }
    }
    if (next.length > mostSteps) throw new TooLarge();
  }
  const atStart = empty ? [0] : [];
  const ends = [...states.keys()].filter((state) => states[state]?.some((one) => final.has(one)));
  return {
    columns: Array.from({ length: 128 }, (_, byte) => columns[symbolOf(byte)] ?? 1),
    next,
    ends: [...atStart, ...ends.map((state) => state * width)],
  };
}

/** Whether alternatives stand outside of all groups: there an anchor belongs to one of them only. */
function hasOpenAlternatives(text: string): boolean {
  const plain = text.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '');
  let depth = 0;
  for (const sign of plain) {
    if (sign === '(') depth++;
    if (sign === ')') depth--;
    if (sign === '|' && depth === 0) return true;
  }
  return false;
}

const anchorsOf = (text: string): Anchors => ({
  begins: text.startsWith('^'),
  ends: /(?:^|[^\\])(?:\\\\)*\$$/.test(text),
});

const known = new Map<string, Machine | string>();

function made(text: string): Machine | string {
  const anchors = anchorsOf(text);
  if ((anchors.begins || anchors.ends) && hasOpenAlternatives(text))
    return 'An anchor belongs to one alternative only: write ^(a|b)$ and not ^a|b$.';
  try {
    return machineOf(readPattern(text), anchors);
  } catch (error) {
    if (error instanceof TooLarge) return 'It has too many states. Shorten its repetitions.';
    return (error as Error).message;
  }
}

/** The machine, or why the pattern cannot be used. */
export function patternMachine(text: string): Machine | string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const result = made(text);
  if (known.size < 1000) known.set(text, result);
  return result;
}
