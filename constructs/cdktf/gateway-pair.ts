import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import type { IConsumersSecret } from './consumers-secret';
import { FargateService, type FargateServiceTransform, type Placement } from './fargate-service';
import { GatewayData, type GatewayDataTransform } from './gateway-data';
import type { LogGroup } from './observability';
import { letWait } from './order';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import type { ITargetGroup } from './target-group';

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
 * new GatewayPair(this, 'gateway', { gateway, targetGroup, vpcId, … peers: { 'load-balancer': 'sg-0a1b2c3d' } });
 * ```
 */
export class GatewayPair extends Construct {
  /** Where a rule leads to the gateways. */
  readonly targetGroup: ITargetGroup;
  readonly data: GatewayData;
  /** By the group's id. Members may share one. */
  readonly securityGroups: Readonly<Record<string, SecurityGroup>>;
  /** By the member's id. */
  readonly members: Readonly<Record<string, FargateService>>;

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
    this.members = Object.fromEntries(
      gateway.members.map((member) => [member.id, this.#member(member, props)]),
    );
    this.#oneAfterTheOther(gateway.members);
  }

  /** Absent when no API asks for a key and no consumer is declared. */
  get consumersSecret(): IConsumersSecret | undefined {
    return this.data.consumersSecret;
  }

  /** Absent when no collector writes to CloudWatch. */
  get metricsLogGroup(): LogGroup | undefined {
    return this.data.metricsLogGroup;
  }

  /** Security group ids by group id, for the rules of what the gateways call. */
  get peers(): Peers {
    return Object.fromEntries(
      Object.entries(this.securityGroups).map(([id, securityGroup]) => [id, securityGroup.groupId]),
    );
  }

  #securityGroups({ gateway, vpcId, peers, transform }: GatewayPairProps): Record<string, SecurityGroup> {
    const groups: Record<string, SecurityGroup> = {};
    for (const { securityGroup } of gateway.members) {
      groups[securityGroup.id] ??= new SecurityGroup(this, securityGroup.id, {
        securityGroup,
        vpcId,
        transform: transform?.securityGroup,
      });
    }
    const own = Object.fromEntries(Object.entries(groups).map(([id, { groupId }]) => [id, groupId]));
    for (const group of Object.values(groups)) group.admit({ ...peers, ...own });
    return groups;
  }

  #member(member: blueprint.Service, props: GatewayPairProps): FargateService {
    const subnetIds = props.subnetIds[member.id];
    if (subnetIds === undefined) {
      const known = Object.keys(props.subnetIds).join(', ') || 'none';
      throw new Error(`Gateway "${member.id}" has no subnets: subnetIds has those of ${known}.`);
    }
    return new FargateService(this, member.id, {
      service: member,
      region: props.region,
      clusterArn: props.clusterArn,
      namespaceId: props.namespaceId,
      subnetIds,
      securityGroup: this.securityGroups[member.securityGroup.id] as SecurityGroup,
      targetGroup: props.targetGroup,
      logGroup: this.data.logGroups[member.id],
      consumersSecretArn: this.consumersSecret?.arn,
      metricsLogGroupArn: this.metricsLogGroup?.arn,
      userPoolIssuer: props.userPoolIssuer,
      dependsOn: [...(this.consumersSecret?.written ?? []), ...(props.dependsOn ?? [])],
      transform: props.transform?.member,
    });
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
