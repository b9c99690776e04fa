import { Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct, IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { gatewayData, gatewayPair } from '../graph/gateway';
import { Part } from '../graph/part';
import { outside } from '../graph/value';
import type { IConsumersSecret } from './consumers-secret';
import { FargateService, type FargateServiceTransform, type Placement } from './fargate-service';
import { GatewayData, type GatewayDataTransform } from './gateway-data';
import { type LogGroup, loggedMetric, type MetricDimensions } from './observability';
import { outsideEach, PartConstruct } from './part-construct';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type ITargetGroup, targetGroupLink } from './target-group';

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
export class GatewayPair extends PartConstruct<'gateway-pair'> implements ec2.IConnectable {
  static readonly nouns = {
    'security-group': SecurityGroup,
    'fargate-service': FargateService,
    'gateway-data': GatewayData,
  };
  readonly #given: GatewayData | undefined;
  #connections: ec2.Connections | undefined;

  constructor(scope: Construct, id: string, props: GatewayPairProps | Part<'gateway-pair'>) {
    super(scope, id, props instanceof Part ? props : (self) => GatewayPair.#part(self, id, props));
    this.#given = props instanceof Part ? undefined : props.data;
  }

  static #part(self: Construct, id: string, props: GatewayPairProps) {
    const { gateway, transform, userPoolIssuer } = props;
    // Beside the members, under an id of no account.
    const own = props.data ? undefined : gatewayData('Default', gateway.data);
    const { noun } = gatewayPair(id, {
      gateway,
      data: props.data?.link ?? (own as NonNullable<typeof own>).link,
      region: Stack.of(self).region,
      clusterArn: outside(props.cluster),
      namespaceId: outside(props.namespace),
      vpcId: outside(props.vpc),
      subnetIds: Object.fromEntries(
        Object.entries(props.subnets).map(([member, subnets]) => [member, subnets.map(outside)]),
      ),
      targetGroup: targetGroupLink(props.targetGroup),
      userPoolIssuer: userPoolIssuer === undefined ? undefined : outside(userPoolIssuer),
      peers: outsideEach(props.peers),
      dependsOn: props.dependsOn?.map(outside),
    });
    const whole = own ? { ...noun, nouns: [...noun.nouns, own.noun] } : noun;
    return new Part(whole, { ...transform, logGroup: transform?.member?.logGroup });
  }

  /** What the members write and read, and what outlives them. */
  get data(): GatewayData {
    return this.#given ?? this.find<GatewayData>('Default') ?? (this.node.scope as GatewayData);
  }

  /** Absent when no API asks for a key and no consumer is declared. */
  get consumersSecret(): IConsumersSecret | undefined {
    return this.data.consumersSecret;
  }

  /** Absent when no collector writes to CloudWatch. */
  get metricsLogGroup(): LogGroup | undefined {
    return this.data.metricsLogGroup;
  }

  /** By the group's id. Members may share one. */
  get securityGroups(): Readonly<Record<string, SecurityGroup>> {
    const ids = new Set(this.settings.members.map(({ securityGroup }) => securityGroup.id));
    return Object.fromEntries([...ids].map((id) => [id, this.child(id)]));
  }

  /** By the member's id. */
  get members(): Readonly<Record<string, FargateService>> {
    return Object.fromEntries(this.settings.members.map(({ id }) => [id, this.child(id)]));
  }

  /** Security groups by group id, for the rules of what the gateways call. */
  get peers(): Peers {
    return Object.fromEntries(Object.entries(this.securityGroups).map(([id, { group }]) => [id, group]));
  }

  get connections(): ec2.Connections {
    this.#connections ??= new ec2.Connections({ securityGroups: Object.values(this.peers) });
    return this.#connections;
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
    const logGroup = this.settings.members[0]?.logGroup;
    return loggedMetric(logGroup ?? { id: '', name: '', retentionDays: 1 }, name, dimensions, options);
  }
}
