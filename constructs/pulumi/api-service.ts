import {
  Policy as AppautoscalingPolicy,
  type PolicyArgs as AppautoscalingPolicyArgs,
} from '@pulumi/aws/appautoscaling/policy';
import {
  Target as AppautoscalingTarget,
  type TargetArgs as AppautoscalingTargetArgs,
} from '@pulumi/aws/appautoscaling/target';
import type * as pulumi from '@pulumi/pulumi';
import { apiService } from '../graph/api-service';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import {
  FargateService,
  type FargateServiceTransform,
  type ServiceArgs,
  serviceInput,
} from './fargate-service';
import { outsideEach, PartComponent } from './part-component';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';

export interface ApiServiceTransform extends FargateServiceTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly scalingTarget?: Transform<AppautoscalingTargetArgs>;
  readonly scalingPolicy?: Transform<AppautoscalingPolicyArgs>;
}

export interface ApiServiceArgs extends Omit<ServiceArgs, 'consumersSecretArn'> {
  readonly vpcId: pulumi.Input<string>;
  /** Ids of the security groups that the service's rules name, such as the load balancer's. */
  readonly peers?: Peers;
  readonly transform?: ApiServiceTransform;
}

/**
 * An API's pool: a Fargate service with its security group, roles, log group, Cloud Map name and autoscaling.
 *
 * Stands alone in a VPC and a cluster that exist:
 *
 * ```ts
 * new ApiService('orders', {
 *   service, region: 'eu-central-1', vpcId: 'vpc-0a1b2c3d', subnetIds: ['subnet-0a1b2c3d'],
 *   clusterArn: cluster.arn, namespaceId: namespace.id, peers: { alb: 'sg-0a1b2c3d' },
 * });
 * ```
 */
export class ApiService extends PartComponent<'api-service'> {
  static readonly resources = {
    aws_appautoscaling_policy: AppautoscalingPolicy,
    aws_appautoscaling_target: AppautoscalingTarget,
  };
  static readonly nouns = { 'security-group': SecurityGroup, 'fargate-service': FargateService };

  constructor(
    name: string,
    args: ApiServiceArgs | Part<'api-service'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('ApiService', name, args instanceof Part ? args : ApiService.#part(name, args), options);
  }

  static #part(name: string, { vpcId, peers, transform, ...args }: ApiServiceArgs) {
    const input = { ...serviceInput(args), vpcId: outside(vpcId), peers: outsideEach(peers) };
    return new Part(apiService(name, input).noun, transform);
  }

  get securityGroup(): SecurityGroup {
    return this.child('SecurityGroup');
  }

  get fargate(): FargateService {
    return this.child('Default');
  }

  /** Absent when the number of tasks is fixed. */
  get scalingTarget(): AppautoscalingTarget | undefined {
    return this.find('ScalingTarget');
  }

  /** Absent when the number of tasks is fixed. */
  get scalingPolicy(): AppautoscalingPolicy | undefined {
    return this.find('ScalingPolicy');
  }

  override outputs(): pulumi.Inputs {
    return { ...this.fargate.outputs(), securityGroupId: this.securityGroup.groupId };
  }
}
