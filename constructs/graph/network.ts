import type { ExistingNetwork, NewNetwork, SubnetKind, ZoneLetter } from '../blueprint/blueprint';
import {
  associationId,
  natAddressId,
  natGatewayId,
  PUBLIC_ROUTE_ID,
  privateRouteId,
  subnetId,
} from './network-ids';
import { type NounOf, type Resource, type ResourceOf, resource, type Wait, waitsFor } from './resource';
import { type Awaited, type Ref, ref, type Value } from './value';

/** A network that services can be put into: one of our own, or one that exists. */
export interface NetworkPlaces {
  readonly vpcId: Value;
  /** Zones that have public subnets. */
  readonly zones: readonly ZoneLetter[];
  /** Subnets of a kind in these zones, in the zones' order. */
  subnetIds(kind: SubnetKind, zones: readonly ZoneLetter[]): Value[];
  /** What must stand before a task in a subnet of this kind can pull its image. */
  routes(kind: SubnetKind): readonly Awaited[];
}

const EVERYWHERE = '0.0.0.0/0';

type Zone = NewNetwork['zones'][number];

/** Makes the resources of a network, and keeps who can be found where. */
class NetworkBuilder implements NetworkPlaces {
  readonly resources: Resource[] = [];
  readonly waits: Wait[] = [];
  readonly zones: readonly ZoneLetter[];
  readonly #network: NewNetwork;
  readonly #vpc: ResourceOf<'vpc'> & Resource;
  readonly #internetGateway: Resource;
  readonly #subnets: Record<SubnetKind, Record<ZoneLetter, Resource>> = { public: {}, private: {} };
  readonly #routes: Record<SubnetKind, Resource[]> = { public: [], private: [] };

