import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { cluster, namespace } from '../graph/cluster';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';

export interface ClusterTransform {
  readonly cluster?: Transform<ecs.ClusterProps>;
}

export interface ClusterProps {
  readonly cluster: blueprint.Blueprint['cluster'];
  readonly vpc: ec2.IVpc;
  readonly transform?: ClusterTransform;
}

/** The ECS cluster that the services run in. */
export class Cluster extends PartConstruct<'cluster'> {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: ClusterProps | Part<'cluster'>) {
    super(
      scope,
      id,
      props instanceof Part
        ? props
        : new Part(cluster(props.cluster, outside(props.vpc)).noun, props.transform),
    );
  }

  get cluster(): ecs.Cluster {
    return this.child('Cluster');
  }
}

export interface NamespaceTransform {
  readonly namespace?: Transform<servicediscovery.PrivateDnsNamespaceProps>;
}

export interface NamespaceProps {
  readonly namespace: blueprint.Blueprint['namespace'];
  readonly vpc: ec2.IVpc;
  readonly transform?: NamespaceTransform;
}

/** The Cloud Map namespace: names of services, seen from inside the VPC alone. */
export class Namespace extends PartConstruct<'namespace'> {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: NamespaceProps | Part<'namespace'>) {
    super(
      scope,
      id,
      props instanceof Part
        ? props
        : new Part(namespace(props.namespace, outside(props.vpc)).noun, props.transform),
    );
  }

  get namespace(): servicediscovery.PrivateDnsNamespace {
    return this.child('Namespace');
  }
}
