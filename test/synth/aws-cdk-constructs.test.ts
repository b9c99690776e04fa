/** Each construct stands alone, in a stack of one's own and with things that exist. */
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ApiService, type ApiServiceProps } from '../../constructs/aws-cdk/api-service';
import { Identity } from '../../constructs/aws-cdk/identity';
import { LoadBalancer } from '../../constructs/aws-cdk/load-balancer';
import { ExistingNetwork, Network } from '../../constructs/aws-cdk/network';
import { existing, groupOf } from './support/aws-cdk-existing';
import { stackAt, synthesizedIn } from './support/aws-cdk-template';
import { blueprintAt } from './support/blueprints';

describe('an ApiService in a VPC and a cluster that exist', () => {
  const build = (stack: Stack, props: Partial<ApiServiceProps> = {}) =>
    new ApiService(stack, 'orders', {
      name: 'shop',
      api: 'orders',
      image: 'registry.example/orders:1',
      instances: { min: 2, max: 6 },
      ...existing(stack),
      ...props,
    });

  test('brings all that a service is made of, and nothing else', () => {
    expect(synthesizedIn((stack) => build(stack)).counts).toEqual({
      'AWS::ApplicationAutoScaling::ScalableTarget': 1,
      'AWS::ApplicationAutoScaling::ScalingPolicy': 1,
      'AWS::EC2::SecurityGroup': 1,
      'AWS::ECS::Service': 1,
      'AWS::ECS::TaskDefinition': 1,
      'AWS::IAM::Role': 2,
      'AWS::Logs::LogGroup': 1,
      'AWS::ServiceDiscovery::Service': 1,
    });
  });

  test('is put where it is told', () => {
    const stack = synthesizedIn((scope) => build(scope));
    expect(stack.one('ordersSecurityGroup').VpcId).toBe('vpc-own');
    expect(stack.one('ordersDiscovery').DnsConfig.NamespaceId).toBe('ns-own');
    expect(stack.one('ordersService')).toMatchObject({
      Cluster: 'own',
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-a', 'subnet-b'] } },
    });
  });

  test('is told to CDK users in their words: grants, connections, metrics', () => {
    const stack = synthesizedIn((scope) => {
      const api = build(scope);
      s3.Bucket.fromBucketName(scope, 'bucket', 'own-bucket').grantRead(api);
      api.connections.allowTo(groupOf(scope, 'database'), ec2.Port.tcp(5432), 'Orders to their database');
      expect(api.metricCpuUtilization().metricName).toBe('CPUUtilization');
      expect(api.metricMemoryUtilization().namespace).toBe('AWS/ECS');
    });
    const [policy] = Object.values(stack.all('AWS::IAM::Policy'));
    expect(policy?.Roles).toEqual([{ Ref: expect.stringMatching(/^ordersTaskRole/) }]);
    const [into] = Object.values(stack.all('AWS::EC2::SecurityGroupIngress')).filter(
      ({ GroupId }) => GroupId === 'sg-database',
    );
    expect(into).toMatchObject({ FromPort: 5432, ToPort: 5432 });
  });

  test('says in words that it is in no target group, in an app without feature flags', () => {
    const stack = synthesizedIn((scope) => build(scope));
    expect(stack.one('ordersService')).toMatchObject({
      LoadBalancers: [],
      HealthCheckGracePeriodSeconds: 0,
      EnableExecuteCommand: false,
    });
    expect(stack.one('ordersTaskRole')).toMatchObject({ Policies: [], ManagedPolicyArns: [] });
  });

  test('keeps what a user of L2 attaches it to later', () => {
    const stack = synthesizedIn((scope) => {
      const api = build(scope);
      const own = elbv2.ApplicationTargetGroup.fromTargetGroupAttributes(scope, 'own', {
        targetGroupArn:
          'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/own/0123456789abcdef',
      });
      api.fargate.service.attachToApplicationTargetGroup(own);
    });
    const { LoadBalancers, HealthCheckGracePeriodSeconds } = stack.one('ordersService');
    expect(LoadBalancers).toEqual([
      {
        ContainerName: 'orders',
        ContainerPort: 8080,
        TargetGroupArn:
          'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/own/0123456789abcdef',
      },
    ]);
    // L2's own time for a new task.
    expect(HealthCheckGracePeriodSeconds).toBe(60);
  });

  test('lets in whom it is told, and nobody else', () => {
    const stack = synthesizedIn((scope) => build(scope, { from: groupOf(scope, 'callers') }));
    const rules = Object.values(stack.all('AWS::EC2::SecurityGroupIngress'));
    expect(rules.map(({ SourceSecurityGroupId, FromPort }) => [SourceSecurityGroupId, FromPort])).toEqual([
      ['sg-callers', 8080],
    ]);
  });

  test('takes secrets, keys and values that are known later', () => {
    const stack = synthesizedIn((scope) => {
      const key = new kms.Key(scope, 'key');
      const secret = new secretsmanager.Secret(scope, 'secret', { encryptionKey: key });
      const bucket = new s3.Bucket(scope, 'bucket');
      build(scope, {
        environment: { BUCKET: bucket.bucketName, LEVEL: 'info' },
        secrets: { PASSWORD: secret },
        kmsKeys: [key],
      });
    });
    const [container] = stack.one('ordersTaskDefinition').ContainerDefinitions;
    const of = (id: string) => expect.stringMatching(new RegExp(`^${id}[0-9A-F]{8}$`));
    expect(container.Environment).toEqual([
      { Name: 'BUCKET', Value: { Ref: of('bucket') } },
      { Name: 'LEVEL', Value: 'info' },
    ]);
    expect(container.Secrets).toEqual([{ Name: 'PASSWORD', ValueFrom: { Ref: of('secret') } }]);
    const { Policies } = stack.one('ordersExecutionRole');
    const statements = Policies.flatMap(
      ({ PolicyDocument }: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } }) =>
        PolicyDocument.Statement,
    );
    expect(statements).toContainEqual({
      Sid: 'ReadSecrets',
      Action: 'secretsmanager:GetSecretValue',
      Effect: 'Allow',
      Resource: { Ref: of('secret') },
    });
    expect(statements).toContainEqual({
      Sid: 'DecryptSecrets',
      Action: 'kms:Decrypt',
      Effect: 'Allow',
      Resource: { 'Fn::GetAtt': [of('key'), 'Arn'] },
    });
  });

  test('names the property and the construct of what is wrong', () => {
    expect(() => synthesizedIn((scope) => build(scope, { instances: { min: 4, max: 2 }, cpu: 300 }))).toThrow(
      /own\/orders {2}\w+ {2}(cpu|instances.max).*own\/orders {2}\w+ {2}(cpu|instances.max)/s,
    );
  });
});

