/** What an environment file names of what exists, as constructs. */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import type { Blueprint } from '../blueprint/blueprint';
import type { Later } from '../words/later';

/** Imports what a blueprint names by id, each by that id. Makes nothing, looks nothing up. */
export function adopted(self: Construct, { cluster, namespace, listener }: Blueprint): Map<string, Later> {
  const all = new Map<string, Later>();
  const put = (id: string, value: unknown) => all.set(id, { value, id });
  if (!(cluster.arn ?? namespace.namespaceId ?? listener)) return all;
  const scope = new Construct(self, 'Existing');
  if (cluster.arn !== undefined) put(cluster.arn, clusterOf(scope, cluster.arn, cluster.name));
  if (namespace.namespaceId !== undefined)
    put(namespace.namespaceId, namespaceOf(scope, namespace.namespaceId, namespace.name));
  if (listener) {
    const { groupId } = listener.securityGroup;
    const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(scope, 'Balancer', groupId, {
      mutable: false,
    });
    put(groupId, securityGroup);
    const attributes = { listenerArn: listener.arn, securityGroup };
    put(
      listener.arn,
      elbv2.ApplicationListener.fromApplicationListenerAttributes(scope, 'Listener', attributes),
    );
  }
  return all;
}

/** Nothing that is made asks for its VPC: a service has its own. */
const clusterOf = (scope: Construct, clusterArn: string, clusterName: string): ecs.ICluster =>
  ecs.Cluster.fromClusterAttributes(scope, 'Cluster', {
    clusterArn,
    clusterName,
    vpc: ec2.Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId: 'unknown', availabilityZones: ['unknown'] }),
  });

const namespaceOf = (scope: Construct, namespaceId: string, namespaceName: string) =>
  servicediscovery.PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(scope, 'Namespace', {
    namespaceId,
    namespaceName,
    namespaceArn: namespaceId,
  });
