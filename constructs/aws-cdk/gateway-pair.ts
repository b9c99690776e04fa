import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, type IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import type { IConsumersSecret } from './consumers-secret';
import { FargateService, type FargateServiceTransform, type Placement } from './fargate-service';
import { GatewayData, type GatewayDataTransform } from './gateway-data';
import { type LogGroup, loggedMetric, type MetricDimensions } from './observability';
import { letWait } from './order';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import type { ITargetGroup } from './target-group';

export interface GatewayPairTransform extends Omit<GatewayDataTransform, 'logGroup'> {
  readonly securityGroup?: SecurityGroupTransform;
  /** Settings of each member. */
  readonly member?: FargateServiceTransform;
}

export interface GatewayPairProps extends Omit<Placement, 'subnets'> {
  readonly gateway: blueprint.GatewayPair;
  readonly vpc: ec2.IVpc;
  /** Subnets by the member's id. */
  readonly subnets: Readonly<Record<string, readonly ec2.ISubnet[]>>;
  /** Target group that all members are in: of a `LoadBalancer`, or a `TargetGroup` behind a listener that exists. */
  readonly targetGroup: ITargetGroup;
  /**
   * The consumers' keys and the logs, for gateways that may go while these stay.
   * @default made here, and gone with the gateways
   */
  readonly data?: GatewayData;
  /** Issuer of the user pool whose tokens the gateways take, for APIs with `userPool: true`. */
  readonly userPoolIssuer?: string;
  /** The security groups that the members' rules name, such as the load balancer's. */
  readonly peers?: Peers;
  /** What must stand before the first member starts. */
  readonly dependsOn?: readonly IDependable[];
  readonly transform?: GatewayPairTransform;
}

/**
 * Gateways as named members: a service of one task each, pinned to a zone, rolled one after the other.
 *
 * Stands alone behind a load balancer that is not ours:
 *
 * ```ts
 * const targetGroup = new TargetGroup(this, 'gateways', { targetGroup, attachRule, listener, vpc });
 * new GatewayPair(this, 'gateway', { gateway, targetGroup, vpc, … peers: { alb: balancersGroup } });
 * ```
 */
export class GatewayPair extends Construct implements ec2.IConnectable {
  /** Where a rule leads to the gateways. */
  readonly targetGroup: ITargetGroup;
  readonly data: GatewayData;
  /** By the group's id. Members may share one. */
  readonly securityGroups: Readonly<Record<string, SecurityGroup>>;
  /** By the member's id. */
  readonly members: Readonly<Record<string, FargateService>>;
  readonly connections: ec2.Connections;
  readonly #logGroup: blueprint.LogGroup | undefined;

  constructor(scope: Construct, id: string, props: GatewayPairProps) {
    super(scope, id);
    const { gateway, transform } = props;
    this.targetGroup = props.targetGroup;
    this.data =
      props.data ??
      new GatewayData(this, 'Default', {
        data: gateway.data,
        transform: { ...transform, logGroup: transform?.member?.logGroup },
      });
    this.securityGroups = this.#securityGroups(props);
    this.connections = new ec2.Connections({ securityGroups: Object.values(this.peers) });
    this.members = Object.fromEntries(
      gateway.members.map((member) => [member.id, this.#member(member, props)]),
    );
    this.#oneAfterTheOther(gateway.members);
    this.#letReadKeys();
    this.#logGroup = gateway.members[0]?.logGroup;
  }

  /**
   * A metric of what callers did, over all members. `Requests`, `Errors5xx`, `Refused`, `CacheHits` and `Latency` are by
   * `Api`; `Requests` is also by `Api` and `Consumer`. The sum over a period, of `Latency` the 95th percentile.
   *
   * ```ts
   * gateways.metric('Errors5xx', { Api: 'orders' }).createAlarm(this, 'errors', { threshold: 5, evaluationPeriods: 3 });
   * ```
   *
   * A minute without a request has no value: an alarm takes that as missing data, not as 0.
   * @throws Error that names the metrics there are; there are none with `usageMetrics: false`
   */
  metric(name: string, dimensions: MetricDimensions, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return loggedMetric(this.#logGroup ?? { id: '', name: '', retentionDays: 1 }, name, dimensions, options);
  }

  /** Absent when no API asks for a key and no consumer is declared. */
  get consumersSecret(): IConsumersSecret | undefined {
    return this.data.consumersSecret;
  }

  /** Absent when no collector writes to CloudWatch. */
  get metricsLogGroup(): LogGroup | undefined {
    return this.data.metricsLogGroup;
  }

  /** Security groups by group id, for the rules of what the gateways call. */
  get peers(): Peers {
    return Object.fromEntries(
      Object.entries(this.securityGroups).map(([id, securityGroup]) => [id, securityGroup.group]),
    );
  }

  #securityGroups({ gateway, vpc, peers, transform }: GatewayPairProps): Record<string, SecurityGroup> {
    const groups: Record<string, SecurityGroup> = {};
    for (const { securityGroup } of gateway.members) {
      groups[securityGroup.id] ??= new SecurityGroup(this, securityGroup.id, {
        securityGroup,
        vpc,
        transform: transform?.securityGroup,
      });
    }
    const own = Object.fromEntries(Object.entries(groups).map(([id, { group }]) => [id, group]));
    for (const group of Object.values(groups)) group.admit({ ...peers, ...own });
    return groups;
  }

  #member(member: blueprint.Service, props: GatewayPairProps): FargateService {
    const subnets = props.subnets[member.id];
    if (subnets === undefined) {
      const known = Object.keys(props.subnets).join(', ') || 'none';
      throw new Error(`Gateway "${member.id}" has no subnets: subnets has those of ${known}.`);
    }
    return new FargateService(this, member.id, {
      service: member,
      cluster: props.cluster,
      namespace: props.namespace,
      subnets,
      securityGroup: this.securityGroups[member.securityGroup.id] as SecurityGroup,
      targetGroup: props.targetGroup,
      logGroup: this.data.logGroups[member.id],
      consumersSecretArn: this.consumersSecret?.secret.secretArn,
      metricsLogGroupArn: this.metricsLogGroup?.arn,
      userPoolIssuer: props.userPoolIssuer,
      dependsOn: props.dependsOn,
      transform: props.transform?.member,
    });
  }

  /** A secret that a key of the user's encrypts is of no use to a member that must not decrypt with it. */
  #letReadKeys(): void {
    const encryptionKey = this.consumersSecret?.secret.encryptionKey;
    for (const { executionRole } of Object.values(this.members))
      encryptionKey?.grantDecrypt(executionRole.role);
  }

  /** Two live tasks under one peer name would overwrite each other's counters, and one member must always serve. */
  #oneAfterTheOther(members: readonly blueprint.Service[]): void {
    for (const member of members) {
      for (const before of member.after) {
        const service = this.members[before]?.service;
        if (service === undefined) {
          throw new Error(
            `Gateway "${member.id}" comes after "${before}", which is no member. Members: ${Object.keys(this.members).join(', ')}.`,
          );
        }
        letWait((this.members[member.id] as FargateService).service, service);
      }
    }
  }
}
