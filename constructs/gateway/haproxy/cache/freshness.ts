/**
 * How long an answer is kept. The API's backend leaves in variables what its policy says; the internal port has the Lua
 * read what the answer says, once for all APIs, and keeps only what has `txn.ttl` then.
 */

import type { Cache } from '../../policies/cache';
import { all, type Rule, rule } from '../language/rules';
import { join, line, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { policy } from '../parts/policy';

type Settings = Pick<Cache, 'ttlSeconds' | 'freshness' | 'defaultTtlSeconds' | 'statuses'>;

export const freshnessProgram = 'freshness.lua' as Text;

/** On the internal port, for what may be kept: sets `txn.ttl` if it is to be kept, and `txn.age_before` if it says its age. */
export const readFreshness = (...when: readonly Text[]): Rule => rule(line`lua.freshness`, all(...when));

export const freshness = policy<Settings>({
  settings: ({ policies: { cache } }) =>
    cache && {
      ttlSeconds: cache.ttlSeconds,
      freshness: cache.freshness,
      defaultTtlSeconds: cache.defaultTtlSeconds,
      statuses: cache.statuses,
    },
  rules: ({ ttlSeconds, freshness: whose, defaultTtlSeconds, statuses }) => ({
    request: [
      rule(line`set-var(${txn.ttl_most}) int(${ttlSeconds})`),
      ...(whose === 'respect' ? [rule(line`set-var(${txn.ttl_respect}) bool(true)`)] : []),
      ...(defaultTtlSeconds === undefined
        ? []
        : [rule(line`set-var(${txn.ttl_default}) int(${defaultTtlSeconds})`)]),
    ],
    response: [
      rule(
        line`set-var(${txn.keep}) bool(true)`,
        all(
          line`{ status ${join(
            statuses.map((status) => line`${status}`),
            line` `,
          )} }`,
        ),
      ),
    ],
  }),
});