describe('a LoadBalancer in front of services that are not ours', () => {
  test('takes the subnets and the zone that it is given', () => {
    const stack = synthesizedIn((scope) => {
      const { vpc } = existing(scope);
      const hostedZone = route53.HostedZone.fromHostedZoneAttributes(scope, 'zone', {
        hostedZoneId: 'ZOWN',
        zoneName: 'shop.example',
      });
      const front = new LoadBalancer(scope, 'front', {
        name: 'shop',
        vpc,
        domain: { name: 'api.shop.example', hostedZone },
        apis: { orders: { port: 8080, paths: ['/orders'] }, reports: { paths: ['/reports'] } },
      });
      expect(Object.keys(front.targetGroups)).toEqual(['orders', 'reports']);
      expect(front.metrics.requestCount().metricName).toBe('RequestCount');
      front.targetGroups.orders?.targetGroup.addTarget({
        attachToApplicationTargetGroup: () => ({
          targetType: elbv2.TargetType.IP,
          targetJson: { id: '10.0.0.9', port: 8080 },
        }),
      });
    });
    expect(stack.counts['AWS::ECS::Service']).toBeUndefined();
    expect(stack.one('frontLoadBalancer').Subnets).toEqual(['subnet-c', 'subnet-d']);
    expect(stack.one('frontRecordsaliasapishopexample').HostedZoneId).toBe('ZOWN');
    expect(stack.one('frontCertificate').DomainValidationOptions[0].HostedZoneId).toBe('ZOWN');
    expect(stack.one('frontordersTargetGroup').Targets).toEqual([{ Id: '10.0.0.9', Port: 8080 }]);
    const rules = Object.keys(stack.all('AWS::ElasticLoadBalancingV2::ListenerRule'));
    for (const rule of rules) expect(stack.waitsFor(rule)).toEqual([]);
  });
});

