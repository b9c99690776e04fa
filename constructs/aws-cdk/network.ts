import { Annotations, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, type IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { type NetworkPlaces, network, picked } from '../graph/network';
import { natAddressId, natGatewayId, natZones, routeIds, subnetId, subnetZones } from '../graph/network-ids';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';

/** A network that services can be put into: one of our own, or one that exists. */
export interface INetwork {
  readonly vpc: ec2.IVpc;
  /** Zones that have public subnets. */
  readonly zones: readonly blueprint.ZoneLetter[];
  /** Subnets of a kind in these zones, in the zones' order. */
  subnets(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): ec2.ISubnet[];
  /** What must stand before a task in a subnet of this kind can pull its image. */
  routes(kind: blueprint.SubnetKind): readonly IDependable[];
}

export interface NetworkTransform {
  readonly vpc?: Transform<ec2.CfnVPCProps>;
  readonly subnet?: Transform<ec2.CfnSubnetProps>;
  readonly natAddress?: Transform<ec2.CfnEIPProps>;
  readonly natGateway?: Transform<ec2.CfnNatGatewayProps>;
}

export interface NetworkProps {
  readonly network: blueprint.NewNetwork;
  readonly transform?: NetworkTransform;
}

type ByZone<Child> = Readonly<Record<blueprint.ZoneLetter, Child>>;

/**
 * A VPC with a public subnet per zone, and private ones with their way out through NAT where the
 * blueprint has them. `vpc` is the `IVpc` of what is made here.
 *
 * ### Cost
 * A NAT gateway is billed by the hour and by the gigabyte: `nat-per-zone` pays for one in each zone and
 * keeps a zone's failure in that zone, `single-nat` pays for one.
 */
export class Network extends PartConstruct<'network'> implements INetwork {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: NetworkProps | Part<'network'>) {
    super(
      scope,
      id,
      props instanceof Part ? props : new Part(network(id, props.network).noun, props.transform),
    );
  }

  get vpc(): ec2.IVpc {
    return this.child('Imported');
  }

  get vpcResource(): ec2.CfnVPC {
    return this.child('Vpc');
  }

  get internetGateway(): ec2.CfnInternetGateway {
    return this.child('InternetGateway');
  }

  get internetGatewayAttachment(): ec2.CfnVPCGatewayAttachment {
    return this.child('InternetGatewayAttachment');
  }

  get zones(): readonly blueprint.ZoneLetter[] {
    return this.settings.zones.map(({ letter }) => letter);
  }

  get publicSubnets(): ByZone<ec2.CfnSubnet> {
    return this.#subnets('public');
  }

  get privateSubnets(): ByZone<ec2.CfnSubnet> {
    return this.#subnets('private');
  }

  get natAddresses(): ByZone<ec2.CfnEIP> {
    return this.each(natZones(this.settings), natAddressId);
  }

  get natGateways(): ByZone<ec2.CfnNatGateway> {
    return this.each(natZones(this.settings), natGatewayId);
  }

  subnets(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): ec2.ISubnet[] {
    const imported = (zone: string) => `${subnetId(kind, zone)}-imported`;
    return picked(kind, zones, this.each<ec2.ISubnet>(subnetZones(this.settings, kind), imported));
  }

  routes(kind: blueprint.SubnetKind): readonly IDependable[] {
    return routeIds(this.settings, kind).map((id) => this.child<IDependable>(id));
  }

  #subnets(kind: blueprint.SubnetKind): ByZone<ec2.CfnSubnet> {
    return this.each(subnetZones(this.settings, kind), (zone) => subnetId(kind, zone));
  }
}

export interface ExistingNetworkProps {
  readonly network: Omit<blueprint.ExistingNetwork, 'kind'>;
}

/** A VPC and subnets that exist. Makes nothing, looks nothing up. */
export class ExistingNetwork extends Construct implements INetwork {
  readonly vpc: ec2.IVpc;
  readonly zones: readonly blueprint.ZoneLetter[];
  readonly #subnets: Readonly<Record<blueprint.SubnetKind, ByZone<ec2.ISubnet>>>;

  constructor(scope: Construct, id: string, { network }: ExistingNetworkProps) {
    super(scope, id);
    const { vpcId, cidr, publicSubnetIds, privateSubnetIds } = network;
    const { region } = Stack.of(this);
    this.zones = Object.keys(publicSubnetIds).toSorted();
    this.vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      vpcCidrBlock: cidr,
      availabilityZones: [...new Set([...this.zones, ...Object.keys(privateSubnetIds)])].map(
        (letter) => `${region}${letter}`,
      ),
    });
    const imported = (kind: string, ids: ByZone<string>) =>
      Object.fromEntries(
        Object.entries(ids).map(([letter, subnetId]) => [
          letter,
          ec2.Subnet.fromSubnetAttributes(this, `${kind}-${letter}`, {
            subnetId,
            availabilityZone: `${region}${letter}`,
          }),
        ]),
      );
    this.#subnets = {
      public: imported('Public', publicSubnetIds),
      private: imported('Private', privateSubnetIds),
    };
    // Nothing here asks for the route tables: what exists has its routes.
    Annotations.of(this).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
  }

  subnets(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): ec2.ISubnet[] {
    return picked(kind, zones, this.#subnets[kind]);
  }

  /** Nothing: what exists has its routes. */
  routes(): readonly IDependable[] {
    return [];
  }

  /** What a graph needs of it. */
  get link(): NetworkPlaces {
    return {
      vpcId: outside(this.vpc),
      zones: this.zones,
      subnetIds: (kind, zones) => this.subnets(kind, zones).map(outside),
      routes: () => [],
    };
  }
}
