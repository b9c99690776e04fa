/** The whole configuration of one member. */
import { createHash } from 'node:crypto';
import type { GatewayApi, GatewayMember, GatewayModel } from '../model';
import { placesIn } from '../places';
import { compression, compressionLines } from './answers/compression';
import { cors, requestedRouteLines } from './answers/cors';
import { ownErrors } from './answers/errors';
import { securityHeaders } from './answers/security-headers';
import { cache, cachedBackend, isCached, ownerRules } from './cache/cache';
import { freshnessProgram } from './cache/freshness';
import { memberPool } from './cache/owner';
import { internal, sentHeaders, storedRules } from './cache/store';
import { began } from './cache/writes';
import { authentication } from './callers/authentication';
import { authorization } from './callers/authorization';
import { issuersOf } from './callers/issuers';
import { tokensProgram } from './callers/token-settings';
import { type Buffers, bufferLines, buffersFor, frameGrowth } from './container/buffers';
import { connectionLines } from './container/connections';
import { drain } from './container/drain';
import { warmUpSeconds } from './container/start';
import { serversFile } from './container/start-script';
import { framingFiles, loadTrailersProgram } from './frame/framing';
import { controlFrontend, statusFrontend, trafficFrontend } from './frame/frontends';
import { hopsFile, hopsProgram } from './frame/hops';
import { all, not, printRules, type Rules, together, within } from './language/rules';
import { line, put, type Text } from './language/text';
import {
  canaryFrontend,
  canaryPools,
  hopRules,
  hopServer,
  toldVersionRules,
  versionRules,
} from './parts/canary';
import { memberResolvers } from './parts/members';
import type { Policy } from './parts/policy';
import { type Pool, pool, poolResolvers } from './parts/pool';
import { most, sum } from './parts/room';
import { routeLines } from './parts/routes';
import { routingFiles } from './parts/routing';
import { type Context, merged, printSections, type Section } from './parts/sections';
import { dropTrailers } from './parts/trailers';
import { rateLimit } from './rate-limit/rate-limit';
import { requestTransformation, transformation } from './transformation/transformation';
import { readBytes } from './validation/body';
import { bodiesProgram, readsBodies } from './validation/body-settings';
import { validation } from './validation/validation';

/**
 * In the order that they are applied to a request: who, whether it may, how often, and only then what takes time: what
 * it looks like, and the cache. A flood of requests that are costly to look at is a flood that the limit ends.
 */
export const policies: readonly Policy[] = [
  cors,
  authentication,
  authorization,
  rateLimit,
  validation,
  securityHeaders,
  transformation,
  compression,
  cache,
];

/** The load balancer closes idle connections; the gateway must never be the first. */
const keepAliveSeconds = (idleTimeoutSeconds: number) => idleTimeoutSeconds + 15;

/**
 * For a gateway that takes new keys by a reload. The old worker leaves idle connections to whoever opened them, as a
 * request may be under way, and says `Connection: close` on the others; the start script ends a gateway that stops.
 */
const reloadGlobals = (longestSeconds: number): Text[] => [
  line`close-spread-time infinite`,
  line`hard-stop-after ${longestSeconds}s`,
  line`server-state-file ${serversFile as Text}`,
  // As a file, and not on a port: it tells the keys to whoever may ask it. `servers.lua` asks it.
  line`stats socket unix@state.sock mode 600 level user`,
];

/** A boolean of Lua is one of HAProxy's: as it always should have been, which 3.1 and later want to be told. */
const luaGlobals = ({ model }: Context): Text[] => [
  line`.if version_atleast(3.1)`,
  line`tune.lua.bool-sample-conversion normal`,
  line`.endif`,
  line`lua-load-per-thread ${hopsProgram}`,
  ...(model.apis.some(isCached) ? [line`lua-load-per-thread ${freshnessProgram}`] : []),
  ...(issuersOf(model).length > 0
    ? [line`lua-load-per-thread ${tokensProgram}`, line`lua-load-per-thread servers.lua`]
    : []),
  ...(readsBodies(model) ? [line`lua-load-per-thread ${bodiesProgram}`] : []),
];

