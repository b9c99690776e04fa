import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { gatewayData, gatewayPair } from '../graph/gateway';
import { Part } from '../graph/part';
import { outside } from '../graph/value';
import type { IConsumersSecret } from './consumers-secret';
import { FargateService, type FargateServiceTransform, type Placement } from './fargate-service';
import { GatewayData, type GatewayDataTransform } from './gateway-data';
import type { LogGroup } from './observability';
import { outsideEach, PartConstruct } from './part-construct';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type ITargetGroup, targetGroupLink } from './target-group';

export interface GatewayPairTransform extends Omit<GatewayDataTransform, 'logGroup'> {
  readonly securityGroup?: SecurityGroupTransform;
  /** Settings of each member. */
  readonly member?: FargateServiceTransform;
}

export interface GatewayPairProps extends Omit<Placement, 'subnetIds'> {
  readonly gateway: blueprint.GatewayPair;
  readonly vpcId: string;
  /** Subnets by the member's id. */
  readonly subnetIds: Readonly<Record<string, readonly string[]>>;
  /** Target group that all members are in: of a `LoadBalancer`, or a `TargetGroup` behind a listener that exists. */
  readonly targetGroup: ITargetGroup;
  /**
   * The consumers' keys and the logs, for gateways that may go while these stay.
   * @default made here, and gone with the gateways
   */
  readonly data?: GatewayData;
  /** Issuer of the user pool whose tokens the gateways take, for APIs with `userPool: true`. */
  readonly userPoolIssuer?: string;
  /** Ids of the security groups that the members' rules name, such as the load balancer's. */
  readonly peers?: Peers;
  /** What must stand before the first member starts. */
  readonly dependsOn?: readonly ITerraformDependable[];
  readonly transform?: GatewayPairTransform;
}

/**
 * Gateways as named members: a service of one task each, pinned to a zone, rolled one after the other.
 *
 * Stands alone behind a load balancer that is not ours:
 *
 * ```ts
 * const targetGroup = new TargetGroup(this, 'gateways', { targetGroup, attachRule, listenerArn, vpcId });
 * new GatewayPair(this, 'gateway', { gateway, targetGroup, vpcId, … peers: { alb: 'sg-0a1b2c3d' } });
 * ```
 */
export class GatewayPair extends PartConstruct<'gateway-pair'> {
  static readonly resources = {};
  static readonly nouns = {
    'security-group': SecurityGroup,
    'fargate-service': FargateService,
    'gateway-data': GatewayData,
  };
  readonly #given: GatewayData | undefined;

  constructor(scope: Construct, id: string, props: GatewayPairProps | Part<'gateway-pair'>) {
    super(scope, id, props instanceof Part ? props : GatewayPair.#part(id, props));
    this.#given = props instanceof Part ? undefined : props.data;
  }

  static #part(id: string, props: GatewayPairProps) {
    const { gateway, transform } = props;
    // Beside the members, under an id of no account.
    const own = props.data ? undefined : gatewayData('Default', gateway.data);
    const { noun } = gatewayPair(id, {
      gateway,
      data: props.data?.link ?? (own as NonNullable<typeof own>).link,
      region: props.region,
      clusterArn: outside(props.clusterArn),
      namespaceId: outside(props.namespaceId),
      vpcId: outside(props.vpcId),
      subnetIds: Object.fromEntries(
        Object.entries(props.subnetIds).map(([member, subnets]) => [member, subnets.map(outside)]),
      ),
      targetGroup: targetGroupLink(props.targetGroup),
      userPoolIssuer: props.userPoolIssuer === undefined ? undefined : outside(props.userPoolIssuer),
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

  /** Security group ids by group id, for the rules of what the gateways call. */
  get peers(): Peers {
    return Object.fromEntries(
      Object.entries(this.securityGroups).map(([id, securityGroup]) => [id, securityGroup.groupId]),
    );
  }
}
