/**
 * The regular expressions that an environment file may have. They are read here, and written anew for the data plane,
 * so what a person wrote never stands in a configuration. What is taken means the same as in JavaScript with the flags
 * `u` and `s`, for the whole of a value without control characters.
 */
import { effortOf } from './pattern-effort';
import type { Mask, Pattern } from './pattern-tree';

export type { Mask, Pattern } from './pattern-tree';

const first = 0x20;
const last = 0x7e;
const beyond: Mask = 1n << BigInt(last - first + 1);
const everything: Mask = (beyond << 1n) - 1n;

/** Stands for one character beyond ASCII in a value that is compared; no value has it by itself. */
export const substitute = '\x1a';

export const longestPattern = 200;
/** POSIX, RE_DUP_MAX. */
const mostTimes = 255;
/** Programs hold a repeated group once for each time: PCRE2 up to 64 KB. */
const mostSets = 1000;

class Refused extends Error {}
const refuse = (why: string): never => {
  throw new Refused(why);
};

const bit = (code: number): Mask => 1n << BigInt(code - first);
const range = (from: number, to: number): Mask => bit(to + 1) - bit(from);
const digits = range(0x30, 0x39);
const letters = range(0x41, 0x5a) | range(0x61, 0x7a);
const classes: Readonly<Record<string, Mask>> = { d: digits, w: digits | letters | bit(0x5f) };
const syntax = '^$\\.*+?()[]{}|/';

/** A reader of one pattern; it goes forward only. */
class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  get place(): number {
    return this.at;
  }
  /** What has been read since a place. */
  since(place: number): string {
    return this.text.slice(place, this.at);
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }
  sees(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }
  take(text: string): boolean {
    const seen = this.sees(text);
    if (seen) this.at += text.length;
    return seen;
  }
  takeMatch(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.text.slice(this.at));
    this.at += found?.[0].length ?? 0;
    return found ?? undefined;
  }
  next(): string {
    return this.text[this.at++] ?? refuse('It ends too early.');
  }
}

function alternatives(reader: Reader): Pattern {
  const options = [sequence(reader)];
  while (reader.take('|')) options.push(sequence(reader));
  return options.length === 1 ? (options[0] as Pattern) : { kind: 'any', options };
}

function sequence(reader: Reader): Pattern {
  const parts: Pattern[] = [];
  while (!reader.ended && !reader.sees('|') && !reader.sees(')')) parts.push(repeated(reader));
  if (parts.length === 0) refuse('A part of it is empty: write (a)? and not (a|).');
  return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'all', parts };
}

