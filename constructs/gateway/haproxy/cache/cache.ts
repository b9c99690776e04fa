/**
 * One cache over all members. The public side finds the key, and the key's owner by its hash; the owner's internal port
 * looks it up, asks the API when it has to, and stores. An owner that cannot is passed by: see `owner.ts`.
 *
 *     client -> traffic -> <api>.cached -> owner's internal port -> <api> -> pool
 *
 * A GET that passes the cache by, also of a route without one, goes the same way by the member's own internal port:
 * which route it belongs to is known only in the API's backend. That takes about as much processor time as a request
 * to an API without a cache (0.15 ms), and no other member.
 */

import type { GatewayApi } from '../../model';
import { placesOf } from '../../places';
import type { Cache } from '../../policies/cache';
import { refuse } from '../answers/errors';
import { leaving } from '../container/drain';
import { all, printRules, type Rules, rule, together } from '../language/rules';
import { line, put, type Text, textProblem } from '../language/text';
import { listenAddress } from '../language/variables';
import { txn } from '../language/vocabulary';
import { luaOf } from '../lua/files';
import { sentVersionRules, toldVersion } from '../parts/canary';
import { policy } from '../parts/policy';
import { ports } from '../parts/ports';
import type { Context, Section } from '../parts/sections';
import { freshnessProgram } from './freshness';
import { cacheKey } from './key';
import { admission, asks, memberChecks, ownAnswers } from './owner';
import { storeGrowth, storeRules } from './store';
import { tagTables } from './writes';

/** Whether any of its requests may be answered from the cache. */
export const isCached = (api: GatewayApi): boolean =>
  placesOf(api).some(({ policies }) => policies.cache !== undefined);

/** Backend that asks the members; `<api>` itself asks the pool. */
export const cachedBackend = (api: GatewayApi): Text => line`${put('name', api.name)}.cached`;

/** The names of the APIs with a cache, one a line. */
export const cachedFile = line`cached.lst`;

/** Answers larger than this are not kept. */
const largestObjectBytes = 1024 * 1024;

/** Rules of `<api>.cached`, after those of the policies before. */
export const ownerRules = (api: GatewayApi, context: Context): Rules =>
  together([
    cacheKey.rules(api, context),
    sentVersionRules(api),
    {
      request: [rule(line`set-header X-Gateway-Api %[var(${txn.api})]`), asks(context)],
      response: [
        rule(line`set-var(${txn.cache}) res.fhdr(x-cache)`),
        rule(line`set-var(${txn.server}) res.fhdr(x-gateway-server)`),
        rule(line`del-header x-gateway- -m beg`),
      ],
    },
  ]);

/** Statuses that some policy keeps, and that HAProxy keeps only in the guise of a 200. */
const otherStatuses = (caches: readonly Cache[]): number[] =>
  [...new Set(caches.flatMap(({ statuses }) => statuses))].filter((status) => status !== 200).toSorted();

function sections(caches: readonly Cache[], context: Context): Section[] {
  const longestTtl = Math.max(...caches.map(({ ttlSeconds }) => ttlSeconds));
  const tagged = caches.some(({ invalidation }) => invalidation !== 'none');
  return [
    ...(tagged ? tagTables(context, longestTtl) : []),
    {
      head: line`cache gateway`,
      lines: [
        line`total-max-size ${context.model.cacheMiB}`,
        line`max-object-size ${largestObjectBytes}`,
        line`max-age ${longestTtl}`,
        line`process-vary off`,
      ],
    },
    {
      head: line`frontend gateway.cache from base`,
      lines: [
        line`bind "${listenAddress}:${ports.cache}"`,
        line`http-after-response set-header Connection close if ${leaving}`,
        ...printRules(
          together([
            {
              request: [
                rule(line`set-var(${txn.internal}) bool(true)`),
                ...admission(context),
                // The members send each other nothing else; whoever else gets here can write nothing.
                ...refuse({
                  status: 405,
                  reason: 'method',
                  detail: 'Only GET and HEAD come this way.',
                  when: all(line`!METH_GET`),
                  headers: line`hdr Allow "GET, HEAD"`,
                }),
                rule(line`set-var(${txn.api}) req.fhdr(x-gateway-api)`),
                ...refuse({
                  status: 404,
                  reason: 'no-api',
                  detail: 'No API answers here.',
                  when: all(line`!{ var(${txn.api}) -m str -f ${cachedFile} }`),
                }),
              ],
            },
            toldVersion,
            storeRules(otherStatuses(caches)),
            ownAnswers,
          ]),
        ),
        line`use_backend %[var(${txn.api})]`,
      ],
    },
    memberChecks(context),
  ];
}

/** The cache's sections and files; its rules are `ownerRules` and `storedRules`. */
export const cache = policy<Cache>({
  settings: ({ policies }) => policies.cache,

  limits: ({ varyBy: { headers, query = [] } }) => [
    ...headers.flatMap((name, index) =>
      textProblem('headerName', name, ['cache', 'varyBy', 'headers', index]),
    ),
    ...query.flatMap((name, index) => textProblem('queryName', name, ['cache', 'varyBy', 'query', index])),
  ],

  rules: () => ({}),
  growth: () => storeGrowth,
  sections,
  files: (_, { model }) => {
    const names = model.apis.filter(isCached).map(({ name }) => put('name', name));
    return {
      ...luaOf('dates.lua', freshnessProgram),
      [cachedFile]: names.map((name) => `${name}\n`).join(''),
    };
  },
});
