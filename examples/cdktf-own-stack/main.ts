/**
 * The constructs in stacks of one's own: a service in a VPC and a cluster that exist, a load balancer in front of
 * services that are not ours, gateways behind a listener that is not ours.
 *
 * An environment says what is wanted, in the same words as an environment file; `resolve` decides names and numbers;
 * the constructs take their parts of it.
 *
 * Run it with `npx tsx examples/cdktf-own-stack/main.ts`: it writes Terraform configurations to cdktf.out.
 */
import { LbListenerRule } from '@cdktf/provider-aws/lib/lb-listener-rule';
import { LbTargetGroupAttachment } from '@cdktf/provider-aws/lib/lb-target-group-attachment';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformStack, TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';
import { type Blueprint, parseEnvironment, resolve } from 'stagecraft';
import { ApiService, ExistingNetwork, GatewayPair, LoadBalancer, TargetGroup } from 'stagecraft/cdktf';

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
const network = new ExistingNetwork({
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  publicSubnetIds: { a: 'subnet-0a1b2c3d4e5f60711', b: 'subnet-0a1b2c3d4e5f60712' },
  privateSubnetIds: { a: 'subnet-0a1b2c3d4e5f60713', b: 'subnet-0a1b2c3d4e5f60714' },
});

const blueprintAt = (stage: Blueprint['stage']): Blueprint =>
  resolve(parseEnvironment(ENVIRONMENT, 'environment', stage));

/** An API's pool in a VPC, a cluster and a namespace that exist. Their ids may be engine values, such as variables. */
export class OwnService extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, 'aws', { region });
    const cluster = new TerraformVariable(this, 'cluster_arn', { type: 'string' });
    const namespace = new TerraformVariable(this, 'namespace_id', { type: 'string' });
    for (const service of blueprintAt('api').services) {
      new ApiService(this, service.id, {
        service,
        region,
        vpcId: network.vpcId,
        subnetIds: network.subnetIds(service.placement.subnets, service.placement.zones),
        clusterArn: cluster.stringValue,
        namespaceId: namespace.stringValue,
        // The first way out: settings just before a child is made. The second are the children themselves.
        transform: { service: (settings) => ({ ...settings, enableExecuteCommand: true }) },
      });
    }
  }
}

/** A load balancer in front of servers that are not ours. */
export class OwnServers extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, 'aws', { region });
    const { loadBalancer } = blueprintAt('load-balanced');
    if (loadBalancer === undefined) throw new Error('The stage load-balanced has a load balancer.');
    const front = new LoadBalancer(this, 'front', {
      loadBalancer,
      vpcId: network.vpcId,
      subnetIds: network.subnetIds('public', network.zones),
    });
    for (const [name, targetGroup] of Object.entries(front.targetGroups)) {
      new LbTargetGroupAttachment(this, `${name}-server`, {
        targetGroupArn: targetGroup.arn,
        targetId: '10.0.128.10',
        port: 8080,
      });
    }
  }
}

/** Gateways behind a listener that is not ours. */
export class OwnListener extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, 'aws', { region });
    const { gateway, loadBalancer } = blueprintAt('gateway');
    const targetGroup = loadBalancer?.targetGroups.find((group) => group.id === gateway?.targetGroup);
    const attachRule = loadBalancer?.attachRules.find((rule) => rule.targetGroup === gateway?.targetGroup);
    if (!gateway || !targetGroup || !attachRule) throw new Error('The stage gateway has all three.');
    const listener = new TerraformVariable(this, 'listener_arn', { type: 'string' });
    const balancer = new TerraformVariable(this, 'balancer_security_group_id', { type: 'string' });
    const group = new TargetGroup(this, 'gateways', {
      targetGroup,
      attachRule,
      listenerArn: listener.stringValue,
      vpcId: network.vpcId,
    });
    const gateways = new GatewayPair(this, 'gateway', {
      gateway,
      region,
      vpcId: network.vpcId,
      subnetIds: Object.fromEntries(
        gateway.members.map(({ id: member, placement }) => [
          member,
          network.subnetIds(placement.subnets, placement.zones),
        ]),
      ),
      clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own',
      namespaceId: 'ns-0123456789abcdef',
      peers: { alb: balancer.stringValue },
      targetGroup: group,
    });
    new LbListenerRule(this, 'orders', {
      listenerArn: listener.stringValue,
      priority: 10,
      condition: [{ pathPattern: { values: ['/orders', '/orders/*'] } }],
      action: [{ type: 'forward', targetGroupArn: group.arn }],
      // Traffic comes when the gateways are steady.
      dependsOn: Object.values(gateways.members).map((member) => member.service),
    });
  }
}

export function build(app: App): void {
  new OwnService(app, 'own-service');
  new OwnServers(app, 'own-servers');
  new OwnListener(app, 'own-listener');
}

if (require.main === module) {
  const app = new App();
  build(app);
  app.synth();
}
