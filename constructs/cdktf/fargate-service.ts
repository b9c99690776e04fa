import { EcsService, type EcsServiceConfig } from '@cdktf/provider-aws/lib/ecs-service';
import { EcsTaskDefinition, type EcsTaskDefinitionConfig } from '@cdktf/provider-aws/lib/ecs-task-definition';
import {
  ServiceDiscoveryService,
  type ServiceDiscoveryServiceConfig,
} from '@cdktf/provider-aws/lib/service-discovery-service';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { containerDefinitions } from './container-definitions';
import { IamRole, type IamRoleTransform } from './iam-role';
import { literal } from './literal';
import { LogGroup, type LogGroupTransform } from './observability';
import type { SecurityGroup } from './security-group';
import type { ITargetGroup } from './target-group';
import { type Transform, transformed } from './transform';

/** Where a service runs. All are engine values: of constructs, or ids of what exists. */
export interface Placement {
  readonly region: string;
  readonly clusterArn: string;
  /** Cloud Map namespace that the service is found in. */
  readonly namespaceId: string;
  readonly subnetIds: readonly string[];
}

export interface FargateServiceTransform {
  readonly service?: Transform<EcsServiceConfig>;
  readonly taskDefinition?: Transform<EcsTaskDefinitionConfig>;
  readonly discovery?: Transform<ServiceDiscoveryServiceConfig>;
  readonly executionRole?: IamRoleTransform;
  readonly taskRole?: IamRoleTransform;
  readonly logGroup?: LogGroupTransform;
}

export interface FargateServiceProps extends Placement {
  readonly service: blueprint.Service;
  readonly securityGroup: SecurityGroup;
  /** Where its tasks log. @default made here, as the blueprint says */
  readonly logGroup?: LogGroup;
  /** The target group that the service's `attachment` names. */
  readonly targetGroup?: ITargetGroup;
  /** ARN of the consumers' secret, for a service that reads it. */
  readonly consumersSecretArn?: string;
  /** ARN of the log group that metrics are written to, for a service that has a collector. */
  readonly metricsLogGroupArn?: string;
  /** Issuer of the user pool, for a service whose containers read it. */
  readonly userPoolIssuer?: string;
  /** What must stand before the first task starts, such as the subnets' routes. */
  readonly dependsOn?: readonly ITerraformDependable[];
  readonly transform?: FargateServiceTransform;
}

/** An ECS service on Fargate: what an API's pool and a gateway have in common. */
export class FargateService extends Construct {
  readonly settings: blueprint.Service;
  readonly executionRole: IamRole;
  readonly taskRole: IamRole;
  readonly logGroup: LogGroup;
  readonly taskDefinition: EcsTaskDefinition;
  readonly discovery: ServiceDiscoveryService;
  readonly service: EcsService;

  constructor(scope: Construct, id: string, props: FargateServiceProps) {
    super(scope, id);
    const { service, transform } = props;
    this.settings = service;
    this.logGroup =
      props.logGroup ??
      new LogGroup(this, 'Logs', { logGroup: service.logGroup, transform: transform?.logGroup });
    const arns = {
      'log-group': this.logGroup.arn,
      'metrics-log-group': props.metricsLogGroupArn,
      'consumers-secret': props.consumersSecretArn,
    };
    this.executionRole = new IamRole(this, 'ExecutionRole', {
      role: service.executionRole,
      arns,
      transform: transform?.executionRole,
    });
    this.taskRole = new IamRole(this, 'TaskRole', {
      role: service.taskRole,
      arns,
      transform: transform?.taskRole,
    });
    this.taskDefinition = this.#taskDefinition(props);
    this.discovery = this.#discovery(props);
    this.service = this.#service(props);
  }

