import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
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
  readonly scalingPolicy?: Transform<ecs.CpuUtilizationScalingProps>;
}

export interface ApiServiceProps extends Omit<ServiceProps, 'consumersSecretArn'> {
  readonly vpc: ec2.IVpc;
  /** The security groups that the service's rules name, such as the load balancer's. */
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
 *   service, vpc, cluster, namespace, subnets: vpc.privateSubnets, peers: { alb: balancersGroup },
 * });
 * ```
 *
 * Grants go to what runs in the tasks: `table.grantReadData(api)`.
 */
export class ApiService extends PartConstruct<'api-service'> implements ec2.IConnectable, iam.IGrantable {
  static readonly nouns = { 'security-group': SecurityGroup, 'fargate-service': FargateService };

  constructor(scope: Construct, id: string, props: ApiServiceProps | Part<'api-service'>) {
    super(scope, id, props instanceof Part ? props : (self) => ApiService.#part(self, id, props));
  }

  static #part(self: Construct, id: string, { vpc, peers, transform, ...props }: ApiServiceProps) {
    const input = { ...serviceInput(self, props), vpcId: outside(vpc), peers: outsideEach(peers) };
    return new Part(apiService(id, input).noun, transform);
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
