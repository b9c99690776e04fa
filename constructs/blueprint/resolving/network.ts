import type { ExistingNetwork, NewNetwork, SubnetKind, ZoneLetter } from '../blueprint';
import { formatBlock, parseBlock, sixteenth } from '../cidr';
import { networkName } from '../names';
import type { Environment } from '../schema';

/** Public blocks are the lower eight sixteenths of the VPC, private ones the upper eight; a zone's never move. */
const FIRST_PRIVATE = 8;
const zoneNumber = (letter: ZoneLetter): number => letter.charCodeAt(0) - 'a'.charCodeAt(0);

const block = (cidr: string, index: number): string => {
  const parsed = parseBlock(cidr);
  if (!parsed) throw new Error(`${cidr} is no block`);
  return formatBlock(sixteenth(parsed, index));
};

/** Kind of subnet that tasks run in, and the zones that have it. */
export function tasksIn(environment: Environment): { subnets: SubnetKind; zones: ZoneLetter[] } {
  const { network, stage } = environment;
  if ('vpc' in network) {
    const inPrivate = stage !== 'api' && network.privateSubnets !== undefined;
    const subnets = (inPrivate ? network.privateSubnets : undefined) ?? network.publicSubnets;
    return { subnets: inPrivate ? 'private' : 'public', zones: Object.keys(subnets).toSorted() };
  }
  // Reached directly, a task needs a public address.
  const isPublic = stage === 'api' || network.egress === 'public';
  return { subnets: isPublic ? 'public' : 'private', zones: network.zones };
}

/** Tells one network from another: what is in it is replaced when this changes. */
export const networkIdentity = ({ network }: Environment): string =>
  'vpc' in network ? network.vpc : network.cidr;

/** Blocks that the load balancer connects from. */
export function balancerCidrs({ network }: Environment): string[] {
  if ('vpc' in network) return [network.cidr];
  return network.zones.map((letter) => block(network.cidr, zoneNumber(letter)));
}

export function resolveNetwork(environment: Environment): NewNetwork | ExistingNetwork {
  const { network, name, region } = environment;
  if ('vpc' in network) {
    return {
      kind: 'existing',
      vpcId: network.vpc,
      cidr: network.cidr,
      publicSubnetIds: network.publicSubnets,
      privateSubnetIds: network.privateSubnets ?? {},
    };
  }
  const { subnets } = tasksIn(environment);
  return {
    kind: 'new',
    name: networkName(name),
    cidr: network.cidr,
    zones: network.zones.map((letter) => {
      const zone = {
        letter,
        zone: `${region}${letter}`,
        publicCidr: block(network.cidr, zoneNumber(letter)),
      };
      if (subnets === 'public') return { ...zone, nat: false };
      const natZone = network.egress === 'single-nat' ? (network.zones[0] ?? letter) : letter;
      const privateCidr = block(network.cidr, FIRST_PRIVATE + zoneNumber(letter));
      return { ...zone, privateCidr, nat: natZone === letter, natZone };
    }),
  };
}
