import { Eip, type EipArgs } from '@pulumi/aws/ec2/eip';
import { InternetGateway, type InternetGatewayArgs } from '@pulumi/aws/ec2/internetGateway';
import { NatGateway, type NatGatewayArgs } from '@pulumi/aws/ec2/natGateway';
import { Route } from '@pulumi/aws/ec2/route';
import { RouteTable, type RouteTableArgs } from '@pulumi/aws/ec2/routeTable';
import { RouteTableAssociation } from '@pulumi/aws/ec2/routeTableAssociation';
import { Subnet, type SubnetArgs } from '@pulumi/aws/ec2/subnet';
import { Vpc, type VpcArgs } from '@pulumi/aws/ec2/vpc';
import type * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { network, picked } from '../graph/network';
import { natAddressId, natGatewayId, natZones, routeIds, subnetId, subnetZones } from '../graph/network-ids';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { PartComponent } from './part-component';

/** A network that services can be put into: one of our own, or one that exists. */
export interface INetwork {
  readonly vpcId: pulumi.Input<string>;
  /** Zones that have public subnets. */
  readonly zones: readonly blueprint.ZoneLetter[];
  /** Subnets of a kind in these zones, in the zones' order. */
  subnetIds(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): pulumi.Input<string>[];
  /** What must stand before a task in a subnet of this kind can pull its image. */
  routes(kind: blueprint.SubnetKind): pulumi.Resource[];
}

export interface NetworkTransform {
  readonly vpc?: Transform<VpcArgs>;
  readonly subnet?: Transform<SubnetArgs>;
  readonly internetGateway?: Transform<InternetGatewayArgs>;
  readonly natAddress?: Transform<EipArgs>;
  readonly natGateway?: Transform<NatGatewayArgs>;
  readonly routeTable?: Transform<RouteTableArgs>;
}

export interface NetworkArgs {
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
export class Network extends PartComponent<'network'> implements INetwork {
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

  constructor(name: string, args: NetworkArgs | Part<'network'>, options?: pulumi.ComponentResourceOptions) {
    super(
      'Network',
      name,
      args instanceof Part ? args : new Part(network(name, args.network).noun, args.transform),
      options,
    );
  }

  get vpc(): Vpc {
    return this.child('Vpc');
  }

  get vpcId(): pulumi.Output<string> {
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

  override outputs(): pulumi.Inputs {
    const ids = (subnets: ByZone<Subnet>) =>
      Object.fromEntries(Object.entries(subnets).map(([zone, { id }]) => [zone, id]));
    return {
      vpcId: this.vpcId,
      publicSubnetIds: ids(this.publicSubnets),
      privateSubnetIds: ids(this.privateSubnets),
    };
  }

  subnetIds(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): pulumi.Input<string>[] {
    return picked(kind, zones, this.#subnets(kind)).map(({ id }) => id);
  }

  routes(kind: blueprint.SubnetKind): pulumi.Resource[] {
    return routeIds(this.settings, kind).map((id) => this.child<pulumi.Resource>(id));
  }

  #subnets(kind: blueprint.SubnetKind): ByZone<Subnet> {
    return this.each(subnetZones(this.settings, kind), (zone) => subnetId(kind, zone));
  }
}

export interface ExistingNetworkArgs {
  readonly vpcId: pulumi.Input<string>;
  /** By zone letter. */
  readonly publicSubnetIds: ByZone<pulumi.Input<string>>;
  /** By zone letter. */
  readonly privateSubnetIds: ByZone<pulumi.Input<string>>;
}

/**
 * A VPC and subnets that exist, or that another component makes. Makes nothing.
 *
 * ```ts
 * const network = new StackReference('acme/network/prod');
 * new ExistingNetwork({
 *   vpcId: network.requireOutput('vpcId'),
 *   publicSubnetIds: { a: network.requireOutput('publicA'), b: network.requireOutput('publicB') },
 *   privateSubnetIds: {},
 * });
 * ```
 */
export class ExistingNetwork implements INetwork {
  readonly #args: ExistingNetworkArgs;

  constructor(args: ExistingNetworkArgs) {
    this.#args = args;
  }

  get vpcId(): pulumi.Input<string> {
    return this.#args.vpcId;
  }

  get zones(): readonly blueprint.ZoneLetter[] {
    return Object.keys(this.#args.publicSubnetIds).toSorted();
  }

  subnetIds(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): pulumi.Input<string>[] {
    const { publicSubnetIds, privateSubnetIds } = this.#args;
    return picked(kind, zones, kind === 'public' ? publicSubnetIds : privateSubnetIds);
  }

  /** Nothing: what exists has its routes. */
  routes(): pulumi.Resource[] {
    return [];
  }
}
