/** Whether a request can be read in one way only, and whose it is. */
import type { GatewayApi, GatewayModel, GatewayRoute } from '../../../constructs/gateway';
import type { Request } from '../reading/http';

/** An API, and the path of it that a request is below; the route that takes it. */
export interface Found {
  readonly api: GatewayApi;
  readonly prefix: string;
  readonly route?: GatewayRoute;
}

/** A host before none, then more headers (in which `*` and `?` stand for any characters), then the longer path. */
export function apiOf({ apis }: GatewayModel, request: Request): Found | undefined {
  const path = request.path;
  const isBelow = (prefix: string) => prefix === '/' || `${path}/`.startsWith(`${prefix}/`);
  const isLike = ([name, wanted]: [string, string]) => {
    const form = wanted
      .replace(/[.+^$()|[\]\\{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return request
      .all(name)
      .slice(-1)
      .some((value) => new RegExp(`^${form}$`, 'i').test(value));
  };
  const weight = ({ api, prefix }: Found) =>
    (api.hosts.length > 0 ? 1e6 : 0) + Object.keys(api.headers).length * 1e3 + prefix.length;
  return apis
    .filter(({ hosts }) => hosts.length === 0 || hosts.includes(request.host))
    .filter(({ headers }) => Object.entries(headers).every(isLike))
    .flatMap((api) => api.paths.filter(isBelow).map((prefix) => ({ api, prefix })))
    .toSorted((one, other) => weight(other) - weight(one))[0];
}

/** What stands in a path for the placeholders of a template; undefined where it does not fit. */
export function valuesIn(template: string, path: string): Record<string, string> | undefined {
  const names = [...template.matchAll(/\{(\w+)/g)].map(([, name]) => name);
  const form = template
    .replaceAll('.', '\\.')
    .replace(/\{\w+\+\}/, '(.+?)')
    .replace(/\{\w+\}/g, '([^/]+)');
  const found = new RegExp(`^${form}/?$`, 'i').exec(path);
  return found ? Object.fromEntries(names.map((name, index) => [name, found[index + 1]])) : undefined;
}

/** GET takes HEAD too. None is any. */
export const takes = (methods: readonly string[] | undefined, method: string): boolean =>
  !methods?.length || methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));

/** The most specific that takes the request: a word before `{one}` before `{all+}`, methods before none. */
export function routeOf({ routes }: GatewayApi, method: string, path: string): GatewayRoute | undefined {
  const rank = (word: string) => (word.endsWith('+}') ? 2 : word.startsWith('{') ? 1 : 0);
  const forms = routes
    .filter(({ methods }) => takes(methods, method))
    .flatMap((route) => {
      const templates = route.paths.filter((template) => valuesIn(template, path));
      const orders = templates.map((template) => template.split('/').slice(1).map(rank).join(''));
      const any = route.methods.length > 0 ? 0 : 1;
      return (route.paths.length > 0 ? orders : ['9']).map((order) => ({ route, order: `${order}${any}` }));
    });
  return forms.toSorted((one, other) => (one.order < other.order ? -1 : 1))[0]?.route;
}
