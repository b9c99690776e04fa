import type { ContainerTies } from '../containers';
import type { ResourceOf } from '../graph/resource';
import type { ContainerSettings } from '../graph/settings/task-definition';
import type { Ref } from '../graph/value';
import type { Translations } from './translation';

export const service: Pick<
  Translations,
  | 'cluster'
  | 'namespace'
  | 'role'
  | 'task-definition'
  | 'discovery-service'
  | 'service'
  | 'scaling-target'
  | 'scaling-policy'
> = {
  cluster: ({ settings: { name } }) => [{ type: 'aws_ecs_cluster', arguments: { name } }],
  // The provider has no argument for the SOA's TTL.
  namespace: ({ settings: { name, description, vpcId } }) => [
    {
      type: 'aws_service_discovery_private_dns_namespace',
      arguments: { name, description, vpc: vpcId },
    },
  ],
  role: ({ settings: { name, description, principal, statements, managedPolicyArns = [] } }, self) => [
    {
      type: 'aws_iam_role',
      arguments: {
        name,
        description,
        assumeRolePolicy: policy([
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: principal } },
        ]),
      },
    },
    ...(statements.length === 0
      ? []
      : [
          {
            type: 'aws_iam_role_policy',
            id: 'Policy',
            transform: 'policy',
            arguments: {
              name,
              role: { of: self, terraform: 'name' },
              policy: policy(
                statements.map(({ sid, actions, resources }) => ({
                  Sid: sid,
                  Effect: 'Allow',
                  Action: actions,
                  Resource: resources,
                })),
              ),
            },
          },
        ]),
    ...managedPolicyArns.map((policyArn) => ({
      type: 'aws_iam_role_policy_attachment',
      id: `ManagedPolicy/${policyName(policyArn)}`,
      arguments: { role: { of: self, terraform: 'name' }, policyArn },
    })),
  ],
  'task-definition': ({ settings }) => [
    {
      type: 'aws_ecs_task_definition',
      arguments: {
        family: settings.family,
        cpu: String(settings.cpu),
        memory: String(settings.memoryMiB),
        networkMode: settings.networkMode,
        requiresCompatibilities: [settings.launchType],
        runtimePlatform: {
          operatingSystemFamily: settings.operatingSystemFamily,
          cpuArchitecture: settings.cpuArchitecture,
        },
        executionRoleArn: settings.executionRoleArn,
        taskRoleArn: settings.taskRoleArn,
        ...(settings.volumes.length > 0 && { volume: settings.volumes.map((name) => ({ name })) }),
        containerDefinitions: {
          json: settings.containers.map((one) => containerDefinition(one, settings.log)),
        },
      },
    },
  ],
  'discovery-service': ({ settings }) => [
    {
      type: 'aws_service_discovery_service',
      arguments: {
        name: settings.name,
        dnsConfig: {
          namespaceId: settings.namespaceId,
          routingPolicy: settings.routingPolicy,
          dnsRecords: [{ type: settings.recordType, ttl: settings.ttlSeconds }],
        },
        healthCheckCustomConfig: { failureThreshold: settings.failureThreshold },
        // Instances that a service left behind go with it.
        forceDestroy: true,
      },
    },
  ],
  // The provider only waits until the service is steady, with whichever version: ECS may have gone back.
  // https://github.com/hashicorp/terraform-provider-aws/issues/20858
  service: ({ settings }) => [
    {
      type: 'aws_ecs_service',
      arguments: serviceArguments(settings),
      postcondition: {
        argument: 'taskDefinition',
        errorMessage: `The deploy of service ${settings.name} failed: ECS went back to the version before. Its stopped tasks and its events say why.`,
      },
    },
  ],
  'scaling-target': ({ settings: { clusterArn, serviceName, ...others } }) => [
    {
      type: 'aws_appautoscaling_target',
      arguments: {
        serviceNamespace: others.serviceNamespace,
        scalableDimension: others.scalableDimension,
        resourceId: { concat: ['service/', { clusterNameOf: clusterArn }, '/', serviceName] },
        minCapacity: others.minCapacity,
        maxCapacity: others.maxCapacity,
      },
    },
  ],
  'scaling-policy': ({ settings }) => {
    const { of } = settings.scalingTarget as Ref;
    return [
      {
        type: 'aws_appautoscaling_policy',
        arguments: {
          name: settings.name,
          policyType: 'TargetTrackingScaling',
          serviceNamespace: { of, terraform: 'serviceNamespace' },
          scalableDimension: { of, terraform: 'scalableDimension' },
          resourceId: { of, terraform: 'resourceId' },
          targetTrackingScalingPolicyConfiguration: {
            targetValue: settings.targetPercent,
            scaleInCooldown: settings.cooldownSeconds,
            scaleOutCooldown: settings.cooldownSeconds,
            predefinedMetricSpecification: { predefinedMetricType: settings.metric },
          },
        },
      },
    ];
  },
};

