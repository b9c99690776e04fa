import { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct, IDependable } from 'constructs';
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

/** Where a service runs: constructs of the same app, or imported ones. */
export interface Placement {
  /** An imported one needs its VPC: `Cluster.fromClusterAttributes({ clusterName, vpc })`. */
  readonly cluster: ecs.ICluster;
  /** Cloud Map namespace that the service is found in. */
  readonly namespace: servicediscovery.INamespace;
  readonly subnets: readonly ec2.ISubnet[];
}

export interface FargateServiceTransform {
  readonly service?: Transform<ecs.FargateServiceProps>;
  readonly taskDefinition?: Transform<ecs.FargateTaskDefinitionProps>;
  readonly discovery?: Transform<servicediscovery.ServiceProps>;
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
  readonly dependsOn?: readonly IDependable[];
}

export interface FargateServiceProps extends ServiceProps {
  readonly securityGroup: SecurityGroup;
  readonly transform?: FargateServiceTransform;
}

/** An ECS service on Fargate: what an API's pool and a gateway have in common. */
export class FargateService extends PartConstruct<'fargate-service'> {
  static readonly nouns = { 'iam-role': IamRole, 'log-group': LogGroup };

  constructor(scope: Construct, id: string, props: FargateServiceProps | Part<'fargate-service'>) {
    super(scope, id, props instanceof Part ? props : (self) => FargateService.#part(self, id, props));
  }

  static #part(self: Construct, id: string, { securityGroup, transform, ...props }: FargateServiceProps) {
    const input = { ...serviceInput(self, props), securityGroup: securityGroup.link };
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
    return this.logGroup?.group.logGroupName ?? this.settings.logGroup.name;
  }

  get taskDefinition(): ecs.FargateTaskDefinition {
    return this.child('TaskDefinition');
  }

  get discovery(): servicediscovery.Service {
    return this.child('Discovery');
  }

  get service(): ecs.FargateService {
    return this.child('Service');
  }
}

const known = (value: string | undefined) => (value === undefined ? undefined : outside(value));

/** What a graph needs to make the service. */
export function serviceInput(
  self: Construct,
  props: ServiceProps,
): Omit<FargateServiceInput, 'securityGroup'> {
  return {
    service: props.service,
    region: Stack.of(self).region,
    clusterArn: outside(props.cluster),
    namespaceId: outside(props.namespace),
    subnetIds: props.subnets.map(outside),
    logGroup: props.logGroup?.link,
    targetGroup: props.targetGroup && targetGroupLink(props.targetGroup),
    consumersSecretArn: known(props.consumersSecretArn),
    metricsLogGroupArn: known(props.metricsLogGroupArn),
    userPoolIssuer: known(props.userPoolIssuer),
    dependsOn: props.dependsOn?.map(outside),
  };
}
