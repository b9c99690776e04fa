import { Service as EcsService, type ServiceArgs as EcsServiceArgs } from '@pulumi/aws/ecs/service';
import {
  TaskDefinition as EcsTaskDefinition,
  type TaskDefinitionArgs as EcsTaskDefinitionArgs,
} from '@pulumi/aws/ecs/taskDefinition';
import {
  Service as ServiceDiscoveryService,
  type ServiceArgs as ServiceDiscoveryServiceArgs,
} from '@pulumi/aws/servicediscovery/service';
import * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { type FargateServiceInput, fargateService } from '../graph/fargate-service';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { IamRole, type IamRoleTransform } from './iam-role';
import { LogGroup, type LogGroupTransform } from './observability';
import { PartComponent } from './part-component';
import type { SecurityGroup } from './security-group';
import { type ITargetGroup, targetGroupLink } from './target-group';

/** Where a service runs: outputs of other components, or ids of what exists. */
export interface Placement {
  readonly region: string;
  readonly clusterArn: pulumi.Input<string>;
  /** Cloud Map namespace that the service is found in. */
  readonly namespaceId: pulumi.Input<string>;
  readonly subnetIds: readonly pulumi.Input<string>[];
}

export interface FargateServiceTransform {
  readonly service?: Transform<EcsServiceArgs>;
  readonly taskDefinition?: Transform<EcsTaskDefinitionArgs>;
  readonly discovery?: Transform<ServiceDiscoveryServiceArgs>;
  readonly executionRole?: IamRoleTransform;
  readonly taskRole?: IamRoleTransform;
  readonly logGroup?: LogGroupTransform;
}

/** What a service is made with, but for its security group. */
export interface ServiceArgs extends Placement {
  readonly service: blueprint.Service;
  /** Where its tasks log. @default made here, as the blueprint says */
  readonly logGroup?: LogGroup;
  /** The target group that the service's `attachment` names. */
  readonly targetGroup?: ITargetGroup;
  /** ARN of the consumers' secret, for a service that reads it. */
  readonly consumersSecretArn?: pulumi.Input<string>;
  /** ARN of the log group that metrics are written to, for a service that has a collector. */
  readonly metricsLogGroupArn?: pulumi.Input<string>;
  /** Issuer of the user pool, for a service whose containers read it. */
  readonly userPoolIssuer?: pulumi.Input<string>;
  /** What must stand before the first task starts, such as the subnets' routes. */
  readonly dependsOn?: readonly pulumi.Resource[];
}

export interface FargateServiceArgs extends ServiceArgs {
  readonly securityGroup: SecurityGroup;
  readonly transform?: FargateServiceTransform;
}

/** An ECS service on Fargate: what an API's pool and a gateway have in common. */
export class FargateService extends PartComponent<'fargate-service'> {
  static readonly resources = {
    aws_ecs_service: EcsService,
    aws_ecs_task_definition: EcsTaskDefinition,
    aws_service_discovery_service: ServiceDiscoveryService,
  };
  static readonly nouns = { 'iam-role': IamRole, 'log-group': LogGroup };

  constructor(
    name: string,
    args: FargateServiceArgs | Part<'fargate-service'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('FargateService', name, args instanceof Part ? args : FargateService.#part(name, args), options);
  }

  static #part(name: string, { securityGroup, transform, ...args }: FargateServiceArgs) {
    const input = { ...serviceInput(args), securityGroup: securityGroup.link };
    return new Part(fargateService(name, input, []).noun, transform);
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

  get logGroupName(): pulumi.Output<string> {
    return this.logGroup?.logGroupName ?? pulumi.output(this.settings.logGroup.name);
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

  override outputs(): pulumi.Inputs {
    return {
      serviceName: this.service.name,
      taskDefinitionArn: this.taskDefinition.arn,
      logGroupName: this.logGroupName,
    };
  }
}

const known = (value: pulumi.Input<string> | undefined) => (value === undefined ? undefined : outside(value));

/** What a graph needs to make the service. */
export function serviceInput(args: ServiceArgs): Omit<FargateServiceInput, 'securityGroup'> {
  return {
    service: args.service,
    region: args.region,
    clusterArn: outside(args.clusterArn),
    namespaceId: outside(args.namespaceId),
    subnetIds: args.subnetIds.map(outside),
    logGroup: args.logGroup?.link,
    targetGroup: args.targetGroup && targetGroupLink(args.targetGroup),
    consumersSecretArn: known(args.consumersSecretArn),
    metricsLogGroupArn: known(args.metricsLogGroupArn),
    userPoolIssuer: known(args.userPoolIssuer),
    dependsOn: args.dependsOn?.map(outside),
  };
}
