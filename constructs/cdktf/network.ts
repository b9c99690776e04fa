import { Eip, type EipConfig } from '@cdktf/provider-aws/lib/eip';
import { InternetGateway, type InternetGatewayConfig } from '@cdktf/provider-aws/lib/internet-gateway';
import { NatGateway, type NatGatewayConfig } from '@cdktf/provider-aws/lib/nat-gateway';
import { Route } from '@cdktf/provider-aws/lib/route';
import { RouteTable, type RouteTableConfig } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet, type SubnetConfig } from '@cdktf/provider-aws/lib/subnet';
import { Vpc, type VpcConfig } from '@cdktf/provider-aws/lib/vpc';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

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

type Zone = blueprint.NewNetwork['zones'][number];
type ByZone<Child> = Readonly<Record<blueprint.ZoneLetter, Child>>;

/**
 * A VPC with a public subnet per zone, and private ones with their way out through NAT where the
 * blueprint has them.
 *
 * ### Cost
 * A NAT gateway is billed by the hour and by the gigabyte: `nat-per-zone` pays for one in each zone and
 * keeps a zone's failure in that zone, `single-nat` pays for one.
 */
export class Network extends Construct implements INetwork {
  readonly vpc: Vpc;
  readonly internetGateway: InternetGateway;
  readonly publicSubnets: ByZone<Subnet>;
  readonly privateSubnets: ByZone<Subnet>;
  readonly natAddresses: ByZone<Eip>;
  readonly natGateways: ByZone<NatGateway>;
  readonly zones: readonly blueprint.ZoneLetter[];
  readonly #routes: Record<blueprint.SubnetKind, ITerraformDependable[]> = { public: [], private: [] };
  readonly #network: blueprint.NewNetwork;
  readonly #transform: NetworkTransform;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const network = literal(props.network);
    this.#network = network;
    this.#transform = props.transform ?? {};
    this.zones = network.zones.map((zone) => zone.letter);
    this.vpc = new Vpc(
      this,
      'Vpc',
      transformed(
        {
          cidrBlock: network.cidr,
          // Both are needed for the names of a private namespace to resolve.
          enableDnsSupport: true,
          enableDnsHostnames: true,
          tags: { Name: network.name },
        },
        this.#transform.vpc,
      ),
    );
    this.internetGateway = new InternetGateway(
      this,
      'InternetGateway',
      transformed({ vpcId: this.vpc.id, tags: { Name: network.name } }, this.#transform.internetGateway),
    );
    this.publicSubnets = this.#publicSubnets();
    this.natAddresses = this.#byZone(
      (zone) => zone.nat,
      (zone) => this.#natAddress(zone),
    );
    this.natGateways = this.#byZone(
      (zone) => zone.nat,
      (zone) => this.#natGateway(zone),
    );
    this.privateSubnets = this.#byZone(
      (zone) => zone.privateCidr !== undefined,
      (zone) => this.#privateSubnet(zone),
    );
  }

  get vpcId(): string {
    return this.vpc.id;
  }

  subnetIds(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): string[] {
    const subnets = kind === 'public' ? this.publicSubnets : this.privateSubnets;
    return zones.map((zone) => {
      const subnet = subnets[zone];
      if (subnet === undefined) throw noSubnet(kind, zone, Object.keys(subnets));
      return subnet.id;
    });
  }

  routes(kind: blueprint.SubnetKind): ITerraformDependable[] {
    return this.#routes[kind];
  }

  #byZone<Child>(has: (zone: Zone) => boolean, make: (zone: Zone) => Child): ByZone<Child> {
    return Object.fromEntries(this.#network.zones.filter(has).map((zone) => [zone.letter, make(zone)]));
  }

  #publicSubnets(): ByZone<Subnet> {
    const table = this.#routeTable('PublicRoutes', 'public');
    const route = new Route(this, 'PublicRoute', {
      routeTableId: table.id,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: this.internetGateway.id,
    });
    this.#routes.public.push(route);
    return this.#byZone(
      () => true,
      (zone) => this.#subnet('public', zone, zone.publicCidr, table),
    );
  }

  #privateSubnet(zone: Zone): Subnet {
    const nat = zone.natZone === undefined ? undefined : this.natGateways[zone.natZone];
    if (zone.privateCidr === undefined || nat === undefined) {
      throw new Error(
        `Zone "${zone.letter}" has a private subnet and no NAT gateway to go out by (natZone: ${zone.natZone ?? 'none'}). Name a zone that has one.`,
      );
    }
    const table = this.#routeTable(`PrivateRoutes-${zone.letter}`, `private-${zone.letter}`);
    const route = new Route(this, `PrivateRoute-${zone.letter}`, {
      routeTableId: table.id,
      destinationCidrBlock: '0.0.0.0/0',
      natGatewayId: nat.id,
    });
    this.#routes.private.push(route);
    return this.#subnet('private', zone, zone.privateCidr, table);
  }

  #subnet(kind: blueprint.SubnetKind, zone: Zone, cidrBlock: string, table: RouteTable): Subnet {
    const id = kind === 'public' ? 'Public' : 'Private';
    const subnet = new Subnet(
      this,
      `${id}-${zone.letter}`,
      transformed(
        {
          vpcId: this.vpc.id,
          cidrBlock,
          availabilityZone: zone.zone,
          mapPublicIpOnLaunch: false,
          tags: { Name: `${this.#network.name}-${kind}-${zone.letter}` },
        },
        this.#transform.subnet,
      ),
    );
    const association = new RouteTableAssociation(this, `${id}Association-${zone.letter}`, {
      subnetId: subnet.id,
      routeTableId: table.id,
    });
    this.#routes[kind].push(association);
    return subnet;
  }

  #routeTable(id: string, suffix: string): RouteTable {
    return new RouteTable(
      this,
      id,
      transformed(
        { vpcId: this.vpc.id, tags: { Name: `${this.#network.name}-${suffix}` } },
        this.#transform.routeTable,
      ),
    );
  }

  #natAddress(zone: Zone): Eip {
    return new Eip(
      this,
      `NatAddress-${zone.letter}`,
      transformed(
        {
          domain: 'vpc',
          tags: { Name: `${this.#network.name}-nat-${zone.letter}` },
          dependsOn: [this.internetGateway],
        },
        this.#transform.natAddress,
      ),
    );
  }

  #natGateway(zone: Zone): NatGateway {
    return new NatGateway(
      this,
      `Nat-${zone.letter}`,
      transformed(
        {
          allocationId: this.natAddresses[zone.letter]?.allocationId,
          subnetId: this.publicSubnets[zone.letter]?.id as string,
          tags: { Name: `${this.#network.name}-nat-${zone.letter}` },
          dependsOn: [this.internetGateway],
        },
        this.#transform.natGateway,
      ),
    );
  }
}

