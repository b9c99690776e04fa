/**
 * The constructs in a stack of one's own: gateways behind a load balancer that exists, an API behind the gateways, in a
 * VPC and a cluster that exist. L2 types go in and come out; nothing is looked up.
 *
 * The words are the environment file's: they are checked as a file is, and an error names the property.
 *
 * See it with `npx cdk synth --app 'npx tsx examples/aws-cdk-own-stack/main.ts'`.
 */
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import { ApiService, GatewayPair } from 'stagecraft/aws-cdk';

const region = 'eu-central-1';
const loadBalancers = `arn:aws:elasticloadbalancing:${region}:123456789012`;

/** All that is there before the stack. */
function imported(scope: Construct) {
  const vpc = ec2.Vpc.fromVpcAttributes(scope, 'vpc', {
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    vpcCidrBlock: '10.0.0.0/16',
    availabilityZones: [`${region}a`, `${region}b`],
    privateSubnetIds: ['subnet-0a1b2c3d4e5f60713', 'subnet-0a1b2c3d4e5f60714'],
    privateSubnetRouteTableIds: ['rtb-0a1b2c3d4e5f60713', 'rtb-0a1b2c3d4e5f60714'],
  });
  const cluster = ecs.Cluster.fromClusterAttributes(scope, 'cluster', { clusterName: 'own', vpc });
  const namespace = servicediscovery.PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(scope, 'names', {
    namespaceId: 'ns-0123456789abcdef',
    namespaceName: 'own.internal',
    namespaceArn: `arn:aws:servicediscovery:${region}:123456789012:namespace/ns-0123456789abcdef`,
  });
  const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(scope, 'own-group', 'sg-0a1b2c3d4e5f60719');
  const balancer = elbv2.ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(scope, 'balancer', {
    loadBalancerArn: `${loadBalancers}:loadbalancer/app/own/50dc6c495c0c9188`,
    loadBalancerDnsName: `own-1234567890.${region}.elb.amazonaws.com`,
    loadBalancerCanonicalHostedZoneId: 'Z215JYRZR1TBD5',
    securityGroupId: securityGroup.securityGroupId,
  });
  const listener = elbv2.ApplicationListener.fromApplicationListenerAttributes(scope, 'listener', {
    listenerArn: `${loadBalancers}:listener/app/own/50dc6c495c0c9188/f2f7dc8efc522ab2`,
    securityGroup,
  });
  const zone = route53.HostedZone.fromHostedZoneAttributes(scope, 'zone', {
    hostedZoneId: 'Z0123456789SHOP',
    zoneName: 'shop.example',
  });
  return { place: { vpc, cluster, namespace }, balancer, listener, zone };
}

export class OwnStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { env: { region } });
    const { place, balancer, listener, zone } = imported(this);
    const orders = new ApiService(this, 'orders', {
      name: 'shop',
      api: 'orders',
      image: 'registry.example/orders:1',
      instances: { min: 2, max: 6 },
      ...place,
      // The first way out: the settings of a child, just before it is made.
      transform: { scalingPolicy: (settings) => ({ ...settings, scaleInCooldown: Duration.minutes(10) }) },
    });
    // The second way out: the children themselves.
    const task = orders.fargate.taskDefinition.node.defaultChild as ecs.CfnTaskDefinition;
    task.addPropertyOverride('ContainerDefinitions.0.ReadonlyRootFilesystem', true);
    dynamodb.Table.fromTableName(this, 'table', 'orders').grantReadWriteData(orders);
    orders
      .metricCpuUtilization({ period: Duration.minutes(1) })
      .createAlarm(this, 'busy', { threshold: 85, evaluationPeriods: 10 });

    const gateways = new GatewayPair(this, 'gateway', {
      name: 'shop',
      ...place,
      listener,
      domain: { name: 'api.shop.example' },
      apis: {
        orders: {
          at: { service: orders, port: 8080 },
          paths: ['/orders'],
          policies: { authentication: { apiKey: {} } },
        },
      },
      consumers: { web: {} },
    });
    gateways
      .metric('Errors5xx', { Api: 'orders' })
      .createAlarm(this, 'errors', { threshold: 5, evaluationPeriods: 3 });
    const target = route53.RecordTarget.fromAlias(new LoadBalancerTarget(balancer));
    // The name leads there when all that answers is steady.
    new route53.ARecord(this, 'name', { zone, recordName: 'api', target }).node.addDependency(gateways);
  }
}

if (require.main === module) {
  const app = new App();
  new OwnStack(app, 'own');
  app.synth();
}
