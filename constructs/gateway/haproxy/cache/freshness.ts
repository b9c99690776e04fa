/** How long an answer is kept: `txn.ttl` of the owner's request to the API. Without it the answer is not kept. */
import type { Path, Problem } from '../../../problems';
import { all, any, found, not, type Rule, rule } from '../language/rules';
import { line, type Text } from '../language/text';
import { policy } from '../parts/policy';
import type { CachePolicy } from './key';

type Settings = Pick<CachePolicy, 'ttlSeconds' | 'freshness' | 'defaultTtlSeconds'>;

const ttl = (value: Text, ...when: readonly Text[]): Rule =>
  rule(line`set-var(txn.ttl) ${value}`, all(...when));
const notKept = line`int(0)`;

const said = (pattern: Text) => line`{ var(txn.cache_control) -m reg "${pattern}" }`;
/** What a directive says; nothing if it is no number, or if it is said twice (RFC 9111, section 4.2.1). */
const directive = (name: Text): Rule[] => [
  ttl(notKept, said(line`(^|[, ])${name}([ =,]|\$)`)),
  ttl(
    line`'var(txn.cache_control),regsub("^(.*[, ])?${name}=\"?",""),add(0)'`,
    said(line`(^|[, ])${name}=\"?[0-9]{1,9}\"?([, ]|\$)`),
    not(said(line`(^|[, ])${name}.*[, ]${name}`)),
  ),
];

/** RFC 9111, sections 4.2.1 and 4.2.3. */
function asTheApiSays({ ttlSeconds, defaultTtlSeconds }: Settings): Rule[] {
  const age = line`res.fhdr(age)`;
  return [
    rule(line`set-var(txn.cache_control) res.fhdr(cache-control),lower`),
    // HAProxy cannot reckon with dates: what says only when it expires is not kept.
    ...(defaultTtlSeconds === undefined
      ? []
      : [ttl(line`int(${defaultTtlSeconds})`, line`!{ res.fhdr(expires) -m found }`)]),
    ...directive(line`max-age`),
    ...directive(line`s-maxage`),
    ttl(notKept, line`{ ${age} -m found }`, line`!{ ${age} -m reg "^[0-9]{1,9}\$" }`),
    rule(line`set-var(txn.age) ${age},add(0)`),
    ttl(line`var(txn.ttl),sub(txn.age)`, found(line`ttl`), found(line`age`)),
    ttl(line`int(${ttlSeconds})`, line`{ var(txn.ttl) -m int gt ${ttlSeconds} }`),
    rule(line`unset-var(txn.ttl)`, any(line`!{ var(txn.ttl) -m int gt 0 }`)),
  ];
}

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
    },
  rules: (settings) => ({
    response:
      settings.freshness === 'override' ? [ttl(line`int(${settings.ttlSeconds})`)] : asTheApiSays(settings),
  }),
});
