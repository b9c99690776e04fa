import {
  AppautoscalingPolicy,
  type AppautoscalingPolicyConfig,
} from '@cdktf/provider-aws/lib/appautoscaling-policy';
import {
  AppautoscalingTarget,
  type AppautoscalingTargetConfig,
} from '@cdktf/provider-aws/lib/appautoscaling-target';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { FargateService, type FargateServiceProps, type FargateServiceTransform } from './fargate-service';
import { literal } from './literal';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type Transform, transformed } from './transform';

export interface ApiServiceTransform extends FargateServiceTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly scalingTarget?: Transform<AppautoscalingTargetConfig>;
  readonly scalingPolicy?: Transform<AppautoscalingPolicyConfig>;
}

export interface ApiServiceProps
  extends Omit<FargateServiceProps, 'securityGroup' | 'consumersSecretArn' | 'transform'> {
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
 *   clusterArn: cluster.arn, namespaceId: namespace.id, peers: { 'load-balancer': 'sg-0a1b2c3d' },
 * });
 * ```
 */
export class ApiService extends Construct {
  readonly securityGroup: SecurityGroup;
  readonly fargate: FargateService;
  /** Absent when the number of tasks is fixed. */
  readonly scalingTarget?: AppautoscalingTarget;
  readonly scalingPolicy?: AppautoscalingPolicy;

  constructor(scope: Construct, id: string, props: ApiServiceProps) {
    super(scope, id);
    const { vpcId, peers, transform, ...fargate } = props;
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      securityGroup: props.service.securityGroup,
      vpcId,
      transform: transform?.securityGroup,
    }).admit(peers);
    this.fargate = new FargateService(this, 'Default', {
      ...fargate,
      securityGroup: this.securityGroup,
      transform,
    });
    const { scaling } = props.service;
    if (scaling === undefined) return;
    this.scalingTarget = this.#scalingTarget(scaling, props);
    this.scalingPolicy = this.#scalingPolicy(scaling, this.scalingTarget, transform);
  }

  #scalingTarget(
    scaling: NonNullable<blueprint.Service['scaling']>,
    { clusterArn, transform }: ApiServiceProps,
  ): AppautoscalingTarget {
    return new AppautoscalingTarget(
      this,
      'ScalingTarget',
      transformed(
        {
          serviceNamespace: 'ecs',
          scalableDimension: 'ecs:service:DesiredCount',
          resourceId: `service/${clusterNameOf(clusterArn)}/${this.fargate.service.name}`,
          minCapacity: scaling.min,
          maxCapacity: scaling.max,
        },
        transform?.scalingTarget,
      ),
    );
  }

  #scalingPolicy(
    scaling: NonNullable<blueprint.Service['scaling']>,
    target: AppautoscalingTarget,
    transform: ApiServiceTransform | undefined,
  ): AppautoscalingPolicy {
    return new AppautoscalingPolicy(
      this,
      'ScalingPolicy',
      transformed(
        {
          name: literal(scaling.policyName),
          policyType: 'TargetTrackingScaling',
          serviceNamespace: target.serviceNamespace,
          scalableDimension: target.scalableDimension,
          resourceId: target.resourceId,
          targetTrackingScalingPolicyConfiguration: {
            targetValue: scaling.targetCpuPercent,
            scaleInCooldown: scaling.cooldownSeconds,
            scaleOutCooldown: scaling.cooldownSeconds,
            predefinedMetricSpecification: { predefinedMetricType: 'ECSServiceAverageCPUUtilization' },
          },
        },
        transform?.scalingPolicy,
      ),
    );
  }
}

/** `arn:aws:ecs:eu-central-1:123456789012:cluster/<name>`, known now or only when it is applied. */
function clusterNameOf(clusterArn: string): string {
  return Fn.element(Fn.split('/', clusterArn), 1);
}
