/** What the checks of policies call: an API, or a route of one, by a request that is its own. */
import { type Policies, resolveRoutes, routeOf, settle } from '../../constructs/gateway';
import type { ApiEndpoint } from './claim';
import type { Ask } from './http';
import { accepts, valueThat } from './sample';

export type Method = NonNullable<Ask['method']>;

export interface Target {
  /** `orders`, or `orders/read` for a route. */
  readonly name: string;
  readonly endpoint: ApiEndpoint;
  readonly method: Method;
  /** Whole address, without a query. */
  readonly url: string;
  /** An address of the same with a path parameter that the validation refuses, where there is one. */
  readonly wrongUrl?: string;
  readonly policies: Policies;
  /** Whether a request to the address is still the target's own with another method. */
  takes(method: Method): boolean;
  /** Whether a policy is said here, or comes to a route from its API and is checked there. */
  says(policy: keyof Policies): boolean;
}

/** The template with values in its places; none where a value does not come to mind. */
function filled(template: string, textFor: (name: string) => string | undefined): string[] {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const values = names.map(textFor);
  if (values.includes(undefined)) return [];
  const path = template.replace(/\{\w+\+\}/g, 'verify/all');
  return [
    values.reduce<string>((text, value = '') => text.replace(/\{\w+\}/, encodeURIComponent(value)), path),
  ];
}

/** Hardly ever what an API takes as an id. */
const ODD = '~';

const right =
  ({ validation }: Policies) =>
  (name: string) => {
    const check = validation?.pathParameters?.[name];
    return check ? valueThat(check) : 'verify';
  };
const wrong =
  ({ validation }: Policies) =>
  (name: string) => {
    const check = validation?.pathParameters?.[name];
    return check && !accepts(check, ODD) ? ODD : undefined;
  };

const withPath = (url: string, path: string) => new URL(path, url).href;

/** A request of the API that none of its routes takes, where there is one. */
function ofApi(endpoint: ApiEndpoint, routes: ReturnType<typeof resolveRoutes>): Target[] {
  const url = endpoint.urls[0];
  if (!url) return [];
  const prefix = new URL(url).pathname.replace(/\/$/, '');
  const paths = [prefix || '/', `${prefix}/verify`, `${prefix}/verify/other`];
  const tried = (['GET', 'POST'] as const).flatMap((method) => paths.map((path) => ({ method, path })));
  const free = tried.find((request) => routeOf(routes, request) === undefined);
  if (!free) return [];
  const policies = settle(endpoint.api.policies);
  return [
    {
      name: endpoint.name,
      endpoint,
      method: free.method,
      url: withPath(url, free.path),
      policies,
      takes: (method) => routeOf(routes, { method, path: free.path }) === undefined,
      says: () => true,
    },
  ];
}

function ofRoutes(endpoint: ApiEndpoint, routes: ReturnType<typeof resolveRoutes>): Target[] {
  const url = endpoint.urls[0];
  if (!url) return [];
  const prefix = new URL(url).pathname;
  return routes.flatMap((route) => {
    const methods = route.methods.length > 0 ? route.methods : (['GET'] as const);
    const paths =
      route.paths.length > 0 ? route.paths.flatMap((path) => filled(path, right(route.policies))) : [prefix];
    const requests = methods.flatMap((method) => paths.map((path) => ({ method, path })));
    const own = requests.find((request) => routeOf(routes, request) === route.name);
    if (!own) return [];
    return [
      {
        name: `${endpoint.name}/${route.name}`,
        endpoint,
        method: own.method as Method,
        url: withPath(url, own.path),
        wrongUrl: route.paths
          .flatMap((path) => filled(path, wrong(route.policies)))
          .map((path) => withPath(url, path))[0],
        policies: route.policies,
        takes: (method) => routeOf(routes, { method, path: own.path }) === route.name,
        says: (policy) => route.refines.includes(policy),
      },
    ];
  });
}

/** Each API and each route that can be called. */
export const targetsOf = (endpoints: readonly ApiEndpoint[]): Target[] =>
  endpoints.flatMap((endpoint) => {
    const routes = resolveRoutes(settle(endpoint.api.policies), endpoint.api.routes);
    return [...ofApi(endpoint, routes), ...ofRoutes(endpoint, routes)];
  });
