import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import type { Stage as StageName } from '../blueprint/schema';
import { lacks } from '../graph/environment';
import { Part } from '../graph/part';
import { type Later, withIds, withValues } from '../words/later';
import { type StageWords, stageMeant, stagePart } from '../words/stage';
import { adopted } from './adopted';
import { ApiService, type ApiServiceTransform } from './api-service';
import { Cluster, type ClusterTransform, Namespace, type NamespaceTransform } from './cluster';
import { ConsumersSecret } from './consumers-secret';
import { GatewayData } from './gateway-data';
import { GatewayPair, type GatewayPairTransform } from './gateway-pair';
import { Identity, type IdentityTransform } from './identity';
import { ListenerRules } from './listener-rules';
import { LoadBalancer, type LoadBalancerTransform } from './load-balancer';
import { ExistingNetwork, type INetwork, Network, type NetworkTransform } from './network';
import { LogGroup } from './observability';
import { PartConstruct } from './part-construct';
import { type ExistingPlace, engineOf, listenerWords, placeIn, placeless } from './words';

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

/** What to provision, said in the environment file's words; beside them stand constructs of what exists. */
export interface StageWordsProps
  extends Omit<StageWords, 'region' | 'network' | 'cluster' | 'namespace' | 'listener'>,
    Partial<ExistingPlace> {
  /** A new network, or ids of one that exists; not beside `vpc`. */
  readonly network?: StageWords['network'];
  /** A listener that exists, instead of a load balancer. */
  readonly listener?: elbv2.IApplicationListener;
}

/** What to provision: said in words, or resolved from a file. */
export type StageProps = (StageWordsProps | { readonly blueprint: blueprint.Blueprint }) & {
  readonly transform?: StageTransform;
};

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
    'listener-rules': ListenerRules,
    'api-service': ApiService,
  };

  static readonly stage: StageName = 'api';

  /** @throws Problems all that is wrong with the words, each with the construct's path and the property */
  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id, (self) => Stage.#part(self, props, new.target.stage));
  }

  static #part(self: Construct, { transform, ...said }: StageProps, stage: StageName) {
    const meant =
      'blueprint' in said ? { ...said, later: new Map<string, Later>() } : Stage.#meant(self, said, stage);
    const { network } = meant.blueprint;
    const existing =
      network.kind === 'existing' && !('network' in meant && meant.network)
        ? new ExistingNetwork(self, 'Network', { network: withIds(network, meant.later) }).link
        : undefined;
    const logGroup = transform?.gateway?.member?.logGroup;
    const noun = stagePart(meant, 'network' in meant ? (meant.network ?? existing) : existing);
    // Words give constructs; a file gives ids.
    return new Part('blueprint' in said ? withValues(noun, adopted(self, meant.blueprint)) : noun, {
      ...transform,
      gateway: { ...transform?.gateway, logGroup },
    });
  }

  static #meant(self: Construct, said: StageWordsProps, stage: StageName) {
    const { vpc, vpcSubnets, cidr, cluster, namespace, region, listener, ...words } = said;
    const place = { vpcSubnets, cidr, cluster, namespace, region };
    const { words: about, network } = vpc ? placeIn(self, { ...place, vpc }) : placeless(self, place);
    const front = listener && { listener: listenerWords(listener) };
    return { ...stageMeant({ ...words, ...about, ...front }, stage, engineOf(self)), network };
  }

  get network(): INetwork {
    return this.child('Network');
  }

  /** Absent when the environment runs in one that exists. */
  get cluster(): Cluster | undefined {
    return this.find(this.settings.cluster.id);
  }

  /** Absent when the environment's names are in one that exists. */
  get namespace(): Namespace | undefined {
    return this.find(this.settings.namespace.id);
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
    return this.each(this.settings.services);
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
  static override readonly stage: StageName = 'load-balanced';

  /** What is put behind a listener that exists. Absent when the environment has a load balancer of its own. */
  get listenerRules(): ListenerRules | undefined {
    return this.find(this.settings.listener?.id ?? '');
  }

  /** @throws Error when the environment is behind a listener that exists */
  get loadBalancer(): LoadBalancer {
    return this.part('loadBalancer', this.settings.loadBalancer?.id ?? '');
  }
}

/** Gateways between the load balancer and the APIs' pools. */
export class GatewayStage extends LoadBalancedStage {
  static override readonly stage: StageName = 'gateway';

  get gateway(): GatewayPair {
    return this.part('gateway', 'Gateway/Default');
  }
}
