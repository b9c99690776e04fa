import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { accept, resourceOf } from './suppressions';
import { type Transform, transformed } from './transform';

export interface ClusterTransform {
  readonly cluster?: Transform<ecs.ClusterProps>;
}

export interface ClusterProps {
  readonly cluster: blueprint.Blueprint['cluster'];
  readonly vpc: ec2.IVpc;
  readonly transform?: ClusterTransform;
}

/** The ECS cluster that the services run in. */
export class Cluster extends Construct {
  readonly cluster: ecs.Cluster;

  constructor(scope: Construct, id: string, { cluster, vpc, transform }: ClusterProps) {
    super(scope, id);
    this.cluster = new ecs.Cluster(
      this,
      'Cluster',
      transformed({ clusterName: cluster.name, vpc }, transform?.cluster),
    );
    accept(this.cluster, {
      rule: 'AwsSolutions-ECS4',
      reason:
        'Container Insights is billed by the metric: who wants it turns it on by the transform "cluster".',
    });
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
export class Namespace extends Construct {
  readonly namespace: servicediscovery.PrivateDnsNamespace;

  constructor(scope: Construct, id: string, { namespace, vpc, transform }: NamespaceProps) {
    super(scope, id);
    const { name, description, negativeTtlSeconds } = namespace;
    this.namespace = new servicediscovery.PrivateDnsNamespace(
      this,
      'Namespace',
      transformed({ name, description, vpc }, transform?.namespace),
    );
    const resource = resourceOf(this.namespace) as servicediscovery.CfnPrivateDnsNamespace;
    resource.properties = { dnsProperties: { soa: { ttl: negativeTtlSeconds } } };
  }
}
