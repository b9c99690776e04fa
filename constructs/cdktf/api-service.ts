import {
  AppautoscalingPolicy,
  type AppautoscalingPolicyConfig,
} from '@cdktf/provider-aws/lib/appautoscaling-policy';
import {
  AppautoscalingTarget,
  type AppautoscalingTargetConfig,
} from '@cdktf/provider-aws/lib/appautoscaling-target';
import type { Construct } from 'constructs';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { type ApiServiceWords, apiServicePart } from '../words/api-service';
import { FargateService, type FargateServiceTransform } from './fargate-service';
import { PartConstruct } from './part-construct';
import { SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type ITargetGroup, targetGroupLink } from './target-group';
import { type ExistingPlace, engineAt } from './words';

export interface ApiServiceTransform extends FargateServiceTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly scalingTarget?: Transform<AppautoscalingTargetConfig>;
  readonly scalingPolicy?: Transform<AppautoscalingPolicyConfig>;
}

export interface ApiServiceProps extends ApiServiceWords, Omit<ExistingPlace, 'namespace'> {
  readonly namespace: NonNullable<ExistingPlace['namespace']>;
  /** Id of the security group of who calls it. @default nobody is let in */
  readonly from?: string;
  /** The target group of a load balancer that it is put into. @default none */
  readonly targetGroup?: ITargetGroup;
  readonly transform?: ApiServiceTransform;
}

/**
 * An API's pool: a Fargate service with its security group, roles, log group, Cloud Map name and autoscaling. Said in the
 * environment file's words, and checked as a file is.
 *
 * Stands alone in a VPC, a cluster and a namespace that exist:
 *
 * ```ts
 * new ApiService(this, 'orders', {
 *   name: 'shop', api: 'orders', image: 'registry.example/orders:1', instances: { min: 2, max: 6 },
 *   region: 'eu-central-1',
 *   network: { vpc: vpc.id, cidr: '10.0.0.0/16', privateSubnets: { a: first.id, b: second.id } },
 *   cluster: { arn: cluster.arn }, namespace: { id: namespace.id, name: 'own.internal' },
 * });
 * ```
 * @throws Problems all that is wrong, each with the construct's path and the property: `instances.max`
 */
export class ApiService extends PartConstruct<'api-service'> {
  static readonly resources = {
    aws_appautoscaling_policy: AppautoscalingPolicy,
    aws_appautoscaling_target: AppautoscalingTarget,
  };
  static readonly nouns = { 'security-group': SecurityGroup, 'fargate-service': FargateService };

  constructor(scope: Construct, id: string, props: ApiServiceProps | Part<'api-service'>) {
    super(scope, id, props instanceof Part ? props : ApiService.#part(scope, id, props));
  }

  static #part(scope: Construct, id: string, props: ApiServiceProps) {
    const { transform, from, targetGroup, ...words } = props;
    const surroundings = {
      from: from === undefined ? undefined : outside(from),
      targetGroup: targetGroup && targetGroupLink(targetGroup),
    };
    return new Part(apiServicePart(id, words, engineAt(scope, id), surroundings), transform);
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
