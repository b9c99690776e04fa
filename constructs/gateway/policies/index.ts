/**
 * The policies of one API, as they are written in the environment file. A policy is a folder: `schema.ts` says what may be
 * written and what it means, `rules.ts` what can be wrong with it whichever program carries it out.
 */
import { z } from 'zod';
import * as authentication from './authentication';
import * as authorization from './authorization';
import * as cache from './cache';
import * as compression from './compression';
import * as cors from './cors';
import * as rateLimit from './rate-limit';
import { routeMatch } from './route';
import * as securityHeaders from './security-headers';
import * as transformation from './transformation';
import * as validation from './validation';

/** What need not be there; a route may take it away with `none`. A policy's line. */
const optional = {
  authorization,
  validation,
  rateLimit,
  cache,
  cors,
  compression,
  transformation,
} as const;

type Optional = typeof optional;

/** What each is, in a sentence. */
const sentences: Readonly<Record<keyof Optional, string>> = {
  authorization: 'What a caller needs beside being known. All that is written must hold; else 403.',
  validation: 'What a request must look like before it reaches the API.',
  rateLimit:
    'How many requests may pass in a time, counted over all gateways: one window, several, or plans. Beyond it 429.',
  cache: 'Answers that are kept and given again: one copy over all gateways.',
  cors: 'Which web pages of other origins may call.',
  compression:
    'Answers are compressed with gzip for clients that take it; `true` for the usual types of text.',
  transformation: 'Another form of what the API gets, and of what it answers.',
};

type OrNone<Schema extends z.ZodType> = z.ZodUnion<readonly [z.ZodLiteral<'none'>, Schema]>;

/** Something for each policy that need not be there, made of its schema. */
const each = <To>(change: (schema: z.ZodType, sentence: string) => z.ZodType) =>
  Object.fromEntries(
    Object.entries(optional).map(([name, { schema }]) => [
      name,
      change(schema, sentences[name as keyof Optional]),
    ]),
  ) as To;

export const policies = z.strictObject({
  authentication: authentication.schema.default('public'),
  securityHeaders: securityHeaders.schema.prefault({}),
  ...each<{ [Name in keyof Optional]: z.ZodOptional<Optional[Name]['schema']> }>((schema, sentence) =>
    schema.optional().describe(sentence),
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
  authentication: authentication.schema.optional(),
  securityHeaders: securityHeaders.schema.optional(),
  ...each<{ [Name in keyof Optional]: z.ZodOptional<OrNone<Optional[Name]['schema']>> }>((schema) =>
    z.union([z.literal('none'), schema]).optional(),
  ),
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
