/** The whole configuration of one member. */
import type { GatewayApi } from '../model';
import { authentication } from './authentication';
import { authorization } from './authorization';
import { cache, cachedBackend, isCached, memberPool, ownerRules } from './cache';
import { storedRules } from './cache-store';
import { drain } from './drain';
import { ownErrors } from './errors';
import { statusFrontend, trafficFrontend } from './frontends';
import { memberResolvers } from './members';
import type { Policy } from './policy';
import { type Pool, pool, poolResolvers } from './pool';
import { rateLimit } from './rate-limit';
import { routeLines } from './routes';
import { routingFiles } from './routing';
import { printRules, type Rules, together } from './rules';
import { type Context, printSections, type Section } from './sections';
import { line, put, type Text } from './text';

/** In the order that they are applied to a request: who, whether it may, how often, and only then the cache. */
export const policies: readonly Policy[] = [authentication, authorization, rateLimit, cache];

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
      head: line`defaults base`,
      lines: [
        line`mode http`,
        // Clients speak HTTP/2 with the load balancer; here it would only be another way to say the same.
        line`option disable-h2-upgrade`,
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

/** A backend's lines: what other APIs may have word for word, and what is its own. */
interface Backend {
  readonly name: Text;
  readonly common: readonly Text[];
  readonly own: readonly Text[];
}

/** `<api>` asks the pool; `<api>.cached`, where there is a cache, asks the members. Both apply the policies. */
function backendsOf(api: GatewayApi, context: Context): Backend[] {
  const rules = policies.map((policy) => policy.rules(api, context));
  const routes = routeLines(api);
  const backend = (name: Text, { settings, servers, rules: ofPool }: Pool, all: readonly Rules[]) => ({
    name,
    common: [...settings, ...printRules(together([ofPool, ...all]))],
    own: [...routes, ...servers],
  });
  const name = put('name', api.name);
  if (!isCached(api)) return [backend(name, pool(api), rules)];
  const store = backend(name, pool(api), [storedRules(api, context), ...rules]);
  const owners = backend(cachedBackend(api), memberPool(api, context), [...rules, ownerRules(api, context)]);
  return [store, owners];
}

/** What several backends have in common stands once, as their defaults. */
function backends(context: Context): Section[] {
  const all = context.model.apis.flatMap((api) => backendsOf(api, context));
  const counts = new Map<string, number>();
  const keyOf = ({ common }: Backend) => common.join('\n');
  for (const backend of all) counts.set(keyOf(backend), (counts.get(keyOf(backend)) ?? 0) + 1);
  const shared = [...counts].filter(([, count]) => count > 1).map(([key]) => key);
  const defaults = shared.map(
    (key, index): Section => ({
      head: line`defaults common.${index + 1} from base`,
      lines: all.find((backend) => keyOf(backend) === key)?.common ?? [],
    }),
  );
  const sections = all.map((backend): Section => {
    const index = shared.indexOf(keyOf(backend));
    return index < 0
      ? { head: line`backend ${backend.name} from base`, lines: [...backend.common, ...backend.own] }
      : { head: line`backend ${backend.name} from common.${index + 1}`, lines: backend.own };
  });
  return [...defaults, ...sections];
}

export function configuration(context: Context): string {
  const shared = policies.flatMap((policy) => policy.sections(context));
  return printSections([
    ...basis(context),
    trafficFrontend(context),
    statusFrontend(warmUpSeconds),
    ...(shared.length > 0 ? [memberResolvers] : []),
    ...shared,
    ...backends(context),
  ]);
}

/** The files beside the configuration, by name. */
export const files = (context: Context): Record<string, string> =>
  Object.assign({}, routingFiles(context), ...policies.map((policy) => policy.files(context)));
