/** The APIs' pools. */
import type { LogGroup, Service } from '../blueprint';
import {
  canaryId,
  canaryNestedStack,
  discoveryName,
  logGroupName,
  scalingPolicyName,
  serviceName,
} from '../names';
import type { Api, Environment } from '../schema';
import { withHealthCheck } from './api-health';
import { executionRole, taskRole } from './iam';
import { tasksIn } from './network';
import { permissionStatements } from './permissions';
import { apiGroup } from './security-groups';
import { DISCOVERY_TTL_SECONDS, poolStopSeconds, poolWaitMinutes } from './timing';

/** A rolling deploy starts the new instances beside the old ones. */
const API_DEPLOYMENT = { minimumHealthyPercent: 100, maximumPercent: 200, zoneRebalancing: true };

/** AWS's own default for ECS; Terraform's provider would say 0. */
const SCALING_COOLDOWN_SECONDS = 300;

export const architectures = { x86_64: 'X86_64', arm64: 'ARM64' } as const;

export const logGroup = ({ name, logRetentionDays }: Environment, id: string): LogGroup => ({
  id: `${id}-logs`,
  name: logGroupName(name, id),
  retentionDays: logRetentionDays,
});

/** Most instances that can run at once, a rolling deploy included. */
export const mostInstances = ({ instances }: Pick<Api, 'instances'> | NonNullable<Api['canary']>): number =>
  (Math.max(instances.max ?? 0, instances.min) * API_DEPLOYMENT.maximumPercent) / 100;

const sorted = <Value>(values: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));

function taskDefinition(environment: Environment, name: string, api: Api): Service['taskDefinition'] {
  const secrets = Object.entries(api.secrets).map(([variable, arn]) => [variable, { arn }]);
  return {
    family: serviceName(environment.name, name),
    cpu: api.cpu,
    memoryMiB: api.memoryMiB,
    architecture: architectures[api.architecture],
    containers: withHealthCheck(
      {
        name,
        image: api.image,
        ...(api.command ? { command: api.command } : {}),
        ports: [api.port],
        environment: sorted(api.environment),
        secrets: sorted(Object.fromEntries(secrets)),
        stopTimeoutSeconds: poolStopSeconds(api),
      },
      api,
    ),
  };
}

export function resolveApi(environment: Environment, name: string, api: Api): Service {
  const { subnets, zones } = tasksIn(environment);
  const { min, max = min, targetCpuPercent } = api.instances;
  const policyName = scalingPolicyName(environment.name, name);
  const definition = taskDefinition(environment, name, api);
  return {
    id: name,
    name: serviceName(environment.name, name),
    taskDefinition: definition,
    executionRole: executionRole(environment, {
      id: name,
      image: api.image,
      sidecarImages: definition.containers.slice(1).map(({ image }) => image),
      secretArns: Object.values(api.secrets),
      kmsKeyArns: api.kmsKeys,
    }),
    taskRole: taskRole(
      environment,
      name,
      permissionStatements(api),
      api.permissions.managedPolicies.toSorted(),
    ),
    logGroup: logGroup(environment, name),
    securityGroup: apiGroup(environment, name, api.port),
    placement: { subnets, zones, assignPublicIp: subnets === 'public' },
    deployment: { ...API_DEPLOYMENT, waitMinutes: poolWaitMinutes(environment, api) },
    desiredCount: min,
    ...(max > min
      ? { scaling: { min, max, targetCpuPercent, policyName, cooldownSeconds: SCALING_COOLDOWN_SECONDS } }
      : {}),
    // In every stage: the gateways find the pools by name from their first moment on.
    discovery: { name: discoveryName(environment, name), ttlSeconds: DISCOVERY_TTL_SECONDS },
    ...(api.nestedStack ? { nestedStack: api.nestedStack } : {}),
    ...(environment.stage === 'load-balanced'
      ? {
          attachment: {
            targetGroup: name,
            container: name,
            port: api.port,
            healthCheckGraceSeconds: api.health.graceSeconds,
          },
        }
      : {}),
    after: [],
  };
}

/** The API as its new version is written: all that it says itself, but for what the canary says. */
export function newVersion(api: Api, canary: NonNullable<Api['canary']>): Api {
  const { image, instances, environment } = canary;
  return {
    ...api,
    image,
    nestedStack: api.nestedStack && canaryNestedStack(api.nestedStack),
    instances: { targetCpuPercent: api.instances.targetCpuPercent, ...instances },
    environment: { ...api.environment, ...environment },
    canary: undefined,
  };
}

/** An API's pools: the one that serves and, where there is a canary, that of the new version. */
export const resolvePools = (environment: Environment, name: string, api: Api): Service[] => [
  resolveApi(environment, name, api),
  ...(api.canary ? [resolveApi(environment, canaryId(name), newVersion(api, api.canary))] : []),
];
