/** Two APIs behind two gateways, in a VPC that exists: with aws-ecs-patterns, and gateways written by hand. */
import { Duration, SecretValue, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancedFargateService } from 'aws-cdk-lib/aws-ecs-patterns';
import { ApplicationProtocol, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';

const APIS = ['orders', 'catalog'];

/** Keys are compared as they are, and each gateway counts for itself. */
const CONFIGURATION = `
global
  log stdout format raw local0
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 30s
resolvers vpc
  parse-resolv-conf
  hold valid 2s
frontend traffic
  bind :8080
  http-request return status 200 if { path /gateway-health }
  acl orders path /orders
  acl orders path_beg /orders/
  acl catalog path /catalog
  acl catalog path_beg /catalog/
  http-request deny status 401 if orders !{ hdr(x-api-key),map(/tmp/keys) -m found }
  stick-table type string len 64 size 10k expire 60s store http_req_rate(60s)
  http-request track-sc0 hdr(x-api-key) if orders
  http-request deny status 429 if orders { sc_http_req_rate(0) gt 100 }
  http-request del-header x-api-key
  http-request return status 404 if !orders !catalog
  use_backend orders if orders
  use_backend catalog if catalog
${APIS.map(
  (api) => `backend ${api}
  option httpchk GET /healthz
  server-template ${api} 8 ${api}.shop.internal:8080 check resolvers vpc init-addr none
`,
).join('')}`;

const START =
  'printf "%s" "$KEYS" > /tmp/keys; printf "%s" "$CONFIGURATION" > /tmp/haproxy.cfg; exec haproxy -f /tmp/haproxy.cfg';

export class WithPatterns extends Stack {
  constructor(scope: Construct, id: string, vpcAttributes: ec2.VpcAttributes) {
    super(scope, id, { env: { region: 'eu-central-1' } });
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', vpcAttributes);
    const cluster = new ecs.Cluster(this, 'Cluster', { vpc });
    const namespace = new servicediscovery.PrivateDnsNamespace(this, 'Namespace', {
      vpc,
      name: 'shop.internal',
    });
    const keys = new secretsmanager.Secret(this, 'Keys', {
      secretStringValue: SecretValue.unsafePlainText(''),
    });
    const gateways = new ApplicationLoadBalancedFargateService(this, 'Gateways', {
      cluster,
      desiredCount: 2,
      cpu: 512,
      memoryLimitMiB: 1024,
      minHealthyPercent: 50,
      circuitBreaker: { rollback: true },
      taskImageOptions: {
        image: ecs.ContainerImage.fromRegistry('haproxy:3.2'),
        containerPort: 8080,
        entryPoint: ['/bin/sh', '-c'],
        command: [START],
        environment: { CONFIGURATION },
        secrets: { KEYS: ecs.Secret.fromSecretsManager(keys) },
      },
      domainName: 'api.shop.example',
      domainZone: route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', {
        hostedZoneId: 'Z0123456789SHOP',
        zoneName: 'shop.example',
      }),
      protocol: ApplicationProtocol.HTTPS,
      redirectHTTP: true,
      sslPolicy: SslPolicy.TLS13_RES,
    });
    gateways.targetGroup.configureHealthCheck({
      path: '/gateway-health',
      interval: Duration.seconds(5),
      timeout: Duration.seconds(2),
    });
    for (const api of APIS) {
      const taskDefinition = new ecs.FargateTaskDefinition(this, `${api}Task`, {
        cpu: 256,
        memoryLimitMiB: 512,
      });
      taskDefinition.addContainer(api, {
        image: ecs.ContainerImage.fromRegistry(`registry.example/${api}:1`),
        portMappings: [{ containerPort: 8080 }],
        logging: ecs.LogDrivers.awsLogs({ streamPrefix: api }),
      });
      const service = new ecs.FargateService(this, api, {
        cluster,
        taskDefinition,
        desiredCount: 2,
        minHealthyPercent: 100,
        circuitBreaker: { rollback: true },
        cloudMapOptions: { cloudMapNamespace: namespace, name: api, dnsTtl: Duration.seconds(5) },
      });
      service.connections.allowFrom(gateways.service, ec2.Port.tcp(8080));
    }
  }
}
