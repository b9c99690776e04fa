/** The public side of the cache: what makes two requests the same, and what passes the cache by. */

import type { Cache } from '../../policies/cache';
import { hasBody } from '../frame/framing';
import { all, any, type Condition, found, isTrue, not, type Rule, rule } from '../language/rules';
import { join, line, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { policy } from '../parts/policy';
import { readTag, type Tagged, tagFormat, taggedIn, untaught } from './writes';

interface KeySettings extends Pick<Cache, 'varyBy' | 'generation' | 'cookies'> {
  /** Whether the API itself answers pages of other origins. */
  readonly ownCors?: true;
  readonly tagged?: Tagged;
  /** Whether there are two versions of the API, whose answers may differ. */
  readonly versions?: true;
}

const passed = not(isTrue('bypass'));
const bypass = (when: Condition) => rule(line`set-var(${txn.bypass}) bool(true)`, when);

/**
 * Only the chosen parameters, in the order of the policy, are part of the key, and only they reach the API: what is
 * not in the key cannot change the answer. Where the two could read a query differently, the cache is passed by.
 */
function chosenQuery(names: readonly string[]): Rule[] {
  const twice = names.map((name) => {
    const parameter = put('queryNameRegex', name);
    return line`(^|&)${parameter}=.*&${parameter}=|(^|&)${parameter}(&|\$)`;
  });
  return [
    bypass(any(line`{ query -m sub ; }`, line`{ query -m reg "(^|&)[^=&]*%" }`)),
    ...(twice.length > 0 ? [bypass(all(line`{ query -m reg "${join(twice, line`|`)}" }`))] : []),
    rule(line`set-var(${txn.query}) str()`),
    ...names.map((name) => {
      const parameter = put('queryName', name);
      return rule(
        line`set-var-fmt(${txn.query}) "%[var(${txn.query})]&${parameter}=%[urlp(${parameter})]"`,
        all(line`{ urlp(${parameter}) -m found }`),
      );
    }),
    rule(line`set-var(${txn.query}) var(${txn.query}),bytes(1)`),
    rule(line`set-var(${txn.path}) path`),
    rule(line`set-pathq %[var(${txn.path})]`, all(passed)),
    rule(line`set-query %[var(${txn.query})]`, all(passed, line`{ var(${txn.query}),length gt 0 }`)),
  ];
}

const authorized = line`{ req.fhdr(authorization) -m found }`;
const token = isTrue('token');

/** With its length, no value can look like two. */
const factor = (value: Text) => line`|%[${value},length]:%[${value}]`;

/** Whether the API gets it with a request whose answer may be kept. */
export const sendsAuthorization = ({ headers, scope }: Cache['varyBy']): boolean =>
  headers.includes('authorization') || scope;

/** Taken away first: both at once would need twice the room. */
const besideTheCache = [
  rule(line`set-var(${txn.authorization_sent}) req.fhdr(authorization)`, all(passed)),
  rule(line`del-header authorization`, all(passed)),
  rule(
    line`set-header X-Gateway-Authorization %[var(${txn.authorization_sent})]`,
    all(passed, found('authorization_sent')),
  ),
];

/**
 * Requests whose answer depends on what is not in the key, and not by what they leave out: who is signed in, which page
 * asks, a stream of events, a version that must (not) have been changed. They reach the API as they are.
 */
function dependent({ varyBy: { headers, scope }, cookies, ownCors }: KeySettings): Rule[] {
  const own = (header: string) => headers.includes(header);
  return [
    ...(own('authorization') ? [] : [bypass(all(authorized, ...(scope ? [not(token)] : [])))]),
    ...(own('cookie') || cookies === 'drop' ? [] : [bypass(all(line`{ req.fhdr(cookie) -m found }`))]),
    ...(ownCors && !own('origin') ? [bypass(all(line`{ req.fhdr(origin) -m found }`))] : []),
    bypass(
      any(
        line`{ req.hdr(accept) -m beg -i text/event-stream }`,
        line`{ req.fhdr(if-match) -m found }`,
        line`{ req.fhdr(if-unmodified-since) -m found }`,
      ),
    ),
  ];
}

/** Either a key, or the cache is passed by. Rules of `<api>.cached`, after those of the policies before. */
export const cacheKey = policy<KeySettings>({
  settings: ({ api, policies: { cache, cors } }) =>
    cache && {
      varyBy: cache.varyBy,
      generation: cache.generation,
      cookies: cache.cookies,
      ...(cors ? {} : { ownCors: true as const }),
      tagged: cache.invalidation === 'none' ? undefined : taggedIn(api),
      ...(api.canary ? { versions: true as const } : {}),
    },

  rules: (settings, context) => {
    const { varyBy, generation, tagged, versions } = settings;
    const headers = [...new Set(varyBy.headers)].map((header) => put('headerName', header));
    const factors = [
      ...(varyBy.consumer ? [factor(line`var(${txn.consumer})`)] : []),
      ...headers.map((_, index) => factor(line`var(${txn.vary}${index})`)),
      ...(varyBy.scope ? [factor(line`var(${txn.token_scopes})`)] : []),
    ];
    const version = versions ? line`~%[var(${txn.version})]` : line``;
    const tag = tagged ? line`|${tagFormat(context)}` : line``;
    const early = tagged && untaught(context);
    const request = [
      ...dependent(settings),
      // A body would be no part of the key.
      bypass(all(hasBody)),
      bypass(all(line`{ req.fhdr(upgrade) -m found }`)),
      ...(early ? [bypass(all(early))] : []),
      ...headers.map((header) => bypass(all(line`{ req.fhdr_cnt(${header}) gt 1 }`))),
      ...(varyBy.query ? chosenQuery([...new Set(varyBy.query)]) : []),
      ...headers.map((header, index) => rule(line`set-var(${txn.vary}${index}) req.fhdr(${header})`)),
      // The policy says what is kept, not the caller.
      rule(line`del-header cache-control`, all(passed)),
      rule(line`del-header pragma`, all(passed)),
      // HAProxy keeps nothing for a request that has it: it is put back when the key has not been found.
      ...(sendsAuthorization(varyBy) ? besideTheCache : []),
      ...(tagged ? readTag(tagged, context) : []),
      // The API may write its links with the scheme, host and port that it was asked for: each has answers of its own.
      rule(
        line`set-var-fmt(${txn.cache_key}) "${generation}${version}${tag}${join(factors, line``)}|%[var(${txn.proto})]:%[var(${txn.port})]|%[req.fhdr(host)]|%[pathq]"`,
        all(passed),
      ),
      rule(line`set-header X-Gateway-Key %[var(${txn.cache_key}),sha2(256),hex]`, all(passed)),
    ];
    return { request };
  },
});
