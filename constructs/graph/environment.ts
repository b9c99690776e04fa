import type { Blueprint, Service } from '../blueprint/blueprint';
import {
  LOAD_BALANCER_SUBNETS,
  type Wait as TrafficWait,
  trafficOrder,
  type Waiting,
} from '../blueprint/order';
import { type ApiServiceParts, apiService } from './api-service';
import { cluster, namespace } from './cluster';
import type { Placement } from './fargate-service';
import type { Front } from './front';
import { type GatewayDataLink, type GatewayPairParts, gatewayData, gatewayPair } from './gateway';
import { identity } from './identity';
import { listenerRules } from './listener-rules';
import { type LoadBalancerParts, loadBalancer } from './load-balancer';
import { existingNetwork, type NetworkPlaces, network } from './network';
import { type Noun, type NounOf, type Resource, type Wait, waitsFor } from './resource';
import type { Awaited, Value } from './value';

/**
 * All that an environment provisions, at its stage. All stages have the same tree, so what exists in two of them has the
 * same path in both.
 *
 * ```ts
 * environmentGraph(resolve(parseEnvironment(text, 'prod.yaml')))
 * ```
 * @param existing a network that exists, in an engine's own values; by default the blueprint's ids
 * @throws Error when the blueprint lacks what its stage has
 */
export function environmentGraph(blueprint: Blueprint, existing?: NetworkPlaces): NounOf<'stage'> {
  const { stage } = blueprint;
  if (stage !== 'api' && (blueprint.loadBalancer ?? blueprint.listener) === undefined)
    throw lacks(blueprint, 'loadBalancer');
  if (stage === 'gateway' && blueprint.gateway === undefined) throw lacks(blueprint, 'gateway');
  const parts = new EnvironmentBuilder(blueprint, existing);
  return {
    noun: 'stage',
    id: '',
    settings: blueprint,
    resources: [],
    nouns: parts.nouns,
    waits: parts.waits,
    transform: [],
  };
}

/** What is said when a stage is asked for a part that its blueprint has not. */
export const lacks = ({ environment, stage }: Blueprint, part: 'loadBalancer' | 'gateway'): Error =>
  new Error(
    `The blueprint of "${environment}" is at stage "${stage}" and has no ${part}. Take the construct of that stage.`,
  );

type Place = Omit<Placement, 'subnetIds'> & { readonly vpcId: Value };

class EnvironmentBuilder {
  readonly nouns: Noun[] = [];
  readonly waits: Wait[] = [];
  readonly #blueprint: Blueprint;
  readonly #network: NetworkPlaces;
  readonly #place: Place;
  readonly #userPoolIssuer: Value | undefined;

