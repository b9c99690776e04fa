import { Eip, type EipConfig } from '@cdktf/provider-aws/lib/eip';
import { InternetGateway, type InternetGatewayConfig } from '@cdktf/provider-aws/lib/internet-gateway';
import { NatGateway, type NatGatewayConfig } from '@cdktf/provider-aws/lib/nat-gateway';
import { Route } from '@cdktf/provider-aws/lib/route';
import { RouteTable, type RouteTableConfig } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet, type SubnetConfig } from '@cdktf/provider-aws/lib/subnet';
import { Vpc, type VpcConfig } from '@cdktf/provider-aws/lib/vpc';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { existingNetwork, network, picked } from '../graph/network';
import { natAddressId, natGatewayId, natZones, routeIds, subnetId, subnetZones } from '../graph/network-ids';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { PartConstruct } from './part-construct';

/** A network that services can be put into: one of our own, or one that exists. */
export interface INetwork {
  readonly vpcId: string;
  /** Zones that have public subnets. */
  readonly zones: readonly blueprint.ZoneLetter[];
  /** Subnets of a kind in these zones, in the zones' order. */
  subnetIds(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): string[];
  /** What must stand before a task in a subnet of this kind can pull its image. */
  routes(kind: blueprint.SubnetKind): ITerraformDependable[];
}

export interface NetworkTransform {
  readonly vpc?: Transform<VpcConfig>;
  readonly subnet?: Transform<SubnetConfig>;
  readonly internetGateway?: Transform<InternetGatewayConfig>;
  readonly natAddress?: Transform<EipConfig>;
  readonly natGateway?: Transform<NatGatewayConfig>;
  readonly routeTable?: Transform<RouteTableConfig>;
}

export interface NetworkProps {
  readonly network: blueprint.NewNetwork;
  readonly transform?: NetworkTransform;
}

type ByZone<Child> = Readonly<Record<blueprint.ZoneLetter, Child>>;

/**
 * A VPC with a public subnet per zone, and private ones with their way out through NAT where the
 * blueprint has them.
 *
 * ### Cost
 * A NAT gateway is billed by the hour and by the gigabyte: `nat-per-zone` pays for one in each zone and
 * keeps a zone's failure in that zone, `single-nat` pays for one.
 */
export class Network extends PartConstruct<'network'> implements INetwork {
  static readonly resources = {
    aws_eip: Eip,
    aws_internet_gateway: InternetGateway,
    aws_nat_gateway: NatGateway,
    aws_route: Route,
    aws_route_table: RouteTable,
    aws_route_table_association: RouteTableAssociation,
    aws_subnet: Subnet,
    aws_vpc: Vpc,
  };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: NetworkProps | Part<'network'>) {
    super(
      scope,
      id,
      props instanceof Part ? props : new Part(network(id, props.network).noun, props.transform),
    );
  }

  get vpc(): Vpc {
    return this.child('Vpc');
  }

  get vpcId(): string {
    return this.vpc.id;
  }

  get internetGateway(): InternetGateway {
    return this.child('InternetGateway');
  }

  get zones(): readonly blueprint.ZoneLetter[] {
    return this.settings.zones.map(({ letter }) => letter);
  }

  get publicSubnets(): ByZone<Subnet> {
    return this.#subnets('public');
  }

  get privateSubnets(): ByZone<Subnet> {
    return this.#subnets('private');
  }

  get natAddresses(): ByZone<Eip> {
    return this.each(natZones(this.settings), natAddressId);
  }

  get natGateways(): ByZone<NatGateway> {
    return this.each(natZones(this.settings), natGatewayId);
  }

  subnetIds(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): string[] {
    return picked(kind, zones, this.#subnets(kind)).map(({ id }) => id);
  }

  routes(kind: blueprint.SubnetKind): ITerraformDependable[] {
    return routeIds(this.settings, kind).map((id) => this.child<ITerraformDependable>(id));
  }

  #subnets(kind: blueprint.SubnetKind): ByZone<Subnet> {
    return this.each(subnetZones(this.settings, kind), (zone) => subnetId(kind, zone));
  }
}

/** A VPC and subnets that exist. Makes nothing. */
export class ExistingNetwork implements INetwork {
  readonly #places: ReturnType<typeof existingNetwork>;

  constructor(network: Omit<blueprint.ExistingNetwork, 'kind' | 'cidr'>) {
    this.#places = existingNetwork(network);
  }

  get vpcId(): string {
    return this.#places.vpcId as string;
  }

  get zones(): readonly blueprint.ZoneLetter[] {
    return this.#places.zones;
  }

  subnetIds(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): string[] {
    return this.#places.subnetIds(kind, zones) as string[];
  }

  /** Nothing: what exists has its routes. */
  routes(): ITerraformDependable[] {
    return [];
  }
}
