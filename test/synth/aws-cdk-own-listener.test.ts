/** A pair behind a listener that is not ours, and the two ways out of what the constructs decide. */
import { gunzipSync } from 'node:zlib';
import { Fn, type Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { GatewayPair, type GatewayPairProps } from '../../constructs/aws-cdk/gateway-pair';
import { LoadBalancer } from '../../constructs/aws-cdk/load-balancer';
import { resourceOf } from '../../constructs/aws-cdk/suppressions';
import { existing, listenerOf } from './support/aws-cdk-existing';
import { synthesizedIn } from './support/aws-cdk-template';

describe('a GatewayPair behind a listener that is not ours', () => {
  const build = (stack: Stack, props: Partial<GatewayPairProps> = {}) =>
    new GatewayPair(stack, 'gateway', {
      name: 'shop',
      ...existing(stack),
      listener: listenerOf(stack),
      apis: {
        orders: {
          at: 'orders.internal:8080',
          paths: ['/orders'],
          policies: { authentication: { apiKey: {} } },
        },
      },
      consumers: { acme: {} },
      ...props,
    });

  test('joins it by an attach rule, and lets in its load balancer alone', () => {
    const stack = synthesizedIn((scope) => build(scope));
    expect(stack.counts['AWS::ElasticLoadBalancingV2::LoadBalancer']).toBeUndefined();
    expect(stack.one('gatewayListenergatewayAttachRule').ListenerArn).toBe('arn:own-listener');
    expect(stack.one('gatewaytrafficfrombalancer8080').SourceSecurityGroupId).toBe('sg-balancer');
    expect(stack.counts['AWS::EC2::SecurityGroupIngress']).toBe(4);
    expect(stack.waitsFor('gatewaygatewayaService')).toContain('gatewayListenergatewayAttachRule');
    expect(stack.waitsFor('gatewaygatewaybService')).toContain('gatewaygatewayaService');
  });

  test('lets whoever lists the consumers read them, and whoever adds one write them', () => {
    const stack = synthesizedIn((scope) => {
      const user = iam.User.fromUserName(scope, 'operator', 'operator');
      build(scope).consumersSecret?.grantReadWrite(user);
    });
    const [policy] = Object.values(stack.all('AWS::IAM::Policy'));
    expect(policy?.PolicyDocument.Statement.flatMap(({ Action }: { Action: string[] }) => Action)).toEqual([
      'secretsmanager:GetSecretValue',
      'secretsmanager:DescribeSecret',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecret',
      'secretsmanager:UpdateSecretVersionStage',
    ]);
  });

  test("a key of the user's own can be used by the members to read the secret, before they start", () => {
    const stack = synthesizedIn((scope) => {
      const key = kms.Key.fromKeyArn(scope, 'key', 'arn:aws:kms:eu-central-1:123456789012:key/own');
      build(scope, {
        transform: { consumersSecret: { secret: (props) => ({ ...props, encryptionKey: key }) } },
      });
    });
    const policies = Object.entries(stack.all('AWS::IAM::Policy'));
    expect(policies.map(([, { PolicyDocument }]) => PolicyDocument.Statement)).toEqual([
      [{ Action: 'kms:Decrypt', Effect: 'Allow', Resource: 'arn:aws:kms:eu-central-1:123456789012:key/own' }],
      [{ Action: 'kms:Decrypt', Effect: 'Allow', Resource: 'arn:aws:kms:eu-central-1:123456789012:key/own' }],
    ]);
    expect(stack.waitsFor('gatewaygatewayaService')).toContain('gatewaygatewayaExecutionRoleDefaultPolicy');
  });

  test('has metrics of what callers did, with the dimensions that its filters write', () => {
    synthesizedIn((scope) => {
      const pair = build(scope);
      expect(pair.metric('Errors5xx', { Api: 'orders' }).toMetricConfig().metricStat).toMatchObject({
        namespace: 'Stagecraft/shop',
        metricName: 'Errors5xx',
        dimensions: [{ name: 'Api', value: 'orders' }],
        statistic: 'Sum',
      });
      const requests = pair.metric('Requests', { Consumer: 'acme', Api: 'orders' }, { label: 'acme' });
      expect(requests.toMetricConfig().metricStat?.dimensions).toEqual([
        { name: 'Api', value: 'orders' },
        { name: 'Consumer', value: 'acme' },
      ]);
      expect(requests.label).toBe('acme');
      expect(pair.metric('Latency', { Api: 'orders' }).statistic).toBe('p95');
      expect(() => pair.metric('Errors5xx', {})).toThrow(
        'There is no metric Errors5xx {}. There are: Requests {Api}, Errors5xx {Api}, Refused {Api}, ' +
          'CacheHits {Api}, Latency {Api}, Requests {Api, Consumer}.',
      );
    });
  });

  test('a load balancer of the same app may send to the gateways, and nowhere else', () => {
    const stack = synthesizedIn((scope) => {
      const vpc = new ec2.Vpc(scope, 'vpc', { maxAzs: 2 });
      const balancer = new elbv2.ApplicationLoadBalancer(scope, 'balancer', { vpc, internetFacing: true });
      const listener = balancer.addListener('listener', {
        port: 443,
        certificates: [elbv2.ListenerCertificate.fromArn('arn:own-certificate')],
        defaultAction: elbv2.ListenerAction.fixedResponse(404),
      });
      const cluster = new ecs.Cluster(scope, 'cluster', { vpc });
      new GatewayPair(scope, 'gateway', {
        name: 'shop',
        vpc,
        cluster,
        listener,
        apis: { orders: { at: 'orders.internal:8080', paths: ['/orders'] } },
      });
    });
    const out = Object.values(stack.all('AWS::EC2::SecurityGroupEgress'));
    expect(out.map(({ FromPort, ToPort }) => [FromPort, ToPort])).toEqual([
      [8080, 8080],
      [9000, 9000],
    ]);
    expect(stack.counts).toMatchObject({
      'AWS::EC2::VPC': 1,
      'AWS::ECS::Cluster': 1,
      'AWS::ElasticLoadBalancingV2::LoadBalancer': 1,
      'AWS::ServiceDiscovery::PrivateDnsNamespace': 1,
    });
    expect(stack.waitsFor('gatewaygatewayaService')).toContain('vpcPrivateSubnet1DefaultRoute');
  });

  test('ECS services and Cloud Map services are found by their names; an ECS service lets the gateways in', () => {
    const stack = synthesizedIn((scope) => {
      const { vpc, cluster, namespace } = existing(scope);
      const taskDefinition = new ecs.FargateTaskDefinition(scope, 'task');
      taskDefinition.addContainer('app', {
        image: ecs.ContainerImage.fromRegistry('reports:1'),
        portMappings: [{ containerPort: 80 }],
      });
      const reports = new ecs.FargateService(scope, 'reports', {
        cluster,
        taskDefinition,
        cloudMapOptions: { cloudMapNamespace: namespace, name: 'reports' },
      });
      const named = new servicediscovery.Service(scope, 'named', { namespace, name: 'search' });
      new GatewayPair(scope, 'gateway', {
        name: 'shop',
        vpc,
        cluster,
        namespace,
        listener: listenerOf(scope),
        apis: {
          reports: { at: { service: reports, port: 80 }, paths: ['/reports'] },
          search: { at: { service: named, port: 8080 }, paths: ['/search'] },
        },
      });
    });
    const [container] = stack.one('gatewaygatewayaTaskDefinition').ContainerDefinitions;
    const file = container.Environment.find(({ Name }: { Name: string }) => Name === 'FILE_HAPROXY_CFG');
    const text = gunzipSync(Buffer.from(file.Value, 'base64')).toString();
    expect(text).toContain(' ipv4@reports.own.internal:80 ');
    expect(text).toContain(' ipv4@search.own.internal:8080 ');
    const into = Object.values(stack.all('AWS::EC2::SecurityGroupIngress')).filter(
      ({ Description }) => Description === 'From the gateways',
    );
    expect(into.map(({ FromPort }) => FromPort)).toEqual([80]);
    const traffic = Object.keys(stack.all('AWS::ElasticLoadBalancingV2::ListenerRule')).filter((name) =>
      name.includes('Traffic'),
    );
    expect(traffic).toHaveLength(2);
    for (const rule of traffic)
      expect(stack.waitsFor(rule)).toEqual(
        expect.arrayContaining(['gatewaygatewayaService', 'gatewaygatewaybService', 'reportsService']),
      );
  });

  test('names the property of what is wrong, and of what stands beside the words', () => {
    const refused = (props: object) => () => synthesizedIn((scope) => build(scope, props));
    expect(refused({ apis: { orders: { at: 'orders', paths: ['/orders/'] } } })).toThrow(
      /own\/gateway {2}WRONG_FORM {2}apis.orders.at.*own\/gateway {2}WRONG_FORM {2}apis.orders.paths\[0\]/s,
    );
    expect(refused({ cidr: '10.0.0.1/16' })).toThrow(/own\/gateway {2}CIDR_ADDRESS {2}cidr/);
    expect(refused({ name: Fn.ref('Name') })).toThrow(/own\/gateway {2}LATER_VALUE {2}name/);
  });
});

describe('the two ways out', () => {
  const front = (scope: Stack, transform = {}) =>
    new LoadBalancer(scope, 'front', {
      name: 'shop',
      vpc: existing(scope).vpc,
      domain: {
        name: 'api.shop.example',
        certificate: Certificate.fromCertificateArn(scope, 'certificate', 'arn:own-certificate'),
      },
      apis: { orders: { paths: ['/orders'] } },
      transform,
    });

  test('settings just before a child is made', () => {
    const stack = synthesizedIn((scope) => {
      front(scope, {
        loadBalancer: (props: elbv2.ApplicationLoadBalancerProps) => ({ ...props, http2Enabled: false }),
        targetGroup: {
          targetGroup: (props: elbv2.ApplicationTargetGroupProps) => ({
            ...props,
            stickinessCookieName: 'own',
          }),
        },
      });
    });
    expect(stack.one('frontLoadBalancer')).toMatchObject({ Scheme: 'internet-facing' });
    expect(stack.one('frontLoadBalancer').LoadBalancerAttributes).toContainEqual({
      Key: 'routing.http2.enabled',
      Value: 'false',
    });
  });

  test('the children themselves', () => {
    const stack = synthesizedIn((scope) => {
      const { httpsListener } = front(scope);
      resourceOf(httpsListener).addPropertyOverride('AlpnPolicy', ['None']);
    });
    expect(stack.one('frontHttps').AlpnPolicy).toEqual(['None']);
  });
});
