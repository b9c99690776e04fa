/**
 * One limit over all members. Each counts what it lets pass in a table of its own and reads the others' copies; the
 * sum is compared. See `policies/rate-limit.ts` for what that promises.
 */
import { refuse } from './errors';
import { counters } from './members';
import { policy } from './policy';
import { all, always, found, type Rule, type Rules, rule } from './rules';
import { type Context, type Place, pathOf } from './sections';
import { line, put, type Text } from './text';

interface Settings {
  readonly requests: number;
  readonly perSeconds: number;
  readonly by: 'consumer' | 'address' | 'api';
  /** Route with a count of its own. */
  readonly route?: string;
  readonly public: boolean;
}

function settings({ policies, route }: Place): Settings | undefined {
  if (!policies.rateLimit) return undefined;
  const own = route?.refines.includes('rateLimit');
  return {
    ...policies.rateLimit,
    public: policies.authentication === 'public',
    ...(own ? { route: route?.name } : {}),
  };
}

/** Places with windows of the same length share tables; the key says whose count it is. */
const table = (member: string, perSeconds: number) => line`${put('name', member)}.${perSeconds}`;

/** Longest key: names of an API and a route, and a consumer's name or an address, with `|` between. */
const longestKey = 128;

const whose = {
  consumer: line`|%[var(txn.consumer)]`,
  // An IPv6 client has a whole /64 to choose its address from.
  address: line`|%[var(txn.client),ipmask(32,64)]`,
  api: line``,
} as const;

/** Whatever is missing refuses: a comparison with nothing is false. */
const over = line`!{ var(txn.limit_left) -m int gt 0 }`;

function limitRules({ requests, perSeconds, by, route }: Settings, { member, others }: Context): Rules {
  const name = route === undefined ? line`` : line`/${put('name', route)}`;
  const read = (from: Text, what: 'http_req_rate' | 'gpt0') =>
    line`var(txn.limit_key),table_${what as Text}(gateway/${from})`;
  const own = table(member.name, perSeconds);
  const longest = perSeconds + Math.ceil(perSeconds / requests) + 1;
  const sum = others.flatMap((other): Rule[] => [
    rule(line`set-var(txn.limit_other) ${read(table(other.name, perSeconds), 'http_req_rate')}`),
    rule(line`set-var(txn.limit_used) var(txn.limit_used),add(txn.limit_other)`),
  ]);
  // The window that began latest ends latest. One more request then passes after the spacing between two.
  const latestStart = others.flatMap((other): Rule[] => [
    rule(line`set-var(txn.limit_other) ${read(table(other.name, perSeconds), 'gpt0')}`, all(over)),
    rule(
      line`set-var(txn.limit_start) var(txn.limit_other)`,
      all(over, line`{ var(txn.limit_other),sub(txn.limit_start) gt 0 }`),
    ),
  ]);
  return {
    request: [
      rule(
        line`set-var-fmt(txn.limit_key) "%[var(txn.api)]${name}${whose[by]}"`,
        // Without a consumer there is no key, and without a key the request is refused.
        by === 'consumer' ? all(found(line`consumer`)) : always,
      ),
      rule(line`set-var(txn.limit_now) date()`),
      rule(line`set-var(txn.limit_used) ${read(own, 'http_req_rate')}`),
      rule(line`set-var(txn.limit_start) ${read(own, 'gpt0')}`),
      ...sum,
      rule(line`set-var(txn.limit_left) int(${requests}),sub(txn.limit_used)`),
      ...latestStart,
      rule(line`set-var(txn.limit_wait) var(txn.limit_start),sub(txn.limit_now),add(${longest})`, all(over)),
      rule(
        line`set-var(txn.limit_wait) int(${longest})`,
        all(over, line`{ var(txn.limit_wait) -m int lt 1 }`),
      ),
      rule(line`set-var(txn.limit) str(refused)`, all(over)),
      ...refuse({
        status: 429,
        reason: 'rate-limit',
        detail: `The limit is ${requests} requests in ${perSeconds} seconds.`,
        when: all(over),
        headers: line`hdr Retry-After %[var(txn.limit_wait)]`,
      }),
      // Counted only now: refused requests must not eat the budget.
      rule(line`track-sc0 var(txn.limit_key) table gateway/${own}`),
      rule(
        line`sc-set-gpt0(0) var(txn.limit_now)`,
        all(line`{ var(txn.limit_now),sub(txn.limit_start) ge ${perSeconds} }`),
      ),
      rule(line`set-var(txn.limit) str(passed)`),
      rule(line`set-var(txn.limit_left) var(txn.limit_left),sub(1)`),
    ],
    afterResponse: [
      rule(
        line`set-header RateLimit-Policy "\"%[var(txn.api)]${name}\";q=${requests};w=${perSeconds}"`,
        all(found(line`limit`)),
      ),
      rule(
        line`set-header RateLimit "\"%[var(txn.api)]${name}\";r=%[var(txn.limit_left)]"`,
        all(line`{ var(txn.limit) -m str passed }`),
      ),
      rule(
        line`set-header RateLimit "\"%[var(txn.api)]${name}\";r=0;t=%[var(txn.limit_wait)]"`,
        all(line`{ var(txn.limit) -m str refused }`),
      ),
    ],
  };
}

export const rateLimit = policy<Settings>({
  settings,

  problems: ({ by, public: open }, place) =>
    by === 'consumer' && open
      ? [
          {
            code: 'LIMIT_WITHOUT_CONSUMER',
            path: [...pathOf(place), 'rateLimit', 'by'],
            message: 'A limit per consumer needs to know the consumer, and this API is public.',
            given: 'consumer',
            allowed: 'address, api',
            fix: 'Limit by address or api, or set policies.authentication.',
          },
        ]
      : [],

  rules: limitRules,

  sections: (all, context) => {
    const windows = [...new Set(all.map(({ perSeconds }) => perSeconds))].sort((a, b) => a - b);
    const tables = windows.flatMap((seconds) =>
      context.model.members.map(
        ({ name }) =>
          line`table ${table(name, seconds)} type string len ${longestKey} size 100k expire ${2 * seconds + 10}s store gpt0,http_req_rate(${seconds}s)`,
      ),
    );
    return counters(context, tables);
  },
});
