/** The routes of an API: which requests each takes. */
import { collide, formsInOrder, type RouteForm } from '../../gateway';
import type { AnyApi } from '../schema';
import { type ApiRule, list } from './rule';

const formsOf = (name: string, { methods = [], paths = [] }: AnyApi['routes'][string]): RouteForm[] =>
  formsInOrder([{ name, methods, paths }]);

const said = ({ methods, path }: RouteForm) => `${methods.join(' ') || 'any method'} ${path ?? 'any path'}`;

/** No order could be right between two routes that take the same requests. */
export const routesCollide: ApiRule = function* ({ routes }, name) {
  const all = Object.entries(routes);
  for (const [index, [route, own]] of all.entries()) {
    const before = all.slice(0, index).flatMap(([other, one]) => formsOf(other, one));
    for (const form of formsOf(route, own)) {
      const twin = before.find((other) => collide(other, form));
      if (!twin) continue;
      yield {
        code: 'ROUTE_COLLIDES',
        path: ['apis', name, 'routes', route],
        where: 'key',
        message: `\`${route}\` takes requests that \`${twin.route}\` takes too, and neither is more specific.`,
        given: `${said(form)}; ${twin.route}: ${said(twin)}`,
        fix: 'Give them different methods or paths, or make one of the two.',
      };
    }
  }
};

const under = (path: string, prefix: string) =>
  prefix === '/' || path.toLowerCase() === prefix.toLowerCase() || path.startsWith(`${prefix}/`);

/** A path that the API does not have would never be asked for. */
export const routeOutside: ApiRule = function* ({ routes, paths }, name) {
  for (const [route, own] of Object.entries(routes)) {
    for (const [index, path] of (own.paths ?? []).entries()) {
      // A placeholder at the place of a prefix may stand for it.
      const literal = path.slice(0, path.includes('{') ? path.indexOf('/{') + 1 : undefined);
      if (paths.some((prefix) => under(path, prefix) || prefix.startsWith(literal))) continue;
      yield {
        code: 'ROUTE_OUTSIDE',
        path: ['apis', name, 'routes', route, 'paths', index],
        message: `No request to \`${name}\` has this path.`,
        given: path,
        allowed: `paths that begin with ${list(paths)}`,
        fix: 'Write the whole path as clients ask for it, or add its prefix to `paths` of the API.',
      };
    }
  }
};

/** A route without methods and paths would take everything, and one that says nothing changes nothing. */
export const routeOfAll: ApiRule = function* ({ routes }, name) {
  for (const [route, { methods, paths, policies }] of Object.entries(routes)) {
    if (!methods && !paths) {
      yield {
        code: 'ROUTE_OF_ALL',
        path: ['apis', name, 'routes', route],
        where: 'key',
        message: `\`${route}\` takes all requests of \`${name}\`.`,
        fix: "Give it `methods` or `paths`, or set its policies as the API's.",
      };
    }
    if (Object.values(policies).every((one) => one === undefined)) {
      yield {
        code: 'ROUTE_WITHOUT_POLICY',
        path: ['apis', name, 'routes', route],
        where: 'key',
        message: `\`${route}\` changes no policy.`,
        fix: 'Write what is other for it under `policies:`, or take it away.',
      };
    }
  }
};
