/** Whether a request can be read in one way only, and whose it is. */
import type { GatewayApi, GatewayModel, GatewayRoute } from '../../../constructs/gateway';
import { type Asked, pathOf, type Refusal, valuesOf } from './types';

const UNRESERVED = /[A-Za-z0-9._~-]/;

/** RFC 3986: each character stands for itself, encoded where it must be, and no segment is more than a name. */
function readsInOneWay(path: string): boolean {
  if (!path.startsWith('/') || path.includes('//') || /[;\\]/.test(path)) return false;
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return false;
  for (const [, digits = ''] of path.matchAll(/%(.{0,2})/g)) {
    if (!/^[0-9a-f]{2}$/i.test(digits)) return false;
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    if (UNRESERVED.test(character) || '%/;\\'.includes(character)) return false;
  }
  try {
    return !/[\p{Cc}\u2028\u2029]/u.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*)(:\d{1,5})?$/i;

export function unreadable(asked: Asked): Refusal | undefined {
  const [host, ...more] = valuesOf(asked, 'host');
  if (asked.method === 'TRACE') return [405, 'trace'];
  if (host === undefined || more.length > 0 || !HOST.test(host)) return [400, 'host'];
  if (!readsInOneWay(pathOf(asked))) return [400, 'path'];
  return undefined;
}

export const hostOf = (asked: Asked): string =>
  (valuesOf(asked, 'host')[0] ?? '').replace(/:\d+$/, '').toLowerCase();

/** An environment with names of its own answers to no other. */
export const isOurHost = ({ hosts }: GatewayModel, asked: Asked): boolean =>
  hosts === undefined || hosts.some((name) => name.toLowerCase() === hostOf(asked));

const escaped = (text: string) => text.replace(/[.+^${}()|[\]\\]/g, '\\$&');

function hasHeaders({ headers }: GatewayApi, asked: Asked): boolean {
  return Object.entries(headers).every(([name, pattern]) => {
    const value = valuesOf(asked, name.toLowerCase()).at(-1);
    const whole = new RegExp(`^${escaped(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
    return value !== undefined && whole.test(value);
  });
}

const isBelow = (path: string, prefix: string) =>
  prefix === '/' || path === prefix || path.startsWith(`${prefix}/`);

export interface Found {
  readonly api: GatewayApi;
  /** The path of the API that the request is below. */
  readonly prefix: string;
}

/** A host before none, then more headers, then the longer path. */
export function apiOf({ apis }: GatewayModel, asked: Asked): Found | undefined {
  const path = pathOf(asked);
  const host = hostOf(asked);
  const ways = apis
    .filter((api) => api.hosts.length === 0 || api.hosts.some((one) => one.toLowerCase() === host))
    .filter((api) => hasHeaders(api, asked))
    .flatMap((api) => api.paths.filter((prefix) => isBelow(path, prefix)).map((prefix) => ({ api, prefix })));
  const weight = ({ api, prefix }: Found) => [
    api.hosts.length > 0 ? 1 : 0,
    Object.keys(api.headers).length,
    prefix.length,
  ];
  return ways.sort((one, other) => compare(weight(other), weight(one)))[0];
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  if (at < 0) return one.length - other.length;
  return (one[at] ?? 0) - (other[at] ?? Number.NEGATIVE_INFINITY);
}

const segmentsOf = (path: string) =>
  path
    .replace(/(.)\/$/, '$1')
    .toLowerCase()
    .split('/')
    .slice(1);
const kind = (segment: string) => (segment.endsWith('+}') ? 2 : segment.startsWith('{') ? 1 : 0);

function fits(template: string, path: string): boolean {
  const wanted = segmentsOf(template);
  const given = segmentsOf(path);
  if (wanted.length > given.length || (kind(wanted.at(-1) ?? '') < 2 && wanted.length < given.length))
    return false;
  return wanted.every((segment, index) =>
    kind(segment) > 0 ? given[index] !== '' : segment === given[index],
  );
}

const withHead = (methods: readonly string[]) => (methods.includes('GET') ? [...methods, 'HEAD'] : methods);

/** The most specific that takes the request: a word before `{one}` before `{all+}`, methods before none. */
export function routeOf({ routes }: GatewayApi, method: string, path: string): GatewayRoute | undefined {
  const forms = routes
    .filter(({ methods }) => methods.length === 0 || withHead(methods).includes(method))
    .flatMap((route) =>
      (route.paths.length > 0 ? [...route.paths] : [undefined]).map((template) => ({ route, template })),
    )
    .filter(({ template }) => template === undefined || fits(template, path));
  const weight = ({ template, route }: (typeof forms)[number]) => [
    ...(template === undefined ? [9] : segmentsOf(template).map(kind)),
    route.methods.length > 0 ? 0 : 1,
  ];
  return forms.sort((one, other) => compare(weight(one), weight(other)))[0]?.route;
}
