/** Another form of what the API gets, and of what it answers. */
import type { GatewayRoute, Policies } from '../../../constructs/gateway';
import type { Found } from './reading';
import { type Asked, pathOf, queryOf, valuesOf } from './types';

type Transformation = NonNullable<Policies['transformation']>;
type Cors = NonNullable<Policies['cors']>;

/** What the placeholders of a value stand for. */
export type Words = Readonly<Record<'consumer' | 'requestId' | 'clientAddress' | 'api' | 'route', string>>;

const filled = (value: string, words: Words): string =>
  value.replace(/\{([A-Za-z]+)\}/g, (whole, name: keyof Words) =>
    Object.hasOwn(words, name) ? words[name] : whole,
  );

function pathFor(
  { path }: Transformation,
  found: Found,
  route: GatewayRoute | undefined,
  given: string,
): string {
  if (!path) return given;
  if ('rewrite' in path) return rewritten(path.rewrite, route?.paths ?? [], given);
  const rest = found.prefix === '/' ? given : given.slice(found.prefix.length);
  if ('replacePrefix' in path) return `${path.replacePrefix}${rest}`;
  return rest === '' ? '/' : rest;
}

/** The values of the placeholders, where the path has them. */
function rewritten(rewrite: string, templates: readonly string[], given: string): string {
  const segments = given.replace(/(.)\/$/, '$1').split('/');
  const template = templates.map((one) => one.split('/')).find((one) => fits(one, segments)) ?? [];
  return rewrite
    .split('/')
    .map((word) => {
      const at = word.startsWith('{') ? template.indexOf(word) : -1;
      return at < 0 ? word : word.endsWith('+}') ? segments.slice(at).join('/') : segments[at];
    })
    .join('/');
}

const fits = (template: readonly string[], segments: readonly string[]): boolean =>
  template.every((word, index) =>
    word.startsWith('{')
      ? segments[index] !== undefined
      : word.toLowerCase() === segments[index]?.toLowerCase(),
  ) &&
  (template.at(-1)?.endsWith('+}') || template.length === segments.length);

/** A parameter in whatever way it is written is the same: in either case, encoded, as a list. */
const isNamed = (pair: string, name: string): boolean => {
  const own = decodeURIComponent((pair.split('=', 1)[0] ?? '').replace(/^(\+|%20)*/, ''));
  return own.toLowerCase().replace(/\[.*$/s, '') === name.toLowerCase();
};

function queryFor(
  { setQuery, removeQuery }: Transformation['request'],
  query: string | undefined,
  words: Words,
) {
  const names = [...Object.keys(setQuery), ...removeQuery];
  if (names.length === 0) return query;
  const pairs = (query ?? '')
    .replaceAll(';', '%3B')
    .split('&')
    .filter((pair) => pair !== '');
  const kept = pairs.filter((pair) => !names.some((name) => isNamed(pair, name)));
  const set = Object.entries(setQuery).map(([name, value]) => `${name}=${encoded(filled(value, words))}`);
  return [...kept, ...set].join('&') || undefined;
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

export function targetFor(
  transformation: Transformation | undefined,
  found: Found,
  route: GatewayRoute | undefined,
  asked: Pick<Asked, 'target'>,
  words: Words,
): string {
  if (!transformation) return asked.target;
  const query = queryFor(transformation.request, queryOf(asked), words);
  return pathFor(transformation, found, route, pathOf(asked)) + (query === undefined ? '' : `?${query}`);
}

/** The prefix that the API does not see. */
export const hiddenPrefix = ({ path }: Partial<Transformation> = {}, { prefix }: Found): string =>
  path && 'stripPrefix' in path && prefix !== '/' ? prefix : '';

/** A path that the API says, as its clients have to ask for it. */
export const outward = (path: string, prefix: string): string =>
  path === prefix || path.startsWith(`${prefix}/`) ? path : `${prefix}${path}`;

/** Headers by name, after renaming, removing and setting; undefined: not there. */
export function changed(
  { setHeaders, removeHeaders, renameHeaders }: Transformation['response'],
  before: (name: string) => string | undefined,
  words: Words,
): Record<string, string | undefined> {
  const renamed = Object.entries(renameHeaders).flatMap(([old, name]) => [
    [name, before(old) ?? before(name)],
    [old, undefined],
  ]);
  return Object.fromEntries([
    ...renamed,
    ...removeHeaders.map((name) => [name, undefined]),
    ...Object.entries(setHeaders).map(([name, value]) => [name, filled(value, words)]),
  ]);
}

export const isPreflight = (asked: Asked): boolean =>
  asked.method === 'OPTIONS' &&
  valuesOf(asked, 'origin').length > 0 &&
  valuesOf(asked, 'access-control-request-method').length > 0;

/** The origin that may read the answer. */
export function readableBy({ origins }: Cors, asked: Asked): string | undefined {
  if (origins === 'any') return '*';
  const [origin, ...more] = valuesOf(asked, 'origin');
  return origin !== undefined && more.length === 0 && origins.includes(origin) ? origin : undefined;
}
