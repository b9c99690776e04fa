/**
 * The stack of examples/aws-cdk-own-stack: what a reader copies does what its comments say. Shows what is in the
 * template, not that AWS takes it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import type { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { OwnStack } from '../../examples/aws-cdk-own-stack/main';
import { newApp, type Settings, Synthesized, templateOf, withoutHash } from './support/aws-cdk-template';

const LISTENER =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/own/50dc6c495c0c9188/f2f7dc8efc522ab2';
const SUBNETS = { a: 'subnet-0a1b2c3d4e5f60713', b: 'subnet-0a1b2c3d4e5f60714' };

const stack = new OwnStack(newApp(), 'own');
const template = templateOf(stack);

/** What a value refers to, without CDK's hash. */
const referred = (value: { Ref?: string; 'Fn::GetAtt'?: [string, string] }): string =>
  withoutHash(value.Ref ?? value['Fn::GetAtt']?.[0] ?? 'nothing');

/** The text that a gateway is configured with. */
function configurationOf(taskDefinition: string): string {
  const [container] = template.one(taskDefinition).ContainerDefinitions as [Settings];
  const file = container.Environment.find(({ Name }: Settings) => Name === 'FILE_HAPROXY_CFG');
  return gunzipSync(Buffer.from(file.Value, 'base64')).toString();
}

test('it makes the API, the gateways and what they need; what exists it makes not', () => {
  // No VPC, subnet, cluster, namespace, load balancer, listener, certificate, hosted zone or table.
  expect(template.counts).toEqual({
    'AWS::ApplicationAutoScaling::ScalableTarget': 1,
    'AWS::ApplicationAutoScaling::ScalingPolicy': 1,
    'AWS::CloudWatch::Alarm': 2,
    'AWS::EC2::SecurityGroup': 2,
    'AWS::EC2::SecurityGroupIngress': 5,
    'AWS::ECS::Service': 3,
    'AWS::ECS::TaskDefinition': 3,
    'AWS::ElasticLoadBalancingV2::ListenerRule': 2,
    'AWS::ElasticLoadBalancingV2::TargetGroup': 1,
    'AWS::IAM::Policy': 1,
    'AWS::IAM::Role': 6,
    'AWS::Logs::LogGroup': 3,
    'AWS::Logs::MetricFilter': 12,
    'AWS::Route53::RecordSet': 1,
    'AWS::SecretsManager::Secret': 1,
    'AWS::ServiceDiscovery::Service': 3,
  });
});

test('each service is put where it is told, and is found where the gateways ask', () => {
  const services = template.all('AWS::ECS::Service');
  const places = Object.fromEntries(
    Object.entries(services).map(([name, { Cluster, NetworkConfiguration }]) => [
      name,
      [Cluster, NetworkConfiguration.AwsvpcConfiguration.Subnets],
    ]),
  );
  expect(places).toEqual({
    gatewaygatewayaService: ['own', [SUBNETS.a]],
    gatewaygatewaybService: ['own', [SUBNETS.b]],
    ordersService: ['own', [SUBNETS.a, SUBNETS.b]],
  });
  for (const group of Object.values(template.all('AWS::EC2::SecurityGroup'))) {
    expect(group.VpcId).toBe('vpc-0a1b2c3d4e5f60718');
  }
  const names = Object.values(template.all('AWS::ServiceDiscovery::Service')).map(
    ({ Name, NamespaceId, DnsConfig }) => [Name, NamespaceId, DnsConfig.NamespaceId],
  );
  expect(names).toEqual([
    ['shop-orders', 'ns-0123456789abcdef', 'ns-0123456789abcdef'],
    ['shop-gateway-a', 'ns-0123456789abcdef', 'ns-0123456789abcdef'],
    ['shop-gateway-b', 'ns-0123456789abcdef', 'ns-0123456789abcdef'],
  ]);
  const { namespaceName } = stack.node.findChild('names') as PrivateDnsNamespace;
  expect(namespaceName).toBe('own.internal');
  for (const gateway of ['gatewaygatewayaTaskDefinition', 'gatewaygatewaybTaskDefinition']) {
    expect(configurationOf(gateway)).toContain(' ipv4@shop-orders.own.internal:8080 ');
  }
});

test('their load balancer reaches the gateways, the gateways reach the API, and nothing of theirs is changed', () => {
  const ways = Object.values(template.all('AWS::EC2::SecurityGroupIngress')).map(
    ({ SourceSecurityGroupId: from, GroupId, FromPort, ToPort }) =>
      `${typeof from === 'string' ? from : referred(from)} -> ${referred(GroupId)} ${FromPort}-${ToPort}`,
  );
  expect(ways.toSorted()).toEqual([
    'gatewayGroup -> gatewayGroup 10000-10000',
    'gatewayGroup -> gatewayGroup 8081-8081',
    'gatewayGroup -> ordersSecurityGroup 8080-8080',
    'sg-0a1b2c3d4e5f60719 -> gatewayGroup 8080-8080',
    'sg-0a1b2c3d4e5f60719 -> gatewayGroup 9000-9000',
  ]);
});

