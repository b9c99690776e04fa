import { EcsService, type EcsServiceConfig } from '@cdktf/provider-aws/lib/ecs-service';
import { EcsTaskDefinition, type EcsTaskDefinitionConfig } from '@cdktf/provider-aws/lib/ecs-task-definition';
import {
  ServiceDiscoveryService,
  type ServiceDiscoveryServiceConfig,
} from '@cdktf/provider-aws/lib/service-discovery-service';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { type FargateServiceInput, fargateService } from '../graph/fargate-service';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { IamRole, type IamRoleTransform } from './iam-role';
import { LogGroup, type LogGroupTransform } from './observability';
import { PartConstruct } from './part-construct';
import type { SecurityGroup } from './security-group';
import { type ITargetGroup, targetGroupLink } from './target-group';

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

/** What a service is made with, but for its security group. */
export interface ServiceProps extends Placement {
  readonly service: blueprint.Service;
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
}

export interface FargateServiceProps extends ServiceProps {
  readonly securityGroup: SecurityGroup;
  readonly transform?: FargateServiceTransform;
}

/** An ECS service on Fargate: what an API's pool and a gateway have in common. */
export class FargateService extends PartConstruct<'fargate-service'> {
  static readonly resources = {
    aws_ecs_service: EcsService,
    aws_ecs_task_definition: EcsTaskDefinition,
    aws_service_discovery_service: ServiceDiscoveryService,
  };
  static readonly nouns = { 'iam-role': IamRole, 'log-group': LogGroup };

  constructor(scope: Construct, id: string, props: FargateServiceProps | Part<'fargate-service'>) {
    super(scope, id, props instanceof Part ? props : FargateService.#part(id, props));
  }

  static #part(id: string, { securityGroup, transform, ...props }: FargateServiceProps) {
    const input = { ...serviceInput(props), securityGroup: securityGroup.link };
    return new Part(fargateService(id, input, []).noun, transform);
  }

  get executionRole(): IamRole {
    return this.child('ExecutionRole');
  }

  get taskRole(): IamRole {
    return this.child('TaskRole');
  }

  /** Absent where its tasks log into a group that it was given. */
  get logGroup(): LogGroup | undefined {
    return this.find('Logs');
  }

  get logGroupName(): string {
    return this.logGroup?.logGroupName ?? this.settings.logGroup.name;
  }

  get taskDefinition(): EcsTaskDefinition {
    return this.child('TaskDefinition');
  }

  get discovery(): ServiceDiscoveryService {
    return this.child('Discovery');
  }

  get service(): EcsService {
    return this.child('Service');
  }
}

const known = (value: string | undefined) => (value === undefined ? undefined : outside(value));

/** What a graph needs to make the service. */
export function serviceInput(props: ServiceProps): Omit<FargateServiceInput, 'securityGroup'> {
  return {
    service: props.service,
    region: props.region,
    clusterArn: outside(props.clusterArn),
    namespaceId: outside(props.namespaceId),
    subnetIds: props.subnetIds.map(outside),
    logGroup: props.logGroup?.link,
    targetGroup: props.targetGroup && targetGroupLink(props.targetGroup),
    consumersSecretArn: known(props.consumersSecretArn),
    metricsLogGroupArn: known(props.metricsLogGroupArn),
    userPoolIssuer: known(props.userPoolIssuer),
    dependsOn: props.dependsOn?.map(outside),
  };
}
