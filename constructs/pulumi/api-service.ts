import {
  Policy as AppautoscalingPolicy,
  type PolicyArgs as AppautoscalingPolicyArgs,
} from '@pulumi/aws/appautoscaling/policy';
import {
  Target as AppautoscalingTarget,
  type TargetArgs as AppautoscalingTargetArgs,
} from '@pulumi/aws/appautoscaling/target';
import type * as pulumi from '@pulumi/pulumi';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { type ApiServiceWords, apiServicePart } from '../words/api-service';
import { FargateService, type FargateServiceTransform } from './fargate-service';
import { PartComponent } from './part-component';
import { SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type ITargetGroup, targetGroupLink } from './target-group';
import { type ExistingPlace, engineAt } from './words';

export interface ApiServiceTransform extends FargateServiceTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly scalingTarget?: Transform<AppautoscalingTargetArgs>;
  readonly scalingPolicy?: Transform<AppautoscalingPolicyArgs>;
}

export interface ApiServiceArgs
  extends Omit<ApiServiceWords, 'environment' | 'secrets' | 'kmsKeys'>,
    Omit<ExistingPlace, 'namespace'> {
  readonly namespace: NonNullable<ExistingPlace['namespace']>;
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly kmsKeys?: readonly pulumi.Input<string>[];
  /** Id of the security group of who calls it. @default nobody is let in */
  readonly from?: pulumi.Input<string>;
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
 * new ApiService('orders', {
 *   name: 'shop', api: 'orders', image: 'registry.example/orders:1', instances: { min: 2, max: 6 },
 *   region: 'eu-central-1',
 *   network: { vpc: vpc.id, cidr: '10.0.0.0/16', privateSubnets: { a: first.id, b: second.id } },
 *   cluster: { arn: cluster.arn }, namespace: { id: namespace.id, name: 'own.internal' },
 * });
 * ```
 * @throws Problems all that is wrong, each with the component's name and the property: `instances.max`
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

  static #part(name: string, { transform, from, targetGroup, ...words }: ApiServiceArgs) {
    const surroundings = {
      from: from === undefined ? undefined : outside(from),
      targetGroup: targetGroup && targetGroupLink(targetGroup),
    };
    return new Part(apiServicePart(name, words, engineAt(name), surroundings), transform);
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
