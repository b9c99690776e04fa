/** A load balancer, told in the environment file's words, in front of servers that are run elsewhere. */
import { LOAD_BALANCER_SUBNETS } from '../blueprint/order';
import { resolve } from '../blueprint/resolve';
import type { EnvironmentInput } from '../blueprint/schema';
import { loadBalancer } from '../graph/load-balancer';
import { existingNetwork, type NetworkPlaces } from '../graph/network';
import type { NounOf } from '../graph/resource';
import { type Listener, meant } from './environment';
import { type Words, withValues } from './later';

type OwnInput = Extract<EnvironmentInput['apis'][string], { readonly image: unknown }>;

/** Servers that are put into a target group by whoever runs them: which requests are theirs, and how they are checked. */
export type ServersInput = Pick<
  OwnInput,
  'port' | 'paths' | 'hosts' | 'headers' | 'listenerSeed' | 'health' | 'requestTimeoutSeconds'
>;

/** What is said of a load balancer beside where it stands. */
export interface LoadBalancerWords
  extends Pick<
    EnvironmentInput,
    'name' | 'domain' | 'deletionProtection' | 'deregistrationDelaySeconds' | 'operatorCidrs'
  > {
  /** The APIs by name, each a target group: register the servers in it. */
  readonly apis: Readonly<Record<string, ServersInput>>;
}

/** Nothing is run of it. */
const NO_IMAGE = 'none';

const withImages = (apis: unknown): unknown =>
  typeof apis === 'object' && apis !== null
    ? Object.fromEntries(Object.entries(apis).map(([name, api]) => [name, { image: NO_IMAGE, ...api }]))
    : apis;

/**
 * @param network where it stands, where an engine has more than ids of it
 * @throws Problems all that is wrong with the words
 */
export function loadBalancerPart(
  id: string,
  words: Words,
  told: Listener,
  network?: NetworkPlaces,
): NounOf<'load-balancer'> {
  const said = { ...words, apis: withImages(words.apis) };
  const { environment, later } = meant(said, 'load-balanced', told, ['network']);
  const blueprint = resolve(environment);
  if (blueprint.loadBalancer === undefined || blueprint.network.kind !== 'existing')
    throw new Error('A load balancer of its own stands in a network that exists.');
  const places = network ?? existingNetwork(blueprint.network);
  const { noun } = loadBalancer(id, {
    loadBalancer: blueprint.loadBalancer,
    vpcId: places.vpcId,
    subnetIds: places.subnetIds(LOAD_BALANCER_SUBNETS, places.zones),
    dependsOn: places.routes(LOAD_BALANCER_SUBNETS),
  });
  return withValues(noun, later);
}
