import { EcsCluster, type EcsClusterConfig } from '@cdktf/provider-aws/lib/ecs-cluster';
import {
  ServiceDiscoveryPrivateDnsNamespace,
  type ServiceDiscoveryPrivateDnsNamespaceConfig,
} from '@cdktf/provider-aws/lib/service-discovery-private-dns-namespace';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

export interface ClusterTransform {
  readonly cluster?: Transform<EcsClusterConfig>;
}

export interface ClusterProps {
  readonly cluster: blueprint.Blueprint['cluster'];
  readonly transform?: ClusterTransform;
}

/** The ECS cluster that the services run in. */
export class Cluster extends Construct {
  readonly cluster: EcsCluster;

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    const { name } = literal(props.cluster);
    this.cluster = new EcsCluster(this, 'Cluster', transformed({ name }, props.transform?.cluster));
  }

  get arn(): string {
    return this.cluster.arn;
  }

  get clusterName(): string {
    return this.cluster.name;
  }
}

export interface NamespaceTransform {
  readonly namespace?: Transform<ServiceDiscoveryPrivateDnsNamespaceConfig>;
}

export interface NamespaceProps {
  readonly namespace: blueprint.Blueprint['namespace'];
  readonly vpcId: string;
  readonly transform?: NamespaceTransform;
}

/** The Cloud Map namespace: names of services, seen from inside the VPC alone. */
export class Namespace extends Construct {
  readonly namespace: ServiceDiscoveryPrivateDnsNamespace;

  constructor(scope: Construct, id: string, props: NamespaceProps) {
    super(scope, id);
    const { name, description } = literal(props.namespace);
    this.namespace = new ServiceDiscoveryPrivateDnsNamespace(
      this,
      'Namespace',
      transformed({ name, description, vpc: props.vpcId }, props.transform?.namespace),
    );
  }

  get namespaceId(): string {
    return this.namespace.id;
  }
}
