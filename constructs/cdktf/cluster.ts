import { EcsCluster, type EcsClusterConfig } from '@cdktf/provider-aws/lib/ecs-cluster';
import {
  ServiceDiscoveryPrivateDnsNamespace,
  type ServiceDiscoveryPrivateDnsNamespaceConfig,
} from '@cdktf/provider-aws/lib/service-discovery-private-dns-namespace';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { cluster, namespace } from '../graph/cluster';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';

export interface ClusterTransform {
  readonly cluster?: Transform<EcsClusterConfig>;
}

export interface ClusterProps {
  readonly cluster: blueprint.Blueprint['cluster'];
  readonly transform?: ClusterTransform;
}

/** The ECS cluster that the services run in. */
export class Cluster extends PartConstruct<'cluster'> {
  static readonly resources = { aws_ecs_cluster: EcsCluster };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: ClusterProps | Part<'cluster'>) {
    super(scope, id, props instanceof Part ? props : new Part(cluster(props.cluster).noun, props.transform));
  }

  get cluster(): EcsCluster {
    return this.child('Cluster');
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
export class Namespace extends PartConstruct<'namespace'> {
  static readonly resources = {
    aws_service_discovery_private_dns_namespace: ServiceDiscoveryPrivateDnsNamespace,
  };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: NamespaceProps | Part<'namespace'>) {
    super(
      scope,
      id,
      props instanceof Part
        ? props
        : new Part(namespace(props.namespace, outside(props.vpcId)).noun, props.transform),
    );
  }

  get namespace(): ServiceDiscoveryPrivateDnsNamespace {
    return this.child('Namespace');
  }

  get namespaceId(): string {
    return this.namespace.id;
  }
}
