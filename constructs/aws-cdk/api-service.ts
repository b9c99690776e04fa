import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { FargateService, type FargateServiceProps, type FargateServiceTransform } from './fargate-service';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type Transform, transformed } from './transform';

export interface ApiServiceTransform extends FargateServiceTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly scalingPolicy?: Transform<ecs.CpuUtilizationScalingProps>;
}

export interface ApiServiceProps
  extends Omit<FargateServiceProps, 'securityGroup' | 'consumersSecretArn' | 'transform'> {
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
export class ApiService extends Construct implements ec2.IConnectable, iam.IGrantable {
  readonly securityGroup: SecurityGroup;
  readonly fargate: FargateService;
  /** Absent when the number of tasks is fixed. */
  readonly scaling?: ecs.ScalableTaskCount;

  constructor(scope: Construct, id: string, props: ApiServiceProps) {
    super(scope, id);
    const { vpc, peers, transform, ...fargate } = props;
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      securityGroup: props.service.securityGroup,
      vpc,
      transform: transform?.securityGroup,
    }).admit(peers);
    this.fargate = new FargateService(this, 'Default', {
      ...fargate,
      securityGroup: this.securityGroup,
      transform,
    });
    const { scaling } = props.service;
    if (scaling !== undefined) this.scaling = this.#scaling(scaling, transform?.scalingPolicy);
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

  #scaling(
    { min, max, targetCpuPercent, policyName, cooldownSeconds }: NonNullable<blueprint.Service['scaling']>,
    transform: Transform<ecs.CpuUtilizationScalingProps> | undefined,
  ): ecs.ScalableTaskCount {
    const scaling = this.fargate.service.autoScaleTaskCount({ minCapacity: min, maxCapacity: max });
    scaling.scaleOnCpuUtilization(
      'Policy',
      transformed(
        {
          policyName,
          targetUtilizationPercent: targetCpuPercent,
          scaleInCooldown: Duration.seconds(cooldownSeconds),
          scaleOutCooldown: Duration.seconds(cooldownSeconds),
        },
        transform,
      ),
    );
    return scaling;
  }
}