test('two rules on their listener: one attaches the gateways, one brings callers when all is steady', () => {
  const rules = Object.entries(template.all('AWS::ElasticLoadBalancingV2::ListenerRule'));
  const [name = '', traffic] = rules.find(([one]) => one.includes('Traffic')) ?? [];
  expect(Object.fromEntries(rules).gatewayListenergatewayAttachRule).toMatchObject({ ListenerArn: LISTENER });
  expect(traffic).toMatchObject({
    ListenerArn: LISTENER,
    Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/orders', '/orders/*'] } }],
    Actions: [
      {
        Type: 'forward',
        TargetGroupArn: { Ref: expect.stringMatching(/^gatewayListenergatewayTargetGroup[0-9A-F]{8}$/) },
      },
    ],
  });
  expect(template.waitsFor(name)).toEqual(
    expect.arrayContaining(['gatewaygatewayaService', 'gatewaygatewaybService', 'ordersService']),
  );
  expect(template.waitsFor('gatewaygatewayaService')).toContain('gatewayListenergatewayAttachRule');
  expect(template.waitsFor('gatewaygatewaybService')).toContain('gatewaygatewayaService');
});

test('the name in their zone leads to their load balancer, once there is an answer', () => {
  expect(template.one('name')).toEqual({
    HostedZoneId: 'Z0123456789SHOP',
    Name: 'api.shop.example.',
    Type: 'A',
    AliasTarget: {
      DNSName: 'dualstack.own-1234567890.eu-central-1.elb.amazonaws.com',
      HostedZoneId: 'Z215JYRZR1TBD5',
    },
  });
  expect(template.waitsFor('name').filter((one) => one.includes('Traffic'))).toHaveLength(1);
});

test('the grant is for the role of the API’s tasks, for one table, and there before the first task', () => {
  const table = {
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        ':dynamodb:eu-central-1:',
        { Ref: 'AWS::AccountId' },
        ':table/orders',
      ],
    ],
  };
  const policy = template.one('ordersTaskRoleDefaultPolicy');
  expect(policy.Roles.map(referred)).toEqual(['ordersTaskRole']);
  expect(policy.PolicyDocument.Statement).toEqual([
    {
      Effect: 'Allow',
      Action: [
        'dynamodb:BatchGetItem',
        'dynamodb:Query',
        'dynamodb:GetItem',
        'dynamodb:Scan',
        'dynamodb:ConditionCheckItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
        'dynamodb:DescribeTable',
      ],
      Resource: [table],
    },
    { Effect: 'Allow', Action: ['dynamodb:GetRecords', 'dynamodb:GetShardIterator'], Resource: [table] },
  ]);
  expect(referred(template.one('ordersTaskDefinition').TaskRoleArn)).toBe('ordersTaskRole');
  expect(template.waitsFor('ordersService')).toContain('ordersTaskRoleDefaultPolicy');
});

test('the alarm is about the CPU of the API’s service', () => {
  const { Dimensions, ...alarm } = template.one('busy');
  expect(alarm).toEqual({
    Namespace: 'AWS/ECS',
    MetricName: 'CPUUtilization',
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: 10,
    Threshold: 85,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  });
  expect(Dimensions).toEqual([
    { Name: 'ClusterName', Value: 'own' },
    { Name: 'ServiceName', Value: { 'Fn::GetAtt': [expect.stringMatching(/^ordersService/), 'Name'] } },
  ]);
});

test('the other alarm is about the errors that callers of the API saw', () => {
  expect(template.one('errors')).toEqual({
    Namespace: 'Stagecraft/shop',
    MetricName: 'Errors5xx',
    Dimensions: [{ Name: 'Api', Value: 'orders' }],
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 3,
    Threshold: 5,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  });
});

test('the two ways out reach what they name, and nothing else', () => {
  expect(template.one('ordersServiceTaskCountTargetPolicy').TargetTrackingScalingPolicyConfiguration).toEqual(
    {
      PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      ScaleInCooldown: 600,
      ScaleOutCooldown: 300,
      TargetValue: 60,
    },
  );
  const readOnly = Object.entries(template.all('AWS::ECS::TaskDefinition')).map(
    ([name, { ContainerDefinitions }]) => [
      name,
      ContainerDefinitions.map((container: { Name: string; ReadonlyRootFilesystem?: boolean }) => [
        container.Name,
        container.ReadonlyRootFilesystem,
      ]),
    ],
  );
  expect(Object.fromEntries(readOnly)).toEqual({
    gatewaygatewayaTaskDefinition: [['gateway', undefined]],
    gatewaygatewaybTaskDefinition: [['gateway', undefined]],
    ordersTaskDefinition: [
      ['orders', true],
      ['orders-probe', undefined],
    ],
  });
});

test('CDK has nothing to warn of', () => {
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
  expect(warnings.map(({ entry }) => entry.data)).toEqual([]);
});

test('run as a program it needs no credentials, looks nothing up and fits any account', () => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'stagecraft-example-'));
  const readJson = (file: string) => JSON.parse(readFileSync(path.join(outdir, file), 'utf8'));
  const project = path.resolve(__dirname, '../..');
  try {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', path.join(project, 'examples/aws-cdk-own-stack/main.ts')],
      {
        cwd: project,
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH,
          NODE_OPTIONS: '--no-deprecation',
          CDK_OUTDIR: outdir,
          CDK_VALIDATION: 'false',
        },
      },
    );
    expect([status, stderr]).toEqual([0, '']);
    const { artifacts, missing } = readJson('manifest.json');
    expect(missing).toBeUndefined();
    expect(artifacts.own.environment).toBe('aws://unknown-account/eu-central-1');
    expect(new Synthesized(readJson('own.template.json')).identities).toEqual(template.identities);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}, 60_000);
