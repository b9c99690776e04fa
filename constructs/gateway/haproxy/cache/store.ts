/**
 * The owner's side of the cache: the internal port looks a key up, asks the API when it has to, and keeps the answer.
 * What the policies say of that, the API's backend leaves in variables: `txn.keep`, `txn.ttl_most`, `txn.other_vary`.
 */

import type { GatewayApi } from '../../model';
import { endHop } from '../frame/hops';
import {
  all,
  any,
  type Condition,
  found,
  isTrue,
  not,
  type Rule,
  type Rules,
  rule,
  together,
  within,
} from '../language/rules';
import { join, line, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { policy } from '../parts/policy';
import { growthOf, longest } from '../parts/room';
import type { Context } from '../parts/sections';
import { freshness, readFreshness } from './freshness';
import { sendsAuthorization } from './key';
import { writeRules } from './writes';

export const internal = isTrue('internal');
const keyed = found('key');
const hit = isTrue('hit');
const keep = isTrue('keep');
const forget = (when: Condition) => rule(line`unset-var(${txn.keep})`, when);

/** Told by the gateway and in the key as scheme and port, or alike for all answers of a path; or names for logs. */
const harmlessHeaders = [
  ...['host', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-prefix'],
  ...['x-request-id', 'traceparent', 'tracestate', 'x-amzn-trace-id'],
];

/**
 * What the API gets of a request whose answer may be kept: what the key holds and what is harmless. Nothing else that a
 * client sends can change what others are given then. Only here: the public side needs to know what the client takes,
 * to compress what was kept, and the cache what the client has.
 */
export const sentHeaders = policy<readonly string[]>({
  settings: ({ policies: { cache } }) =>
    cache && [
      ...new Set([
        ...harmlessHeaders,
        ...cache.varyBy.headers,
        ...(cache.varyBy.consumer ? ['x-consumer-id'] : []),
        ...(sendsAuthorization(cache.varyBy) ? ['authorization'] : []),
      ]),
    ],
  rules: (headers) => {
    const sent = join(
      headers.map((header) => put('headerName', header)),
      line`|`,
    );
    return { request: [rule(line`del-header '^(?!(${sent})$)' -m reg`, all(internal, keyed))] };
  },
});

/** Answers that differ by more than the key knows are not kept. */
const knownVary = policy<readonly string[]>({
  settings: ({ policies: { cache } }) => cache?.varyBy.headers,
  rules: (headers) => {
    const names = [...new Set(['accept-encoding', ...headers])].map((name) => put('headerName', name));
    const known = line`(${join(names, line`|`)})`;
    return {
      response: [
        rule(
          line`set-var(${txn.other_vary}) bool(true)`,
          all(
            line`{ res.fhdr(vary) -m found }`,
            line`!{ res.fhdr(vary) -m reg -i "^${known}( *, *${known})*\$" }`,
          ),
        ),
      ],
    };
  },
});

/** Rules of `<api>` before those of its policies: what came over the internal port has passed them all. */
export const storedRules = (api: GatewayApi, context: Context): Rules =>
  together([
    within(all(internal), together([knownVary.rules(api, context), freshness.rules(api, context)])),
    { request: [rule(line`allow`, all(internal))] },
    writeRules(api, context),
    {
      response: [
        rule(line`del-header x-gateway- -m beg`),
        rule(line`set-header X-Cache BYPASS`, all(not(internal))),
        rule(line`set-var(${txn.cache}) str(BYPASS)`, all(not(internal))),
      ],
    },
  ]);

/** Of each header that waits aside; an answer that says more is not kept. */
const longestAside = 256;

/** What goes between the members, and with the cache between an answer and its keeping. */
export const storeGrowth = growthOf({
  request: {
    'x-gateway-key': 64,
    'x-gateway-api': longest.name,
    'x-gateway-version': 'canary'.length,
    'x-gateway-authorization': 0,
    'x-gateway-asker': 128,
  },
  answer: {
    'x-gateway-cache-control': longestAside,
    'x-gateway-vary': longestAside,
    'x-gateway-etag': longestAside,
    'x-gateway-last-modified': longestAside,
    'x-gateway-kept-status': 3,
    'x-gateway-status': 3,
    'x-gateway-age': 9,
    'cache-control': 'max-age=86400, public'.length,
    age: 10,
    'x-cache': 'BYPASS'.length,
    'x-gateway-server': longest.name + 6,
    'x-gateway-version': 'canary'.length,
  },
});

/** What HAProxy itself would decide by: it keeps nothing but 200, nor what varies, and answers conditions by the tags. */
const aside = (statuses: readonly number[]): readonly (readonly [name: Text, when: readonly Text[]])[] => {
  const other = line`!{ status 200 }`;
  return [
    [line`Cache-Control`, []],
    [line`Vary`, []],
    ...(statuses.length > 0
      ? ([
          [line`ETag`, [other]],
          [line`Last-Modified`, [other]],
        ] as const)
      : []),
  ];
};

const setAside = (statuses: readonly number[]): Rule[] => [
  ...aside(statuses).flatMap(([name, when]) => [
    rule(
      line`set-header X-Gateway-${name} %[res.fhdr(${name})]`,
      all(keep, ...when, line`{ res.fhdr(${name}) -m found }`),
    ),
    rule(line`del-header ${name}`, all(keep, ...when)),
  ]),
  ...(statuses.length > 0
    ? [
        rule(line`set-header X-Gateway-Kept-Status %[status]`, all(keep, line`!{ status 200 }`)),
        rule(line`set-status 200`, all(keep)),
      ]
    : []),
];

const putBack = (statuses: readonly number[]): Rule[] => [
  ...statuses.map((status) =>
    rule(line`set-status ${status}`, all(line`{ res.fhdr(x-gateway-kept-status) -m str ${status} }`)),
  ),
  ...(statuses.length > 0
    ? ['ETag', 'Last-Modified'].map((name) =>
        rule(
          line`set-header ${name as Text} %[res.fhdr(x-gateway-${name as Text})]`,
          all(line`{ res.fhdr(x-gateway-${name as Text}) -m found }`),
        ),
      )
    : []),
];

/** Rules of the internal port. `statuses` are those besides 200 that any policy keeps. */
export const storeRules = (statuses: readonly number[]): Rules => ({
  request: [
    rule(line`set-var(${txn.key}) req.fhdr(x-gateway-key)`),
    rule(line`set-var(${txn.authorization}) req.fhdr(x-gateway-authorization)`, all(keyed)),
    rule(line`del-header x-gateway- -m beg`),
    rule(line`set-var(${txn.host}) req.fhdr(host)`, all(keyed)),
    rule(line`set-var(${txn.pathq}) pathq`, all(keyed)),
    rule(line`set-header Host %[var(${txn.api})]`, all(keyed)),
    rule(line`set-pathq /%[var(${txn.key})]`, all(keyed)),
    rule(line`cache-use gateway`, all(keyed)),
    rule(line`set-pathq %[var(${txn.pathq})]`, all(keyed)),
    rule(line`set-header Host %[var(${txn.host})]`, all(keyed)),
    rule(line`set-header Authorization %[var(${txn.authorization})]`, all(found('authorization'))),
  ],
  response: [
    ...endHop,
    rule(line`set-var(${txn.hit}) bool(true)`, all(keyed, line`{ res.cache_hit }`)),
    // The backend has said whether the status is one that is kept; what was passed by is not.
    forget(any(not(keyed), hit)),
    forget(
      any(
        isTrue('other_vary'),
        line`{ res.fhdr(set-cookie) -m found }`,
        line`{ res.fhdr_cnt(cache-control) gt 1 }`,
        line`{ res.fhdr_cnt(vary) gt 1 }`,
        // What does not end is never whole.
        line`{ res.fhdr(content-type) -m reg -i "^(text/event-stream|multipart/x-mixed-replace)" }`,
      ),
    ),
    // They wait aside, and there must be room for that.
    forget(any(...aside(statuses).map(([name]) => line`{ res.fhdr(${name}),length gt ${longestAside} }`))),
    readFreshness(keep),
    forget(all(not(found('ttl')))),
    ...setAside(statuses),
    // HAProxy 2.6 reads one byte beyond the number, and a digit there makes 1 s into 19 s: hence the comma.
    rule(line`set-header Cache-Control "max-age=%[var(${txn.ttl})], public"`, all(keep)),
    // HAProxy would keep nothing that is older than its time here, although that is counted from now.
    rule(line`set-header X-Gateway-Age %[var(${txn.age_before})]`, all(keep, found('age_before'))),
    rule(line`del-header age`, all(keep)),
    rule(line`cache-store gateway`, all(keep)),
    ...putBack(statuses),
    rule(line`set-var(${txn.age}) res.fhdr(age),add(0)`, all(hit)),
    rule(line`set-var(${txn.age}) int(0)`, all(keep)),
    rule(line`set-var(${txn.age_before}) res.fhdr(x-gateway-age),add(0)`, all(hit)),
    rule(line`set-var(${txn.age}) var(${txn.age}),add(${txn.age_before})`, all(found('age_before'))),
    rule(line`set-header Age %[var(${txn.age})]`, all(found('age'), found('age_before'))),
    rule(line`del-header cache-control`, any(keep, hit)),
    rule(
      line`set-header Cache-Control %[res.fhdr(x-gateway-cache-control)]`,
      all(line`{ res.fhdr(x-gateway-cache-control) -m found }`),
    ),
    rule(line`set-header Vary %[res.fhdr(x-gateway-vary)]`, all(line`{ res.fhdr(x-gateway-vary) -m found }`)),
    rule(line`del-header x-gateway- -m beg`),
    rule(line`set-header X-Cache HIT`, all(hit)),
    rule(line`set-header X-Cache MISS`, all(keyed, not(hit))),
    rule(line`set-header X-Cache BYPASS`, all(not(keyed))),
    rule(line`set-header X-Gateway-Server %[var(${txn.server})]`, all(not(hit))),
    rule(line`set-header X-Gateway-Version %[var(${txn.version})]`, all(found('version'))),
  ],
});
