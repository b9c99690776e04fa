/** The pool of one API, told in the environment file's words, in a network, a cluster and a namespace that exist. */
import { resolve } from '../blueprint/resolve';
import type { EnvironmentInput } from '../blueprint/schema';
import { apiService } from '../graph/api-service';
import { existingNetwork, type NetworkPlaces } from '../graph/network';
import type { NounOf } from '../graph/resource';
import type { TargetGroupLink } from '../graph/target-group';
import type { Value } from '../graph/value';
import type { Path } from '../problems';
import { type Listener, meant } from './environment';
import { type Words, withValues } from './later';

type OwnInput = Extract<EnvironmentInput['apis'][string], { readonly image: unknown }>;

/** What is said of a pool beside where it stands. What leads to it is said where that stands. */
export interface ApiServiceWords
  extends Omit<
      OwnInput,
      | 'canary'
      | 'nestedStack'
      | 'paths'
      | 'hosts'
      | 'headers'
      | 'listenerSeed'
      | 'balancing'
      | 'policies'
      | 'routes'
      | 'unenforcedBeforeGateway'
    >,
    Pick<EnvironmentInput, 'name' | 'logRetentionDays' | 'deregistrationDelaySeconds'> {
  /** Name of the API: with `name` it begins the names of what is made. */
  readonly api: string;
}

/** What the pool has to do with others. */
export interface Surroundings {
  /** Security group of who calls it. @default nobody is let in */
  readonly from?: Value;
  /** The target group of a load balancer that it is put into. @default none */
  readonly targetGroup?: TargetGroupLink;
}

/** What a file says of the environment, beside the API. */
const OF_ENVIRONMENT = [
  'name',
  'region',
  'network',
  'cluster',
  'namespace',
  'logRetentionDays',
  'deregistrationDelaySeconds',
];

/** What is never known: a stand-in of the right form takes its place. */
class Unknown {}

/** Nothing comes by it: the pool is reached by who is told its name. */
const NO_LISTENER = { arn: new Unknown(), securityGroup: new Unknown() };

function environmentWords({ api, ...said }: Record<string, unknown>): Words {
  const entries = Object.entries(said);
  const isOf = ([key]: [string, unknown]) => OF_ENVIRONMENT.includes(key);
  const about = Object.fromEntries(entries.filter(isOf)) as Words;
  const pool = Object.fromEntries(entries.filter((one) => !isOf(one)));
  return { ...about, apis: { [String(api)]: pool }, listener: NO_LISTENER };
}

/** `apis.orders.image` is said as `image`. */
const flat =
  (property: (path: Path) => Path) =>
  (path: Path): Path =>
    path[0] === 'apis' && path.length > 2 ? path.slice(2) : path[0] === 'apis' ? ['api'] : property(path);

/**
 * @param network where it stands, where an engine has more than ids of it
 * @throws Problems all that is wrong with the words
 */
export function apiServicePart(
  id: string,
  words: object,
  told: Listener,
  { from, targetGroup }: Surroundings,
  network?: NetworkPlaces,
): NounOf<'api-service'> {
  const said = environmentWords(words as Record<string, unknown>);
  const listener = { ...told, property: flat(told.property ?? ((path) => path)) };
  const stage = targetGroup ? 'load-balanced' : 'gateway';
  const { environment, later } = meant(said, stage, listener, ['network', 'cluster', 'namespace']);
  const blueprint = resolve(environment);
  const [service] = blueprint.services;
  if (service === undefined || blueprint.network.kind !== 'existing') throw new Error('no service');
  const places = network ?? existingNetwork(blueprint.network);
  const { securityGroup, placement } = service;
  const [rule] = securityGroup.ingress;
  const group = rule && 'group' in rule.from ? rule.from.group : '';
  const { noun } = apiService(id, {
    service: from === undefined ? { ...service, securityGroup: { ...securityGroup, ingress: [] } } : service,
    region: blueprint.region,
    clusterArn: blueprint.cluster.arn as string,
    namespaceId: blueprint.namespace.namespaceId as string,
    vpcId: places.vpcId,
    subnetIds: places.subnetIds(placement.subnets, placement.zones),
    peers: from === undefined ? {} : { [group]: from },
    targetGroup,
    dependsOn: places.routes(placement.subnets),
  });
  return withValues(noun, later);
}
