/**
 * One limit over all members. Each counts what it lets pass in a table of its own and reads the others' copies; the
 * sum is compared. See `policies/rate-limit.ts` for what that promises.
 */
import type { GatewayApi } from '../model';
import { refuse } from './errors';
import { counters } from './members';
import type { Context, PolicyRendering, Rules } from './sections';
import { line, put, type Text } from './text';

/** APIs with windows of the same length share tables; the key says whose count it is. */
const table = (member: string, perSeconds: number) => line`${put('name', member)}.${perSeconds}`;

/** Longest key: an API's name, `|`, and a consumer's name or an address. */
const longestKey = 96;

const counted = {
  // Without a consumer there is no key, and without a key the request is refused.
  consumer: line`if { var(txn.consumer) -m found }`,
  address: line``,
  api: line``,
} as const;

const whose = {
  consumer: line`|%[var(txn.consumer)]`,
  // An IPv6 client has a whole /64 to choose its address from.
  address: line`|%[var(txn.client),ipmask(32,64)]`,
  api: line``,
} as const;

/** Whatever is missing refuses: a comparison with nothing is false. */
const over = line`if !{ var(txn.limit_left) -m int gt 0 }`;

function limitRules(api: GatewayApi, { member, others }: Context): Rules {
  const { rateLimit } = api.policies;
  if (!rateLimit) return {};
  const { requests, perSeconds, by } = rateLimit;
  const name = put('name', api.name);
  const key = line`http-request set-var-fmt(txn.limit_key) "${name}${whose[by]}" ${counted[by]}`;
  const read = (from: Text, what: 'http_req_rate' | 'gpt0') =>
    line`var(txn.limit_key),table_${what as Text}(gateway/${from})`;
  const own = table(member.name, perSeconds);
  const spacing = Math.ceil(perSeconds / requests);
  const sum = others.flatMap((other) => [
    line`http-request set-var(txn.limit_other) ${read(table(other.name, perSeconds), 'http_req_rate')}`,
    line`http-request set-var(txn.limit_used) var(txn.limit_used),add(txn.limit_other)`,
  ]);
  // The window that began latest ends latest. One more request then passes after the spacing between two.
  const latestStart = others.flatMap((other) => [
    line`http-request set-var(txn.limit_other) ${read(table(other.name, perSeconds), 'gpt0')} ${over}`,
    line`http-request set-var(txn.limit_start) var(txn.limit_other) ${over} { var(txn.limit_other),sub(txn.limit_start) gt 0 }`,
  ]);
  return {
    request: [
      key,
      line`http-request set-var(txn.limit_now) date()`,
      line`http-request set-var(txn.limit_used) ${read(own, 'http_req_rate')}`,
      line`http-request set-var(txn.limit_start) ${read(own, 'gpt0')}`,
      ...sum,
      line`http-request set-var(txn.limit_left) int(${requests}),sub(txn.limit_used)`,
      ...latestStart,
      line`http-request set-var(txn.limit_wait) var(txn.limit_start),sub(txn.limit_now),add(${perSeconds + spacing + 1}) ${over}`,
      line`http-request set-var(txn.limit_wait) int(${perSeconds + spacing + 1}) ${over} { var(txn.limit_wait) -m int lt 1 }`,
      line`http-request set-var(txn.limit) str(refused) ${over}`,
      ...refuse({
        status: 429,
        reason: 'rate-limit',
        detail: `The limit is ${requests} requests in ${perSeconds} seconds.`,
        when: over,
        headers: line`hdr Retry-After %[var(txn.limit_wait)]`,
      }),
      // Counted only now: refused requests must not eat the budget.
      line`http-request track-sc0 var(txn.limit_key) table gateway/${own}`,
      line`http-request sc-set-gpt0(0) var(txn.limit_now) if { var(txn.limit_now),sub(txn.limit_start) ge ${perSeconds} }`,
      line`http-request set-var(txn.limit) str(passed)`,
      line`http-request set-var(txn.limit_left) var(txn.limit_left),sub(1)`,
    ],
    afterResponse: [
      line`http-after-response set-header RateLimit-Policy "\"${name}\";q=${requests};w=${perSeconds}" if { var(txn.limit) -m found }`,
      line`http-after-response set-header RateLimit "\"${name}\";r=%[var(txn.limit_left)]" if { var(txn.limit) -m str passed }`,
      line`http-after-response set-header RateLimit "\"${name}\";r=0;t=%[var(txn.limit_wait)]" if { var(txn.limit) -m str refused }`,
    ],
  };
}

export const rateLimit: PolicyRendering = {
  problems: ({ name, policies }) =>
    policies.rateLimit?.by === 'consumer' && policies.authentication === 'public'
      ? [
          {
            code: 'LIMIT_WITHOUT_CONSUMER',
            path: ['apis', name, 'policies', 'rateLimit', 'by'],
            message: 'A limit per consumer needs to know the consumer, and this API is public.',
            given: 'consumer',
            allowed: 'address, api',
            fix: 'Limit by address or api, or set policies.authentication.',
          },
        ]
      : [],

  rules: limitRules,

  sections: (context) => {
    const windows = context.model.apis.flatMap(({ policies }) => policies.rateLimit?.perSeconds ?? []);
    if (windows.length === 0) return [];
    const tables = [...new Set(windows)]
      .sort((a, b) => a - b)
      .flatMap((seconds) =>
        context.model.members.map(
          ({ name }) =>
            line`table ${table(name, seconds)} type string len ${longestKey} size 100k expire ${2 * seconds + 10}s store gpt0,http_req_rate(${seconds}s)`,
        ),
      );
    return counters(context, tables);
  },

  files: () => ({}),
};
