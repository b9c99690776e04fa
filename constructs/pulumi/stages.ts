import * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import type { Stage as StageName } from '../blueprint/schema';
import { lacks } from '../graph/environment';
import { environmentOutputs } from '../graph/outputs';
import { Part } from '../graph/part';
import { type StageWords, stageMeant, stagePart } from '../words/stage';
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
import { PartComponent } from './part-component';
import {
  type DomainWords,
  type ExistingNetworkWords,
  type ExistingPlace,
  engineAt,
  type ListenerWords,
} from './words';

/** The first way out at the level of a stage: what each component in it takes. */
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

/** What to provision, said in the environment file's words; ids and ARNs of what exists may be inputs. */
export interface StageWordsArgs
  extends Omit<StageWords, 'domain' | 'network' | 'cluster' | 'namespace' | 'listener'>,
    Partial<Pick<ExistingPlace, 'cluster' | 'namespace'>> {
  readonly network?: StageWords['network'] | ExistingNetworkWords;
  readonly domain?: DomainWords;
  readonly listener?: ListenerWords;
}

/** What to provision: said in words, or resolved from a file. */
export type StageArgs = (StageWordsArgs | { readonly blueprint: blueprint.Blueprint }) & {
  readonly transform?: StageTransform;
};

/** The gateways' data, where the gateways themselves stand below it. */
class GatewayScope extends GatewayData {
  static override readonly nouns = {
    'consumers-secret': ConsumersSecret,
    'log-group': LogGroup,
    'gateway-pair': GatewayPair,
  };

  get pair(): GatewayPair | undefined {
    return this.find('Default');
  }
}

/**
 * What the stages have in common. All have the same tree and one type, so what exists in two of them has the same URN in
 * both: an environment grows by taking the next stage's class under the same name.
 */
abstract class Stage extends PartComponent<'stage'> {
  static readonly resources = {};
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

  /** @throws Problems all that is wrong with the words, each with the component's name and the property */
  constructor(name: string, { transform, ...said }: StageArgs, options?: pulumi.ComponentResourceOptions) {
    const meant =
      'blueprint' in said
        ? { blueprint: said.blueprint, later: new Map() }
        : stageMeant(said, new.target.stage, engineAt(name));
    const logGroup = transform?.gateway?.member?.logGroup;
    const part = new Part(stagePart(meant), { ...transform, gateway: { ...transform?.gateway, logGroup } });
    super('Stage', name, part, options);
  }

  get network(): INetwork {
    const { network } = this.settings;
    return network.kind === 'existing' ? new ExistingNetwork(network) : this.child<Network>('Network');
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

  /** What an operator needs after a deploy, under the names that all engines have for it. */
  override outputs(): Record<string, pulumi.Output<unknown>> {
    const all = environmentOutputs(this.noun);
    return Object.fromEntries(all.map(({ name, value }) => [name, pulumi.output(this.engineValue(value))]));
  }

  /** A part that the stage has. */
  protected part<Child>(name: 'loadBalancer' | 'gateway', found: Child | undefined): Child {
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
    return this.part('loadBalancer', this.find(this.settings.loadBalancer?.id ?? ''));
  }
}

/** Gateways between the load balancer and the APIs' pools. */
export class GatewayStage extends LoadBalancedStage {
  static override readonly stage: StageName = 'gateway';

  get gateway(): GatewayPair {
    return this.part('gateway', this.settings.gateway && (this.gatewayData as GatewayScope).pair);
  }
}
