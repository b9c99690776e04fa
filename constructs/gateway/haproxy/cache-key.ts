/** The public side of the cache: what makes two requests the same, and what passes the cache by. */
import type { Policies } from '../policies';
import { policy } from './policy';
import { all, any, type Condition, isTrue, not, type Rule, rule } from './rules';
import { join, line, put } from './text';

export type CachePolicy = NonNullable<Policies['cache']>;

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

/** Either a key, or the cache is passed by. Rules of `<api>.cached`, after those of the policies before. */
export const cacheKey = policy<CachePolicy>({
  settings: ({ policies }) => policies.cache,

  rules: ({ varyBy, generation }) => {
    const headers = [...new Set(varyBy.headers)].map((header) => put('headerName', header));
    const own = (header: string) => varyBy.headers.includes(header);
    const consumer = varyBy.consumer ? line`%[var(txn.consumer)]` : line``;
    const factors = headers.map((_, index) => {
      const value = line`var(txn.vary${index})`;
      return line`|%[${value},length]:%[${value}]`;
    });
    const request = [
      // What was authorized is its caller's own, and a body would be no part of the key.
      bypass(all(line`{ req.fhdr(authorization) -m found }`)),
      bypass(
        any(line`{ req.fhdr(transfer-encoding) -m found }`, line`{ req.fhdr(content-length) -m int gt 0 }`),
      ),
      bypass(all(line`{ req.fhdr(upgrade) -m found }`)),
      ...headers.map((header) => bypass(all(line`{ req.fhdr_cnt(${header}) gt 1 }`))),
      ...(varyBy.query ? chosenQuery([...new Set(varyBy.query)]) : []),
      ...headers.map((header, index) => rule(line`set-var(txn.vary${index}) req.fhdr(${header})`)),
      // The policy says what is kept, not the caller.
      rule(line`del-header cache-control`, all(passed)),
      rule(line`del-header pragma`, all(passed)),
      ...(own('accept-encoding') ? [] : [rule(line`del-header accept-encoding`, all(passed))]),
      // The API may write its links with the host that it was asked for, so each host has answers of its own.
      rule(
        line`set-var-fmt(txn.cache_key) "${generation}|${consumer}${join(factors, line``)}|%[req.fhdr(host)]|%[pathq]"`,
        all(passed),
      ),
      rule(line`set-header X-Gateway-Key %[var(txn.cache_key),sha2(256),hex]`, all(passed)),
    ];
    return { request };
  },
});
