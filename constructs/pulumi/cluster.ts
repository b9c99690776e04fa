import { Cluster as EcsCluster, type ClusterArgs as EcsClusterArgs } from '@pulumi/aws/ecs/cluster';
import {
  PrivateDnsNamespace as ServiceDiscoveryPrivateDnsNamespace,
  type PrivateDnsNamespaceArgs as ServiceDiscoveryPrivateDnsNamespaceArgs,
} from '@pulumi/aws/servicediscovery/privateDnsNamespace';
import type * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { cluster, namespace } from '../graph/cluster';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartComponent } from './part-component';

export interface ClusterTransform {
  readonly cluster?: Transform<EcsClusterArgs>;
}

export interface ClusterArgs {
  readonly cluster: blueprint.Blueprint['cluster'];
  readonly transform?: ClusterTransform;
}

/** The ECS cluster that the services run in. */
export class Cluster extends PartComponent<'cluster'> {
  static readonly resources = { aws_ecs_cluster: EcsCluster };
  static readonly nouns = {};

  constructor(name: string, args: ClusterArgs | Part<'cluster'>, options?: pulumi.ComponentResourceOptions) {
    super(
      'Cluster',
      name,
      args instanceof Part ? args : new Part(cluster(args.cluster).noun, args.transform),
      options,
    );
  }

  get cluster(): EcsCluster {
    return this.child('Cluster');
  }

  get arn(): pulumi.Output<string> {
    return this.cluster.arn;
  }

  get clusterName(): pulumi.Output<string> {
    return this.cluster.name;
  }

  override outputs(): pulumi.Inputs {
    return { arn: this.arn, clusterName: this.clusterName };
  }
}

export interface NamespaceTransform {
  readonly namespace?: Transform<ServiceDiscoveryPrivateDnsNamespaceArgs>;
}

export interface NamespaceArgs {
  readonly namespace: blueprint.Blueprint['namespace'];
  readonly vpcId: pulumi.Input<string>;
  readonly transform?: NamespaceTransform;
}

/** The Cloud Map namespace: names of services, seen from inside the VPC alone. */
export class Namespace extends PartComponent<'namespace'> {
  static readonly resources = {
    aws_service_discovery_private_dns_namespace: ServiceDiscoveryPrivateDnsNamespace,
  };
  static readonly nouns = {};

  constructor(
    name: string,
    args: NamespaceArgs | Part<'namespace'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(
      'Namespace',
      name,
      args instanceof Part
        ? args
        : new Part(namespace(args.namespace, outside(args.vpcId)).noun, args.transform),
      options,
    );
  }

  get namespace(): ServiceDiscoveryPrivateDnsNamespace {
    return this.child('Namespace');
  }

  get namespaceId(): pulumi.Output<string> {
    return this.namespace.id;
  }

  override outputs(): pulumi.Inputs {
    return { namespaceId: this.namespaceId };
  }
}
