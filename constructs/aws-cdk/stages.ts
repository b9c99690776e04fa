import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { environmentGraph, lacks } from '../graph/environment';
import { Part } from '../graph/part';
import { ApiService, type ApiServiceTransform } from './api-service';
import { Cluster, type ClusterTransform, Namespace, type NamespaceTransform } from './cluster';
import { ConsumersSecret } from './consumers-secret';
import { GatewayData } from './gateway-data';
import { GatewayPair, type GatewayPairTransform } from './gateway-pair';
import { Identity, type IdentityTransform } from './identity';
import { LoadBalancer, type LoadBalancerTransform } from './load-balancer';
import { ExistingNetwork, type INetwork, Network, type NetworkTransform } from './network';
import { LogGroup } from './observability';
import { PartConstruct } from './part-construct';

/** The first way out at the level of a stage: what each construct in it takes. */
export interface StageTransform {
  readonly network?: NetworkTransform;
  readonly cluster?: ClusterTransform;
  readonly namespace?: NamespaceTransform;
  /** Settings of each API's service. */
  readonly service?: ApiServiceTransform;
  readonly loadBalancer?: LoadBalancerTransform;
  readonly gateway?: GatewayPairTransform;
  readonly identity?: IdentityTransform;
}

export interface StageProps {
  /** What to provision: `resolve(environment)`. */
  readonly blueprint: blueprint.Blueprint;
  readonly transform?: StageTransform;
}

/** The gateways' data, where the gateways themselves stand below it. */
class GatewayScope extends GatewayData {
  static override readonly nouns = {
    'consumers-secret': ConsumersSecret,
    'log-group': LogGroup,
    'gateway-pair': GatewayPair,
  };
}

/**
 * What the stages have in common. All have the same tree, so what exists in two of them has the same logical id in
 * both: an environment grows by taking the next stage's class under the same id.
 */
abstract class Stage extends PartConstruct<'stage'> {
  static readonly nouns = {
    network: Network,
    cluster: Cluster,
    namespace: Namespace,
    'gateway-data': GatewayScope,
    identity: Identity,
    'load-balancer': LoadBalancer,
    'api-service': ApiService,
  };

  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id, (self) => Stage.#part(self, props));
  }

  static #part(self: Construct, { blueprint, transform }: StageProps) {
    const { network } = blueprint;
    const existing =
      network.kind === 'existing' ? new ExistingNetwork(self, 'Network', { network }).link : undefined;
    const logGroup = transform?.gateway?.member?.logGroup;
    return new Part(environmentGraph(blueprint, existing), {
      ...transform,
      gateway: { ...transform?.gateway, logGroup },
    });
  }

  get network(): INetwork {
    return this.child('Network');
  }

  get cluster(): Cluster {
    return this.child(this.settings.cluster.id);
  }

  get namespace(): Namespace {
    return this.child(this.settings.namespace.id);
  }

  /** What the gateways leave behind: in every stage, so that it is there before they are and after they have gone. */
  get gatewayData(): GatewayData {
    return this.child('Gateway');
  }

  /** Absent when the environment has no user pool of its own. */
  get identity(): Identity | undefined {
    return this.find('Identity');
  }

  /** The APIs' pools, by the service's id. */
  get services(): Readonly<Record<string, ApiService>> {
    return Object.fromEntries(this.settings.services.map(({ id }) => [id, this.child(id)]));
  }

  /** A part that the stage has. */
  protected part<Child>(name: 'loadBalancer' | 'gateway', path: string): Child {
    const found = this.find<Child>(path);
    if (found !== undefined) return found;
    throw lacks(this.settings, name);
  }
}

/** One API, or several, as Fargate services, reachable directly. */
export class ApiStage extends Stage {}

/** A load balancer in front of the APIs: TLS, several tasks over two zones, health checks, routing. */
export class LoadBalancedStage extends Stage {
  get loadBalancer(): LoadBalancer {
    return this.part('loadBalancer', this.settings.loadBalancer?.id ?? '');
  }
}

/** Gateways between the load balancer and the APIs' pools. */
export class GatewayStage extends LoadBalancedStage {
  get gateway(): GatewayPair {
    return this.part('gateway', 'Gateway/Default');
  }
}
