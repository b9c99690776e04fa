import { Annotations, Stack, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, type IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { accept } from './suppressions';
import { type Transform, transformed } from './transform';

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

type Zone = blueprint.NewNetwork['zones'][number];
type ByZone<Child> = Readonly<Record<blueprint.ZoneLetter, Child>>;

/** What L1 resources of the network are called in the console. */
function named<Resource extends Construct>(resource: Resource, name: string): Resource {
  Tags.of(resource).add('Name', name);
  return resource;
}

/**
 * A VPC with a public subnet per zone, and private ones with their way out through NAT where the
 * blueprint has them.
 *
 * L1 resources: L2's `Vpc` numbers the subnets and divides the addresses among them by itself, so that a zone or a
 * private subnet more would move the ones that are there. `vpc` is the `IVpc` of what is made here.
 *
 * ### Cost
 * A NAT gateway is billed by the hour and by the gigabyte: `nat-per-zone` pays for one in each zone and
 * keeps a zone's failure in that zone, `single-nat` pays for one.
 */
export class Network extends Construct implements INetwork {
  readonly vpc: ec2.IVpc;
  readonly vpcResource: ec2.CfnVPC;
  readonly internetGateway: ec2.CfnInternetGateway;
  readonly internetGatewayAttachment: ec2.CfnVPCGatewayAttachment;
  readonly publicSubnets: ByZone<ec2.CfnSubnet>;
  readonly privateSubnets: ByZone<ec2.CfnSubnet>;
  readonly natAddresses: ByZone<ec2.CfnEIP>;
  readonly natGateways: ByZone<ec2.CfnNatGateway>;
  readonly zones: readonly blueprint.ZoneLetter[];
  readonly #routes: Record<blueprint.SubnetKind, IDependable[]> = { public: [], private: [] };
  readonly #subnets: Record<blueprint.SubnetKind, Record<blueprint.ZoneLetter, ec2.ISubnet>> = {
    public: {},
    private: {},
  };
  readonly #network: blueprint.NewNetwork;
  readonly #transform: NetworkTransform;

  constructor(scope: Construct, id: string, { network, transform = {} }: NetworkProps) {
    super(scope, id);
    this.#network = network;
    this.#transform = transform;
    this.zones = network.zones.map((zone) => zone.letter);
    this.vpcResource = this.#vpc();
    this.internetGateway = named(new ec2.CfnInternetGateway(this, 'InternetGateway'), network.name);
    this.internetGatewayAttachment = new ec2.CfnVPCGatewayAttachment(this, 'InternetGatewayAttachment', {
      vpcId: this.vpcResource.ref,
      internetGatewayId: this.internetGateway.ref,
    });
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
    this.vpc = ec2.Vpc.fromVpcAttributes(this, 'Imported', {
      vpcId: this.vpcResource.ref,
      vpcCidrBlock: network.cidr,
      availabilityZones: network.zones.map((zone) => zone.zone),
    });
  }

  subnets(kind: blueprint.SubnetKind, zones: readonly blueprint.ZoneLetter[]): ec2.ISubnet[] {
    return pick(kind, zones, this.#subnets[kind]);
  }

  routes(kind: blueprint.SubnetKind): readonly IDependable[] {
    return this.#routes[kind];
  }

  #vpc(): ec2.CfnVPC {
    const vpc = new ec2.CfnVPC(
      this,
      'Vpc',
      transformed(
        {
          cidrBlock: this.#network.cidr,
          // Both are needed for the names of a private namespace to resolve.
          enableDnsSupport: true,
          enableDnsHostnames: true,
        },
        this.#transform.vpc,
      ),
    );
    accept(vpc, {
      rule: 'AwsSolutions-VPC7',
      reason:
        'Flow logs are billed by the gigabyte and kept where the account wants them: add them to `vpc`.',
    });
    return named(vpc, this.#network.name);
  }

  #byZone<Child>(has: (zone: Zone) => boolean, make: (zone: Zone) => Child): ByZone<Child> {
    return Object.fromEntries(this.#network.zones.filter(has).map((zone) => [zone.letter, make(zone)]));
  }

  #publicSubnets(): ByZone<ec2.CfnSubnet> {
    const table = this.#routeTable('PublicRoutes', 'public');
    const route = new ec2.CfnRoute(this, 'PublicRoute', {
      routeTableId: table.ref,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: this.internetGateway.ref,
    });
    route.node.addDependency(this.internetGatewayAttachment);
    this.#routes.public.push(route);
    return this.#byZone(
      () => true,
      (zone) => this.#subnet('public', zone, zone.publicCidr, table),
    );
  }

  #privateSubnet(zone: Zone): ec2.CfnSubnet {
    const nat = zone.natZone === undefined ? undefined : this.natGateways[zone.natZone];
    if (zone.privateCidr === undefined || nat === undefined) {
      throw new Error(
        `Zone "${zone.letter}" has a private subnet and no NAT gateway to go out by (natZone: ${zone.natZone ?? 'none'}). Name a zone that has one.`,
      );
    }
    const table = this.#routeTable(`PrivateRoutes-${zone.letter}`, `private-${zone.letter}`);
    const route = new ec2.CfnRoute(this, `PrivateRoute-${zone.letter}`, {
      routeTableId: table.ref,
      destinationCidrBlock: '0.0.0.0/0',
      natGatewayId: nat.ref,
    });
    this.#routes.private.push(route);
    return this.#subnet('private', zone, zone.privateCidr, table);
  }

  #subnet(
    kind: blueprint.SubnetKind,
    { letter, zone }: Zone,
    cidrBlock: string,
    table: ec2.CfnRouteTable,
  ): ec2.CfnSubnet {
    const id = kind === 'public' ? 'Public' : 'Private';
    const subnet = new ec2.CfnSubnet(
      this,
      `${id}-${letter}`,
      transformed(
        { vpcId: this.vpcResource.ref, cidrBlock, availabilityZone: zone, mapPublicIpOnLaunch: false },
        this.#transform.subnet,
      ),
    );
    accept(subnet, {
      rule: 'W3010',
      reason:
        'The environment file names the zones: a subnet must not move when AWS lists them in another order.',
    });
    const association = new ec2.CfnSubnetRouteTableAssociation(this, `${id}Association-${letter}`, {
      subnetId: subnet.ref,
      routeTableId: table.ref,
    });
    this.#routes[kind].push(association);
    this.#subnets[kind][letter] = ec2.Subnet.fromSubnetAttributes(this, `${id}-${letter}-imported`, {
      subnetId: subnet.ref,
      availabilityZone: zone,
      ipv4CidrBlock: cidrBlock,
      routeTableId: table.ref,
    });
    return named(subnet, `${this.#network.name}-${kind}-${letter}`);
  }

  #routeTable(id: string, suffix: string): ec2.CfnRouteTable {
    const table = new ec2.CfnRouteTable(this, id, { vpcId: this.vpcResource.ref });
    return named(table, `${this.#network.name}-${suffix}`);
  }

  #natAddress({ letter }: Zone): ec2.CfnEIP {
    const address = new ec2.CfnEIP(
      this,
      `NatAddress-${letter}`,
      transformed({ domain: 'vpc' }, this.#transform.natAddress),
    );
    address.node.addDependency(this.internetGatewayAttachment);
    return named(address, `${this.#network.name}-nat-${letter}`);
  }

  #natGateway({ letter }: Zone): ec2.CfnNatGateway {
    const nat = new ec2.CfnNatGateway(
      this,
      `Nat-${letter}`,
      transformed(
        {
          allocationId: this.natAddresses[letter]?.attrAllocationId,
          subnetId: this.publicSubnets[letter]?.ref as string,
        },
        this.#transform.natGateway,
      ),
    );
    nat.node.addDependency(this.internetGatewayAttachment);
    return named(nat, `${this.#network.name}-nat-${letter}`);
  }
}

