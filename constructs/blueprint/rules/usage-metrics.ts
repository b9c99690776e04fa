/** The metrics of the usage: how many of them there can be. */
import type { Environment } from '../schema';
import type { Rule } from './rule';

/** CloudWatch Logs may switch a metric filter off that has this many values of its dimensions within an hour. */
export const TOO_MANY_PAIRS = 1000;

type Api = Environment['apis'][string];

/** Whether a caller can have a name of this file there: one with a key. */
const knowsCallers = ({ policies, routes }: Api): boolean =>
  [policies, ...Object.values(routes).map((route) => route.policies)].some(
    ({ authentication }) => authentication !== 'public' && authentication?.apiKey !== undefined,
  );

/** Pairs of a consumer and an API that it may call by name. */
export function usagePairs({ apis, consumers }: Pick<Environment, 'apis' | 'consumers'>): number {
  const names = Object.entries(apis).flatMap(([name, api]) => (knowsCallers(api) ? [name] : []));
  return Object.values(consumers)
    .map(({ apis: own }) => names.filter((name) => own === undefined || own.includes(name)).length)
    .reduce((sum, many) => sum + many, 0);
}

export const usageMetricPairs: Rule = function* (environment) {
  const { stage, gateway } = environment;
  if (stage !== 'gateway' || !gateway.usageMetrics) return;
  const pairs = usagePairs(environment);
  if (pairs < TOO_MANY_PAIRS) return;
  yield {
    code: 'USAGE_METRICS',
    path: ['gateway', 'usageMetrics'],
    or: ['consumers'],
    where: 'key',
    message: 'CloudWatch Logs may switch off a metric that has so many pairs of consumer and API.',
    given: `${pairs} pairs, which would cost ${(pairs * 0.3).toFixed(2)} USD a month`,
    allowed: `fewer than ${TOO_MANY_PAIRS}`,
    fix: 'Write `usageMetrics: false` under `gateway:` (`stagecraft usage` does not need them), or name the `apis` that each consumer may call.',
  };
};
