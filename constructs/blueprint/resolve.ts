/** An environment -> its blueprint. Pure: the same file gives the same blueprint on every machine. */
import type { DataPlane } from '../gateway';
import type { Blueprint, TerraformState } from './blueprint';
import { dataPlaneOf } from './data-plane';
import { clusterName, ids, localStatePath, namespaceName, s3StateKey } from './names';
import { resolveGatewayData } from './resolving/gateway-data';
import { resolveGatewayPair } from './resolving/gateway-pair';
import { resolveIdentity } from './resolving/identity';
import { resolveListener, resolveLoadBalancer } from './resolving/load-balancer';
import { resolveNetwork } from './resolving/network';
import { resolvePools } from './resolving/services';
import { resolveTags } from './resolving/tags';
import { NEGATIVE_TTL_SECONDS } from './resolving/timing';
import { type Environment, ownApis } from './schema';

function resolveState({ name, region, state }: Environment): TerraformState {
  if (state.kind === 'local') return { kind: 'local', path: state.path ?? localStatePath(name, region) };
  return {
    kind: 's3',
    bucket: state.bucket,
    key: state.key ?? s3StateKey(name, region),
    region: state.region ?? region,
  };
}

function resolveCluster({ name, cluster }: Environment): Blueprint['cluster'] {
  const id = ids.cluster;
  if (!cluster) return { id, name: clusterName(name) };
  return { id, name: cluster.arn.split('/')[1] ?? '', arn: cluster.arn };
}

/** What requests come by: a load balancer of the environment's own, or a listener that exists. */
function resolveFront(
  environment: Environment,
  plane: DataPlane,
): Pick<Blueprint, 'listener' | 'loadBalancer'> {
  const { listener } = environment;
  return listener
    ? { listener: resolveListener(environment, listener, plane) }
    : { loadBalancer: resolveLoadBalancer(environment, plane) };
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}

/**
 * Decides every name, number and text that an engine needs.
 * @param environment one that `parseEnvironment` gave: what it refuses is not checked again
 * @param plane what carries out the policies; `parseEnvironment` has asked the environment's. @default the environment's
 * @throws Problems when the data plane cannot carry out what the environment says
 */
export function resolve(environment: Environment, plane: DataPlane = dataPlaneOf(environment)): Blueprint {
  const { name, stage, region, account, domain } = environment;
  const balanced = stage !== 'api';
  const identity = resolveIdentity(environment);
  const data = resolveGatewayData(environment, plane);
  const blueprint: Blueprint = {
    environment: name,
    stage,
    region,
    ...(account ? { account } : {}),
    tags: resolveTags(environment),
    state: resolveState(environment),
    network: resolveNetwork(environment),
    cluster: resolveCluster(environment),
    namespace: {
      id: ids.namespace,
      name: namespaceName(environment),
      description: `Names of the services of ${name}`,
      negativeTtlSeconds: NEGATIVE_TTL_SECONDS,
      ...(environment.namespace ? { namespaceId: environment.namespace.id } : {}),
    },
    services: ownApis(environment.apis).flatMap(([id, api]) => resolvePools(environment, id, api)),
    ...(balanced ? resolveFront(environment, plane) : {}),
    ...(stage === 'gateway' ? { gateway: resolveGatewayPair(environment, plane, data) } : {}),
    data,
    ...(identity ? { identity } : {}),
    ...(balanced && domain ? { host: domain.name } : {}),
  };
  return frozen(structuredClone(blueprint));
}
