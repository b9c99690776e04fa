// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what other programs would fill in
/** Environment files that somebody could write by mistake or with intent: sound ones with something odd put into them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { generatedOf, tree } from '../engines/generated';
import { everyField } from './variants';

type Tree = Record<string, unknown>;

const shipped = ['dev', 'staging', 'prod', 'sandbox'].map(
  (name) =>
    parse(readFileSync(path.resolve(__dirname, '../../../environments', `${name}.yaml`), 'utf8')) as Tree,
);

/** Names that programs take for something of their own. */
const NAMES = [
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__proto__',
  'then',
  'length',
  'default',
  'resource',
  'node',
  'gateway',
  'null',
  'true',
  'a',
  '0',
  '-1',
  '',
  ' ',
  'x'.repeat(63),
  'a-b',
  'A',
  'ä',
  '*',
];

const TEXTS = [
  ...NAMES,
  '${x}',
  '%{if true}',
  '$${x}',
  '{{resolve:ssm:x}}',
  '"',
  "'",
  '\\',
  '\n',
  'a\nb',
  '\u0000',
  '\u202e',
  '😀',
  '/',
  '//',
  '/a/',
  '/%2e',
  '/{id}',
  '../..',
  'a b',
  'localhost',
  'x'.repeat(300),
  '999999999999999999999',
  '1e3',
  '0x10',
  '2026-11-27',
  'arn:aws:::',
  'arn:aws:kms:eu-central-1:123456789012:key/',
  'arn:aws:secretsmanager:eu-central-1:123456789012:secret:a:b:c:d:e:f',
  'arn:aws:secretsmanager:eu-central-1:123456789012:secret:',
  'arn:aws:acm:eu-central-1:123456789012:certificate/x/y:z',
  'arn:aws:ssm:eu-central-1:123456789012:parameter/ ',
  'https://a.example/',
  'http://[::1]:1',
  '0.0.0.0/0',
  '10.0.0.1/16',
  '10.0.0.0/33',
  '300.0.0.0/16',
  'us-east-1',
  'eu-south-2',
  'ap-southeast-7',
  'cn-north-1',
  'mx-central-1',
  'us-gov-west-1',
  'api',
  'load-balanced',
  'x/y',
  '${TAG}',
];

const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(...TEXTS) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      0,
      1,
      2,
      -1,
      0.5,
      80,
      443,
      8080,
      65_535,
      65_536,
      3600,
      4096,
      1e21,
      Number.NaN,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { a: 1 }, [{}]) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20, unit: 'grapheme' }) },
);

/** A change at one of the places, wherever that is. */
export interface Change {
  readonly at: number;
  readonly kind: 'value' | 'gentle' | 'name' | 'remove' | 'twice' | 'beside' | 'swap';
  readonly value: unknown;
  readonly name: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom(
    ...([
      'value',
      'value',
      'gentle',
      'gentle',
      'gentle',
      'name',
      'name',
      'remove',
      'twice',
      'beside',
      'swap',
    ] as const),
  ),
  value,
  name: fc.constantFrom(...NAMES),
});

interface Place {
  readonly parent: Tree | unknown[];
  readonly key: string;
}

function places(parent: unknown): Place[] {
  if (typeof parent !== 'object' || parent === null) return [];
  return Object.entries(parent).flatMap(([key, inner]) => [
    { parent: parent as Tree, key },
    ...places(inner),
  ]);
}

function renamed(parent: Tree, key: string, name: string): void {
  const entries = Object.entries(parent).map(([one, inner]) => [one === key ? name : one, inner]);
  for (const one of Object.keys(parent)) delete parent[one];
  // Not by assignment: `__proto__` is to be a key.
  for (const [one, inner] of entries)
    Object.defineProperty(parent, one as string, {
      value: inner,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

/** Another value of the same kind, which mostly may stand there. */
function gentle(given: unknown, by: unknown): unknown {
  if (typeof given === 'number') return typeof by === 'string' ? given + 1 : Math.max(given - 1, 1);
  if (typeof given === 'boolean') return !given;
  if (typeof given === 'string') return typeof by === 'string' ? `${given}${by.charAt(0)}` : given.slice(1);
  return Array.isArray(given) ? given.toReversed() : given;
}

function apply(root: Tree, { at, kind, value: given, name }: Change): void {
  const all = places(root);
  const place = all[at % Math.max(all.length, 1)];
  if (!place) return;
  const { parent, key } = place;
  const set = (one: string, inner: unknown) => {
    (parent as Tree)[one] = inner;
  };
  if (Array.isArray(parent)) {
    if (kind === 'twice') parent.push(structuredClone(parent[Number(key)]));
    else if (kind === 'remove') parent.splice(Number(key), 1);
    else if (kind === 'gentle') set(key, gentle(parent[Number(key)], given));
    else set(key, given);
    return;
  }
  if (kind === 'name') renamed(parent, key, name);
  else if (kind === 'remove') delete parent[key];
  else if (kind === 'gentle') set(key, gentle(parent[key], given));
  else if (kind === 'twice') set(`${key}-2`, structuredClone(parent[key]));
  else if (kind === 'beside') set(name === '__proto__' ? 'proto' : name, structuredClone(parent[key]));
  else if (kind === 'swap') set(key, structuredClone(Object.values(parent).at(-1)));
  else set(key, given);
}

export interface Hostile {
  /** Sound, but for those that a stage refuses. */
  readonly base: Tree;
  /** One after the other: each makes a file of what is left of those before. */
  readonly changes: readonly Change[];
  /** Put into the text somewhere. */
  readonly slip: readonly [at: number, text: string];
}

export const CHANGES = 4;

const sound = tree.filter((one) => generatedOf(one) !== undefined);

export const hostile: fc.Arbitrary<Hostile> = fc.record({
  base: fc.oneof(fc.constantFrom(...shipped, everyField()), sound),
  changes: fc.array(change, { minLength: CHANGES, maxLength: CHANGES }),
  slip: fc.tuple(
    fc.nat(),
    fc.constantFrom('\t', '"', '&a ', '*a', '!!x ', ': ', '{', '\n---\n', '#', '<<: '),
  ),
});

export const textOf = (one: Tree): string => stringify(one, { aliasDuplicateObjects: false });

/** The tree with the change in it. */
export function changed(one: Tree, by: Change): Tree {
  const root = structuredClone(one);
  apply(root, by);
  return root;
}
