/** The routes of one API: which requests each takes, and which comes first where two could. */
import type { GatewayRoute } from './model';
import { templatePattern } from './path-template';
import { type Policies, type RouteInput, refine } from './policies';
import { withHead } from './policies/route';

/** The routes of an API as the environment file says them, with the policies that each comes to have. */
export const resolveRoutes = (
  ofApi: Policies,
  routes: Readonly<Record<string, RouteInput>>,
): GatewayRoute[] =>
  Object.entries(routes).map(([name, { methods = [], paths = [], policies }]) => ({
    name,
    methods,
    paths,
    policies: refine(ofApi, policies),
    refines: (Object.keys(policies) as (keyof Policies)[]).filter((key) => policies[key] !== undefined),
  }));

/** One path of a route, or all paths. */
export interface RouteForm {
  readonly route: string;
  /** None: any method. HEAD is among them where GET is. */
  readonly methods: readonly string[];
  /** Absent: any path. */
  readonly path?: string;
}

/** Of two segments the one that takes fewer paths is the smaller: a word, then `{one}`, then `{all+}`. */
const rank = (segment: string) => (segment.endsWith('+}') ? 2 : segment.startsWith('{') ? 1 : 0);

/** A text that sorts the more specific path first. */
const order = (path: string | undefined) =>
  path === undefined ? '9' : path.split('/').slice(1).map(rank).join('');

type Matching = Pick<GatewayRoute, 'name' | 'methods' | 'paths'>;

const formsOf = ({ name, methods, paths }: Matching): RouteForm[] => {
  const anyPath: (string | undefined)[] = [undefined];
  return (paths.length > 0 ? paths : anyPath).map((path) => ({
    route: name,
    methods: withHead(methods),
    path,
  }));
};

/**
 * Each path of each route, the more specific first: segment by segment a word before `{one}` before `{all+}`, then
 * with methods before without. The first that a request fits decides.
 */
export const formsInOrder = (routes: readonly Matching[]): RouteForm[] =>
  routes
    .flatMap(formsOf)
    .sort(
      (a, b) =>
        (order(a.path) < order(b.path) ? -1 : order(a.path) > order(b.path) ? 1 : 0) ||
        Number(b.methods.length > 0) - Number(a.methods.length > 0) ||
        (a.route < b.route ? -1 : 1),
    );

/** The path with its placeholders without their names: equal for two that take the same requests. */
const shape = (path: string | undefined) =>
  path
    ?.toLowerCase()
    .replace(/\{[^}]*\+\}/g, '{+}')
    .replace(/\{[^}+]*\}/g, '{}');

/** Whether two take the same requests, so that none comes before the other. */
export const collide = (a: RouteForm, b: RouteForm): boolean =>
  shape(a.path) === shape(b.path) &&
  (a.methods.length === 0 ? b.methods.length === 0 : a.methods.some((method) => b.methods.includes(method)));

/** Name of the route that takes a request; undefined: the API itself. The same answer as the gateway gives. */
export const routeOf = (
  routes: readonly Matching[],
  { method, path }: { readonly method: string; readonly path: string },
): string | undefined =>
  formsInOrder(routes).find(
    (form) =>
      (form.methods.length === 0 || form.methods.includes(method)) &&
      (form.path === undefined || new RegExp(templatePattern(form.path), 'i').test(path)),
  )?.route;
