/** The gateways: named members, each a service of one task in a zone of its own. */
import {
  type DataPlane,
  type GatewayApi,
  type GatewayContainer,
  type GatewayMember,
  type GatewayModel,
  resolveRoutes,
  type Sidecar,
  settle,
} from '../../gateway';
import type { Container, GatewayData, GatewayPair, LogGroup, Service, TargetGroup } from '../blueprint';
import { canaryId, discoveryName, ids, namespaceName, serviceName, targetGroupName } from '../names';
import { type AnyApi, type Environment, type ForeignApi, ownApis } from '../schema';
import { certificateDomains } from './certificate-domains';
import { resolveGatewayData } from './gateway-data';
import { connectionsMiB } from './gateway-memory';
import { executionRole, taskRole } from './iam';
import { type Member, membersOf } from './members';
import { metricsContainers, metricsStatements } from './metrics-collector';
import { balancerCidrs, networkIdentity, tasksIn } from './network';
import { gatewayGroup } from './security-groups';
import { mostInstances } from './services';
import {
  balancerIdleTimeoutSeconds,
  DISCOVERY_TTL_SECONDS,
  FOREIGN_TTL_SECONDS,
  graceSeconds,
  lookupSeconds,
  UNANSWERED_SECONDS,
  unseenSeconds,
  waitMinutes,
} from './timing';

/** Stop first: two live tasks under one peer name would overwrite each other's counters. */
const GATEWAY_DEPLOYMENT = { minimumHealthyPercent: 0, maximumPercent: 100, zoneRebalancing: false };
const CHECK = { intervalSeconds: 5, timeoutSeconds: 2, healthyThreshold: 2, unhealthyThreshold: 2 };

const hostOf = (environment: Environment, id: string): string =>
  `${discoveryName(environment, id)}.${namespaceName(environment)}`;

/** A name for each pool. */
const lookupsOf = ({ apis }: Environment): number =>
  lookupSeconds(Object.keys(apis).length + ownApis(apis).filter(([, { canary }]) => canary).length);

function poolOf(
  environment: Environment,
  id: string,
  port: number,
  counts: Parameters<typeof mostInstances>[0],
): GatewayApi['pool'] {
  const most = mostInstances(counts);
  return {
    host: hostOf(environment, id),
    port,
    mostInstances: most,
    unseenSeconds: unseenSeconds(most, lookupsOf(environment)),
  };
}

/** The pool of an API, ours or found where the file says. */
const apiPool = (environment: Environment, name: string, api: AnyApi): GatewayApi['pool'] =>
  'at' in api ? poolAt(environment, api) : poolOf(environment, name, api.port, api);

function poolAt(environment: Environment, { at, instances: { max } }: ForeignApi): GatewayApi['pool'] {
  const [host = '', port] = at.split(':');
  return {
    host,
    port: Number(port),
    mostInstances: max,
    unseenSeconds: unseenSeconds(max, lookupsOf(environment), FOREIGN_TTL_SECONDS),
  };
}

function gatewayApi(environment: Environment, name: string, api: AnyApi): GatewayApi {
  const { policies, health } = api;
  const headers = Object.entries(api.headers).map(([header, value]) => [header.toLowerCase(), value]);
  return {
    name,
    paths: api.paths,
    hosts: api.hosts,
    headers: Object.fromEntries(headers),
    pool: apiPool(environment, name, api),
    health: {
      path: health.path,
      status: health.status,
      intervalSeconds: health.intervalSeconds,
      timeoutSeconds: health.timeoutSeconds,
    },
    requestTimeoutSeconds: api.requestTimeoutSeconds,
    balancing: api.balancing,
    ...('canary' in api && api.canary
      ? {
          canary: {
            pool: poolOf(environment, canaryId(name), api.port, api.canary),
            percent: api.canary.percent,
          },
        }
      : {}),
    policies: settle(policies),
    routes: resolveRoutes(policies, api.routes),
  };
}

/** What the data plane is given. */
export function gatewayModel(environment: Environment): GatewayModel {
  const { apis, consumers, gateway } = environment;
  return {
    members: membersOf(environment).map(({ id }) => ({ name: id, host: hostOf(environment, id) })),
    apis: Object.entries(apis).map(([name, api]) => gatewayApi(environment, name, api)),
    consumers: Object.entries(consumers).map(([name, consumer]) => ({
      name,
      apis: consumer.apis,
      plan: consumer.plan,
    })),
    hosts: certificateDomains(environment),
    balancerCidrs: balancerCidrs(environment),
    balancerIdleTimeoutSeconds: balancerIdleTimeoutSeconds(environment),
    lookupSeconds: lookupsOf(environment),
    unansweredSeconds: UNANSWERED_SECONDS,
    cacheMiB: gateway.cacheMiB,
    countsMiB: gateway.countsMiB,
    connectionsMiB: connectionsMiB(environment),
    graceSeconds: gateway.graceSeconds,
    keys: { refreshSeconds: gateway.keysRefreshSeconds, keepHours: gateway.keepKeysHours },
  };
}

