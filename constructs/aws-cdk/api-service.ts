import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { type ApiServiceWords, apiServicePart } from '../words/api-service';
import { FargateService, type FargateServiceTransform } from './fargate-service';
import { PartConstruct } from './part-construct';
import { SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type ITargetGroup, targetGroupLink } from './target-group';
import { arnsOf, type ExistingPlace, engineAt, placeIn } from './words';

export interface ApiServiceTransform extends FargateServiceTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly scalingPolicy?: Transform<ecs.CpuUtilizationScalingProps>;
}

export interface ApiServiceProps
  extends Omit<ApiServiceWords, 'secrets' | 'kmsKeys'>,
    Omit<ExistingPlace, 'namespace'> {
  /** The private DNS namespace that it is found in. @default the cluster's own, where it has one */
  readonly namespace?: servicediscovery.INamespace;
  /** Variables filled from secrets when a task starts: ARNs, or the secrets themselves. */
  readonly secrets?: Readonly<Record<string, string | secretsmanager.ISecret>>;
  /** Keys of your own that the secrets are encrypted with: ARNs, or the keys themselves. */
  readonly kmsKeys?: readonly (string | kms.IKey)[];
  /** Security group of who calls it. @default nobody is let in; `connections` lets others in */
  readonly from?: ec2.ISecurityGroup;
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
 *   environment: { TABLE: table.tableName }, secrets: { PASSWORD: secret },
 *   vpc, cluster, namespace,
 * });
 * ```
 *
 * Grants go to what runs in the tasks: `table.grantReadData(api)`.
 * @throws Problems all that is wrong, each with the construct's path and the property: `instances.max`
 */
export class ApiService extends PartConstruct<'api-service'> implements ec2.IConnectable, iam.IGrantable {
  static readonly nouns = { 'security-group': SecurityGroup, 'fargate-service': FargateService };

  constructor(scope: Construct, id: string, props: ApiServiceProps | Part<'api-service'>) {
    super(scope, id, props instanceof Part ? props : ApiService.#part(scope, id, props));
  }

  static #part(scope: Construct, id: string, { transform, from, targetGroup, ...said }: ApiServiceProps) {
    const { vpc, vpcSubnets, cidr, cluster, region, namespace, secrets, kmsKeys, ...words } = said;
    const found = namespace ?? cluster.defaultCloudMapNamespace;
    const place = placeIn(scope, { vpc, vpcSubnets, cidr, cluster, namespace: found, region });
    const noun = apiServicePart(
      id,
      {
        ...words,
        ...place.words,
        secrets: secrets && arnsOf(secrets, (secret) => secret.secretArn),
        kmsKeys: kmsKeys?.map((key) => (typeof key === 'string' ? key : key.keyArn)),
      },
      engineAt(scope, id),
      {
        from: from && outside(from),
        targetGroup: targetGroup && targetGroupLink(targetGroup),
      },
      place.network,
    );
    return new Part(noun, transform);
  }

  get securityGroup(): SecurityGroup {
    return this.child('SecurityGroup');
  }

  get fargate(): FargateService {
    return this.child('Default');
  }

  /** Absent when the number of tasks is fixed. */
  get scaling(): ecs.ScalableTaskCount | undefined {
    return this.find('Default/Service/TaskCount');
  }

  get connections(): ec2.Connections {
    return this.securityGroup.connections;
  }

  get grantPrincipal(): iam.IPrincipal {
    return this.fargate.taskRole.role;
  }

  /** Average CPU of the tasks, in percent of what they have. */
  metricCpuUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.fargate.service.metricCpuUtilization(options);
  }

  /** Average memory of the tasks, in percent of what they have. */
  metricMemoryUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.fargate.service.metricMemoryUtilization(options);
  }
}