/** Of the place whose policies add most; of a body that a place reads. */
export function buffersOf(model: Context['model']): Buffers {
  const places = placesIn(model);
  const growth = most(places.map((place) => sum(policies.map((policy) => policy.growth(place)))));
  return buffersFor(sum([frameGrowth, growth]), Math.max(0, ...places.map(readBytes)));
}

function basis(context: Context): Section[] {
  const buffers = buffersOf(context.model);
  const { hardStopSeconds } = drain(context.model);
  const reloads = issuersOf(context.model).length > 0;
  const keepAlive = keepAliveSeconds(context.model.balancerIdleTimeoutSeconds);
  const name = put('name', context.member.name);
  return [
    {
      head: line`global`,
      lines: [
        line`localpeer ${name}`,
        ...(reloads
          ? [
              ...reloadGlobals(hardStopSeconds + keepAlive),
              ...(context.model.apis.some(isCached) ? [began] : []),
            ]
          : [line`hard-stop-after ${hardStopSeconds}s`]),
        ...luaGlobals(context),
        ...loadTrailersProgram,
        // Some container hosts allow a thousand million files, and HAProxy takes memory for each.
        line`fd-hard-limit 50000`,
        ...connectionLines(context.model, buffers.bytes),
        ...bufferLines(buffers),
      ],
    },
    {
      head: line`defaults base`,
      lines: [
        line`mode http`,
        // Clients speak HTTP/2 with the load balancer; here it would only be another way to say the same.
        line`option disable-h2-upgrade`,
        line`option dontlognull`,
        // A client that has said all may close its side and wait for the answer. By default on from HAProxy 3.3.
        line`no option abortonclose`,
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
        ...dropTrailers(),
        ...(reloads ? [line`load-server-state-from-file global`] : []),
        ...ownErrors(),
      ],
    },
    ...poolResolvers(context.model),
  ];
}

/** A backend: what other APIs may have word for word, and what is its own. */
interface Backend {
  readonly name: Text;
  /** Content rules, which come before all http-request rules. */
  readonly content?: readonly Text[];
  readonly common: readonly Text[];
  readonly own: readonly Text[];
}

/** The other members get an answer as the API gave it. */
const answersToClients = ({ request, response, afterResponse }: Rules): Rules => ({
  ...within(all(not(internal)), { response, afterResponse }),
  request,
});

const commonLines = (
  { settings, rules }: Pick<Pool, 'settings' | 'rules'>,
  more: readonly Rules[],
): Text[] => [...settings, ...printRules(together([rules, ...more]))];

interface Common {
  /** Of `<api>`. */
  readonly store: readonly Text[];
  /** Of `<api>.cached`; empty where nothing is cached. */
  readonly owners: readonly Text[];
}

function commonOf(api: GatewayApi, context: Context): Common {
  const rules = policies.map((policy) => policy.rules(api, context));
  const toPool = requestTransformation.rules(api, context);
  const version = versionRules(api);
  const { request, response } = hopRules(api);
  if (!isCached(api)) {
    return {
      store: commonLines(pool(api), [{ response }, ...rules, version, toPool, { request }]),
      owners: [],
    };
  }
  const store = commonLines(pool(api), [
    { response },
    sentHeaders.rules(api, context),
    within(all(internal), together([toPool, toldVersionRules(api), { request }])),
    storedRules(api, context),
    ...rules.map(answersToClients),
    version,
    toPool,
    { request },
  ]);
  const owners = commonLines(memberPool(api, context), [...rules, version, ownerRules(api, context)]);
  return { store, owners };
}

/** All that the common lines depend on, as text. Of hundreds of APIs many are of one kind, and rendered once. */
const kindOf = (api: GatewayApi): string =>
  JSON.stringify([
    ...[...policies, requestTransformation].map((policy) => policy.kind(api)),
    api.policies,
    api.routes.map(({ name, methods, policies: own, refines }) => [name, methods, own, refines]),
    api.canary ?? null,
    api.balancing,
    api.health,
    api.requestTimeoutSeconds,
  ]);