export interface ExistingNetworkProps {
  readonly network: Omit<blueprint.ExistingNetwork, 'kind'>;
}

/** A VPC and subnets that exist. Makes nothing, looks nothing up. */
export class ExistingNetwork extends Construct implements INetwork {
  readonly vpc: ec2.IVpc;
  readonly zones: readonly blueprint.ZoneLetter[];
  readonly #subnets: Record<blueprint.SubnetKind, Record<blueprint.ZoneLetter, ec2.ISubnet>>;

  constructor(scope: Construct, id: string, { network }: ExistingNetworkProps) {
    super(scope, id);
    const { vpcId, cidr, publicSubnetIds, privateSubnetIds } = network;
    const { region } = Stack.of(this);
    this.zones = Object.keys(publicSubnetIds).toSorted();
    this.vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      vpcCidrBlock: cidr,
      availabilityZones: this.zones.map((letter) => `${region}${letter}`),
    });
    const imported = (kind: string, ids: Readonly<Record<blueprint.ZoneLetter, string>>) =>
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
    return pick(kind, zones, this.#subnets[kind]);
  }

  /** Nothing: what exists has its routes. */
  routes(): readonly IDependable[] {
    return [];
  }
}

function pick(
  kind: blueprint.SubnetKind,
  zones: readonly blueprint.ZoneLetter[],
  subnets: ByZone<ec2.ISubnet>,
): ec2.ISubnet[] {
  return zones.map((zone) => {
    const subnet = subnets[zone];
    if (subnet !== undefined) return subnet;
    throw new Error(
      `The network has no ${kind} subnet in zone "${zone}". It has ${kind} subnets in: ${Object.keys(subnets).join(', ') || 'no zone'}.`,
    );
  });
}
