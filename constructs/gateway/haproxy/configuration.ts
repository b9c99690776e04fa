/** The whole configuration of one member. */
import type { GatewayApi } from '../model';
import { authentication } from './authentication';
import { authorization } from './authorization';
import { cache, cachedBackend, isCached, keyRules, memberPool, storedRules } from './cache';
import { drain } from './drain';
import { ownErrors } from './errors';
import { statusFrontend, trafficFrontend } from './frontends';
import { memberResolvers } from './members';
import { pool, poolResolvers } from './pool';
import { rateLimit } from './rate-limit';
import { routeFiles } from './routing';
import { type Context, type PolicyRendering, printSections, type Rules, type Section } from './sections';
import { line, put, type Text } from './text';

/** In the order that they are applied to a request: who, whether it may, how often, and only then the cache. */
export const policies: readonly PolicyRendering[] = [authentication, authorization, rateLimit, cache];

/** Time in which a new gateway learns addresses and counts, before it says that it is healthy. */
const warmUpSeconds = 3;

/** The load balancer closes idle connections; the gateway must never be the first. */
const keepAliveSeconds = (idleTimeoutSeconds: number) => idleTimeoutSeconds + 15;

function basis(context: Context): Section[] {
  const { graceSeconds, hardStopSeconds } = drain(context.model);
  const keepAlive = keepAliveSeconds(context.model.balancerIdleTimeoutSeconds);
  const name = put('name', context.member.name);
  return [
    {
      head: line`global`,
      lines: [
        line`localpeer ${name}`,
        line`grace ${graceSeconds}s`,
        line`hard-stop-after ${hardStopSeconds}s`,
        // Some container hosts allow a thousand million files, and HAProxy takes memory for each.
        line`fd-hard-limit 50000`,
        line`tune.http.maxhdr 64`,
      ],
    },
    {
      head: line`defaults`,
      lines: [
        line`mode http`,
        line`option dontlognull`,
        line`option redispatch 1`,
        line`retries 2`,
        line`http-reuse safe`,
        line`timeout connect 2s`,
        line`timeout client ${keepAlive}s`,
        line`timeout http-request 10s`,
        line`timeout http-keep-alive ${keepAlive}s`,
        line`timeout server 30s`,
        line`timeout queue 5s`,
        line`timeout tunnel 1h`,
        ...ownErrors(),
      ],
    },
    poolResolvers(context.model),
  ];
}

const merge = (rules: readonly Rules[]): Text[] => [
  ...rules.flatMap(({ request = [] }) => request),
  ...rules.flatMap(({ response = [] }) => response),
  ...rules.flatMap(({ afterResponse = [] }) => afterResponse),
];

/** `<api>` asks the pool; `<api>.cached`, where there is a cache, asks the members. Both apply the policies. */
function backends(api: GatewayApi, context: Context): Section[] {
  const rules = policies.map((policy) => policy.rules(api, context));
  const { settings, servers } = pool(api);
  const direct: Section = {
    head: line`backend ${put('name', api.name)}`,
    lines: [...settings, ...merge([storedRules(api), ...rules]), ...servers],
  };
  if (!isCached(api)) return [direct];
  const members = memberPool(api, context);
  return [
    direct,
    {
      head: line`backend ${cachedBackend(api)}`,
      lines: [...members.settings, ...merge([...rules, keyRules(api)]), ...members.servers],
    },
  ];
}

export function configuration(context: Context): string {
  const shared = policies.flatMap((policy) => policy.sections(context));
  return printSections([
    ...basis(context),
    trafficFrontend(context),
    statusFrontend(warmUpSeconds),
    ...(shared.length > 0 ? [memberResolvers] : []),
    ...shared,
    ...context.model.apis.flatMap((api) => backends(api, context)),
  ]);
}

/** The files beside the configuration, by name. */
export const files = (context: Context): Record<string, string> =>
  Object.assign({}, routeFiles(context), ...policies.map((policy) => policy.files(context)));
