import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { LOAD_BALANCER_SUBNETS } from '../blueprint/order';
import { ApiService, type ApiServiceTransform } from './api-service';
import { Cluster, type ClusterTransform, Namespace, type NamespaceTransform } from './cluster';
import { GatewayData } from './gateway-data';
import { GatewayPair, type GatewayPairTransform } from './gateway-pair';
import { Identity, type IdentityTransform } from './identity';
import { LoadBalancer, type LoadBalancerTransform } from './load-balancer';
import { ExistingNetwork, type INetwork, Network, type NetworkTransform } from './network';
import { orderTraffic } from './order';
import type { Peers } from './security-group';
import type { TargetGroup } from './target-group';

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

interface Front {
  readonly peers?: Peers;
  readonly targetGroups?: Readonly<Record<string, TargetGroup>>;
}

/**
 * What the stages have in common. All have the same tree, so what exists in two of them has the same Terraform
 * address in both: an environment grows by taking the next stage's class under the same id.
 */
abstract class Stage extends Construct {
  readonly network: INetwork;
  readonly cluster: Cluster;
  readonly namespace: Namespace;
  /** What the gateways leave behind: in every stage, so that it is there before they are and after they have gone. */
  readonly gatewayData: GatewayData;
  /** Absent when the environment has no user pool of its own. */
  readonly identity?: Identity;
  /** The APIs' pools, by the service's id. */
  abstract readonly services: Readonly<Record<string, ApiService>>;
  readonly #props: StageProps;

  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id);
    const { transform } = props;
    const { network, cluster, namespace, data, identity, region } = props.blueprint;
    this.#props = props;
    this.network =
      network.kind === 'existing'
        ? new ExistingNetwork(network)
        : new Network(this, 'Network', { network, transform: transform?.network });
    this.cluster = new Cluster(this, cluster.id, { cluster, transform: transform?.cluster });
    this.namespace = new Namespace(this, namespace.id, {
      namespace,
      vpcId: this.network.vpcId,
      transform: transform?.namespace,
    });
    this.gatewayData = new GatewayData(this, 'Gateway', {
      data,
      transform: { ...transform?.gateway, logGroup: transform?.gateway?.member?.logGroup },
    });
    if (identity !== undefined) {
      this.identity = new Identity(this, 'Identity', { identity, region, transform: transform?.identity });
    }
  }

  protected makeLoadBalancer(): LoadBalancer {
    const { loadBalancer } = this.#props.blueprint;
    if (loadBalancer === undefined) throw this.#lacks('loadBalancer');
    return new LoadBalancer(this, loadBalancer.id, {
      loadBalancer,
      vpcId: this.network.vpcId,
      subnetIds: this.network.subnetIds(LOAD_BALANCER_SUBNETS, this.network.zones),
      dependsOn: this.network.routes(LOAD_BALANCER_SUBNETS),
      transform: this.#props.transform?.loadBalancer,
    });
  }

  protected makeGateway(loadBalancer: LoadBalancer): GatewayPair {
    const { gateway } = this.#props.blueprint;
    if (gateway === undefined) throw this.#lacks('gateway');
    const targetGroup = loadBalancer.targetGroups[gateway.targetGroup];
    if (targetGroup === undefined) {
      throw new Error(`The gateways' target group "${gateway.targetGroup}" is none of the load balancer's.`);
    }
    // Its own id is of no account, so that data and gateways share one prefix: what is theirs has kept its address.
    return new GatewayPair(this.gatewayData, 'Default', {
      gateway,
      data: this.gatewayData,
      ...this.#place(),
      vpcId: this.network.vpcId,
      subnetIds: Object.fromEntries(gateway.members.map((member) => [member.id, this.#subnetIds(member)])),
      targetGroup,
      userPoolIssuer: this.identity?.issuer,
      peers: loadBalancer.peers,
      dependsOn: gateway.members.flatMap((member) => this.network.routes(member.placement.subnets)),
      transform: this.#props.transform?.gateway,
    });
  }

  protected makeServices({ peers, targetGroups }: Front): Record<string, ApiService> {
    const { services } = this.#props.blueprint;
    return Object.fromEntries(
      services.map((service) => [
        service.id,
        new ApiService(this, service.id, {
          service,
          ...this.#place(),
          vpcId: this.network.vpcId,
          subnetIds: this.#subnetIds(service),
          peers,
          targetGroup: service.attachment && targetGroups?.[service.attachment.targetGroup],
          dependsOn: this.network.routes(service.placement.subnets),
          transform: this.#props.transform?.service,
        }),
      ]),
    );
  }

  #place() {
    return {
      region: this.#props.blueprint.region,
      clusterArn: this.cluster.arn,
      namespaceId: this.namespace.namespaceId,
    };
  }

  #subnetIds({ placement }: blueprint.Service): string[] {
    return this.network.subnetIds(placement.subnets, placement.zones);
  }

  #lacks(part: 'loadBalancer' | 'gateway'): Error {
    const { environment, stage } = this.#props.blueprint;
    return new Error(
      `The blueprint of "${environment}" is at stage "${stage}" and has no ${part}. Take the construct of that stage.`,
    );
  }
}

/** One API, or several, as Fargate services, reachable directly. */
export class ApiStage extends Stage {
  readonly services: Readonly<Record<string, ApiService>>;

  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id, props);
    this.services = this.makeServices({});
  }
}

/** A load balancer in front of the APIs: TLS, several tasks over two zones, health checks, routing. */
export class LoadBalancedStage extends Stage {
  readonly loadBalancer: LoadBalancer;
  readonly services: Readonly<Record<string, ApiService>>;

  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id, props);
    this.loadBalancer = this.makeLoadBalancer();
    this.services = this.makeServices({
      peers: this.loadBalancer.peers,
      targetGroups: this.loadBalancer.targetGroups,
    });
    orderTraffic({ loadBalancer: this.loadBalancer, apis: Object.values(this.services), gateways: [] });
  }
}

/** Gateways between the load balancer and the APIs' pools. */
export class GatewayStage extends Stage {
  readonly loadBalancer: LoadBalancer;
  readonly gateway: GatewayPair;
  readonly services: Readonly<Record<string, ApiService>>;

  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id, props);
    this.loadBalancer = this.makeLoadBalancer();
    this.gateway = this.makeGateway(this.loadBalancer);
    this.services = this.makeServices({
      peers: { ...this.loadBalancer.peers, ...this.gateway.peers },
      targetGroups: this.loadBalancer.targetGroups,
    });
    orderTraffic({
      loadBalancer: this.loadBalancer,
      apis: Object.values(this.services),
      gateways: Object.values(this.gateway.members),
      canaries: props.blueprint.gateway?.canaries,
    });
  }
}
