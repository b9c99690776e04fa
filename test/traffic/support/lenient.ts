/**
 * How servers read what the standard forbids: each as data, so that one recording can be read as all of them would.
 * The first is RFC 9112 to the letter. The others are what servers did, and some do, as reports of request smuggling
 * tell of nginx, Apache, gunicorn, Node and others; each of them in one point only, and the last one in all.
 */

export interface Leniency {
  /** What ends a line beside CR LF. */
  readonly lineEnds?: 'LF' | 'CR or LF';
  /** A line that begins with a blank is a header of its own. */
  readonly unfolds?: true;
  /** Names are taken without the blanks around them, and with `_` and `.` for `-`. */
  readonly loosensNames?: true;
  /** A value ends at NUL. */
  readonly endsAtNul?: true;
  readonly length?: 'digits at its start' | 'last of a list' | '64 bits' | 'octal' | 'hexadecimal';
  /** When the body comes in chunks; by default when `chunked` is the only coding. */
  readonly coding?: 'named anywhere' | 'first of a list' | 'last of a list' | 'any at all';
  /** Of a length and chunks the length counts. */
  readonly prefersLength?: true;
  readonly chunk?: 'hexadecimal digits at its start';
  /** Answers 417 to what is not exactly `100-continue`, and reads no body. */
  readonly refusesExpect?: true;
}

export interface Read {
  readonly line: string;
  /** By lower-case name; fields after the last chunk too, as `trailer: name`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Sizes of the chunks, as they were written. */
  readonly chunks: readonly string[];
  readonly body: string;
  readonly whole: boolean;
  /** What follows it. */
  readonly rest: string;
}

export const standard: Leniency = {};

const each: Readonly<Record<string, Leniency>> = {
  'LF ends a line': { lineEnds: 'LF' },
  'CR ends a line': { lineEnds: 'CR or LF' },
  'no folded lines': { unfolds: true },
  'loose names': { loosensNames: true },
  'NUL ends a value': { endsAtNul: true },
  'length: what begins like a number': { length: 'digits at its start' },
  'length: last of a list': { length: 'last of a list' },
  'length in 64 bits': { length: '64 bits' },
  'octal length': { length: 'octal' },
  'hexadecimal length': { length: 'hexadecimal' },
  'chunked named anywhere': { coding: 'named anywhere' },
  'first coding': { coding: 'first of a list' },
  'last coding': { coding: 'last of a list' },
  'any coding': { coding: 'any at all' },
  'length before chunks': { prefersLength: true },
  'chunk: what begins like a number': { chunk: 'hexadecimal digits at its start' },
  'no body after 417': { refusesExpect: true },
};

/** By what they do otherwise. */
export const servers: Readonly<Record<string, Leniency>> = {
  'the standard': standard,
  ...each,
  'all at once': Object.assign({}, ...Object.values(each)) as Leniency,
};

const lineEnd = ({ lineEnds }: Leniency) =>
  lineEnds === undefined ? /\r\n/g : lineEnds === 'LF' ? /\r?\n/g : /\r\n|\r|\n/g;

interface Line {
  readonly text: string;
  readonly next: number;
}

function lineAt(bytes: string, at: number, leniency: Leniency): Line | undefined {
  const end = lineEnd(leniency);
  end.lastIndex = at;
  const found = end.exec(bytes);
  return found ? { text: bytes.slice(at, found.index), next: end.lastIndex } : undefined;
}

function nameOf(raw: string, { loosensNames }: Leniency): string {
  return (loosensNames ? raw.trim().replace(/[_.]/g, '-') : raw).toLowerCase();
}

