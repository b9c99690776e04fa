import {
  AppautoscalingPolicy,
  type AppautoscalingPolicyConfig,
} from '@cdktf/provider-aws/lib/appautoscaling-policy';
import {
  AppautoscalingTarget,
  type AppautoscalingTargetConfig,
} from '@cdktf/provider-aws/lib/appautoscaling-target';
import type { Construct } from 'constructs';
import { apiService } from '../graph/api-service';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import {
  FargateService,
  type FargateServiceTransform,
  type ServiceProps,
  serviceInput,
} from './fargate-service';
import { outsideEach, PartConstruct } from './part-construct';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';

export interface ApiServiceTransform extends FargateServiceTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly scalingTarget?: Transform<AppautoscalingTargetConfig>;
  readonly scalingPolicy?: Transform<AppautoscalingPolicyConfig>;
}

export interface ApiServiceProps extends Omit<ServiceProps, 'consumersSecretArn'> {
  readonly vpcId: string;
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
 * new ApiService(this, 'orders', {
 *   service, region: 'eu-central-1', vpcId: 'vpc-0a1b2c3d', subnetIds: ['subnet-0a1b2c3d'],
 *   clusterArn: cluster.arn, namespaceId: namespace.id, peers: { alb: 'sg-0a1b2c3d' },
 * });
 * ```
 */
export class ApiService extends PartConstruct<'api-service'> {
  static readonly resources = {
    aws_appautoscaling_policy: AppautoscalingPolicy,
    aws_appautoscaling_target: AppautoscalingTarget,
  };
  static readonly nouns = { 'security-group': SecurityGroup, 'fargate-service': FargateService };

  constructor(scope: Construct, id: string, props: ApiServiceProps | Part<'api-service'>) {
    super(scope, id, props instanceof Part ? props : ApiService.#part(id, props));
  }

  static #part(id: string, { vpcId, peers, transform, ...props }: ApiServiceProps) {
    const input = { ...serviceInput(props), vpcId: outside(vpcId), peers: outsideEach(peers) };
    return new Part(apiService(id, input).noun, transform);
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

  get scalingPolicy(): AppautoscalingPolicy | undefined {
    return this.find('ScalingPolicy');
  }
}
