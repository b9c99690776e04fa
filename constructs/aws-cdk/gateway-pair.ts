import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { Part } from '../graph/part';
import { type GatewayPairWords, gatewayPairPart } from '../words/gateway-pair';
import { Namespace, type NamespaceTransform } from './cluster';
import type { IConsumersSecret } from './consumers-secret';
import { FargateService, type FargateServiceTransform } from './fargate-service';
import { GatewayData, type GatewayDataTransform } from './gateway-data';
import { ListenerRules, type ListenerRulesTransform } from './listener-rules';
import { type LogGroup, loggedMetric, type MetricDimensions } from './observability';
import { PartConstruct } from './part-construct';
import { letIn, type PoolProps, poolWords } from './pool';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type ExistingPlace, engineAt, listenerWords, placeIn } from './words';

export interface GatewayPairTransform extends Omit<GatewayDataTransform, 'logGroup'> {
  readonly securityGroup?: SecurityGroupTransform;
  /** Settings of each member. */
  readonly member?: FargateServiceTransform;
  /** Of a pair that stands alone. */
  readonly loadBalancer?: ListenerRulesTransform;
  /** Of a pair that stands alone. */
  readonly namespace?: NamespaceTransform;
}

export interface GatewayPairProps extends Omit<GatewayPairWords, 'apis'>, ExistingPlace {
  /** A listener that exists, with its load balancer's security group: the gateways are put behind it. */
  readonly listener: elbv2.IApplicationListener;
  /** The APIs by name, each with the place of its instances. */
  readonly apis: Readonly<Record<string, PoolProps>>;
  readonly transform?: GatewayPairTransform;
}

/**
 * Gateways as named members: a service of one task each, pinned to a zone, rolled one after the other; behind a listener
 * that exists, in front of pools that exist. Said in the environment file's words, and checked as a file is.
 *
 * ```ts
 * new GatewayPair(this, 'Gateway', {
 *   name: 'shop', vpc, cluster, listener,
 *   apis: { orders: { at: 'orders.internal:8080', paths: ['/orders'], policies: { authentication: { apiKey: {} } } } },
 *   consumers: { acme: {} },
 * });
 * ```
 * @throws Problems all that is wrong, each with the construct's path and the property: `apis.orders.paths`
 */
export class GatewayPair extends PartConstruct<'gateway-pair'> implements ec2.IConnectable {
  static readonly nouns = {
    'security-group': SecurityGroup,
    'fargate-service': FargateService,
    'gateway-data': GatewayData,
    namespace: Namespace,
    'listener-rules': ListenerRules,
  };
  #connections: ec2.Connections | undefined;

  constructor(scope: Construct, id: string, props: GatewayPairProps | Part<'gateway-pair'>) {
    super(scope, id, props instanceof Part ? props : GatewayPair.#part(scope, id, props));
    if (props instanceof Part) return;
    const served = letIn(props.apis, this);
    for (const rule of Object.values(this.listenerRules?.trafficRules ?? {}))
      rule.node.addDependency(...served);
    this.#letOut(props.listener.connections.securityGroups);
  }

  static #part(scope: Construct, id: string, { transform, listener, apis, ...said }: GatewayPairProps) {
    const { vpc, vpcSubnets, cidr, cluster, namespace, region, ...words } = said;
    const place = placeIn(scope, { vpc, vpcSubnets, cidr, cluster, namespace, region });
    const noun = gatewayPairPart(
      id,
      { ...words, ...place.words, listener: listenerWords(listener), apis: poolWords(apis) },
      engineAt(scope, id),
      place.network,
    );
    return new Part(noun, { ...transform, logGroup: transform?.member?.logGroup });
  }

  /** A load balancer of CDK's may send nowhere but where it is let. */
  #letOut(balancer: readonly ec2.ISecurityGroup[]): void {
    const [member] = this.settings.members;
    const ports = (member?.securityGroup.ingress ?? []).filter(
      ({ from }) => 'group' in from && from.group !== member?.securityGroup.id,
    );
    for (const group of balancer.filter(({ allowAllOutbound }) => !allowAllOutbound))
      for (const own of Object.values(this.peers))
        for (const { port } of ports) group.addEgressRule(own, ec2.Port.tcp(port), 'To the gateways', true);
  }

  /** What the members write and read, and what outlives them. */
  get data(): GatewayData {
    return this.find<GatewayData>('Default') ?? (this.node.scope as GatewayData);
  }

  /** Its target group, and the rules that bring traffic. Absent in a stage, whose load balancer has them. */
  get listenerRules(): ListenerRules | undefined {
    return this.find('Listener');
  }

  /** Absent when it was given one, and in a stage. */
  get namespace(): Namespace | undefined {
    return this.find('Namespace');
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
    return this.each([...ids]);
  }

  /** By the member's id. */
  get members(): Readonly<Record<string, FargateService>> {
    return this.each(this.settings.members);
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
