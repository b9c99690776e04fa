import type { Service } from '../blueprint/blueprint';
import { iamRole, type StatementArns } from './iam-role';
import { type LogGroupLink, logGroup } from './observability';
import { createBeforeDestroy, type NounOf, type Resource, resource, waitsFor } from './resource';
import type { SecurityGroupLink } from './security-group';
import type { ServiceResources } from './settings/service';
import type { TargetGroupLink } from './target-group';
import { type ContainerSurroundings, taskDefinition } from './task-definition';
import { type Awaited, ref, type Value } from './value';

/** Where a service runs. */
export interface Placement {
  readonly region: string;
  readonly clusterArn: Value;
  /** Cloud Map namespace that the service is found in. */
  readonly namespaceId: Value;
  readonly subnetIds: readonly Value[];
}

export interface FargateServiceInput extends Placement, ContainerSurroundings {
  readonly service: Service;
  readonly securityGroup: SecurityGroupLink;
  /** Where its tasks log. @default made here, as the blueprint says */
  readonly logGroup?: LogGroupLink;
  /** The target group that the service's `attachment` names. */
  readonly targetGroup?: TargetGroupLink;
  /** ARN of the log group that metrics are written to, for a service that has a collector. */
  readonly metricsLogGroupArn?: Value;
  /** What must stand before the first task starts, such as the subnets' routes. */
  readonly dependsOn?: readonly Awaited[];
}

export interface FargateServiceParts {
  readonly noun: NounOf<'fargate-service'>;
  /** The ECS service itself. */
  readonly service: Resource;
}

/** An ECS service on Fargate: what an API's pool and a gateway have in common. */
export function fargateService(
  id: string,
  input: FargateServiceInput,
  transform: readonly string[],
): FargateServiceParts {
  const { service, securityGroup: group, targetGroup, dependsOn = [] } = input;
  const own = input.logGroup === undefined ? logGroup('Logs', service.logGroup) : undefined;
  const log = input.logGroup ?? (own as NonNullable<typeof own>).link;
  const arns: StatementArns = {
    'log-group': log.arn,
    'metrics-log-group': input.metricsLogGroupArn,
    'consumers-secret': input.consumersSecretArn,
  };
  const executionRole = iamRole('ExecutionRole', service.executionRole, arns, 'executionRole');
  const taskRole = iamRole('TaskRole', service.taskRole, arns, 'taskRole');
  const definition = taskDefinition(input, log, executionRole.link, taskRole.link);
  const discovery = discoveryService(input);
  const ecs = ecsService(input, ref(definition, 'arn'), ref(discovery, 'arn'));
  const noun: NounOf<'fargate-service'> = {
    noun: 'fargate-service',
    id,
    settings: service,
    resources: [definition, discovery, ecs],
    nouns: [...(own ? [own.noun] : []), executionRole.noun, taskRole.noun],
    waits: waitsFor(ecs, [
      ...group.access,
      ...executionRole.link.access,
      ...taskRole.link.access,
      ...((service.attachment && targetGroup?.attached) ?? []),
      ...dependsOn,
    ]),
    transform,
  };
  return { noun, service: ecs };
}

function discoveryService({ service, namespaceId }: FargateServiceInput): Resource {
  const { name, ttlSeconds } = service.discovery;
  return resource(
    'discovery-service',
    'Discovery',
    { name, namespaceId, recordType: 'A', ttlSeconds, routingPolicy: 'MULTIVALUE', failureThreshold: 1 },
    { transform: 'discovery' },
  );
}

function ecsService(input: FargateServiceInput, taskDefinitionArn: Value, registryArn: Value): Resource {
  const { service, clusterArn, subnetIds, securityGroup: group } = input;
  const { name, desiredCount, deployment, placement, scaling } = service;
  return resource(
    'service',
    'Service',
    {
      name,
      clusterArn,
      taskDefinitionArn,
      launchType: 'FARGATE',
      desiredCount,
      minimumHealthyPercent: deployment.minimumHealthyPercent,
      maximumPercent: deployment.maximumPercent,
      zoneRebalancing: deployment.zoneRebalancing,
      circuitBreaker: { enable: true, rollback: true },
      subnets: subnetIds,
      securityGroups: [group.id],
      assignPublicIp: placement.assignPublicIp,
      registryArn,
      ...attachment(input),
      propagateTags: 'SERVICE',
      waitMinutes: deployment.waitMinutes,
    },
    {
      transform: 'service',
      // Autoscaling moves the number; a deploy must not put it back. A fixed number stays ours.
      lifetime: { ...createBeforeDestroy, ...(scaling && { ignoreChanges: ['desiredCount'] }) },
    },
  );
}

function attachment({
  service: { id, attachment: to },
  targetGroup,
}: FargateServiceInput): Pick<ServiceResources['service'], 'attachment'> {
  if (to === undefined) return {};
  if (targetGroup === undefined) {
    throw new Error(
      `Service "${id}" is attached to target group "${to.targetGroup}". Give that target group as targetGroup.`,
    );
  }
  const { container, port, healthCheckGraceSeconds } = to;
  return { attachment: { targetGroupArn: targetGroup.arn, container, port, healthCheckGraceSeconds } };
}