export function gatewayTargetGroup(environment: Environment, plane: DataPlane): TargetGroup {
  const { traffic: port, status } = plane.ports;
  return {
    id: ids.gateway,
    name: targetGroupName(environment.name, ids.gateway, { port, network: networkIdentity(environment) }),
    port,
    deregistrationDelaySeconds: environment.deregistrationDelaySeconds,
    healthCheck: { port: status, path: plane.healthPath, matcher: '200', ...CHECK },
  };
}

interface Whole {
  readonly environment: Environment;
  readonly data: GatewayData;
  readonly model: GatewayModel;
  readonly plane: DataPlane;
}

/**
 * None of its containers has a health check: ECS would ask for one of each essential container, and leave a gateway out of
 * the names until it has passed, though a gateway that starts learns the others' counts by name. Its target group asks it.
 * The task ends with its key helper, without which no key would be taken back; the collector may end. That a key helper hangs
 * the gateway itself notices.
 */
function taskDefinition(
  { environment, data, plane }: Whole,
  self: GatewayMember,
  rendered: GatewayContainer,
): Service['taskDefinition'] {
  const { gateway, name } = environment;
  const { consumersVariable, sidecars = [], volumes, startSeconds: _, ...runs } = rendered;
  const { traffic, cache, peers, status } = plane.ports;
  return {
    family: serviceName(name, self.name),
    cpu: gateway.cpu,
    memoryMiB: gateway.memoryMiB,
    architecture: 'X86_64',
    containers: [
      {
        name: ids.gateway,
        image: gateway.image,
        ...runs,
        ports: [traffic, cache, peers, status],
        secrets: data.consumersSecret ? { [consumersVariable]: { ref: 'consumers-secret' } } : {},
      },
      ...sidecars.map((sidecar) => sidecarContainer(environment, sidecar)),
      ...metricsContainers(environment, plane, self.name),
    ],
    ...(volumes ? { volumes } : {}),
  };
}

const sidecarContainer = ({ gateway }: Environment, { memberPort, ...sidecar }: Sidecar): Container => ({
  image: { keys: gateway.keysImage }[sidecar.name],
  ports: memberPort === undefined ? [] : [memberPort],
  secrets: {},
  ...sidecar,
});

function memberService(whole: Whole, member: Member, before: Member | undefined): Service {
  const { environment, data, model, plane } = whole;
  const { id, zone } = member;
  const { subnets } = tasksIn(environment);
  const self = { name: id, host: hostOf(environment, id) };
  const rendered = plane.render(model, self);
  const definition = taskDefinition(whole, self, rendered);
  const grace = graceSeconds(rendered.startSeconds, CHECK);
  return {
    id,
    name: serviceName(environment.name, id),
    taskDefinition: definition,
    executionRole: executionRole(environment, {
      id,
      image: environment.gateway.image,
      sidecarImages: definition.containers.slice(1).map(({ image }) => image),
      secretArns: [],
      consumers: data.consumersSecret !== undefined,
    }),
    taskRole: taskRole(environment, id, metricsStatements(environment)),
    logGroup: data.logGroups[id] as LogGroup,
    securityGroup: gatewayGroup(
      environment,
      plane.ports,
      rendered.sidecars?.find(({ memberPort }) => memberPort !== undefined)?.memberPort,
    ),
    placement: { subnets, zones: [zone], assignPublicIp: subnets === 'public' },
    deployment: {
      ...GATEWAY_DEPLOYMENT,
      waitMinutes: waitMinutes({
        graceSeconds: grace,
        checkSeconds: CHECK.unhealthyThreshold * CHECK.intervalSeconds + CHECK.timeoutSeconds,
        deregistrationDelaySeconds: environment.deregistrationDelaySeconds,
        stopTimeoutSeconds: Math.max(...definition.containers.map((one) => one.stopTimeoutSeconds)),
      }),
    },
    desiredCount: 1,
    discovery: { name: discoveryName(environment, id), ttlSeconds: DISCOVERY_TTL_SECONDS },
    attachment: {
      targetGroup: ids.gateway,
      container: ids.gateway,
      port: plane.ports.traffic,
      healthCheckGraceSeconds: grace,
    },
    // One after the other: at any time all the others serve.
    after: before ? [before.id] : [],
  };
}

/** @throws Problems when the data plane cannot carry out what the environment says. */
export function resolveGatewayPair(
  environment: Environment,
  plane: DataPlane,
  data: GatewayData = resolveGatewayData(environment, plane),
): GatewayPair {
  const whole: Whole = { environment, data, plane, model: gatewayModel(environment) };
  const members = membersOf(environment);
  const canaries = ownApis(environment.apis).flatMap(([name, { canary }]) =>
    canary ? [canaryId(name)] : [],
  );
  return {
    members: members.map((member, index) => memberService(whole, member, members[index - 1])),
    ...(canaries.length > 0 ? { canaries } : {}),
    targetGroup: ids.gateway,
    data,
  };
}