  constructor(blueprint: Blueprint, existing?: NetworkPlaces) {
    this.#blueprint = blueprint;
    this.#network = existing ?? this.#makeNetwork();
    const { vpcId } = this.#network;
    this.#place = {
      region: blueprint.region,
      clusterArn: this.#clusterArn(vpcId),
      namespaceId: this.#namespaceId(vpcId),
      vpcId,
    };
    const data = gatewayData('Gateway', blueprint.data);
    const pool = blueprint.identity && identity('Identity', blueprint.identity);
    this.#userPoolIssuer = pool?.issuer;
    if (pool) this.nouns.push(pool.noun);
    const front = this.#front();
    const gateways = blueprint.gateway && front && this.#gateway(blueprint.gateway, front, data.link);
    // The pair's own id is of no account, so that data and gateways share one prefix.
    const pairs = gateways ? [gateways.noun] : [];
    this.nouns.push({ ...data.noun, nouns: [...data.noun.nouns, ...pairs], transform: ['gateway'] });
    const services = this.#services(front, gateways);
    if (front) this.#order(front, services, gateways);
  }

  #makeNetwork(): NetworkPlaces {
    const settings = this.#blueprint.network;
    if (settings.kind === 'existing') return existingNetwork(settings);
    const { noun, places } = network('Network', settings);
    this.nouns.push(noun);
    return places;
  }

  #clusterArn(vpcId: Value): Value {
    const settings = this.#blueprint.cluster;
    if (settings.arn !== undefined) return settings.arn;
    const { noun, arn } = cluster(settings, vpcId);
    this.nouns.push(noun);
    return arn;
  }

  #namespaceId(vpcId: Value): Value {
    const settings = this.#blueprint.namespace;
    if (settings.namespaceId !== undefined) return settings.namespaceId;
    const { noun, id } = namespace(settings, vpcId);
    this.nouns.push(noun);
    return id;
  }

  #front(): Front | undefined {
    const { loadBalancer: settings, listener } = this.#blueprint;
    if (settings) return this.#loadBalancer(settings);
    if (!listener) return undefined;
    const parts = listenerRules(listener.id, { listener, vpcId: this.#place.vpcId });
    this.nouns.push(parts.noun);
    return parts;
  }

  #loadBalancer(settings: NonNullable<Blueprint['loadBalancer']>): LoadBalancerParts {
    const parts = loadBalancer(settings.id, {
      loadBalancer: settings,
      vpcId: this.#place.vpcId,
      subnetIds: this.#network.subnetIds(LOAD_BALANCER_SUBNETS, this.#network.zones),
      dependsOn: this.#network.routes(LOAD_BALANCER_SUBNETS),
    });
    this.nouns.push(parts.noun);
    return parts;
  }

  #gateway(
    gateway: NonNullable<Blueprint['gateway']>,
    front: Front,
    data: GatewayDataLink,
  ): GatewayPairParts {
    const targetGroup = front.targetGroups[gateway.targetGroup];
    if (targetGroup === undefined) {
      throw new Error(`The gateways' target group "${gateway.targetGroup}" is none of the load balancer's.`);
    }
    return gatewayPair('Default', {
      gateway,
      data,
      ...this.#place,
      subnetIds: Object.fromEntries(gateway.members.map((member) => [member.id, this.#subnetIds(member)])),
      targetGroup,
      userPoolIssuer: this.#userPoolIssuer,
      peers: front.peers,
      dependsOn: gateway.members.flatMap((member) => this.#network.routes(member.placement.subnets)),
    });
  }

  #services(front?: Front, gateways?: GatewayPairParts): Map<string, ApiServiceParts> {
    const made = this.#blueprint.services.map((service) => {
      const parts = apiService(service.id, {
        service,
        ...this.#place,
        subnetIds: this.#subnetIds(service),
        peers: { ...front?.peers, ...gateways?.peers },
        targetGroup: service.attachment && front?.targetGroups[service.attachment.targetGroup],
        dependsOn: this.#network.routes(service.placement.subnets),
      });
      this.nouns.push(parts.noun);
      return [service.id, parts] as const;
    });
    return new Map(made);
  }

  #order(front: Front, apis: Map<string, ApiServiceParts>, gateways?: GatewayPairParts): void {
    const { loadBalancer, listener, services, gateway } = this.#blueprint;
    const resourceOf = ({ kind, id }: Waiting): Resource =>
      (kind === 'traffic-rule'
        ? front.trafficRules[id]
        : (apis.get(id)?.service ?? gateways?.members[id])) as Resource;
    const awaited = (on: TrafficWait['on']): readonly Awaited[] =>
      on.kind === 'pool-access' ? (apis.get(on.id)?.securityGroup.access ?? []) : [resourceOf(on)];
    const order = trafficOrder({
      trafficRules: (loadBalancer ?? listener)?.trafficRules ?? [],
      apis: services,
      gateways: gateway?.members ?? [],
      canaries: gateway?.canaries,
    });
    this.waits.push(...order.flatMap(({ waiting, on }) => waitsFor(resourceOf(waiting), awaited(on))));
  }

  #subnetIds({ placement }: Service): Value[] {
    return this.#network.subnetIds(placement.subnets, placement.zones);
  }
}
