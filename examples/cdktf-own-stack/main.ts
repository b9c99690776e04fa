/**
 * The constructs in stacks of one's own: a service in a VPC and a cluster that exist, a load balancer in front of
 * services that are not ours, gateways behind a listener that is not ours.
 *
 * The words are the environment file's: they are checked as a file is, and an error names the property.
 *
 * Run it with `npx tsx examples/cdktf-own-stack/main.ts`: it writes Terraform configurations to cdktf.out.
 */
import { LbTargetGroupAttachment } from '@cdktf/provider-aws/lib/lb-target-group-attachment';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformStack, TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';
import { ApiService, GatewayPair, LoadBalancer } from 'stagecraft/cdktf';

const region = 'eu-central-1';
const network = {
  vpc: 'vpc-0a1b2c3d4e5f60718',
  cidr: '10.0.0.0/16',
  publicSubnets: { a: 'subnet-0a1b2c3d4e5f60711', b: 'subnet-0a1b2c3d4e5f60712' },
  privateSubnets: { a: 'subnet-0a1b2c3d4e5f60713', b: 'subnet-0a1b2c3d4e5f60714' },
};

/** An API's pool in a VPC, a cluster and a namespace that exist. Their ids may be engine values, such as variables. */
export class OwnService extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, 'aws', { region });
    const cluster = new TerraformVariable(this, 'cluster_arn', { type: 'string' });
    const namespace = new TerraformVariable(this, 'namespace_id', { type: 'string' });
    new ApiService(this, 'orders', {
      name: 'shop',
      api: 'orders',
      image: 'registry.example/orders:1',
      instances: { min: 2, max: 6 },
      region,
      network,
      cluster: { arn: cluster.stringValue },
      namespace: { id: namespace.stringValue, name: 'own.internal' },
      // The first way out: settings just before a child is made. The second are the children themselves.
      transform: { service: (settings) => ({ ...settings, enableExecuteCommand: true }) },
    });
  }
}

/** A load balancer in front of servers that are not ours. */
export class OwnServers extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, 'aws', { region });
    const front = new LoadBalancer(this, 'front', {
      name: 'shop',
      region,
      network,
      domain: {
        name: 'api.shop.example',
        hostedZone: { id: 'Z0123456789SHOP', name: 'shop.example' },
      },
      apis: { orders: { port: 8080, paths: ['/orders'] } },
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

/** Gateways behind a listener that is not ours, in front of instances that are not ours. */
export class OwnListener extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, 'aws', { region });
    const listener = new TerraformVariable(this, 'listener_arn', { type: 'string' });
    const balancer = new TerraformVariable(this, 'balancer_security_group_id', { type: 'string' });
    new GatewayPair(this, 'gateway', {
      name: 'shop',
      region,
      network,
      cluster: { arn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own' },
      listener: { arn: listener.stringValue, securityGroup: balancer.stringValue },
      apis: {
        orders: {
          at: 'orders.internal:8080',
          paths: ['/orders'],
          policies: { authentication: { apiKey: {} } },
        },
      },
      consumers: { web: {} },
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
