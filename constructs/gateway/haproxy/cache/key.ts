/** The public side of the cache: what makes two requests the same, and what passes the cache by. */
import type { Path, Problem } from '../../../problems';
import type { Policies } from '../../policies';
import { all, any, type Condition, isTrue, not, type Rule, rule } from '../language/rules';
import { join, line, put, type Text } from '../language/text';
import { policy } from '../parts/policy';
import type { Place } from '../parts/sections';
import { readTag, type Tagged, tagFormat, taggedIn, untaught } from './writes';

export type CachePolicy = NonNullable<Policies['cache']>;

interface KeySettings extends Pick<CachePolicy, 'varyBy' | 'generation'> {
  readonly tagged?: Tagged;
  /** Whether there are two versions of the API, whose answers may differ. */
  readonly versions?: true;
}

const passed = not(isTrue(line`bypass`));
const bypass = (when: Condition) => rule(line`set-var(txn.bypass) bool(true)`, when);

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
    rule(line`set-var(txn.query) str()`),
    ...names.map((name) => {
      const parameter = put('queryName', name);
      return rule(
        line`set-var-fmt(txn.query) "%[var(txn.query)]&${parameter}=%[urlp(${parameter})]"`,
        all(line`{ urlp(${parameter}) -m found }`),
      );
    }),
    rule(line`set-var(txn.query) var(txn.query),bytes(1)`),
    rule(line`set-var(txn.path) path`),
    rule(line`set-pathq %[var(txn.path)]`, all(passed)),
    rule(line`set-query %[var(txn.query)]`, all(passed, line`{ var(txn.query),length gt 0 }`)),
  ];
}

const authorized = line`{ req.fhdr(authorization) -m found }`;
const token = isTrue(line`token`);

/** With its length, no value can look like two. */
const factor = (value: Text) => line`|%[${value},length]:%[${value}]`;

const besideTheCache = [
  rule(line`set-header X-Gateway-Authorization %[req.fhdr(authorization)]`, all(passed, authorized)),
  rule(line`del-header authorization`, all(passed)),
];

/** What is not there, or is taken away before the key is made, would make all callers the same. */
export function callerProblems(
  { headers, scope }: CachePolicy['varyBy'],
  { policies }: Place,
  path: Path,
): Problem[] {
  const methods = policies.authentication === 'public' ? {} : policies.authentication;
  const { apiKey, jwt } = methods;
  const removed = [apiKey?.header, jwt && !jwt.forward ? 'authorization' : undefined];
  if (scope && !jwt) {
    return [
      {
        code: 'CACHE_SCOPE_WITHOUT_TOKEN',
        path: [...path, 'scope'],
        message: 'Scopes are read from a token, and none is asked for here.',
        given: 'true',
        fix: 'Set authentication.jwt, or leave it out.',
      },
    ];
  }
  return headers.flatMap((header, index) =>
    removed.includes(header)
      ? [
          {
            code: 'CACHE_VARY_REMOVED',
            path: [...path, 'headers', index],
            message: 'The gateway takes this header away when it has found out who calls.',
            given: header,
            fix: 'Use varyBy.consumer.',
          },
        ]
      : [],
  );
}

/** Either a key, or the cache is passed by. Rules of `<api>.cached`, after those of the policies before. */
export const cacheKey = policy<KeySettings>({
  settings: ({ api, policies: { cache } }) =>
    cache && {
      varyBy: cache.varyBy,
      generation: cache.generation,
      tagged: cache.invalidation === 'none' ? undefined : taggedIn(api),
      ...(api.canary ? { versions: true as const } : {}),
    },

  rules: ({ varyBy, generation, tagged, versions }, context) => {
    const headers = [...new Set(varyBy.headers)].map((header) => put('headerName', header));
    const own = (header: string) => varyBy.headers.includes(header);
    const factors = [
      ...(varyBy.consumer ? [factor(line`var(txn.consumer)`)] : []),
      ...headers.map((_, index) => factor(line`var(txn.vary${index})`)),
      ...(varyBy.scope ? [factor(line`var(txn.token_scopes)`)] : []),
    ];
    const keepsAuthorized = own('authorization') || varyBy.scope;
    const version = versions ? line`~%[var(txn.version)]` : line``;
    const tag = tagged ? line`|${tagFormat(context)}` : line``;
    const early = tagged && untaught(context);
    const request = [
      // What was authorized is its caller's own, and a body would be no part of the key.
      ...(own('authorization') ? [] : [bypass(all(authorized, ...(varyBy.scope ? [not(token)] : [])))]),
      bypass(
        any(line`{ req.fhdr(transfer-encoding) -m found }`, line`{ req.fhdr(content-length) -m int gt 0 }`),
      ),
      bypass(all(line`{ req.fhdr(upgrade) -m found }`)),
      ...(early ? [bypass(all(early))] : []),
      ...headers.map((header) => bypass(all(line`{ req.fhdr_cnt(${header}) gt 1 }`))),
      ...(varyBy.query ? chosenQuery([...new Set(varyBy.query)]) : []),
      ...headers.map((header, index) => rule(line`set-var(txn.vary${index}) req.fhdr(${header})`)),
      // The policy says what is kept, not the caller.
      rule(line`del-header cache-control`, all(passed)),
      rule(line`del-header pragma`, all(passed)),
      // HAProxy keeps nothing for a request that has it: it is put back when the key has not been found.
      ...(keepsAuthorized ? besideTheCache : []),
      ...(tagged ? readTag(tagged, context) : []),
      // The API may write its links with the host that it was asked for, so each host has answers of its own.
      rule(
        line`set-var-fmt(txn.cache_key) "${generation}${version}${tag}${join(factors, line``)}|%[req.fhdr(host)]|%[pathq]"`,
        all(passed),
      ),
      rule(line`set-header X-Gateway-Key %[var(txn.cache_key),sha2(256),hex]`, all(passed)),
    ];
    return { request };
  },
});
