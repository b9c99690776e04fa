/**
 * What a write makes the gateways forget. HAProxy could forget one key of one member; here a path has a tag, which is
 * part of the key of all its answers and which every successful write renews: what was kept under the tag before is
 * never found again. Each member notes its own writes and reads the others' copies.
 */

import type { GatewayApi } from '../../model';
import { type Place, placesOf } from '../../places';
import type { RateLimit } from '../../policies/rate-limit';
import type { PolicyRule } from '../../policies/rule';
import { issuersOf } from '../callers/issuers';
import { all, isTrue, not, type Rule, type Rules, rule } from '../language/rules';
import { join, line, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { counters } from '../parts/members';
import type { Context, Section } from '../parts/sections';

/** What has a tag of its own: each path of the API, or the API as a whole. */
export type Tagged = 'path' | 'api';

/** One write renews one tag, so where one place says the whole API, all do. */
export function taggedIn(api: GatewayApi): Tagged | undefined {
  const said = placesOf(api).map(({ policies }) => policies.cache?.invalidation);
  if (said.includes('api')) return 'api';
  return said.includes('path') ? 'path' : undefined;
}

/**
 * Paths that share a number forget together, now and then one without need; in return no table is ever full, and no
 * tag is lost before the answers that it has outdated.
 */
const numbers = 65_536;

/** RFC 9110, section 9.2.1; TRACE is refused before. */
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

const table = (member: string) => line`${put('name', member)}.cache`;

/** Letters in either case, and with or without a slash at the end: the API may read them as the same. */
const number = (tagged: Tagged): Rule[] => {
  const of = line`,xxh32,mod(${numbers})`;
  if (tagged === 'api') return [rule(line`set-var(${txn.tag}) var(${txn.api})${of}`)];
  return [
    rule(line`set-var(${txn.tag_path}) var(${txn.segments}),lower,rtrim(/)`),
    rule(line`set-var(${txn.tag}) var(${txn.api}),concat(|,${txn.tag_path})${of}`),
  ];
};

/** Leaves the tag in variables, before the path is changed; `tagFormat` is how it stands in a key. */
export const readTag = (tagged: Tagged, { model }: Context): Rule[] => [
  ...number(tagged),
  ...model.members.map(({ name }, index) =>
    rule(line`set-var(${txn.tag}_${index}) var(${txn.tag}),table_gpt0(gateway/${table(name)})`),
  ),
];

export const tagFormat = ({ model }: Context): Text =>
  join(
    model.members.map((_, index) => line`%[var(${txn.tag}_${index})]`),
    line`.`,
  );

/** For the global section: when this worker began. */
export const began = line`set-var proc.began date()`;

/** A new worker has no tags until the one before, or another member, has told it: a fraction of a second. */
const settlingSeconds = 2;

/** Only where workers are replaced: a member that starts takes no requests at first. */
export const untaught = ({ model }: Context): Text | undefined =>
  issuersOf(model).length > 0 ? line`{ date(),sub(proc.began) lt ${settlingSeconds} }` : undefined;

/** RFC 9111, section 4.4: an answer without error to a method that is not safe. */
export function writeRules(api: GatewayApi, { member }: Context): Rules {
  const tagged = taggedIn(api);
  if (!tagged) return {};
  const written = all(
    not(isTrue('internal')),
    line`!{ method ${safeMethods.join(' ') as Text} }`,
    line`{ status 200:399 }`,
  );
  return {
    response: [
      ...number(tagged).map(({ action }) => rule(action, written)),
      rule(line`track-sc2 var(${txn.tag}) table gateway/${table(member.name)}`, written),
      rule(line`sc-set-gpt0(2) date(0,us)`, written),
    ],
  };
}

const mostWindows = (limit: RateLimit): number =>
  'windows' in limit
    ? limit.windows.length
    : Math.max(...Object.values(limit.plans).map(({ length }) => length));

const writes = ({ route }: Place): boolean =>
  !route?.methods.length || route.methods.some((method) => !safeMethods.includes(method));

/** A limit writes to a table for each window, and a write to one more. */
export const roomForWrites: PolicyRule = function* (place) {
  const { rateLimit } = place.policies;
  if (!rateLimit || mostWindows(rateLimit) < 3 || !writes(place) || !taggedIn(place.api)) return;
  yield {
    code: 'CACHE_AND_THREE_WINDOWS',
    path: ['rateLimit'],
    message:
      'HAProxy notes three things about a request: three windows leave no room for what a write makes the cache forget.',
    given: 'three windows, and a cache whose invalidation is not none',
    allowed: 'two windows',
    fix: 'Limit by two windows, or set cache.invalidation to none.',
  };
};

/** A tag outlives all answers that were kept under the one before, also those that were under way when it was renewed. */
const outlivesSeconds = 600;

export const tagTables = (context: Context, longestTtlSeconds: number): Section[] =>
  counters(
    context,
    context.model.members.map(
      ({ name }) =>
        line`table ${table(name)} type integer size ${numbers / 1024}k expire ${longestTtlSeconds + outlivesSeconds}s store gpt0`,
    ),
  );
