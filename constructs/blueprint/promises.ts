/**
 * What an API's file says that only gateways carry out: its policies, those of its routes, and how it is balanced. Below
 * stage `gateway` nobody does, so an environment is refused there unless the API names what it goes without.
 */
import { isDeepStrictEqual } from 'node:util';
import { balancing, policies } from '../gateway';
import type { Path } from '../problems';
import type { AnyApi, Environment } from './schema';

export interface Promised {
  /** `authentication`. */
  readonly promise: string;
  /** The route that says it; absent: the API. */
  readonly route?: string;
  /** Where in the file it is said. */
  readonly path: Path;
}

/** What is so where a file says nothing: nobody is promised it. */
const byDefault: Readonly<Record<string, unknown>> = {
  ...policies.parse({}),
  balancing: balancing.parse({}),
};

const isSaid = (promise: string, value: unknown): boolean =>
  value !== undefined && value !== 'none' && !isDeepStrictEqual(value, byDefault[promise]);

/** What an API's file promises its callers, and those who run the API, from the gateways. */
export function promisedOf(api: AnyApi, name: string): Promised[] {
  const said = (values: object, path: Path, route?: string): Promised[] =>
    Object.entries(values).flatMap(([promise, value]) =>
      isSaid(promise, value) ? [{ promise, ...(route ? { route } : {}), path: [...path, promise] }] : [],
    );
  const here = ['apis', name];
  return [
    ...said(api.policies, [...here, 'policies']),
    ...Object.entries(api.routes).flatMap(([route, { policies: own }]) =>
      said(own, [...here, 'routes', route, 'policies'], route),
    ),
    ...said({ balancing: api.balancing }, here),
  ];
}

/** What an environment does not enforce at its stage, by API; an API without such is not there. */
export function unenforced({ stage, apis }: Environment): Readonly<Record<string, readonly Promised[]>> {
  if (stage === 'gateway') return {};
  const all = Object.entries(apis).map(([name, api]) => [name, promisedOf(api, name)] as const);
  return Object.fromEntries(all.filter(([, promised]) => promised.length > 0));
}

/** `rateLimit`, or `authorization (route report)`. */
export const promiseText = ({ promise, route }: Promised): string =>
  route ? `${promise} (route ${route})` : promise;
