/** Finds the API of a request: with one map where hosts and paths decide, with rules where headers do. */
import { type Route, routesInOrder } from '../routes';
import { refuse } from './errors';
import type { Context } from './sections';
import { line, mapFile, put, type Text } from './text';

export const routesFile = 'routes.map';

/** The path with a slash at its end, as the map has them: a prefix then ends where a segment does. */
const segments = (path: string) => (path === '/' ? line`/` : line`${put('path', path)}/`);

/** What a route gives: the API's name and, for the log, the prefix. */
const target = (route: Route) => line`${put('name', route.api)}|${put('path', route.path)}`;

const mapLine = (route: Route) =>
  line`${route.host === undefined ? line`` : put('host', route.host)}${segments(route.path)} ${target(route)}`;

/** ACLs compare without a wildcard where there is none: a regular expression takes more time. */
function headerCondition({ name, value }: Route['headers'][number]): Text {
  const header = line`req.fhdr(${put('headerName', name)})`;
  return /[*?]/.test(value)
    ? line`{ ${header} -m reg -i -- ${put('headerWildcard', value)} }`
    : line`{ ${header} -m str -i -- ${put('headerValue', value)} }`;
}

function headerRule(route: Route): Text {
  const host = route.host === undefined ? line`` : line` { var(txn.host) -m str ${put('host', route.host)} }`;
  const headers = line`${route.headers.map(headerCondition).join(' ') as Text}`;
  const when = line`!{ var(txn.route) -m found }${host} { var(txn.segments) -m beg ${segments(route.path)} } ${headers}`;
  return line`http-request set-var(txn.route) str(${target(route)}) if ${when}`;
}

/** Host and path of a request as the routes have them. */
const prepare: readonly Text[] = [
  line`http-request set-var(txn.segments) path,concat(/)`,
  line`http-request set-var(txn.host) req.hdr(host),host_only`,
];

const unlessFound = line`unless { var(txn.route) -m found }`;

/** Sets `txn.api` and answers 404 when no API takes the request. */
export function routing({ model }: Context): Text[] {
  const routes = routesInOrder(model.apis);
  const byHeader = routes.filter(({ headers }) => headers.length > 0);
  const byHost = routes.filter(({ host, headers }) => host !== undefined && headers.length === 0);
  const map = line`map_beg(${routesFile as Text})`;
  return [
    ...prepare,
    ...byHeader.filter(({ host }) => host !== undefined).map(headerRule),
    ...(byHost.length > 0
      ? [line`http-request set-var(txn.route) var(txn.host),concat(,txn.segments),${map} ${unlessFound}`]
      : []),
    ...byHeader.filter(({ host }) => host === undefined).map(headerRule),
    line`http-request set-var(txn.route) var(txn.segments),${map} ${unlessFound}`,
    line`http-request set-var(txn.api) var(txn.route),field(1,|)`,
    line`http-request set-var(txn.route_path) var(txn.route),field(2,|)`,
    ...refuse({
      status: 404,
      reason: 'no-route',
      detail: 'No API answers here.',
      when: line`unless { var(txn.api) -m found }`,
    }),
  ];
}

/** The map: `host/path/` and `/path/` to the API. */
export function routeFiles({ model }: Context): Record<string, string> {
  const lines = routesInOrder(model.apis).filter(({ headers }) => headers.length === 0);
  return { [routesFile]: mapFile(lines.map(mapLine)) };
}
