/** What of the network AWS does not take, or what does not reach far enough for the stage. */
import { type Block, contains, formatBlock, networkOf, parseBlock } from '../cidr';
import { zoneLettersOf } from '../regions';
import { tasksIn } from '../resolving/network';
import type { Environment } from '../schema';
import { hasBalancer, list, type Rule, repeated } from './rule';

const blockOf = (cidr: string): Block => parseBlock(cidr) as Block;
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8'];

export const networkAddress: Rule = function* ({ network }) {
  const block = parseBlock(network.cidr);
  if (!block) {
    yield {
      code: 'CIDR_ADDRESS',
      path: ['network', 'cidr'],
      message: 'This is no IPv4 block.',
      given: network.cidr,
      allowed: 'four numbers from 0 to 255 and a prefix length, such as 10.0.0.0/16',
    };
    return;
  }
  const own = formatBlock(networkOf(block));
  if (own === network.cidr) return;
  yield {
    code: 'CIDR_ADDRESS',
    path: ['network', 'cidr'],
    message: `${network.cidr} is an address inside of a block, not the block's own.`,
    given: network.cidr,
    fix: `Write \`${own}\`.`,
  };
};

export const networkSize: Rule = function* (environment) {
  const { network } = environment;
  const block = parseBlock(network.cidr);
  if (!block || 'vpc' in network) return;
  const smallest = hasBalancer(environment) ? 23 : 24;
  if (block.bits >= 16 && block.bits <= smallest) return;
  const why =
    block.bits === 24
      ? 'Subnets of a /24 are too small for a load balancer, which needs a /27.'
      : `A VPC of this size is ${block.bits < 16 ? 'larger' : 'smaller'} than what can be used.`;
  yield {
    code: 'CIDR_SIZE',
    path: ['network', 'cidr'],
    message: why,
    given: network.cidr,
    allowed: `/16 to /${smallest}`,
    fix: 'Choose another prefix length. It cannot be changed later without replacing the network.',
  };
};

/** What AWS takes for no VPC. 127.0.0.0/8 is another: the sandbox has it. */
const RESERVED = ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'];
const isReserved = (block: Block): boolean => RESERVED.some((one) => contains(blockOf(one), block));

export const reservedNetwork: Rule = function* ({ network }) {
  const block = parseBlock(network.cidr);
  if (!block || !isReserved(block)) return;
  yield {
    code: 'CIDR_RESERVED',
    path: ['network', 'cidr'],
    message: 'These addresses have a purpose of their own, and no network has them.',
    given: network.cidr,
    allowed: 'a block in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10',
    fix: 'Choose a private block that no network you connect to uses.',
  };
};

export const privateNetwork: Rule = function* ({ network }) {
  const block = parseBlock(network.cidr);
  if (!block || 'vpc' in network) return;
  if (isReserved(block) || PRIVATE.some((one) => contains(blockOf(one), block))) return;
  yield {
    code: 'CIDR_PUBLIC',
    path: ['network', 'cidr'],
    message: 'These addresses belong to someone on the internet.',
    given: network.cidr,
    allowed: 'a block in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10',
    fix: 'Choose a private block that no network you connect to uses.',
  };
};

export const zonesTwice: Rule = function* ({ network }) {
  if ('vpc' in network) return;
  for (const index of repeated(network.zones)) {
    yield {
      code: 'ZONE_TWICE',
      path: ['network', 'zones', index],
      message: `Zone \`${network.zones[index]}\` stands twice in the list.`,
      fix: 'Remove one of the two.',
    };
  }
};

export const zonesOfRegion: Rule = function* ({ network, region }) {
  const known = zoneLettersOf(region);
  if (!known) return;
  const used: [string, (string | number)[]][] =
    'vpc' in network
      ? [
          ...Object.keys(network.publicSubnets).map((zone): [string, string[]] => [
            zone,
            ['publicSubnets', zone],
          ]),
          ...Object.keys(network.privateSubnets ?? {}).map((zone): [string, string[]] => [
            zone,
            ['privateSubnets', zone],
          ]),
        ]
      : network.zones.map((zone, index) => [zone, ['zones', index]]);
  for (const [zone, path] of used.filter(([letter]) => !known.includes(letter))) {
    yield {
      code: 'ZONE_UNKNOWN',
      path: ['network', ...path],
      where: 'vpc' in network ? 'key' : 'value',
      message: `${region} has no zone \`${zone}\`.`,
      given: zone,
      allowed: list(known),
      fix: 'Choose one of these.',
    };
  }
};

type Existing = Extract<Environment['network'], { readonly vpc: string }>;

/** Zones that something has to stand in: the load balancer, or tasks alone. */
const zonesOf = (environment: Environment, { publicSubnets }: Existing): string[] =>
  environment.listener ? tasksIn(environment).zones : Object.keys(publicSubnets);

export const twoZones: Rule = function* (environment) {
  const { network } = environment;
  const zones = 'vpc' in network ? zonesOf(environment, network) : network.zones;
  const least = hasBalancer(environment) && !environment.listener ? 2 : 1;
  if (new Set(zones).size >= least) return;
  yield {
    code: 'ZONES_TOO_FEW',
    path: ['network', 'vpc' in network ? 'publicSubnets' : 'zones'],
    or: 'vpc' in network ? ['network'] : ['stage'],
    where: 'key',
    message: least === 1 ? 'Tasks need a public subnet.' : 'A load balancer stands in two zones at least.',
    given: list([...zones]) || 'none',
    allowed: `${least} zone${least === 1 ? '' : 's'} or more`,
    fix: 'vpc' in network ? 'Name a public subnet in another zone.' : 'Add a zone, such as [a, b].',
  };
};

/** The load balancer sends nothing to a target in a zone that it does not stand in. */
export const balancerReachesTasks: Rule = function* (environment) {
  const { network } = environment;
  if (!('vpc' in network) || !hasBalancer(environment)) return;
  const isPrivate = Object.keys(network.privateSubnets ?? {});
  if (network.privateSubnets !== undefined && isPrivate.length === 0) {
    yield {
      code: 'SUBNETS_MISSING',
      path: ['network', 'privateSubnets'],
      where: 'key',
      message: '`privateSubnets` names no subnet, and tasks run in them.',
      fix: 'Name the private subnets by zone, or remove the key to run tasks in the public ones.',
    };
  }
  if (environment.listener) return;
  for (const zone of isPrivate.filter((one) => !Object.hasOwn(network.publicSubnets, one))) {
    yield {
      code: 'SUBNETS_MISSING',
      path: ['network', 'privateSubnets', zone],
      where: 'key',
      message: `Zone \`${zone}\` has a private subnet for tasks and no public one for the load balancer.`,
      fix: `Name a subnet of zone \`${zone}\` in \`publicSubnets\`, or remove this one.`,
    };
  }
};

export const subnetTwice: Rule = function* ({ network }) {
  if (!('vpc' in network)) return;
  const all = (['publicSubnets', 'privateSubnets'] as const).flatMap((kind) =>
    Object.entries(network[kind] ?? {}).map(([zone, id]) => ({ path: ['network', kind, zone], id })),
  );
  for (const index of repeated(all.map(({ id }) => id))) {
    const { path = [], id } = all[index] ?? {};
    yield {
      code: 'SUBNET_TWICE',
      path,
      message: 'The same subnet stands at two places.',
      given: id,
      fix: 'Name another subnet: one is in one zone, and either public or private.',
    };
  }
};