describe('a network', () => {
  test('that exists gives the subnets of the zones asked for, and makes nothing', () => {
    const stack = synthesizedIn((scope) => {
      const network = new ExistingNetwork(scope, 'Network', {
        network: {
          vpcId: 'vpc-own',
          cidr: '10.0.0.0/16',
          publicSubnetIds: { b: 'subnet-2', a: 'subnet-1' },
          privateSubnetIds: {},
        },
      });
      expect(network.zones).toEqual(['a', 'b']);
      expect(network.vpc.vpcId).toBe('vpc-own');
      expect(network.subnets('public', ['b']).map(({ subnetId }) => subnetId)).toEqual(['subnet-2']);
      expect(() => network.subnets('private', ['a'])).toThrow(
        'The network has no private subnet in zone "a". It has private subnets in: no zone.',
      );
    });
    expect(stack.resources).toBeUndefined();
  });

  test('sends each private subnet out by the NAT gateway of the zone that it is told', () => {
    const { network } = blueprintAt('gateway');
    if (network.kind !== 'new') throw new Error('not new');
    const [a, b] = network.zones;
    if (a === undefined || b === undefined) throw new Error('two zones');
    const perZone = { ...network, zones: [a, { ...b, nat: true, natZone: 'b' }] };
    const stack = synthesizedIn((scope) => new Network(scope, 'Network', { network: perZone }));
    expect(stack.counts).toMatchObject({ 'AWS::EC2::NatGateway': 2, 'AWS::EC2::EIP': 2 });
    expect(stack.one('NetworkPrivateRouteb').NatGatewayId.Ref).toMatch(/^NetworkNatb/);
    expect(stack.one('NetworkVpc').Tags).toContainEqual({ Key: 'Name', Value: 'shop' });
    const none = { ...network, zones: [{ ...a, nat: false }] };
    expect(() => synthesizedIn((scope) => new Network(scope, 'Network', { network: none }))).toThrow(
      'Zone "a" has a private subnet and no NAT gateway to go out by (natZone: a). Name a zone that has one.',
    );
  });
});

test('an Identity gives tokens to machines, and lets nobody sign up', () => {
  const stack = synthesizedIn((scope) => {
    const identity = new Identity(scope, 'Identity', {
      identity: {
        userPoolName: 'shop',
        domainPrefix: 'shop-tokens',
        tokenDomain: 'auth.eu-central-1.amazoncognito.com',
        deletionProtection: false,
        resourceServer: {
          identifier: 'api',
          name: 'api',
          scopes: [{ name: 'read', description: 'Read all' }],
        },
        machineClients: [{ id: 'batch', name: 'shop-batch', scopes: ['api/read'], accessTokenMinutes: 60 }],
      },
    });
    expect(Object.keys(identity.machineClients)).toEqual(['batch']);
    expect(scope.resolve(identity.issuer)).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^IdentityUserPool/), 'ProviderURL'],
    });
  });
  expect(stack.one('IdentityUserPool').AdminCreateUserConfig).toEqual({ AllowAdminCreateUserOnly: true });
  expect(stack.one('IdentityUserPoolResourceServer').Scopes).toEqual([
    { ScopeName: 'read', ScopeDescription: 'Read all' },
  ]);
  expect(stack.one('IdentityUserPoolClientbatch')).toMatchObject({
    GenerateSecret: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthScopes: ['api/read'],
    AccessTokenValidity: 60,
    TokenValidityUnits: { AccessToken: 'minutes' },
  });
  expect(stack.waitsFor('IdentityUserPoolClientbatch')).toEqual(['IdentityUserPoolResourceServer']);
});

test('nothing of it makes CDK warn, in an existing network neither', () => {
  const network = {
    kind: 'existing',
    vpcId: 'vpc-0a1b2c3d',
    cidr: '10.0.0.0/16',
    publicSubnetIds: { a: 'subnet-0000000a', b: 'subnet-0000000b' },
    privateSubnetIds: { a: 'subnet-1000000a', b: 'subnet-1000000b' },
  } as const;
  for (const blueprint of [blueprintAt('gateway'), { ...blueprintAt('gateway'), network }]) {
    const warnings = Annotations.fromStack(stackAt(blueprint)).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => entry.data)).toEqual([]);
  }
});
