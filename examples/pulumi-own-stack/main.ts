/**
 * The components in programs of one's own: a service in a VPC and a cluster that exist, a load balancer in front of
 * servers that are not ours, gateways behind a listener that is not ours.
 *
 * An environment says what is wanted, in the same words as an environment file; `resolve` decides names and numbers;
 * the components take their parts of it.
 *
 * Run it with `pulumi up` in this folder, once `pulumi config set` has named the cluster, the namespace, the listener and
 * the security group of its load balancer.
 */
import { ListenerRule } from '@pulumi/aws/lb/listenerRule';
import { TargetGroupAttachment } from '@pulumi/aws/lb/targetGroupAttachment';
import { Provider } from '@pulumi/aws/provider';
import * as pulumi from '@pulumi/pulumi';
import { type Blueprint, parseEnvironment, resolve } from 'stagecraft';
import { ApiService, ExistingNetwork, GatewayPair, LoadBalancer, TargetGroup } from 'stagecraft/pulumi';

const ENVIRONMENT = `
name: shop
stage: api
region: eu-central-1
network:
  vpc: vpc-0a1b2c3d4e5f60718
  cidr: 10.0.0.0/16
  publicSubnets: { a: subnet-0a1b2c3d4e5f60711, b: subnet-0a1b2c3d4e5f60712 }
  privateSubnets: { a: subnet-0a1b2c3d4e5f60713, b: subnet-0a1b2c3d4e5f60714 }
domain:
  name: api.shop.example
  hostedZone: { id: Z0123456789SHOP, name: shop.example }
apis:
  orders:
    image: registry.example/orders:1
    paths: [/orders]
    instances: { min: 2, max: 6 }
    policies: { authentication: { apiKey: {} } }
    # The stages before the gateways do not ask for the key.
    unenforcedBeforeGateway: [authentication]
consumers:
  web: {}
`;

const region = 'eu-central-1';
/** Ids may be inputs: those of a `StackReference`, of a VPC of this program. Which zones there are is plain data. */
const network = new ExistingNetwork({
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  publicSubnetIds: { a: 'subnet-0a1b2c3d4e5f60711', b: 'subnet-0a1b2c3d4e5f60712' },
  privateSubnetIds: { a: 'subnet-0a1b2c3d4e5f60713', b: 'subnet-0a1b2c3d4e5f60714' },
});

const blueprintAt = (stage: Blueprint['stage']): Blueprint =>
  resolve(parseEnvironment(ENVIRONMENT, 'environment', stage));

/** An API's pool in a VPC, a cluster and a namespace that exist. */
export function ownService(
  clusterArn: pulumi.Input<string>,
  namespaceId: pulumi.Input<string>,
  options: pulumi.ComponentResourceOptions,
): ApiService[] {
  return blueprintAt('api').services.map(
    (service) =>
      new ApiService(
        service.id,
        {
          service,
          region,
          vpcId: network.vpcId,
          subnetIds: network.subnetIds(service.placement.subnets, service.placement.zones),
          clusterArn,
          namespaceId,
          // The first way out: arguments just before a child is made. The second are the children themselves.
          transform: { service: (args) => ({ ...args, enableExecuteCommand: true }) },
        },
        options,
      ),
  );
}

/** A load balancer in front of servers that are not ours. */
export function ownServers(options: pulumi.ComponentResourceOptions): LoadBalancer {
  const { loadBalancer } = blueprintAt('load-balanced');
  if (loadBalancer === undefined) throw new Error('The stage load-balanced has a load balancer.');
  const front = new LoadBalancer(
    'front',
    { loadBalancer, vpcId: network.vpcId, subnetIds: network.subnetIds('public', network.zones) },
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

/** Gateways behind a listener that is not ours. */
export function ownListener(
  listenerArn: pulumi.Input<string>,
  balancerSecurityGroupId: pulumi.Input<string>,
  options: pulumi.ComponentResourceOptions,
): GatewayPair {
  const { gateway, loadBalancer } = blueprintAt('gateway');
  const targetGroup = loadBalancer?.targetGroups.find((group) => group.id === gateway?.targetGroup);
  const attachRule = loadBalancer?.attachRules.find((rule) => rule.targetGroup === gateway?.targetGroup);
  if (!gateway || !targetGroup || !attachRule) throw new Error('The stage gateway has all three.');
  const group = new TargetGroup(
    'gateways',
    { targetGroup, attachRule, listenerArn, vpcId: network.vpcId },
    options,
  );
  const gateways = new GatewayPair(
    'gateway',
    {
      gateway,
      region,
      vpcId: network.vpcId,
      subnetIds: Object.fromEntries(
        gateway.members.map(({ id, placement }) => [
          id,
          network.subnetIds(placement.subnets, placement.zones),
        ]),
      ),
      clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own',
      namespaceId: 'ns-0123456789abcdef',
      peers: { alb: balancerSecurityGroupId },
      targetGroup: group,
    },
    options,
  );
  new ListenerRule(
    'orders',
    {
      listenerArn,
      priority: 10,
      conditions: [{ pathPattern: { values: ['/orders', '/orders/*'] } }],
      actions: [{ type: 'forward', targetGroupArn: group.arn }],
    },
    // Traffic comes when the gateways are steady.
    { parent: gateways, dependsOn: Object.values(gateways.members).map(({ service }) => service) },
  );
  return gateways;
}

/** The program: where each of the three stands comes from the stack's configuration. */
export function program(): Record<string, pulumi.Output<unknown>> {
  const config = new pulumi.Config();
  const options = { provider: new Provider('aws', { region }) };
  const [orders] = ownService(config.require('clusterArn'), config.require('namespaceId'), options);
  const front = ownServers(options);
  ownListener(config.require('listenerArn'), config.require('balancerSecurityGroupId'), options);
  return { ordersService: (orders as ApiService).fargate.service.name, endpoint: front.loadBalancer.dnsName };
}
