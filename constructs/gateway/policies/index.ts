/** The policies of one API, as they are written in the environment file. One file per policy. */
import { z } from 'zod';
import { authentication } from './authentication';
import { authorization } from './authorization';
import { cache } from './cache';
import { compression } from './compression';
import { cors } from './cors';
import { rateLimit } from './rate-limit';
import { routeMatch } from './route';
import { securityHeaders } from './security-headers';
import { transformation } from './transformation';
import { validation } from './validation';

/** What need not be there; a route may take it away with `none`. */
const optional = {
  authorization,
  validation,
  rateLimit,
  cache,
  cors,
  compression,
  transformation,
} as const;

type Shape = Readonly<Record<string, z.ZodType>>;
type OrNone<Schema extends z.ZodType> = z.ZodUnion<readonly [z.ZodLiteral<'none'>, Schema]>;

const each = <From extends Shape, To>(shape: From, change: (schema: z.ZodType) => z.ZodType) =>
  Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, change(schema)])) as To;

export const policies = z.strictObject({
  authentication: authentication.default('public'),
  securityHeaders: securityHeaders.prefault({}),
  ...each<typeof optional, { [Name in keyof typeof optional]: z.ZodOptional<(typeof optional)[Name]> }>(
    optional,
    (schema) => schema.optional(),
  ),
});

/** What an API's file may say that only gateways carry out. */
export const promises = [
  ...(Object.keys(policies.shape) as (keyof typeof policies.shape)[]),
  'balancing',
] as const;

/**
 * What a route has instead of its API's policies. A policy that is written here replaces the API's as a whole;
 * `none` takes it away; what is not written is as the API has it.
 */
export const routePolicies = z.strictObject({
  authentication: authentication.optional(),
  securityHeaders: securityHeaders.optional(),
  ...each<
    typeof optional,
    { [Name in keyof typeof optional]: z.ZodOptional<OrNone<(typeof optional)[Name]>> }
  >(optional, (schema) => z.union([z.literal('none'), schema]).optional()),
});

/** Some of the requests of an API, with policies of their own. */
export const route = z.strictObject({
  ...routeMatch,
  policies: routePolicies
    .prefault({})
    .describe("What is other than the API's own policies; `none` takes one away."),
});
export type RouteInput = z.output<typeof route>;

export type { RouteMethod } from './route';

/** The policies of one API with every default filled in. */
export type Policies = z.output<typeof policies>;
export type RoutePolicies = z.output<typeof routePolicies>;

/** The policies that a route has: its own, and the API's where it says nothing. */
export function refine(ofApi: Policies, own: RoutePolicies): Policies {
  const said = Object.entries(own).filter(([, value]) => value !== undefined);
  const entries = said.map(([name, value]) => [
    name,
    value === 'none' && name in optional ? undefined : value,
  ]);
  return settle({ ...ofApi, ...Object.fromEntries(entries) });
}

/** Callers of a public API have no names: its answers cannot differ by consumer. */
export function settle(all: Policies): Policies {
  if (all.authentication !== 'public' || !all.cache) return all;
  return { ...all, cache: { ...all.cache, varyBy: { ...all.cache.varyBy, consumer: false } } };
}