/** A VPC and subnets that exist. Makes nothing. */
export class ExistingNetwork implements INetwork {
  readonly vpcId: string;
  readonly zones: readonly blueprint.ZoneLetter[];
  readonly #network: Omit<blueprint.ExistingNetwork, 'kind' | 'cidr'>;

  constructor(network: Omit<blueprint.ExistingNetwork, 'kind' | 'cidr'>) {
    this.#network = network;
    this.vpcId = network.vpcId;
    this.zones = Object.keys(network.publicSubnetIds).toSorted();
  }

  subnetIds(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): string[] {
    const subnets = kind === 'public' ? this.#network.publicSubnetIds : this.#network.privateSubnetIds;
    return zones.map((zone) => {
      const subnetId = subnets[zone];
      if (subnetId === undefined) throw noSubnet(kind, zone, Object.keys(subnets));
      return subnetId;
    });
  }

  /** Nothing: what exists has its routes. */
  routes(): ITerraformDependable[] {
    return [];
  }
}

function noSubnet(kind: blueprint.SubnetKind, zone: blueprint.ZoneLetter, known: readonly string[]): Error {
  return new Error(
    `The network has no ${kind} subnet in zone "${zone}". It has ${kind} subnets in: ${known.join(', ') || 'no zone'}.`,
  );
}
