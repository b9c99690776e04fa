/** Limits: windows that mean something beside each other, and plans that their consumers have. */
import { refine } from '../../gateway';
import type { RateLimit, Window } from '../../gateway/policies/rate-limit';
import type { Path } from '../../problems';
import { nearest } from '../reading/suggest';
import type { AnyApi, Environment } from '../schema';
import { type ApiRule, list, type Rule } from './rule';

interface Place {
  readonly limit: RateLimit;
  /** Where the limit is written. */
  readonly path: Path;
  readonly authentication: AnyApi['policies']['authentication'];
}

/** The limits of an API and of its routes; a route without one of its own has that of the API. */
function placesOf({ policies, routes }: AnyApi, name: string): Place[] {
  const ofApi: Path = ['apis', name, 'policies', 'rateLimit'];
  const all = [
    { policies, path: ofApi },
    ...Object.entries(routes).map(([route, { policies: own }]) => ({
      policies: refine(policies, own),
      path: own.rateLimit === undefined ? ofApi : ['apis', name, 'routes', route, 'policies', 'rateLimit'],
    })),
  ];
  return all.flatMap(({ policies: { rateLimit: limit, authentication }, path }) =>
    limit ? [{ limit, path, authentication }] : [],
  );
}

/** Each limit once, where it is written. */
const written = (places: readonly Place[]) =>
  places.filter(({ path }, index) => places.findIndex((one) => one.path.join() === path.join()) === index);

interface Listed {
  readonly windows: readonly Window[];
  readonly path: Path;
}

const listsOf = ({ limit, path }: Place): Listed[] =>
  'windows' in limit
    ? [{ windows: limit.windows, path: [...path, 'windows'] }]
    : Object.entries(limit.plans).map(([plan, windows]) => ({ windows, path: [...path, 'plans', plan] }));

const say = ({ requests, perSeconds }: Window) => `${requests} per ${perSeconds} s`;

/** A window that can never be the one that refuses is a slip: of two, the longer allows more, and less of it at a time. */
function* idle({ windows, path }: Listed) {
  const sorted = windows
    .map((window, index) => ({ ...window, index }))
    .sort((a, b) => a.perSeconds - b.perSeconds || a.index - b.index);
  for (const [nth, long] of sorted.entries()) {
    const short = sorted[nth - 1];
    if (!short) continue;
    const given = `${say(short)}, ${say(long)}`;
    if (short.perSeconds === long.perSeconds)
      yield {
        code: 'WINDOW_TWICE',
        path: [...path, long.index, 'perSeconds'],
        message: 'Two windows of this limit have the same length.',
        given,
        fix: 'Keep the smaller one.',
      };
    else if (long.requests <= short.requests)
      yield {
        code: 'WINDOW_IDLE',
        path: [...path, short.index, 'requests'],
        message: 'This window never refuses anything: a longer one is used up no later.',
        given,
        allowed: `less than ${long.requests}`,
        fix: 'Lower it, or remove this window.',
      };
    else if (long.requests * short.perSeconds >= short.requests * long.perSeconds)
      yield {
        code: 'WINDOW_IDLE',
        path: [...path, long.index, 'requests'],
        message: 'This window never refuses anything: a shorter one allows no more in the same time.',
        given,
        allowed: `less than ${Math.ceil((short.requests * long.perSeconds) / short.perSeconds)}`,
        fix: 'Lower it, or remove this window.',
      };
  }
}

export const limitWindows: ApiRule = function* (api, name) {
  for (const place of written(placesOf(api, name))) for (const one of listsOf(place)) yield* idle(one);
};

const plansOf = ({ limit }: Place) => ('plans' in limit ? Object.keys(limit.plans) : []);

const unknown = (path: Path, plan: string, known: readonly string[], message: string) => {
  const near = nearest(plan, known);
  return {
    code: 'PLAN_UNKNOWN',
    path,
    message,
    given: plan,
    allowed: list(known) || 'none',
    fix: near ? `Write \`${near}\`.` : 'Choose one of these, or add the plan to the limit.',
  };
};

export const defaultPlans: ApiRule = function* (api, name) {
  for (const place of written(placesOf(api, name))) {
    const { limit, path } = place;
    if (!('plans' in limit) || limit.defaultPlan === undefined) continue;
    const known = plansOf(place);
    if (known.includes(limit.defaultPlan)) continue;
    const message = `This limit has no plan \`${limit.defaultPlan}\`.`;
    yield unknown([...path, 'defaultPlan'], limit.defaultPlan, known, message);
  }
};

/** Who is known by a token is in no environment file. */
export const tokenPlans: ApiRule = function* (api, name, { stage }) {
  if (stage !== 'gateway') return;
  const open = placesOf(api, name).filter(
    ({ limit, authentication }) =>
      'plans' in limit &&
      limit.defaultPlan === undefined &&
      typeof authentication === 'object' &&
      'jwt' in authentication &&
      authentication.jwt !== undefined,
  );
  for (const { path } of written(open))
    yield {
      code: 'PLAN_MISSING',
      path,
      where: 'key' as const,
      message: 'Who calls with a token (JWT) has no plan, so this limit lets none of them in.',
      fix: 'Name the plan that they have with `defaultPlan`.',
    };
};

type Consumer = Environment['consumers'][string];

/** Limits with plans of the APIs that a consumer may call. */
const limitsFor = ({ apis: named }: Consumer, { apis }: Environment) =>
  Object.entries(apis)
    .filter(([name]) => named === undefined || named.includes(name))
    .flatMap(([name, api]) =>
      written(placesOf(api, name))
        // Who calls what is public is no consumer.
        .filter(({ limit, authentication }) => 'plans' in limit && authentication !== 'public')
        .map((place) => ({ ...place, api: name })),
    );

export const consumersPlans: Rule = function* (environment) {
  const { apis, consumers } = environment;
  const all = Object.entries(apis).flatMap(([name, api]) => placesOf(api, name));
  const known = [...new Set(all.flatMap(plansOf))];
  for (const [name, consumer] of Object.entries(consumers)) {
    const { plan } = consumer;
    const limits = limitsFor(consumer, environment);
    if (plan === undefined) {
      if (environment.stage !== 'gateway') continue;
      const without = limits.filter(({ limit }) => 'plans' in limit && limit.defaultPlan === undefined);
      if (without.length === 0) continue;
      yield {
        code: 'PLAN_MISSING',
        path: ['consumers', name],
        where: 'key' as const,
        message: `\`${name}\` has no plan, and the limit of ${list([...new Set(without.map(({ api }) => api))])} is by plan.`,
        allowed: list([...new Set(without.flatMap(plansOf))]),
        fix: `Give it a \`plan\`, name the APIs that it may call with \`apis\`, or give the limit a \`defaultPlan\`.`,
      };
    } else if (!known.includes(plan)) {
      yield unknown(['consumers', name, 'plan'], plan, known, `No limit has a plan \`${plan}\`.`);
    } else {
      for (const place of limits.filter((one) => !plansOf(one).includes(plan)))
        yield unknown(
          ['consumers', name, 'plan'],
          plan,
          plansOf(place),
          `\`${name}\` may call \`${place.api}\`, and a limit there has no plan \`${plan}\`.`,
        );
    }
  }
};
