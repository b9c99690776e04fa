/**
 * One cache over all members. The public side finds the key, and the key's owner by consistent hashing; the owner's
 * internal port looks it up, asks the API when it has to, and stores. When the owner is down the next one takes over.
 *
 *     client -> traffic -> <api>.cached -> owner's internal port -> <api> -> pool
 */
import type { GatewayApi } from '../model';
import { type CachePolicy, cacheKey } from './cache-key';
import { storeRules } from './cache-store';
import { refuse } from './errors';
import { memberAddress } from './members';
import { policy } from './policy';
import type { Pool } from './pool';
import { healthPath, ports } from './ports';
import { all, printRules, type Rules, rule, together } from './rules';
import { type Context, pathOf, placesOf, type Section } from './sections';
import { line, put, type Text, textProblem } from './text';
import { listenAddress, loopbackAddress } from './variables';

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
    {
      request: [rule(line`set-header X-Gateway-Api %[var(txn.api)]`)],
      response: [
        rule(line`set-var(txn.cache) res.fhdr(x-cache)`),
        rule(line`set-var(txn.server) res.fhdr(x-gateway-server)`),
        rule(line`del-header x-gateway- -m beg`),
      ],
    },
  ]);

/** The servers of `<api>.cached`: the key's owner, or the next member when it cannot be reached. */
export function memberPool(api: GatewayApi, { model, member }: Context): Pool {
  return {
    settings: [
      line`balance hdr(x-gateway-key)`,
      line`hash-type consistent`,
      line`timeout connect 500ms`,
      // Longer than the owner waits, whose answer says more.
      line`timeout server ${api.requestTimeoutSeconds + 2}s`,
      line`retry-on conn-failure empty-response`,
    ],
    rules: {},
    servers: model.members.map(({ name, host }) =>
      name === member.name
        ? line`server ${put('name', name)} "${loopbackAddress}:${ports.cache}"`
        : line`server ${put('name', name)} ${memberAddress(host, ports.cache)} track gateway.members/${put('name', name)}`,
    ),
  };
}

function sections(caches: readonly CachePolicy[], context: Context): Section[] {
  const longestTtl = Math.max(...caches.map(({ ttlSeconds }) => ttlSeconds));
  return [
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
        line`monitor-uri ${healthPath as Text}`,
        line`monitor fail if { stopping }`,
        ...printRules(
          together([
            {
              request: [
                rule(line`set-var(txn.internal) bool(true)`),
                rule(line`set-var(txn.api) req.fhdr(x-gateway-api)`),
                ...refuse({
                  status: 404,
                  reason: 'no-api',
                  detail: 'No API answers here.',
                  when: all(line`!{ var(txn.api) -m str -f ${cachedFile} }`),
                }),
              ],
            },
            storeRules,
          ]),
        ),
        line`use_backend %[var(txn.api)]`,
      ],
    },
    {
      // Checked once here, whatever the number of APIs; their backends follow it.
      head: line`backend gateway.members from base`,
      lines: [
        line`option httpchk GET ${healthPath as Text}`,
        line`timeout check 1s`,
        line`default-server check inter 1s fall 1 rise 1`,
        ...context.others.map(
          ({ name, host }) => line`server ${put('name', name)} ${memberAddress(host, ports.cache)}`,
        ),
      ],
    },
  ];
}

/** The cache's sections and files; its rules are `ownerRules` and `storedRules`. */
export const cache = policy<CachePolicy>({
  settings: ({ policies }) => policies.cache,

  problems: ({ varyBy }, place) => {
    const path = [...pathOf(place), 'cache', 'varyBy'];
    return [
      ...varyBy.headers.flatMap((header, index) =>
        textProblem('headerName', header, [...path, 'headers', index]),
      ),
      ...(varyBy.query ?? []).flatMap((parameter, index) =>
        textProblem('queryName', parameter, [...path, 'query', index]),
      ),
    ];
  },

  rules: () => ({}),
  sections,
  files: (_, { model }) => {
    const names = model.apis.filter(isCached).map(({ name }) => put('name', name));
    return { [cachedFile]: names.map((name) => `${name}\n`).join('') };
  },
});