function repeated(reader: Reader): Pattern {
  const start = reader.place;
  const of = atom(reader);
  const found = reader.takeMatch(/^(?:[?*+]|\{(\d{1,5})(?:(,)(\d{1,5})?)?\})/);
  if (!found) return of;
  if (reader.takeMatch(/^(?:[?*+]|\{\d)/)) refuse('A repetition follows a repetition.');
  const [sign, from, comma, to] = found;
  const open = Number.POSITIVE_INFINITY;
  if (from === undefined)
    return {
      kind: 'times',
      of,
      least: sign === '+' ? 1 : 0,
      most: sign === '?' ? 1 : open,
      source: reader.since(start),
    };
  const least = Number(from);
  const most = to !== undefined ? Number(to) : comma ? open : least;
  if (most < Math.max(least, 1)) refuse('A repetition ends before it begins.');
  if (least > mostTimes || (most > mostTimes && most !== open))
    refuse(`Nothing can be repeated more than ${mostTimes} times, unless without end.`);
  return { kind: 'times', of, least, most, source: reader.since(start) };
}

function atom(reader: Reader): Pattern {
  const start = reader.place;
  const sign = reader.next();
  if (sign === '(') {
    if (reader.sees('?') && !reader.take('?:')) refuse('Of groups only ( ) and (?: ) can be used.');
    const inside = alternatives(reader);
    if (!reader.take(')')) refuse('A group has no end.');
    return inside;
  }
  const mask = characterSet(sign, reader);
  return { kind: 'set', mask, source: reader.since(start) };
}

function characterSet(sign: string, reader: Reader): Mask {
  if (sign === '[') return set(reader);
  if (sign === '.') return everything;
  if (sign === '\\') return escaped(reader, syntax);
  if (sign === '^' || sign === '$')
    return refuse(`${sign} can only be at the ${sign === '^' ? 'beginning' : 'end'}.`);
  if (syntax.includes(sign) && sign !== '/') return refuse(`Write \\${sign} for the character ${sign}.`);
  return bit(sign.charCodeAt(0));
}

function escaped(reader: Reader, characters: string): Mask {
  const sign = reader.next();
  if (characters.includes(sign)) return bit(sign.charCodeAt(0));
  return classes[sign] ?? refuse(`\\${sign} cannot be used.`);
}

/** What follows `[`. */
function set(reader: Reader): Mask {
  const others = reader.take('^');
  let mask: Mask = 0n;
  const one = (): Mask =>
    reader.take('\\') ? escaped(reader, `${syntax}-`) : bit(reader.next().charCodeAt(0));
  while (!reader.take(']')) {
    const from = one();
    if (!reader.sees('-') || reader.sees('-]')) {
      mask |= from;
      continue;
    }
    reader.take('-');
    const to = one();
    if (!isOne(from) || !isOne(to) || to < from) refuse('A range in [ ] has no two ends in order.');
    mask |= (to << 1n) - from;
  }
  if (mask === 0n) refuse('[ ] has nothing in it.');
  return others ? everything & ~mask : mask;
}

const isOne = (mask: Mask): boolean => mask !== 0n && (mask & (mask - 1n)) === 0n;

/** Sets in it, each as often as a program would hold it. */
function size(pattern: Pattern): number {
  if (pattern.kind === 'set') return 1;
  if (pattern.kind === 'times') {
    const inside = size(pattern.of);
    const copies = pattern.most === Number.POSITIVE_INFINITY ? pattern.least + 1 : pattern.most;
    return pattern.of.kind === 'set' ? 1 : inside * copies;
  }
  const parts = pattern.kind === 'all' ? pattern.parts : pattern.options;
  return parts.reduce((sum, part) => sum + size(part), 0);
}

/** Longer values are refused: comparing takes the longer, the longer they are. */
export const longestValue = 1024;

/**
 * Characters that a program may try for one value, at most. PCRE2 takes 0.3 to 1.3 ns for each with its compiler, and some
 * 20 ns without.
 */
const mostTries = 3_000_000;

/** Characters of the longest text that it takes. */
function longestText(pattern: Pattern): number {
  if (pattern.kind === 'set') return 1;
  if (pattern.kind === 'times') return longestText(pattern.of) * pattern.most;
  if (pattern.kind === 'any') return Math.max(...pattern.options.map(longestText));
  return pattern.parts.reduce((all, part) => all + longestText(part), 0);
}

/** Bytes of the longest value that it is compared with; what is longer cannot match. A character has four at most. */
export const longestMatched = (pattern: Pattern): number =>
  Math.min(longestValue, longestText(pattern) * (takesBeyondAscii(pattern) ? 4 : 1));

function tooSlow([one, other]: readonly string[]): string {
  if (one === undefined)
    return 'It is too large to tell how long it may take: write it with fewer or shorter parts.';
  if (other === undefined)
    return `${one} can read the same text in too many ways, which would take too long: write it so that each text has one way.`;
  return `${one} and, after it, ${other} can take the same text, which is divided between them in too many ways and would take too long: make one of them, put something between them that neither takes, or bound them, such as {1,20}.`;
}

function parse(text: string): Pattern {
  if (text.length > longestPattern) refuse(`It has more than ${longestPattern} characters.`);
  if (!/^[ -~]+$/.test(text)) refuse('It has characters that are not printable ASCII, or none.');
  const end = /(?:^|[^\\])(?:\\\\)*\$$/.test(text) ? text.length - 1 : text.length;
  const reader = new Reader(text.slice(text.startsWith('^') ? 1 : 0, end));
  const pattern = alternatives(reader);
  if (!reader.ended) refuse('A ) has no ( before it.');
  if (size(pattern) > mostSets) refuse('Its repetitions make it too large.');
  const { tries, overlap } = effortOf(pattern, longestMatched(pattern), mostTries);
  if (tries > mostTries) refuse(tooSlow(overlap));
  return pattern;
}

const known = new Map<string, Pattern | Refused>();

function read(text: string): Pattern | Refused {
  const before = known.get(text);
  if (before) return before;
  let result: Pattern | Refused;
  try {
    result = parse(text);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    result = error;
  }
  if (known.size < 1000) known.set(text, result);
  return result;
}

/** Why a pattern is not taken; undefined when it is. */
export function patternProblem(text: string): string | undefined {
  const result = read(text);
  return result instanceof Refused ? result.message : undefined;
}

/** @throws when it is not taken */
export function readPattern(text: string): Pattern {
  const result = read(text);
  if (result instanceof Refused) throw result;
  return result;
}

/** Whether it takes any character beyond ASCII. */
export const takesBeyondAscii = (pattern: Pattern): boolean => {
  if (pattern.kind === 'set') return (pattern.mask & beyond) !== 0n;
  if (pattern.kind === 'times') return takesBeyondAscii(pattern.of);
  return (pattern.kind === 'all' ? pattern.parts : pattern.options).some(takesBeyondAscii);
};

/** The characters of a set, in their order, with `substitute` for those beyond ASCII. */
function characters(mask: Mask): string[] {
  const ascii = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    .filter((code) => (mask & bit(code)) !== 0n)
    .map((code) => String.fromCharCode(code));
  return (mask & beyond) === 0n ? ascii : [...ascii, substitute];
}

/** A bracket expression that PCRE, PCRE2 and POSIX read alike. */
function setText(mask: Mask): string {
  const all = characters(mask);
  const [only = ''] = all;
  if (all.length === 1) return only.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  const special = (sign: string) => ']\\[^-'.includes(sign);
  const plain = all.filter((sign) => !special(sign));
  const runs: string[][] = [];
  for (const sign of plain) {
    const run = runs.at(-1);
    if (run && sign.charCodeAt(0) === (run.at(-1) ?? '').charCodeAt(0) + 1) run.push(sign);
    else runs.push([sign]);
  }
  const texts = runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join('')));
  const has = (sign: string, as = sign) => (all.includes(sign) ? as : '');
  const inside = `${has(']')}${texts.join('')}${has('\\', '\\\\')}${has('[')}`;
  // A circumflex must not be the first, and a hyphen must be at an end.
  return inside === '' ? '[-^]' : `[${inside}${has('^')}${has('-')}]`;
}

function times(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`;
  if (least === most) return least === 1 ? '' : `{${least}}`;
  return least === 0 && most === 1 ? '?' : `{${least},${most}}`;
}

/** The pattern as an extended regular expression, without anchors. HAProxy lets groups note nothing. */
export function patternText(pattern: Pattern): string {
  if (pattern.kind === 'set') return setText(pattern.mask);
  if (pattern.kind === 'any') return pattern.options.map(patternText).join('|');
  if (pattern.kind === 'all') {
    return pattern.parts
      .map((part) => (part.kind === 'any' ? `(${patternText(part)})` : patternText(part)))
      .join('');
  }
  const { of, least, most } = pattern;
  return `${of.kind === 'set' ? setText(of.mask) : `(${patternText(of)})`}${times(least, most)}`;
}
