/** What a user of the constructs has already. */
import type { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';

/** An imported VPC, cluster and namespace. */
export function existing(stack: Stack) {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'vpc', {
    vpcId: 'vpc-own',
    vpcCidrBlock: '10.0.0.0/16',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-a', 'subnet-b'],
    publicSubnetIds: ['subnet-c', 'subnet-d'],
  });
  const cluster = ecs.Cluster.fromClusterAttributes(stack, 'cluster', { clusterName: 'own', vpc });
  const namespace = servicediscovery.PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(
    stack,
    'namespace',
    {
      namespaceId: 'ns-own',
      namespaceName: 'own.internal',
      namespaceArn: 'arn:aws:servicediscovery:eu-central-1:123456789012:namespace/ns-own',
    },
  );
  return { vpc, cluster, namespace };
}

export const groupOf = (stack: Stack, id: string) =>
  ec2.SecurityGroup.fromSecurityGroupId(stack, id, `sg-${id}`);

/** A listener behind a load balancer of theirs. */
export const listenerOf = (stack: Stack) =>
  elbv2.ApplicationListener.fromApplicationListenerAttributes(stack, 'listener', {
    listenerArn: 'arn:own-listener',
    securityGroup: groupOf(stack, 'balancer'),
  });
