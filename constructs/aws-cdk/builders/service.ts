import { Duration } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { accept, resourceOf } from '../suppressions';
import { sayWhenUnsaid } from '../unsaid';
import type { Values } from '../values';
import type { Builders, Building } from './builder';
import { addContainers } from './containers';

/** L2's way to follow each metric. */
const FOLLOW = { ECSServiceAverageCPUUtilization: 'scaleOnCpuUtilization' } as const;

export const service: Pick<
  Builders,
  | 'cluster'
  | 'namespace'
  | 'task-definition'
  | 'discovery-service'
  | 'service'
  | 'scaling-target'
  | 'scaling-policy'
> = {
  cluster: ({ scope, name, settings: { name: clusterName, vpcId }, values, transformed }) => {
    const cluster = new ecs.Cluster(
      scope,
      name,
      transformed({ clusterName, ...(vpcId && { vpc: values.of('vpc', vpcId) }) }),
    );
    accept(cluster, {
      rule: 'AwsSolutions-ECS4',
      reason:
        'Container Insights is billed by the metric: who wants it turns it on by the transform "cluster".',
    });
    return { named: cluster };
  },
  namespace: ({ scope, name, settings, values, transformed }) => {
    const { description, vpcId, negativeTtlSeconds } = settings;
    const namespace = new servicediscovery.PrivateDnsNamespace(
      scope,
      name,
      transformed({ name: settings.name, description, vpc: values.of('vpc', vpcId) }),
    );
    const resource = resourceOf(namespace) as servicediscovery.CfnPrivateDnsNamespace;
    resource.properties = { dnsProperties: { soa: { ttl: negativeTtlSeconds } } };
    return { named: namespace };
  },
  'task-definition': taskDefinition,
  'discovery-service': ({ scope, name, settings, values, transformed }) => ({
    named: new servicediscovery.Service(
      scope,
      name,
      transformed({
        namespace: values.of('namespace', settings.namespaceId),
        name: settings.name,
        dnsRecordType: servicediscovery.DnsRecordType[settings.recordType],
        dnsTtl: Duration.seconds(settings.ttlSeconds),
        routingPolicy: servicediscovery.RoutingPolicy[settings.routingPolicy],
        customHealthCheck: { failureThreshold: settings.failureThreshold },
      }),
    ),
  }),
  service: ecsService,
  'scaling-target': ({ settings: { serviceName, minCapacity, maxCapacity }, values }) => ({
    named: values.of('service', serviceName).autoScaleTaskCount({ minCapacity, maxCapacity }),
  }),
  'scaling-policy': ({ settings, values, transformed }) => {
    const cooldown = Duration.seconds(settings.cooldownSeconds);
    values.of('scaling-target', settings.scalingTarget)[FOLLOW[settings.metric]](
      'Policy',
      transformed({
        policyName: settings.name,
        targetUtilizationPercent: settings.targetPercent,
        scaleInCooldown: cooldown,
        scaleOutCooldown: cooldown,
      }),
    );
    return { named: undefined };
  },
};

function taskDefinition({ scope, name, settings, values, transformed }: Building<'task-definition'>) {
  const { family, cpu, memoryMiB, volumes, containers } = settings;
  const executionRole = values.of('role', settings.executionRoleArn);
  const taskDefinition = new ecs.FargateTaskDefinition(
    scope,
    name,
    transformed({
      family,
      cpu,
      memoryLimitMiB: memoryMiB,
      runtimePlatform: {
        operatingSystemFamily: ecs.OperatingSystemFamily[settings.operatingSystemFamily],
        cpuArchitecture: ecs.CpuArchitecture[settings.cpuArchitecture],
      },
      // The graph says what it may do; CDK's own grants for logs and secrets would come on top.
      executionRole: executionRole.withoutPolicyUpdates(),
      taskRole: values.of('role', settings.taskRoleArn),
      ...(volumes.length > 0 && { volumes: volumes.map((volume) => ({ name: volume })) }),
    }),
  );
  addContainers(taskDefinition, settings, values);
  // A secret that a key of the user's encrypts is of no use to a task that must not decrypt with it.
  for (const secret of containers.flatMap((one) => Object.values(one.secrets))) {
    values.keyOf(secret)?.grantDecrypt(executionRole);
  }
  return { named: taskDefinition };
}

function ecsService({ scope, name, settings, lifetime, values, transformed }: Building<'service'>) {
  const { attachment, zoneRebalancing } = settings;
  const service = new ecs.FargateService(
    scope,
    name,
    transformed({
      serviceName: settings.name,
      cluster: values.of('cluster', settings.clusterArn),
      taskDefinition: values.of('task-definition', settings.taskDefinitionArn),
      // A deploy that names a number would put it back where others change it.
      ...(!lifetime.ignoreChanges?.includes('desiredCount') && { desiredCount: settings.desiredCount }),
      minHealthyPercent: settings.minimumHealthyPercent,
      maxHealthyPercent: settings.maximumPercent,
      availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing[zoneRebalancing ? 'ENABLED' : 'DISABLED'],
      circuitBreaker: settings.circuitBreaker,
      vpcSubnets: { subnets: settings.subnets.map((one) => values.of('subnet', one)) },
      securityGroups: settings.securityGroups.map((one) => values.of('security-group', one)),
      assignPublicIp: settings.assignPublicIp,
      ...(attachment && { healthCheckGracePeriod: Duration.seconds(attachment.healthCheckGraceSeconds) }),
      propagateTags: ecs.PropagatedTagSource[settings.propagateTags],
    }),
  );
  service.associateCloudMapService({ service: values.of('discovery-service', settings.registryArn) });
  const resource = resourceOf(service) as ecs.CfnService;
  if (attachment) attach(resource, attachment, values);
  sayEverything(resource);
  return { named: service };
}

/**
 * On the L1 resource: L2's `attachToApplicationTargetGroup` makes the service wait for every rule that leads to the
 * group, traffic rules too, which wait for the service; and it opens security groups by itself.
 */
function attach(
  resource: ecs.CfnService,
  { targetGroupArn, container, port }: NonNullable<Building<'service'>['settings']['attachment']>,
  values: Values,
): void {
  resource.loadBalancers = [
    {
      targetGroupArn: values.of('target-group', targetGroupArn).targetGroupArn,
      containerName: container,
      containerPort: port,
    },
  ];
}

/** Nothing stays behind of another stage, nor of a transform that is no longer there. */
function sayEverything(resource: ecs.CfnService): void {
  sayWhenUnsaid(resource, 'loadBalancers', []);
  sayWhenUnsaid(resource, 'serviceRegistries', []);
  sayWhenUnsaid(resource, 'healthCheckGracePeriodSeconds', 0);
  sayWhenUnsaid(resource, 'enableExecuteCommand', false);
}
