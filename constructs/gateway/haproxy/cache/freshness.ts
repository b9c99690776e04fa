/**
 * How long an answer is kept. The API's backend leaves in variables what its policy says; the internal port has the Lua
 * read what the answer says, once for all APIs, and keeps only what has `txn.ttl` then.
 */

import type { Path, Problem } from '../../../problems';
import { all, type Rule, rule } from '../language/rules';
import { join, line, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { policy } from '../parts/policy';
import type { CachePolicy } from './key';

type Settings = Pick<CachePolicy, 'ttlSeconds' | 'freshness' | 'defaultTtlSeconds' | 'statuses'>;

export const freshnessProgram = 'freshness.lua' as Text;

/** On the internal port, for what may be kept: sets `txn.ttl` if it is to be kept, and `txn.age_before` if it says its age. */
export const readFreshness = (...when: readonly Text[]): Rule => rule(line`lua.freshness`, all(...when));

export function freshnessProblems(
  { ttlSeconds, freshness, defaultTtlSeconds }: Settings,
  path: Path,
): Problem[] {
  if (defaultTtlSeconds === undefined) return [];
  const where = [...path, 'cache', 'defaultTtlSeconds'];
  if (freshness === 'override') {
    return [
      {
        code: 'CACHE_DEFAULT_TTL',
        path: where,
        message: 'Every answer is kept for ttlSeconds here, so there is no default.',
        given: `defaultTtlSeconds: ${defaultTtlSeconds} with freshness: override`,
        fix: 'Leave it out, or set freshness to respect.',
      },
    ];
  }
  if (defaultTtlSeconds <= ttlSeconds) return [];
  return [
    {
      code: 'CACHE_DEFAULT_TTL',
      path: where,
      message: 'An answer is kept for ttlSeconds at most.',
      given: String(defaultTtlSeconds),
      allowed: `up to ${ttlSeconds}`,
      fix: 'Lower it, or set ttlSeconds higher.',
    },
  ];
}

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