/** Of a managed policy, with the account that it is of: `aws-AmazonS3ReadOnlyAccess`. Neither names nor paths have a tilde here. */
const policyName = (arn: string): string => {
  const [, , , , account = '', policy = ''] = arn.split(':');
  return `${account}-${policy.slice('policy/'.length).replaceAll('/', '~')}`;
};

const policy = (statements: readonly object[]) => ({
  json: { Version: '2012-10-17', Statement: statements },
});

function serviceArguments(settings: ResourceOf<'service'>['settings']): Record<string, unknown> {
  const { attachment } = settings;
  const wait = `${settings.waitMinutes}m`;
  return {
    name: settings.name,
    cluster: settings.clusterArn,
    taskDefinition: settings.taskDefinitionArn,
    launchType: settings.launchType,
    desiredCount: settings.desiredCount,
    deploymentMinimumHealthyPercent: settings.minimumHealthyPercent,
    deploymentMaximumPercent: settings.maximumPercent,
    availabilityZoneRebalancing: settings.zoneRebalancing ? 'ENABLED' : 'DISABLED',
    deploymentCircuitBreaker: settings.circuitBreaker,
    networkConfiguration: {
      subnets: settings.subnets,
      securityGroups: settings.securityGroups,
      assignPublicIp: settings.assignPublicIp,
    },
    serviceRegistries: { registryArn: settings.registryArn },
    ...(attachment && {
      loadBalancer: [
        {
          targetGroupArn: attachment.targetGroupArn,
          containerName: attachment.container,
          containerPort: attachment.port,
        },
      ],
      healthCheckGracePeriodSeconds: attachment.healthCheckGraceSeconds,
    }),
    propagateTags: settings.propagateTags,
    waitForSteadyState: true,
    timeouts: { create: wait, update: wait, delete: wait },
  };
}

type Log = ResourceOf<'task-definition'>['settings']['log'];

/** A container of a task definition, as ECS gives it back, so that a plan sees no change. */
export function containerDefinition(settings: ContainerSettings, log: Log): object {
  return {
    name: settings.name,
    image: settings.image,
    essential: settings.essential ?? true,
    ...(settings.entryPoint && { entryPoint: settings.entryPoint }),
    ...(settings.command && { command: settings.command }),
    portMappings: settings.ports.map((port) => ({ containerPort: port, hostPort: port, protocol: 'tcp' })),
    environment: byName(settings.environment).map(([name, value]) => ({ name, value })),
    secrets: byName(settings.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    stopTimeout: settings.stopTimeoutSeconds,
    ...(settings.dependsOn && {
      dependsOn: settings.dependsOn.map((one) => ({
        containerName: one.container,
        condition: one.condition,
      })),
    }),
    ...(settings.healthCheck && { healthCheck: healthCheck(settings.healthCheck) }),
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': log.groupName,
        'awslogs-region': log.region,
        'awslogs-stream-prefix': log.streamPrefix,
        mode: log.mode,
        'max-buffer-size': `${log.maxBufferMiB * 2 ** 20}b`,
      },
    },
    // ECS adds these by itself: with them the text equals what it gives back.
    mountPoints: (settings.mounts ?? []).map(({ volume, path, readOnly }) => ({
      sourceVolume: volume,
      containerPath: path,
      readOnly,
    })),
    volumesFrom: [],
    systemControls: [],
  };
}

const healthCheck = (check: NonNullable<ContainerTies['healthCheck']>): object => ({
  command: check.command,
  interval: check.intervalSeconds,
  timeout: check.timeoutSeconds,
  retries: check.retries,
  startPeriod: check.startPeriodSeconds,
});

/** In the order in which ECS gives them back, so that a moved line in an environment file changes nothing. */
function byName<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}
