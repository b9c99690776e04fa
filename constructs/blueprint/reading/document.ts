/** YAML text -> plain data, with the place of each key and value. */
import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Path, Problem } from '../../problems';
import { explainYamlError } from './yaml-errors';

export interface Place {
  readonly line: number;
  readonly column: number;
  /** Where it is in another file than the one that was read. */
  readonly file?: string;
}

export interface SourceDocument {
  /** False when the text is no YAML. */
  readonly readable: boolean;
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** Paths of what is in the file and not in the data, as it is among the problems already. */
  readonly dropped: readonly Path[];
  /** Place of a value, or of its key; of what is above it when it is not in the file. */
  place(path: Path, what: 'key' | 'value'): Place;
  has(path: Path): boolean;
}

/** An environment file is a few kilobytes; one with hundreds of APIs stays well below. */
const LONGEST_BYTES = 1_000_000;

/** A key that YAML takes for a number or a truth value is the text that was written. */
const keyText = ({ key }: Pair): string | undefined => {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : key.source || undefined;
};

/** Why a key cannot stand in this mapping. */
function refusal(
  key: string | undefined,
  data: object,
): Pick<Problem, 'code' | 'message' | 'fix'> | undefined {
  if (key === undefined)
    return {
      code: 'YAML_KEY',
      message: 'A key must be a plain word.',
      fix: 'Write the key as text, followed by a colon.',
    };
  if (key === '<<')
    return {
      code: 'YAML_MERGE_KEY',
      message: '`<<` merges another mapping into this one.',
      fix: 'Write the keys out, or put what several files share into one that they extend (`extends`).',
    };
  if (key === '__proto__')
    return { code: 'UNKNOWN_KEY', message: '`__proto__` cannot be a key.', fix: 'Choose another name.' };
  if (Object.hasOwn(data, key))
    return {
      code: 'DUPLICATE_KEY',
      message: `\`${key}\` stands twice in the same mapping.`,
      fix: 'Keep one of the two.',
    };
  return undefined;
}

/** Takes the parsed nodes to plain data. Each value stands for itself: no alias, no merge, no tag. */
class Reader {
  readonly problems: Problem[] = [];
  readonly dropped: Path[] = [];
  constructor(private readonly place: (node: unknown) => Place) {}

  value(node: unknown, path: Path): unknown {
    if (isAlias(node))
      return this.#drop('YAML_ALIAS', '`*` refers to another value of the file.', node, path);
    if ((node as Node & { tag?: string })?.tag)
      return this.#drop('YAML_TAG', 'A tag (`!`) changes what a value is.', node, path);
    if (isMap(node)) return this.#map(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.value(item, [...path, index]));
    return isScalar(node) ? node.value : null;
  }

  #map(map: YAMLMap, path: Path): Record<string, unknown> {
    const data: Record<string, unknown> = {};
    for (const pair of map.items) {
      const key = keyText(pair);
      const refused = refusal(key, data);
      if (refused || key === undefined) {
        const at = key === undefined ? path : [...path, key];
        if (refused) this.problems.push({ ...refused, path: at, ...this.place(pair.key ?? map) });
        continue;
      }
      const value = this.value(pair.value, [...path, key]);
      if (value !== undefined) data[key] = value;
    }
    return data;
  }

  #drop(code: string, message: string, node: unknown, path: Path): undefined {
    this.problems.push({ code, path, ...this.place(node), message, fix: 'Write the value out here.' });
    this.dropped.push(path);
    return undefined;
  }
}

function find(document: Document, path: Path): { node: unknown; key: unknown; depth: number } {
  let node: unknown = document.contents;
  let key: unknown = node;
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((one) => keyText(one) === String(step));
      if (!pair) return { node, key, depth };
      key = pair.key;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      node = node.items[step];
      key = node;
    } else {
      return { node, key, depth };
    }
  }
  return { node, key, depth: path.length };
}

/** Where the text begins: the place of what has none. */
const start: Place = { line: 1, column: 1 };

const unreadable = (problems: readonly Problem[]): SourceDocument => ({
  readable: false,
  data: undefined,
  problems,
  dropped: [],
  place: () => start,
  has: () => false,
});

/** Mistakes inside of one value, which do not make the parser lose its way. */
const HARMLESS: readonly ErrorCode[] = ['BAD_SCALAR_START', 'BAD_DQ_ESCAPE', 'TAB_AS_INDENT'];

/** Where a quote was opened that is never closed: the parser only tells where the text ends. */
function quoteAround(document: Document, offset: number): number {
  let start = offset;
  visit(document, {
    Scalar(_key, node) {
      const [from, to] = node.range ?? [0, 0];
      if (node.type?.startsWith('QUOTE') && from < offset && offset <= to) start = from;
    },
  });
  return start;
}

/** After a mistake in the structure the parser stumbles on: only the first one means anything. */
function syntaxProblems(document: Document, at: (offset: number) => Place): Problem[] {
  const { errors } = document;
  const harmless = errors.filter(({ code }) => HARMLESS.includes(code));
  const tabs = harmless.some(({ code }) => code === 'TAB_AS_INDENT');
  const first = tabs ? [] : errors.filter((error) => !harmless.includes(error)).slice(0, 1);
  return [...harmless, ...first].map(({ code, pos }) => ({
    code: code === 'TAB_AS_INDENT' ? 'YAML_TAB' : 'YAML_SYNTAX',
    path: [],
    ...at(code === 'MISSING_CHAR' ? quoteAround(document, pos[0]) : pos[0]),
    // How deep the parser can go is the machine's: only the line is certain.
    ...(code === 'RESOURCE_EXHAUSTION' ? { column: 1 } : {}),
    ...explainYamlError(code),
  }));
}

/** Reads the text. Never throws. */
export function readDocument(text: string): SourceDocument {
  if (Buffer.byteLength(text) > LONGEST_BYTES) {
    const message = 'The file is larger than an environment file can be.';
    const allowed = `${LONGEST_BYTES} bytes at most`;
    return unreadable([{ code: 'FILE_SIZE', path: [], ...start, message, allowed }]);
  }
  const lines = new LineCounter();
  const document: Document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
    version: '1.2',
  });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) return unreadable(syntaxProblems(document, at));
  const placeOf = (node: unknown): Place => {
    const range = (node as Node | null | undefined)?.range;
    return range ? at(range[0]) : start;
  };
  const reader = new Reader(placeOf);
  const data = reader.value(document.contents, []);
  return {
    readable: true,
    data,
    problems: reader.problems,
    dropped: reader.dropped,
    has: (path) => find(document, path).depth === path.length,
    place: (path, what) => {
      const { node, key, depth } = find(document, path);
      const written = depth === path.length && (node as Node | null | undefined)?.range;
      return placeOf(what === 'value' && written ? node : key);
    },
  };
}
