/** Limits: who is counted, by which plan, and the tables that the members share. The counting is in `windows.ts`. */

import type { GatewayModel } from '../../model';
import { type Place, placesIn } from '../../places';
import type { Policies } from '../../policies';
import type { RateLimit, Window } from '../../policies/rate-limit';
import { refuse } from '../answers/errors';
import {
  all,
  always,
  type Condition,
  found,
  isOneOf,
  isTrue,
  not,
  type Rule,
  type Rules,
  rule,
  together,
  within,
} from '../language/rules';
import { line, mapFile, put, type Text, textProblem } from '../language/text';
import { txn } from '../language/vocabulary';
import { counters } from '../parts/members';
import { policy } from '../parts/policy';
import { growthOf, longest } from '../parts/room';
import type { Context } from '../parts/sections';
import { type CallerKind, type Counting, knownBytes, tableLines } from './tables';
import { type Counted, windowsRules } from './windows';

/** `<consumer> <plan>`, for consumers that have one. */
const plansFile = line`plans.map`;

const whose = {
  consumer: line`|%[var(${txn.consumer})]`,
  // An IPv6 client has a whole /64 to choose its address from.
  address: line`|%[var(${txn.client}),ipmask(32,64)]`,
  api: line``,
} as const;

type Settings = RateLimit & {
  /** Route with a count of its own. */
  readonly route?: string;
  readonly kinds: readonly CallerKind[];
};

/** A consumer is known by its key, or has a token of an issuer that may know millions. */
function kindsOf(by: RateLimit['by'], authentication: Policies['authentication']): CallerKind[] {
  if (by === 'address') return ['address'];
  if (by === 'api' || authentication === 'public') return ['known'];
  return [
    ...(authentication.apiKey ? ['known' as const] : []),
    ...(authentication.jwt ? ['token' as const] : []),
  ];
}

/** Where both ways to say who calls are open, a request is either's. */
function countedOf(kinds: readonly CallerKind[]): Counted[] {
  const byToken = isTrue('by_token');
  return kinds.map((kind) => ({
    kind,
    when: kinds.length === 1 ? always : all(kind === 'token' ? byToken : not(byToken)),
  }));
}

const shortestFirst = (windows: readonly Window[]) => windows.toSorted((a, b) => a.perSeconds - b.perSeconds);

function settings({ policies, route }: Place): Settings | undefined {
  const limit = policies.rateLimit;
  if (!limit) return undefined;
  const own = route?.refines.includes('rateLimit');
  return {
    ...limit,
    ...('windows' in limit ? { windows: shortestFirst(limit.windows) } : {}),
    kinds: kindsOf(limit.by, policies.authentication),
    ...(own ? { route: route?.name } : {}),
  };
}

const windowsOf = (limit: RateLimit): readonly Window[] =>
  'windows' in limit ? limit.windows : Object.values(limit.plans).flat();

const lengthsOf = (limit: RateLimit): number[] => [
  ...new Set(windowsOf(limit).map(({ perSeconds }) => perSeconds)),
];

/** Whom the places of a model count. */
const countings = (model: Pick<GatewayModel, 'apis' | 'consumers'>): Counting[] =>
  placesIn(model).flatMap((place) => {
    const limit = settings(place);
    if (!limit) return [];
    const { name } = place.api;
    const consumers = model.consumers.filter(({ apis }) => apis === undefined || apis.includes(name));
    const knownCallers = limit.by === 'consumer' ? consumers.length : 1;
    return [{ kinds: limit.kinds, lengths: lengthsOf(limit), knownCallers }];
  });

/** Memory that the counts of all callers take whom the environment names, if all of them call everything that they may. */
export const knownCountsBytes = (model: Pick<GatewayModel, 'apis' | 'consumers' | 'members'>): number =>
  knownBytes(countings(model), model.members.length);

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

/** Only a digest of an address is kept: see `tables.ts`. */
const keyRules = (key: Text, by: RateLimit['by'], known: Condition): Rule[] => [
  rule(line`set-var-fmt(${txn.limit_key}) "${key}"`, known),
  ...(by === 'address' ? [rule(line`set-var(${txn.limit_key}) var(${txn.limit_key}),xxh64`)] : []),
];

function planRules(
  limit: Extract<Settings, { plans: unknown }>,
  name: Text,
  counted: readonly Counted[],
  context: Context,
): Rules {
  const groups = alike(limit.plans);
  const byDefault = limit.defaultPlan === undefined ? line`` : line`,${put('name', limit.defaultPlan)}`;
  return together([
    {
      request: [
        rule(line`set-var(${txn.plan}) var(${txn.consumer}),map_str(${plansFile}${byDefault})`),
        // Without this, a plan that no rule below is for would be one without a limit.
        ...refuse({
          status: 403,
          reason: 'no-plan',
          detail: 'This consumer has no plan for this API.',
          when: all(
            not(
              isOneOf(
                'plan',
                groups.flatMap(({ names }) => names),
              ),
            ),
          ),
        }),
      ],
    },
    ...groups.map(({ names, windows }) =>
      within(all(isOneOf('plan', names)), windowsRules(windows, name, counted, context)),
    ),
  ]);
}

export const rateLimit = policy<Settings>({
  settings,

  limits: (limit) => {
    if (!('plans' in limit)) return [];
    const { plans, defaultPlan } = limit;
    return [
      ...Object.keys(plans).flatMap((name) => textProblem('name', name, ['rateLimit', 'plans', name])),
      ...(defaultPlan === undefined ? [] : textProblem('name', defaultPlan, ['rateLimit', 'defaultPlan'])),
    ];
  },

  rules(limit, context) {
    const { by, route, kinds } = limit;
    const counted = countedOf(kinds);
    const own = route === undefined ? line`` : line`/${put('name', route)}`;
    const name = line`%[var(${txn.api})]${own}`;
    // Without a consumer there is no key.
    const known = by === 'consumer' ? all(found('consumer')) : always;
    return together([
      { request: keyRules(line`${name}${whose[by]}`, by, known) },
      'windows' in limit
        ? windowsRules(limit.windows, name, counted, context)
        : planRules(limit, name, counted, context),
    ]);
  },

  growth: (limit) => {
    const most =
      'windows' in limit
        ? limit.windows.length
        : Math.max(...Object.values(limit.plans).map(({ length }) => length));
    // `"<api>/<route>-86400s";q=1000000;w=86400, `
    const bytes = most * (2 * longest.name + 32);
    return growthOf({ answer: { 'ratelimit-policy': bytes, ratelimit: bytes } });
  },

  sections: (_, context) => counters(context, tableLines(countings(context.model), context.model)),

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
