/**
 * The components in programs of one's own: a service in a VPC and a cluster that exist, a load balancer in front of
 * servers that are not ours, gateways behind a listener that is not ours.
 *
 * The words are the environment file's: they are checked as a file is, and an error names the property.
 *
 * Run it with `pulumi up` in this folder, once `pulumi config set` has named the cluster, the namespace, the listener and
 * the security group of its load balancer.
 */
import { TargetGroupAttachment } from '@pulumi/aws/lb/targetGroupAttachment';
import { Provider } from '@pulumi/aws/provider';
import * as pulumi from '@pulumi/pulumi';
import { ApiService, GatewayPair, LoadBalancer } from 'stagecraft/pulumi';

const region = 'eu-central-1';
/** Ids may be inputs: those of a `StackReference`, of a VPC of this program. Which zones there are is plain data. */
const network = {
  vpc: 'vpc-0a1b2c3d4e5f60718',
  cidr: '10.0.0.0/16',
  publicSubnets: { a: 'subnet-0a1b2c3d4e5f60711', b: 'subnet-0a1b2c3d4e5f60712' },
  privateSubnets: { a: 'subnet-0a1b2c3d4e5f60713', b: 'subnet-0a1b2c3d4e5f60714' },
};

/** An API's pool in a VPC, a cluster and a namespace that exist. */
export const ownService = (
  clusterArn: pulumi.Input<string>,
  namespaceId: pulumi.Input<string>,
  options: pulumi.ComponentResourceOptions,
): ApiService =>
  new ApiService(
    'orders',
    {
      name: 'shop',
      api: 'orders',
      image: 'registry.example/orders:1',
      instances: { min: 2, max: 6 },
      region,
      network,
      cluster: { arn: clusterArn },
      namespace: { id: namespaceId, name: 'own.internal' },
      // The first way out: arguments just before a child is made. The second are the children themselves.
      transform: { service: (args) => ({ ...args, enableExecuteCommand: true }) },
    },
    options,
  );

/** A load balancer in front of servers that are not ours. */
export function ownServers(options: pulumi.ComponentResourceOptions): LoadBalancer {
  const front = new LoadBalancer(
    'front',
    {
      name: 'shop',
      region,
      network,
      domain: { name: 'api.shop.example', hostedZone: { id: 'Z0123456789SHOP', name: 'shop.example' } },
      apis: { orders: { port: 8080, paths: ['/orders'] } },
    },
    options,
  );
  for (const [name, { arn }] of Object.entries(front.targetGroups)) {
    new TargetGroupAttachment(
      `${name}-server`,
      { targetGroupArn: arn, targetId: '10.0.128.10', port: 8080 },
      { parent: front },
    );
  }
  return front;
}

/** Gateways behind a listener that is not ours, in front of instances that are not ours. */
export const ownListener = (
  listenerArn: pulumi.Input<string>,
  balancerSecurityGroupId: pulumi.Input<string>,
  options: pulumi.ComponentResourceOptions,
): GatewayPair =>
  new GatewayPair(
    'gateway',
    {
      name: 'shop',
      region,
      network,
      cluster: { arn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own' },
      listener: { arn: listenerArn, securityGroup: balancerSecurityGroupId },
      apis: {
        orders: {
          at: 'orders.internal:8080',
          paths: ['/orders'],
          policies: { authentication: { apiKey: {} } },
        },
      },
      consumers: { web: {} },
    },
    options,
  );

/** The program: where each of the three stands comes from the stack's configuration. */
export function program(): Record<string, pulumi.Output<unknown>> {
  const config = new pulumi.Config();
  const options = { provider: new Provider('aws', { region }) };
  const orders = ownService(config.require('clusterArn'), config.require('namespaceId'), options);
  const front = ownServers(options);
  ownListener(config.require('listenerArn'), config.require('balancerSecurityGroupId'), options);
  return { ordersService: orders.fargate.service.name, endpoint: front.loadBalancer.dnsName };
}
