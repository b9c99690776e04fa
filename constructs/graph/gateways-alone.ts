import type { Blueprint } from '../blueprint/blueprint';
import { trafficOrder } from '../blueprint/order';
import { namespace } from './cluster';
import { gatewayData, gatewayPair } from './gateway';
import { listenerRules } from './listener-rules';
import { existingNetwork, type NetworkPlaces } from './network';
import { type Noun, type NounOf, type Resource, waitsFor } from './resource';
import type { TargetGroupLink } from './target-group';

/**
 * The gateways of an environment whose network, cluster and listener exist, and whose APIs' instances are run elsewhere: as
 * one noun, with what they write and read, their rules at the listener and, unless one exists, a namespace.
 * @throws Error when the blueprint lacks one of these
 */
export function gatewaysAlone(
  id: string,
  blueprint: Blueprint,
  network: NetworkPlaces = existing(blueprint),
): NounOf<'gateway-pair'> {
  const { region, cluster, gateway, listener } = blueprint;
  if (gateway === undefined || listener === undefined || cluster.arn === undefined)
    throw new Error(
      `"${blueprint.environment}" has gateways of its own whole: take the construct of its stage.`,
    );
  const { vpcId } = network;
  const names =
    blueprint.namespace.namespaceId === undefined ? namespace(blueprint.namespace, vpcId) : undefined;
  const front = listenerRules(listener.id, { listener, vpcId });
  // Beside the members, under an id of no account.
  const data = gatewayData('Default', gateway.data);
  const { noun, members } = gatewayPair(id, {
    gateway,
    data: data.link,
    region,
    clusterArn: cluster.arn,
    namespaceId: names?.id ?? (blueprint.namespace.namespaceId as string),
    vpcId,
    subnetIds: Object.fromEntries(
      gateway.members.map(({ id: member, placement }) => [
        member,
        network.subnetIds(placement.subnets, placement.zones),
      ]),
    ),
    targetGroup: front.targetGroups[gateway.targetGroup] as TargetGroupLink,
    peers: front.peers,
    dependsOn: gateway.members.flatMap(({ placement }) => network.routes(placement.subnets)),
  });
  const nouns: Noun[] = [...noun.nouns, ...(names ? [names.noun] : []), front.noun, data.noun];
  const order = trafficOrder({ trafficRules: listener.trafficRules, apis: [], gateways: gateway.members });
  const waits = order.flatMap(({ waiting, on }) =>
    waitsFor(front.trafficRules[waiting.id] as Resource, [members[on.id] as Resource]),
  );
  return { ...noun, nouns, waits: [...noun.waits, ...waits] };
}

function existing({ environment, network }: Blueprint): NetworkPlaces {
  if (network.kind === 'existing') return existingNetwork(network);
  throw new Error(`The network of "${environment}" is new: take the construct of its stage.`);
}
