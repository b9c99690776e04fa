import type { Noun, NounName, NounOf, Resource, ResourceOf, ResourceType } from './resource';
import { type Concat, ref, type Value } from './value';

/** What an operator needs after a deploy. */
export interface Output {
  /** Snake case: `log_groups`. */
  readonly name: string;
  readonly description: string;
  readonly value: OutputValue;
}

export type OutputValue = Value | Concat | readonly Value[] | { readonly [id: string]: Value };

/** The outputs of an environment, at its stage. */
export function environmentOutputs(stage: NounOf<'stage'>): Output[] {
  return [
    ...apiOutputs(stage),
    ...loadBalancerOutputs(stage),
    ...listenerOutputs(stage),
    ...gatewayOutputs(stage),
  ];
}

function apiOutputs(stage: NounOf<'stage'>): Output[] {
  const services = nouns(stage, 'api-service');
  const cluster = resources(stage, 'cluster').map((one) => ref(one, 'name'));
  const namespace = resources(stage, 'namespace').map((one) => ref(one, 'name'));
  const { settings } = stage;
  const groups = services.map((api) => [api.id, ref(only(resources(api, 'log-group')), 'name')] as const);
  return [
    output(
      'cluster',
      'ECS cluster.',
      settings.cluster.arn === undefined ? only(cluster) : existingCluster(stage),
    ),
    output(
      'namespace',
      'Cloud Map namespace.',
      settings.namespace.namespaceId === undefined ? only(namespace) : settings.namespace.name,
    ),
    output('services', 'ECS services of the APIs.', serviceNames(services)),
    output('log_groups', 'Log groups of the APIs.', Object.fromEntries(groups)),
    ...resources(stage, 'secret').map((secret) =>
      output('consumers_secret_arn', "Secret with the consumers' hashed keys.", ref(secret, 'arn')),
    ),
    ...nouns(stage, 'identity').flatMap(identityOutputs),
  ];
}

/** The name of a cluster that exists, whose ARN may be known only later: as its services have it. */
function existingCluster(stage: NounOf<'stage'>): Value | Concat {
  const [service] = resources(stage, 'service') as ResourceOf<'service'>[];
  const arn = service?.settings.clusterArn;
  return arn === undefined || typeof arn === 'string'
    ? stage.settings.cluster.name
    : { concat: [{ clusterNameOf: arn }] };
}

function identityOutputs(identity: NounOf<'identity'>): Output[] {
  const domain = only(resources(identity, 'user-pool-domain'));
  const endpoint: Concat = {
    concat: ['https://', ref(domain, 'domain'), `.${identity.settings.tokenDomain}/oauth2/token`],
  };
  const clients = resources(identity, 'user-pool-client').map((one) => [one.id, ref(one, 'id')]);
  return [
    output('user_pool', 'Cognito user pool.', ref(only(resources(identity, 'user-pool')), 'id')),
    output('token_endpoint', 'Where machine clients get their tokens.', endpoint),
    output('client_ids', 'Ids of the machine clients.', Object.fromEntries(clients)),
  ];
}

function loadBalancerOutputs(stage: NounOf<'stage'>): Output[] {
  return nouns(stage, 'load-balancer').flatMap((balancer) => {
    const dnsName = ref(only(resources(balancer, 'load-balancer')), 'dnsName');
    const { host } = stage.settings;
    const records = resources(balancer, 'alias-record') as ResourceOf<'alias-record'>[];
    const zones = [...new Set(records.map(({ settings }) => settings.hostedZoneId))];
    return [
      output('endpoint', 'Where clients call.', host ? `https://${host}` : { concat: ['https://', dnsName] }),
      output('load_balancer_dns_name', 'Name of the load balancer itself.', dnsName),
      targetGroups(balancer),
      ...(zones.length > 0 ? [output('hosted_zones', 'Hosted zones that the records are in.', zones)] : []),
    ];
  });
}

function listenerOutputs(stage: NounOf<'stage'>): Output[] {
  const { host } = stage.settings;
  return nouns(stage, 'listener-rules').flatMap((rules) => [
    ...(host ? [output('endpoint', 'Where clients call.', `https://${host}`)] : []),
    targetGroups(rules),
  ]);
}

function targetGroups(front: Noun): Output {
  const groups = nouns(front, 'target-group').map((group) => [
    group.id,
    ref(only(resources(group, 'target-group')), 'arn'),
  ]);
  return output('target_groups', 'Target groups.', Object.fromEntries(groups));
}

function gatewayOutputs(stage: NounOf<'stage'>): Output[] {
  return nouns(stage, 'gateway-pair').flatMap((pair) => {
    const groups = nouns(stage, 'gateway-data').flatMap((data) =>
      pair.settings.members.map(({ id }) => {
        const logs = data.nouns.find((noun) => noun.id === `${id}/Logs`) as Noun;
        return [id, ref(only(resources(logs, 'log-group')), 'name')] as const;
      }),
    );
    return [
      output('gateways', 'ECS services of the gateways.', serviceNames(nouns(pair, 'fargate-service'))),
      output('gateway_log_groups', 'Log groups of the gateways.', Object.fromEntries(groups)),
    ];
  });
}

const output = (name: string, description: string, value: OutputValue): Output => ({
  name,
  description,
  value,
});

const serviceNames = (all: readonly Noun[]): Record<string, Value> =>
  Object.fromEntries(all.map((one) => [one.id, ref(only(resources(one, 'service')), 'name')]));

/** All nouns of a kind in another one, however deep. */
function nouns<Name extends NounName>(root: Noun, name: Name): NounOf<Name>[] {
  return root.nouns.flatMap((noun) => [
    ...(noun.noun === name ? [noun as unknown as NounOf<Name>] : []),
    ...nouns(noun, name),
  ]);
}

/** All resources of a type in a noun, however deep. */
const resources = (root: Noun, type: ResourceType): Resource[] => [
  ...root.resources.filter((one) => one.type === type),
  ...root.nouns.flatMap((noun) => resources(noun, type)),
];

function only<One>(all: readonly One[]): One {
  const [one] = all;
  if (one === undefined || all.length > 1) throw new Error(`One was expected, and there are ${all.length}.`);
  return one;
}
