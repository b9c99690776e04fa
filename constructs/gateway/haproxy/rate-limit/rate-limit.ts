/** Limits: who is counted, by which plan, and the tables that the members share. The counting is in `rate-limit-windows.ts`. */
import type { GatewayModel } from '../../model';
import type { RateLimit, Window } from '../../policies/rate-limit';
import { refuse } from '../answers/errors';
import { all, always, found, isOneOf, not, type Rules, rule, together, within } from '../language/rules';
import { line, mapFile, put, type Text, textProblem } from '../language/text';
import { counters } from '../parts/members';
import { policy } from '../parts/policy';
import { type Context, type Place, pathOf } from '../parts/sections';
import { table, windowsRules } from './windows';

/** `<consumer> <plan>`, for consumers that have one. */
const plansFile = line`plans.map`;

/** Longest key: names of an API and a route, and a consumer's name or an address, with `|` between. */
const longestKey = 128;

const whose = {
  consumer: line`|%[var(txn.consumer)]`,
  // An IPv6 client has a whole /64 to choose its address from.
  address: line`|%[var(txn.client),ipmask(32,64)]`,
  api: line``,
} as const;

type Settings = RateLimit & {
  /** Route with a count of its own. */
  readonly route?: string;
  readonly public: boolean;
};

const shortestFirst = (windows: readonly Window[]) => windows.toSorted((a, b) => a.perSeconds - b.perSeconds);

function settings({ policies, route }: Place): Settings | undefined {
  const limit = policies.rateLimit;
  if (!limit) return undefined;
  const own = route?.refines.includes('rateLimit');
  return {
    ...limit,
    ...('windows' in limit ? { windows: shortestFirst(limit.windows) } : {}),
    public: policies.authentication === 'public',
    ...(own ? { route: route?.name } : {}),
  };
}

const windowsOf = (limit: RateLimit): readonly Window[] =>
  'windows' in limit ? limit.windows : Object.values(limit.plans).flat();

/** Plans with the same windows share their rules. */
function alike(plans: Readonly<Record<string, readonly Window[]>>) {
  const groups = new Map<string, { readonly names: Text[]; readonly windows: readonly Window[] }>();
  for (const [name, own] of Object.entries(plans)) {
    const windows = shortestFirst(own);
    const key = JSON.stringify(windows);
    const group = groups.get(key) ?? { names: [], windows };
    group.names.push(put('name', name));
    groups.set(key, group);
  }
  return [...groups.values()];
}

const plan = line`plan`;

function planRules(limit: Extract<Settings, { plans: unknown }>, name: Text, context: Context): Rules {
  const groups = alike(limit.plans);
  const byDefault = limit.defaultPlan === undefined ? line`` : line`,${put('name', limit.defaultPlan)}`;
  return together([
    {
      request: [
        rule(line`set-var(txn.plan) var(txn.consumer),map_str(${plansFile}${byDefault})`),
        // Without this, a plan that no rule below is for would be one without a limit.
        ...refuse({
          status: 403,
          reason: 'no-plan',
          detail: 'This consumer has no plan for this API.',
          when: all(
            not(
              isOneOf(
                plan,
                groups.flatMap(({ names }) => names),
              ),
            ),
          ),
        }),
      ],
    },
    ...groups.map(({ names, windows }) =>
      within(all(isOneOf(plan, names)), windowsRules(windows, name, context)),
    ),
  ]);
}

export const rateLimit = policy<Settings>({
  settings,

  problems: (limit, place) => {
    const path = [...pathOf(place), 'rateLimit'];
    if (limit.by === 'consumer' && limit.public) {
      const plans = 'plans' in limit;
      return [
        {
          code: 'LIMIT_WITHOUT_CONSUMER',
          path: [...path, 'by'],
          message: 'A limit per consumer needs to know the consumer, and this API is public.',
          given: 'consumer',
          allowed: plans ? 'windows' : 'address, api',
          fix: plans
            ? 'Write `windows`, by address or api, or set policies.authentication.'
            : 'Limit by address or api, or set policies.authentication.',
        },
      ];
    }
    if (!('plans' in limit)) return [];
    const { defaultPlan } = limit;
    return [
      ...Object.keys(limit.plans).flatMap((name) => textProblem('name', name, [...path, 'plans', name])),
      ...(defaultPlan === undefined ? [] : textProblem('name', defaultPlan, [...path, 'defaultPlan'])),
    ];
  },

  rules(limit, context) {
    const { by, route } = limit;
    const own = route === undefined ? line`` : line`/${put('name', route)}`;
    const name = line`%[var(txn.api)]${own}`;
    // Without a consumer there is no key.
    const known = by === 'consumer' ? all(found(line`consumer`)) : always;
    return together([
      { request: [rule(line`set-var-fmt(txn.limit_key) "${name}${whose[by]}"`, known)] },
      'windows' in limit ? windowsRules(limit.windows, name, context) : planRules(limit, name, context),
    ]);
  },

  sections(limits, context) {
    const lengths = new Set(limits.flatMap(windowsOf).map(({ perSeconds }) => perSeconds));
    const tables = [...lengths]
      .sort((a, b) => a - b)
      .flatMap((seconds) =>
        context.model.members.map(
          ({ name }) =>
            line`table ${table(name, seconds)} type string len ${longestKey} size 100k expire ${2 * seconds + 10}s store gpt0,http_req_rate(${seconds}s)`,
        ),
      );
    return counters(context, tables);
  },

  files(limits, { model }): Record<string, string> {
    if (!limits.some((limit) => 'plans' in limit)) return {};
    const entries = model.consumers.flatMap(({ name, plan }) =>
      plan === undefined ? [] : [line`${put('name', name)} ${put('name', plan)}`],
    );
    return { [plansFile]: mapFile(entries) };
  },
});

/** Plans are consumers', no API's own: checked once. */
export const planProblems = ({ consumers }: Pick<GatewayModel, 'consumers'>) =>
  consumers.flatMap(({ name, plan }) =>
    plan === undefined ? [] : textProblem('name', plan, ['consumers', name, 'plan']),
  );
