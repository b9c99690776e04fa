/** Finds the route of a request within its API: `txn.route`, for the rules that are narrowed to it. */
import type { GatewayApi } from '../model';
import { formsInOrder, type RouteForm } from '../routes';
import { line, put, type Text } from './text';

/** Letters in either case, and with or without a slash at the end: the API may read them as the same. */
function pathCondition(path: string): Text {
  if (!path.includes('{')) {
    const literal = put('path', path);
    return path === '/' ? line`{ path / }` : line`{ path -m str -i ${literal} ${literal}/ }`;
  }
  return line`{ path -m reg -i ${put('pathTemplate', path)} }`;
}

function formLine({ route, methods, path }: RouteForm): Text {
  const method = methods.length > 0 ? [line`{ method ${methods.join(' ') as Text} }`] : [];
  const where = path === undefined ? [] : [pathCondition(path)];
  const when = [line`!{ var(txn.route) -m found }`, ...method, ...where].join(' ') as Text;
  // Content rules are applied before any http-request rule, those of the section's defaults too.
  return line`tcp-request content set-var(txn.route) str(${put('name', route)}) if ${when}`;
}

/** The more specific first; the first that the request fits decides. */
export const routeLines = (api: Pick<GatewayApi, 'routes'>): Text[] => formsInOrder(api.routes).map(formLine);