  #taskDefinition({
    service,
    region,
    consumersSecretArn,
    userPoolIssuer,
    transform,
  }: FargateServiceProps): EcsTaskDefinition {
    const { family, cpu, memoryMiB, architecture, containers, volumes } = service.taskDefinition;
    return new EcsTaskDefinition(
      this,
      'TaskDefinition',
      transformed(
        {
          family: literal(family),
          cpu: String(cpu),
          memory: String(memoryMiB),
          networkMode: 'awsvpc',
          requiresCompatibilities: ['FARGATE'],
          runtimePlatform: { operatingSystemFamily: 'LINUX', cpuArchitecture: architecture },
          executionRoleArn: this.executionRole.arn,
          taskRoleArn: this.taskRole.arn,
          ...(volumes && { volume: literal(volumes).map((name) => ({ name })) }),
          containerDefinitions: containerDefinitions(containers, {
            region,
            logGroupName: this.logGroup.logGroupName,
            logStreamPrefix: service.id,
            consumersSecretArn,
            userPoolIssuer,
          }),
        },
        transform?.taskDefinition,
      ),
    );
  }

  #discovery({ service, namespaceId, transform }: FargateServiceProps): ServiceDiscoveryService {
    const { name, ttlSeconds } = literal(service.discovery);
    return new ServiceDiscoveryService(
      this,
      'Discovery',
      transformed(
        {
          name,
          dnsConfig: {
            namespaceId,
            routingPolicy: 'MULTIVALUE',
            dnsRecords: [{ type: 'A', ttl: ttlSeconds }],
          },
          // ECS tells the health of its tasks; Cloud Map answers with the healthy ones.
          healthCheckCustomConfig: { failureThreshold: 1 },
          forceDestroy: true,
        },
        transform?.discovery,
      ),
    );
  }

  #service(props: FargateServiceProps): EcsService {
    const { service, securityGroup, transform } = props;
    const { placement, deployment } = service;
    const wait = `${deployment.waitMinutes}m`;
    return new EcsService(
      this,
      'Service',
      transformed(
        {
          name: literal(service.name),
          cluster: props.clusterArn,
          taskDefinition: this.taskDefinition.arn,
          launchType: 'FARGATE',
          desiredCount: service.desiredCount,
          deploymentMinimumHealthyPercent: deployment.minimumHealthyPercent,
          deploymentMaximumPercent: deployment.maximumPercent,
          availabilityZoneRebalancing: deployment.zoneRebalancing ? 'ENABLED' : 'DISABLED',
          deploymentCircuitBreaker: { enable: true, rollback: true },
          networkConfiguration: {
            subnets: [...props.subnetIds],
            securityGroups: [securityGroup.groupId],
            assignPublicIp: placement.assignPublicIp,
          },
          serviceRegistries: { registryArn: this.discovery.arn },
          ...this.#attachment(props),
          propagateTags: 'SERVICE',
          waitForSteadyState: true,
          timeouts: { create: wait, update: wait, delete: wait },
          dependsOn: [
            ...securityGroup.access,
            ...this.executionRole.access,
            ...this.taskRole.access,
            ...(props.targetGroup?.attached ?? []),
            ...(props.dependsOn ?? []),
          ],
          lifecycle: {
            createBeforeDestroy: true,
            // Autoscaling moves the number; a deploy must not put it back. A fixed number stays ours.
            ...(service.scaling && { ignoreChanges: ['desired_count'] }),
          },
        },
        transform?.service,
      ),
    );
  }

  #attachment({ service, targetGroup }: FargateServiceProps): Partial<EcsServiceConfig> {
    if (service.attachment === undefined) return {};
    if (targetGroup === undefined) {
      throw new Error(
        `Service "${service.id}" is attached to target group "${service.attachment.targetGroup}". Give that target group as targetGroup.`,
      );
    }
    const { container, port, healthCheckGraceSeconds } = service.attachment;
    return {
      loadBalancer: [
        { targetGroupArn: targetGroup.arn, containerName: literal(container), containerPort: port },
      ],
      healthCheckGracePeriodSeconds: healthCheckGraceSeconds,
    };
  }
}
