import { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { Construct, type IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { addContainers } from './container-definitions';
import { IamRole, type IamRoleTransform } from './iam-role';
import { LogGroup, type LogGroupTransform } from './observability';
import type { SecurityGroup } from './security-group';
import { accept, resourceOf } from './suppressions';
import type { ITargetGroup } from './target-group';
import { type Transform, transformed } from './transform';
import { sayWhenUnsaid } from './unsaid';

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

export interface FargateServiceProps extends Placement {
  readonly service: blueprint.Service;
  readonly securityGroup: SecurityGroup;
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
  readonly transform?: FargateServiceTransform;
}

/** An ECS service on Fargate: what an API's pool and a gateway have in common. */
export class FargateService extends Construct {
  readonly settings: blueprint.Service;
  readonly executionRole: IamRole;
  readonly taskRole: IamRole;
  readonly logGroup: LogGroup;
  readonly taskDefinition: ecs.FargateTaskDefinition;
  readonly discovery: servicediscovery.Service;
  readonly service: ecs.FargateService;

  constructor(scope: Construct, id: string, props: FargateServiceProps) {
    super(scope, id);
    const { service, transform } = props;
    this.settings = service;
    this.logGroup =
      props.logGroup ??
      new LogGroup(this, 'Logs', { logGroup: service.logGroup, transform: transform?.logGroup });
    const arns = {
      'log-group': this.logGroup.arn,
      'metrics-log-group': props.metricsLogGroupArn,
      'consumers-secret': props.consumersSecretArn,
    };
    this.executionRole = new IamRole(this, 'ExecutionRole', {
      role: service.executionRole,
      arns,
      transform: transform?.executionRole,
    });
    this.taskRole = new IamRole(this, 'TaskRole', {
      role: service.taskRole,
      arns,
      transform: transform?.taskRole,
    });
    this.taskDefinition = this.#taskDefinition(props);
    this.discovery = this.#discovery(props);
    this.service = this.#service(props);
    this.service.associateCloudMapService({ service: this.discovery });
    this.#attach(props);
    this.#sayEverything();
    resourceOf(this.service).node.addDependency(
      ...props.securityGroup.access,
      this.executionRole.role,
      ...(props.dependsOn ?? []),
    );
  }

  #taskDefinition(props: FargateServiceProps): ecs.FargateTaskDefinition {
    const { service, consumersSecretArn, userPoolIssuer, transform } = props;
    const { family, cpu, memoryMiB, architecture, containers, volumes = [] } = service.taskDefinition;
    const taskDefinition = new ecs.FargateTaskDefinition(
      this,
      'TaskDefinition',
      transformed(
        {
          family,
          cpu,
          memoryLimitMiB: memoryMiB,
          runtimePlatform: {
            operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
            cpuArchitecture: ecs.CpuArchitecture[architecture],
          },
          // The blueprint says what it may do; CDK's own grants for logs and secrets would come on top.
          executionRole: this.executionRole.role.withoutPolicyUpdates(),
          taskRole: this.taskRole.role,
          ...(volumes.length > 0 && { volumes: volumes.map((name) => ({ name })) }),
        },
        transform?.taskDefinition,
      ),
    );
    addContainers(taskDefinition, containers, {
      logGroup: this.logGroup.group,
      logStreamPrefix: service.id,
      consumersSecretArn,
      userPoolIssuer,
    });
    if (containers.some(({ environment }) => Object.keys(environment).length > 0)) {
      accept(taskDefinition, {
        rule: 'AwsSolutions-ECS2',
        reason:
          'Variables hold what is not secret and rolls with the revision; secrets are read by ARN at the start.',
      });
    }
    return taskDefinition;
  }

  #discovery({ service, namespace, transform }: FargateServiceProps): servicediscovery.Service {
    const { name, ttlSeconds } = service.discovery;
    return new servicediscovery.Service(
      this,
      'Discovery',
      transformed(
        {
          namespace,
          name,
          dnsRecordType: servicediscovery.DnsRecordType.A,
          dnsTtl: Duration.seconds(ttlSeconds),
          routingPolicy: servicediscovery.RoutingPolicy.MULTIVALUE,
          // ECS tells the health of its tasks; Cloud Map answers with the healthy ones.
          customHealthCheck: { failureThreshold: 1 },
        },
        transform?.discovery,
      ),
    );
  }

  #service({ service, cluster, subnets, securityGroup, transform }: FargateServiceProps): ecs.FargateService {
    const { placement, deployment, scaling, attachment } = service;
    return new ecs.FargateService(
      this,
      'Service',
      transformed(
        {
          serviceName: service.name,
          cluster,
          taskDefinition: this.taskDefinition,
          // Autoscaling moves the number; a deploy that names one would put it back. A fixed number stays ours.
          ...(scaling === undefined && { desiredCount: service.desiredCount }),
          minHealthyPercent: deployment.minimumHealthyPercent,
          maxHealthyPercent: deployment.maximumPercent,
          availabilityZoneRebalancing: deployment.zoneRebalancing
            ? ecs.AvailabilityZoneRebalancing.ENABLED
            : ecs.AvailabilityZoneRebalancing.DISABLED,
          circuitBreaker: { enable: true, rollback: true },
          vpcSubnets: { subnets: [...subnets] },
          securityGroups: [securityGroup.group],
          assignPublicIp: placement.assignPublicIp,
          ...(attachment && { healthCheckGracePeriod: Duration.seconds(attachment.healthCheckGraceSeconds) }),
          propagateTags: ecs.PropagatedTagSource.SERVICE,
        },
        transform?.service,
      ),
    );
  }

  /**
   * On the L1 resource: L2's `attachToApplicationTargetGroup` makes the service wait for every rule that leads to the
   * group, traffic rules too, which wait for the service; and it opens security groups by itself.
   */
  #attach({ service, targetGroup }: FargateServiceProps): void {
    if (service.attachment === undefined) return;
    if (targetGroup === undefined) {
      throw new Error(
        `Service "${service.id}" is attached to target group "${service.attachment.targetGroup}". Give that target group as targetGroup.`,
      );
    }
    const { container, port } = service.attachment;
    const resource = resourceOf(this.service) as ecs.CfnService;
    resource.loadBalancers = [
      {
        targetGroupArn: targetGroup.targetGroup.targetGroupArn,
        containerName: container,
        containerPort: port,
      },
    ];
    resource.node.addDependency(...targetGroup.attached);
  }

  /** Nothing stays behind of another stage, nor of a transform that is no longer there. */
  #sayEverything(): void {
    const resource = resourceOf(this.service) as ecs.CfnService;
    sayWhenUnsaid(resource, 'loadBalancers', []);
    sayWhenUnsaid(resource, 'serviceRegistries', []);
    sayWhenUnsaid(resource, 'healthCheckGracePeriodSeconds', 0);
    sayWhenUnsaid(resource, 'enableExecuteCommand', false);
  }
}