/** `<api>` asks the pool; `<api>.cached`, where there is a cache, asks the members. Both apply the policies. */
function backendsOf(api: GatewayApi, context: Context, { store, owners }: Common): Backend[] {
  const name = put('name', api.name);
  const content = [...routeLines(api), ...requestedRouteLines(api)];
  const compressed = compressionLines(api);
  const own = [...compressed, ...hopServer(api), ...pool(api).servers];
  const direct = { name, content, common: store, own };
  const cached = {
    name: cachedBackend(api),
    content,
    common: owners,
    own: [...compressed, ...memberPool(api, context).servers],
  };
  return [direct, ...(isCached(api) ? [cached] : []), ...canaryPools(api)];
}

/** What several backends have in common stands once, as their defaults. */
function backends(context: Context): Section[] {
  const kinds = new Map<string, Common>();
  const inOrder = context.model.apis.flatMap((api) => {
    const kind = kindOf(api);
    const common = kinds.get(kind) ?? commonOf(api, context);
    kinds.set(kind, common);
    return backendsOf(api, context, common);
  });
  const texts = new Map<readonly Text[], string>();
  for (const { common } of inOrder) if (!texts.has(common)) texts.set(common, common.join('\n'));
  const textOf = ({ common }: Backend) => texts.get(common) ?? '';
  const once = new Set<string>();
  const shared = new Map<string, { readonly name: Text; readonly lines: readonly Text[] }>();
  for (const backend of inOrder) {
    const text = textOf(backend);
    if (once.has(text) && !shared.has(text))
      shared.set(text, { name: line`common.${shared.size + 1}`, lines: backend.common });
    once.add(text);
  }
  const defaults = [...shared.values()].map(
    ({ name, lines }): Section => ({ head: line`defaults ${name} from base`, lines }),
  );
  const sections = inOrder.map((backend): Section => {
    const from = shared.get(textOf(backend));
    return {
      head: line`backend ${backend.name} from ${from?.name ?? line`base`}`,
      lines: [...(backend.content ?? []), ...(from ? [] : backend.common), ...backend.own],
    };
  });
  return [...defaults, ...sections];
}

/** What is rendered for a member. */
export const contextOf = (model: GatewayModel, member: GatewayMember): Context => ({
  model,
  member,
  others: model.members.filter(({ name }) => name !== member.name),
  revision: revisionOf(model),
});

/**
 * What the members do for each other, as a name: all that carries out the requests of cached APIs, without the members'
 * own names. While gateways are rolled two revisions are up, with other policies, other keys, or other APIs.
 */
function revisionOf(model: GatewayModel): string {
  const [member, ...others] = model.members;
  const cached = model.apis.filter(isCached);
  if (!member || cached.length === 0) return 'none';
  // What they say, and how that is carried out: APIs of one kind alike.
  const apis = [...new Map(cached.map((api) => [kindOf(api), api])).values()];
  const context = { model: { ...model, apis }, member, others, revision: 'none' };
  const text = printSections([...cache.sections(context), ...backends(context)]);
  return `r${createHash('sha256').update(JSON.stringify(cached)).update(text).digest('hex').slice(0, 12)}`;
}

export function configuration(context: Context): string {
  const shared = merged(policies.flatMap((policy) => policy.sections(context)));
  return printSections([
    ...basis(context),
    trafficFrontend(context),
    statusFrontend(warmUpSeconds),
    controlFrontend(context, issuersOf(context.model).length > 0),
    ...canaryFrontend(context.model),
    ...(shared.length > 0 ? [memberResolvers(context)] : []),
    ...shared,
    ...backends(context),
  ]);
}

/** The files beside the configuration, by name. */
export const files = (context: Context): Record<string, string> =>
  Object.assign(
    {},
    framingFiles(),
    hopsFile,
    routingFiles(context),
    ...policies.map((policy) => policy.files(context)),
  );