function trimmed(raw: string, { endsAtNul }: Leniency): string {
  const whole = endsAtNul ? (raw.split('\0')[0] ?? '') : raw;
  return whole.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** Lines up to an empty one, as fields. */
function fieldsAt(bytes: string, start: number, leniency: Leniency) {
  const fields: [name: string, value: string][] = [];
  for (let at = start; ; ) {
    const line = lineAt(bytes, at, leniency);
    if (!line) return undefined;
    at = line.next;
    if (line.text === '') return { fields, next: at };
    const before = fields.at(-1);
    if (/^[ \t]/.test(line.text) && before && !leniency.unfolds) {
      before[1] = trimmed(`${before[1]} ${line.text.trim()}`, leniency);
      continue;
    }
    const [name = '', ...value] = (leniency.unfolds ? line.text.trimStart() : line.text).split(':');
    fields.push([nameOf(name, leniency), trimmed(value.join(':'), leniency)]);
  }
}

const wrapped = (value: string, bits: number) =>
  /^\d+$/.test(value) ? Number(BigInt.asUintN(bits, BigInt(value))) : undefined;

/** Undefined: not read as a length at all. */
function lengthOf(value: string, { length }: Leniency): number | undefined {
  const whole = (pattern: RegExp, text: string, radix: number) =>
    pattern.test(text) ? Number.parseInt(text, radix) : undefined;
  if (length === 'digits at its start') return whole(/^\s*\+?\d/, value, 10);
  if (length === 'last of a list') return whole(/^\d+$/, value.split(',').at(-1)?.trim() ?? '', 10);
  if (length === '64 bits') return wrapped(value, 64);
  if (length === 'octal' && /^0/.test(value)) return whole(/^[0-7]+$/, value, 8);
  if (length === 'hexadecimal' && /^0x/i.test(value)) return whole(/^0x[\da-f]+$/i, value, 16);
  return whole(/^\d+$/, value, 10);
}

function inChunks(values: readonly string[], { coding }: Leniency): boolean {
  const all = values.join(',').toLowerCase();
  const list = all.split(',').map((one) => one.trim());
  if (values.length === 0) return false;
  if (coding === 'named anywhere') return all.includes('chunked');
  if (coding === 'first of a list') return list[0] === 'chunked';
  if (coding === 'last of a list') return list.at(-1) === 'chunked';
  return coding === 'any at all' || all === 'chunked';
}

type Body = Pick<Read, 'chunks' | 'body' | 'whole'> & {
  readonly next: number;
  readonly trailers: Read['headers'];
};

function chunksAt(bytes: string, start: number, leniency: Leniency): Body {
  const chunks: string[] = [];
  let body = '';
  const broken = { chunks, whole: false, next: bytes.length, trailers: [] };
  for (let at = start; ; ) {
    const line = lineAt(bytes, at, leniency);
    if (!line) return { ...broken, body };
    chunks.push(line.text);
    const digits = (leniency.chunk ? /^\s*(?:0x)?([\da-f]+)/i : /^([\da-f]+)(?:[ \t]*;.*)?$/i).exec(
      line.text,
    )?.[1];
    if (digits === undefined) return { ...broken, body };
    const size = Number.parseInt(digits, 16);
    if (size === 0) {
      const trailers = fieldsAt(bytes, line.next, leniency);
      if (!trailers) return { ...broken, body };
      return { chunks, body, whole: true, next: trailers.next, trailers: trailers.fields };
    }
    body += bytes.slice(line.next, line.next + size);
    const end = lineAt(bytes, line.next + size, leniency);
    if (!end) return { ...broken, body };
    at = end.next;
  }
}

function bodyAt(
  bytes: string,
  start: number,
  head: Pick<Read, 'line' | 'headers'>,
  leniency: Leniency,
): Body {
  const all = (name: string) => head.headers.filter(([one]) => one === name).map(([, value]) => value);
  const none = { chunks: [], body: '', whole: true, next: start, trailers: [] };
  if (leniency.refusesExpect && all('expect').some((value) => value.toLowerCase() !== '100-continue'))
    return none;
  const length = all('content-length')
    .map((value) => lengthOf(value, leniency))
    .at(-1);
  const chunked = inChunks(all('transfer-encoding'), leniency);
  if (chunked && !(leniency.prefersLength && length !== undefined)) return chunksAt(bytes, start, leniency);
  if (length === undefined) return none;
  const next = start + length;
  return { ...none, body: bytes.slice(start, next), whole: next <= bytes.length, next };
}

/** All requests that a server sees in what came on one connection; the last may not be whole. */
export function readAll(bytes: string, leniency: Leniency): Read[] {
  const found: Read[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = lineAt(bytes, at, leniency);
    const fields = first && fieldsAt(bytes, first.next, leniency);
    if (!first || !fields) {
      found.push({ line: bytes.slice(at), headers: [], chunks: [], body: '', whole: false, rest: '' });
      break;
    }
    const head = { line: first.text, headers: fields.fields };
    const { next, trailers, ...body } = bodyAt(bytes, fields.next, head, leniency);
    const named = trailers.map(([name, value]) => [`trailer: ${name}`, value] as const);
    found.push({ ...head, headers: [...head.headers, ...named], ...body, rest: bytes.slice(next) });
    if (!body.whole) break;
    at = next;
  }
  return found;
}