  constructor(network: NewNetwork) {
    const { name, cidr, zones } = network;
    this.#network = network;
    this.zones = zones.map(({ letter }) => letter);
    this.#vpc = this.#add(
      resource(
        'vpc',
        'Vpc',
        // Both are needed for the names of a private namespace to resolve.
        { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: { Name: name } },
        { transform: 'vpc' },
      ),
    );
    this.#internetGateway = this.#add(
      resource(
        'internet-gateway',
        'InternetGateway',
        { vpcId: this.vpcId, tags: { Name: name } },
        { transform: 'internetGateway' },
      ),
    );
    this.#publicSubnets();
    const nats = new Map(zones.filter(({ nat }) => nat).map((zone) => [zone.letter, this.#nat(zone)]));
    for (const zone of zones) this.#privateSubnet(zone, nats);
  }

  get vpcId(): Ref {
    return ref(this.#vpc, 'id');
  }

  subnetIds(kind: SubnetKind, zones: readonly ZoneLetter[]): Value[] {
    return picked(kind, zones, this.#subnets[kind]).map((subnet) => ref(subnet, 'id'));
  }

  routes(kind: SubnetKind): readonly Awaited[] {
    return this.#routes[kind];
  }

  #add<Made extends Resource>(made: Made): Made {
    this.resources.push(made);
    return made;
  }

  #publicSubnets(): void {
    const table = this.#routeTable('PublicRoutes', 'public');
    const route = this.#add(
      resource('route', PUBLIC_ROUTE_ID, {
        routeTableId: ref(table, 'id'),
        destinationCidrBlock: EVERYWHERE,
        gatewayId: ref(this.#internetGateway, 'id'),
      }),
    );
    this.#routes.public.push(route);
    for (const zone of this.#network.zones) this.#subnet('public', zone, zone.publicCidr, table);
  }

  #privateSubnet(zone: Zone, nats: ReadonlyMap<ZoneLetter, Resource>): void {
    const { letter, privateCidr, natZone } = zone;
    if (privateCidr === undefined) return;
    const nat = natZone === undefined ? undefined : nats.get(natZone);
    if (nat === undefined) {
      throw new Error(
        `Zone "${letter}" has a private subnet and no NAT gateway to go out by (natZone: ${natZone ?? 'none'}). Name a zone that has one.`,
      );
    }
    const table = this.#routeTable(`PrivateRoutes-${letter}`, `private-${letter}`);
    const route = this.#add(
      resource('route', privateRouteId(letter), {
        routeTableId: ref(table, 'id'),
        destinationCidrBlock: EVERYWHERE,
        natGatewayId: ref(nat, 'id'),
      }),
    );
    this.#routes.private.push(route);
    this.#subnet('private', zone, privateCidr, table);
  }

  #subnet(kind: SubnetKind, { letter, zone }: Zone, cidrBlock: string, table: Resource): void {
    const routeTableId = ref(table, 'id');
    const subnet = this.#add(
      resource(
        'subnet',
        subnetId(kind, letter),
        {
          vpcId: this.vpcId,
          cidrBlock,
          availabilityZone: zone,
          mapPublicIpOnLaunch: false,
          routeTableId,
          tags: { Name: `${this.#network.name}-${kind}-${letter}` },
        },
        { transform: 'subnet' },
      ),
    );
    const association = this.#add(
      resource('subnet-route-table-association', associationId(kind, letter), {
        subnetId: ref(subnet, 'id'),
        routeTableId,
      }),
    );
    this.#subnets[kind][letter] = subnet;
    this.#routes[kind].push(association);
  }

  #routeTable(id: string, suffix: string): Resource {
    const tags = { Name: `${this.#network.name}-${suffix}` };
    return this.#add(resource('route-table', id, { vpcId: this.vpcId, tags }, { transform: 'routeTable' }));
  }

  /** An address and a gateway: both need the internet gateway, which AWS does not say by a reference. */
  #nat({ letter }: Zone): Resource {
    const tags = { Name: `${this.#network.name}-nat-${letter}` };
    const address = this.#add(
      resource('elastic-ip', natAddressId(letter), { domain: 'vpc', tags }, { transform: 'natAddress' }),
    );
    const nat = this.#add(
      resource(
        'nat-gateway',
        natGatewayId(letter),
        {
          allocationId: ref(address, 'allocationId'),
          subnetId: ref(this.#subnets.public[letter] as Resource, 'id'),
          tags,
        },
        { transform: 'natGateway' },
      ),
    );
    this.waits.push(...waitsFor(address, [this.#internetGateway]), ...waitsFor(nat, [this.#internetGateway]));
    return nat;
  }
}

/** A VPC with a public subnet per zone, and private ones with their way out through NAT where the blueprint has them. */
export function network(
  id: string,
  settings: NewNetwork,
): { readonly noun: NounOf<'network'>; readonly places: NetworkPlaces } {
  const places = new NetworkBuilder(settings);
  const { resources, waits } = places;
  return {
    noun: { noun: 'network', id, settings, resources, nouns: [], waits, transform: ['network'] },
    places,
  };
}

/** A VPC and subnets that exist. Makes nothing. */
export function existingNetwork(settings: Omit<ExistingNetwork, 'kind' | 'cidr'>): NetworkPlaces {
  const { vpcId, publicSubnetIds, privateSubnetIds } = settings;
  return {
    vpcId,
    zones: Object.keys(publicSubnetIds).toSorted(),
    subnetIds: (kind, zones) => picked(kind, zones, kind === 'public' ? publicSubnetIds : privateSubnetIds),
    // What exists has its routes.
    routes: () => [],
  };
}

/** @throws Error that names the zones which have a subnet, when one has none */
export function picked<Subnet>(
  kind: SubnetKind,
  zones: readonly ZoneLetter[],
  subnets: Readonly<Record<ZoneLetter, Subnet>>,
): Subnet[] {
  return zones.map((zone) => {
    const subnet = subnets[zone];
    if (subnet !== undefined) return subnet;
    throw new Error(
      `The network has no ${kind} subnet in zone "${zone}". It has ${kind} subnets in: ${Object.keys(subnets).join(', ') || 'no zone'}.`,
    );
  });
}
