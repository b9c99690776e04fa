/** Where a network's resources stand in it: for the graph, which puts them there, and for engines, which find them again. */
import type { NewNetwork, SubnetKind, ZoneLetter } from '../blueprint/blueprint';

const KINDS = { public: 'Public', private: 'Private' } as const;

export const subnetId = (kind: SubnetKind, zone: ZoneLetter): string => `${KINDS[kind]}-${zone}`;
export const associationId = (kind: SubnetKind, zone: ZoneLetter): string =>
  `${KINDS[kind]}Association-${zone}`;
export const PUBLIC_ROUTE_ID = 'PublicRoute';
export const privateRouteId = (zone: ZoneLetter): string => `PrivateRoute-${zone}`;
export const natAddressId = (zone: ZoneLetter): string => `NatAddress-${zone}`;
export const natGatewayId = (zone: ZoneLetter): string => `Nat-${zone}`;

type Zones = Pick<NewNetwork, 'zones'>;

/** Zones that have a subnet of a kind. */
export const subnetZones = ({ zones }: Zones, kind: SubnetKind): ZoneLetter[] =>
  zones
    .filter(({ privateCidr }) => kind === 'public' || privateCidr !== undefined)
    .map(({ letter }) => letter);

/** Zones that have a NAT gateway. */
export const natZones = ({ zones }: Zones): ZoneLetter[] =>
  zones.filter(({ nat }) => nat).map(({ letter }) => letter);

/** What must stand before a task in a subnet of a kind can pull its image. */
export function routeIds(network: Zones, kind: SubnetKind): string[] {
  const zones = subnetZones(network, kind);
  const routes = kind === 'public' ? [PUBLIC_ROUTE_ID] : zones.map(privateRouteId);
  return [...routes, ...zones.map((zone) => associationId(kind, zone))];
}
