import type * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { gatewayData, gatewayPair } from '../graph/gateway';
import { Part } from '../graph/part';
import { outside } from '../graph/value';
import type { IConsumersSecret } from './consumers-secret';
import { FargateService, type FargateServiceTransform, type Placement } from './fargate-service';
import { GatewayData, type GatewayDataTransform } from './gateway-data';
import type { LogGroup } from './observability';
import { outsideEach, PartComponent } from './part-component';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type ITargetGroup, targetGroupLink } from './target-group';

export interface GatewayPairTransform extends Omit<GatewayDataTransform, 'logGroup'> {
  readonly securityGroup?: SecurityGroupTransform;
  /** Settings of each member. */
  readonly member?: FargateServiceTransform;
}

export interface GatewayPairArgs extends Omit<Placement, 'subnetIds'> {
  readonly gateway: blueprint.GatewayPair;
  readonly vpcId: pulumi.Input<string>;
  /** Subnets by the member's id. */
  readonly subnetIds: Readonly<Record<string, readonly pulumi.Input<string>[]>>;
  /** Target group that all members are in: of a `LoadBalancer`, or a `TargetGroup` behind a listener that exists. */
  readonly targetGroup: ITargetGroup;
  /**
   * The consumers' keys and the logs, for gateways that may go while these stay.
   * @default made here, and gone with the gateways
   */
  readonly data?: GatewayData;
  /** Issuer of the user pool whose tokens the gateways take, for APIs with `userPool: true`. */
  readonly userPoolIssuer?: pulumi.Input<string>;
  /** Ids of the security groups that the members' rules name, such as the load balancer's. */
  readonly peers?: Peers;
  /** What must stand before the first member starts. */
  readonly dependsOn?: readonly pulumi.Resource[];
  readonly transform?: GatewayPairTransform;
}

/**
 * Gateways as named members: a service of one task each, pinned to a zone, rolled one after the other.
 *
 * Stands alone behind a load balancer that is not ours:
 *
 * ```ts
 * const targetGroup = new TargetGroup('gateways', { targetGroup, attachRule, listenerArn, vpcId });
 * new GatewayPair('gateway', { gateway, targetGroup, vpcId, … peers: { alb: 'sg-0a1b2c3d' } });
 * ```
 */
export class GatewayPair extends PartComponent<'gateway-pair'> {
  static readonly resources = {};
  static readonly nouns = {
    'security-group': SecurityGroup,
    'fargate-service': FargateService,
    'gateway-data': GatewayData,
  };
  readonly #given: GatewayData | undefined;

  constructor(
    name: string,
    args: GatewayPairArgs | Part<'gateway-pair'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('GatewayPair', name, args instanceof Part ? args : GatewayPair.#part(name, args), options);
    this.#given = args instanceof Part ? undefined : args.data;
  }

  static #part(name: string, args: GatewayPairArgs) {
    const { gateway, transform } = args;
    // Beside the members, under an id of no account.
    const own = args.data ? undefined : gatewayData('Default', gateway.data);
    const { noun } = gatewayPair(name, {
      gateway,
      data: args.data?.link ?? (own as NonNullable<typeof own>).link,
      region: args.region,
      clusterArn: outside(args.clusterArn),
      namespaceId: outside(args.namespaceId),
      vpcId: outside(args.vpcId),
      subnetIds: Object.fromEntries(
        Object.entries(args.subnetIds).map(([member, subnets]) => [member, subnets.map(outside)]),
      ),
      targetGroup: targetGroupLink(args.targetGroup),
      userPoolIssuer: args.userPoolIssuer === undefined ? undefined : outside(args.userPoolIssuer),
      peers: outsideEach(args.peers),
      dependsOn: args.dependsOn?.map(outside),
    });
    const whole = own ? { ...noun, nouns: [...noun.nouns, own.noun] } : noun;
    return new Part(whole, { ...transform, logGroup: transform?.member?.logGroup });
  }

  /** What the members write and read, and what outlives them. */
  get data(): GatewayData {
    return this.#given ?? this.find<GatewayData>('Default') ?? (this.around as GatewayData);
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

  override outputs(): pulumi.Inputs {
    const names = Object.entries(this.members).map(([id, { service }]) => [id, service.name]);
    const groups = Object.entries(this.securityGroups).map(([id, { groupId }]) => [id, groupId]);
    return { serviceNames: Object.fromEntries(names), securityGroupIds: Object.fromEntries(groups) };
  }

  /** Security group ids by group id, for the rules of what the gateways call. */
  get peers(): Peers {
    return Object.fromEntries(
      Object.entries(this.securityGroups).map(([id, securityGroup]) => [id, securityGroup.groupId]),
    );
  }
}
