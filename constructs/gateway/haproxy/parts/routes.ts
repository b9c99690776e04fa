/** Finds the route of a request within its API: `txn.route`, for the rules that are narrowed to it. */

import type { GatewayApi } from '../../model';
import { formsInOrder, type RouteForm } from '../../routes';
import { join, line, put, type Text } from '../language/text';
import { txn, type Variable } from '../language/vocabulary';

/** Letters in either case, and with or without a slash at the end: the API may read them as the same. */
export function pathCondition(path: string): Text {
  if (!path.includes('{')) {
    const literal = put('path', path);
    return path === '/' ? line`{ path / }` : line`{ path -m str -i ${literal} ${literal}/ }`;
  }
  return line`{ path -m reg -i ${put('pathTemplate', path)} }`;
}

/** What is looked for, and in which requests. */
interface Search {
  /** Variable that the route's name is put into. */
  readonly variable: Variable;
  /** What the methods are compared with. */
  readonly method: Text;
  /** @default in all */
  readonly when?: readonly Text[];
}

const ofRequest: Search = { variable: 'route', method: line`method` };

function formLine({ route, methods, path }: RouteForm, search: Search): Text {
  const { variable, method, when = [] } = search;
  const how = methods.length > 0 ? [line`{ ${method} ${methods.join(' ') as Text} }`] : [];
  const where = path === undefined ? [] : [pathCondition(path)];
  const terms = join([line`!{ var(${txn[variable]}) -m found }`, ...when, ...how, ...where], line` `);
  // Content rules are applied before any http-request rule, those of the section's defaults too.
  return line`tcp-request content set-var(${txn[variable]}) str(${put('name', route)}) if ${terms}`;
}

/** The more specific first; the first that the request fits decides. */
export const routeLines = (api: Pick<GatewayApi, 'routes'>, search = ofRequest): Text[] =>
  formsInOrder(api.routes).map((form) => formLine(form, search));
