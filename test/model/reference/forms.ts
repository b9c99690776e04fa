/** Another form of what the API gets, and of what it answers. */
import type { Policies } from '../../../constructs/gateway';
import { type Answer, encoded, type Headers, need, parametersIn, type Request } from '../reading/http';
import { type Found, valuesIn } from './places';

type Transformation = NonNullable<Policies['transformation']>;

/** What the placeholders of a value stand for. */
export type Words = Readonly<Record<string, string>>;

const filled = (text: string, words: Words) =>
  text.replace(/\{(\w+)\}/g, (whole, name) => words[name] ?? whole);

function pathFor({ path }: Transformation, { prefix, route }: Found, given: string): string {
  if (!path) return given;
  const values = route?.paths.map((template) => valuesIn(template, given)).find(Boolean) ?? {};
  if ('rewrite' in path) return path.rewrite.replace(/\{(\w+)\+?\}/g, (_, name) => values[name] ?? '');
  const rest = prefix === '/' ? given : given.slice(prefix.length);
  return 'replacePrefix' in path ? `${path.replacePrefix}${rest}` : rest || '/';
}

/** A parameter in whatever way it is written is the same: in either case, encoded, as a list, behind blanks. */
const plain = (name: string) =>
  decodeURIComponent(name.replace(/^(\+|%20)*/, ''))
    .replace(/\[.*$/s, '')
    .toLowerCase();

function queryFor({ setQuery, removeQuery }: Transformation['request'], words: Words, query?: string) {
  const names = [...Object.keys(setQuery), ...removeQuery].map((name) => name.toLowerCase());
  if (names.length === 0) return query;
  const kept = parametersIn(query?.replaceAll(';', '%3B')).filter(({ name }) => !names.includes(plain(name)));
  const set = Object.entries(setQuery).map(([name, value]) => `${name}=${encoded(filled(value, words))}`);
  return [...kept.map(({ text }) => text), ...set].join('&') || undefined;
}

/** What the API is asked for. */
export function targetFor({ transformation }: Policies, found: Found, words: Words, given: Partial<Request>) {
  const { path = '' } = given;
  const query = transformation ? queryFor(transformation.request, words, given.query) : given.query;
  return (
    (transformation ? pathFor(transformation, found, path) : path) + (query === undefined ? '' : `?${query}`)
  );
}

type Change = Transformation['response'] | undefined;
/** Headers after renaming, removing and setting. */
export function changed(headers: Headers, change: Change, words: Words): Headers {
  const { setHeaders = {}, removeHeaders = [], renameHeaders = {} } = change ?? {};
  const renamed = Object.entries(renameHeaders).map(([old, name]) => [name, headers[old] ?? headers[name]]);
  const removed = [...Object.keys(renameHeaders), ...removeHeaders].map((name) => [name, undefined]);
  const set = Object.entries(setHeaders).map(([name, value]) => [name, filled(value, words)]);
  return { ...headers, ...Object.fromEntries([...renamed, ...removed, ...set]) };
}

/** What an answer says of the API's own paths, as its clients have to ask for them. @param hosts the API's */
export function toldOutside(headers: Headers, prefix: string, request: Request, hosts: string[]): Headers {
  const { location, 'set-cookie': cookie } = headers;
  const isPrefix = request.path.replace(/\/$/, '') === prefix;
  const outward = (path: string) =>
    path.startsWith(prefix) && /^([/?#]|$)/.test(path.slice(prefix.length)) ? path : `${prefix}${path}`;
  const [, origin, host = '', path = ''] = /^((?:https?:)?\/\/([^/?#]*))?(.*)$/i.exec(location ?? '') ?? [];
  const isOwn = hosts.includes(host.toLowerCase().replace(/:(80|443)$/, ''));
  const isRelative = isPrefix && /^[^/?#]/.test(path);
  const told = isRelative ? `${prefix}/${path}` : path.startsWith('/') ? outward(path) : path;
  const [pair, cookiePath] = cookie?.split('; Path=') ?? [];
  const itsPath = cookiePath ? outward(cookiePath).replace(/\/$/, '') : isPrefix && prefix;
  const changes = cookie && itsPath && !cookie.startsWith('__Host-');
  return {
    ...headers,
    location: location && (origin === undefined ? told : isOwn ? origin + outward(path) : location),
    'set-cookie': changes ? `${pair}; Path=${itsPath}` : cookie,
  };
}

/** The origin that may read an answer, and what of it. */
export function readableBy(cors: Policies['cors'], request: Request): Headers {
  if (!cors) return {};
  const { origins, credentials, exposeHeaders } = cors;
  const [origin = '', ...more] = request.all('origin');
  const isNamed = more.length === 0 && origins.includes(origin);
  const allowed = origins === 'any' ? '*' : isNamed ? origin : undefined;
  return {
    'access-control-allow-origin': allowed,
    'access-control-allow-credentials': allowed && credentials ? 'true' : undefined,
    'access-control-expose-headers': (allowed && exposeHeaders.join(', ')) || undefined,
  };
}

export function preflightAnswer(cors: NonNullable<Policies['cors']>, request: Request): Answer {
  const readable = readableBy({ ...cors, exposeHeaders: [] }, request);
  need(readable['access-control-allow-origin'], 403, 'cors-origin');
  const own = {
    'access-control-allow-methods': cors.methods.join(', '),
    'access-control-allow-headers': cors.headers.join(', ') || undefined,
    'access-control-max-age': String(cors.maxAgeSeconds),
  };
  return { status: 204, headers: { ...readable, ...own } };
}

/** What browsers are told for safety; what the API says itself stays, but for its software. */
export function safe({ securityHeaders: said }: Policies, headers: Headers): Headers {
  if (said === 'none') return headers;
  const { maxAgeSeconds = 0, includeSubDomains, preload } = said.hsts === 'none' ? {} : said.hsts;
  const more = `${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`;
  return {
    'strict-transport-security': said.hsts === 'none' ? undefined : `max-age=${maxAgeSeconds}${more}`,
    'x-frame-options': said.frameOptions,
    'referrer-policy': said.referrerPolicy,
    'content-security-policy': said.contentSecurityPolicy,
    ...headers,
    ...(said.contentTypeOptions === 'none' ? {} : { 'x-content-type-options': 'nosniff' }),
    ...(said.removeServerHeaders ? { server: undefined, 'x-powered-by': undefined } : {}),
  };
}
