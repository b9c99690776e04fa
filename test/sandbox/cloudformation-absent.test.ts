/**
 * Shows that the emulator's CloudFormation is as strict as AWS about what a template no longer says: a property that is
 * absent from an update leaves the live setting as it is, and an empty list, or the default in words, removes it.
 * Does not prove: that each of AWS's own handlers does so; where no document says, the stricter reading was taken.
 */
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeSecurityGroupRulesCommand, DescribeVpcAttributeCommand } from '@aws-sdk/client-ec2';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { GetNamespaceCommand } from '@aws-sdk/client-servicediscovery';
import {
  attribute,
  Cloud,
  elements,
  group,
  type Properties,
  type ResourceText,
  ref,
  template,
} from './cloudformation-kit';
import { createCluster, registerTask } from './emulator-kit';

type Ids = Readonly<Record<string, string>>;

interface Row {
  readonly type: string;
  /** What every template says. */
  readonly always: Properties;
  readonly set: Properties;
  /** How a template takes it away. */
  readonly removed: Properties;
  readonly more?: object;
  readonly read: (cloud: Cloud, id: string, ids: Ids) => Promise<unknown>;
  readonly was: unknown;
  readonly becomes: unknown;
}

const subnet = (index: number): ResourceText => ({
  Type: 'AWS::EC2::Subnet',
  Properties: {
    VpcId: ref('Net'),
    CidrBlock: `127.30.${index}.0/24`,
    AvailabilityZone: { 'Fn::Select': [index, { 'Fn::GetAZs': '' }] },
  },
});
const answer = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }];

/** What the rows stand on. */
const beside: Record<string, ResourceText> = {
  Net: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '127.30.0.0/16' } },
  A: subnet(0),
  B: subnet(1),
  InternetGateway: { Type: 'AWS::EC2::InternetGateway' },
  Attachment: {
    Type: 'AWS::EC2::VPCGatewayAttachment',
    Properties: { VpcId: ref('Net'), InternetGatewayId: ref('InternetGateway') },
  },
  Attached: {
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: { VpcId: ref('Net'), Port: 8080, Protocol: 'HTTP', TargetType: 'ip' },
  },
  Listener: {
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: {
      LoadBalancerArn: ref('Balancer'),
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: answer,
    },
  },
  Behind: {
    Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
    Properties: {
      ListenerArn: ref('Listener'),
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/'] } }],
      Actions: [{ Type: 'forward', TargetGroupArn: ref('Attached') }],
    },
  },
  Discovery: {
    Type: 'AWS::ServiceDiscovery::Service',
    Properties: {
      Name: 'svc',
      NamespaceId: ref('Namespace'),
      DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 5 }] },
    },
  },
};

const rule = (port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp: '10.0.0.0/8' });

const rows = (taskDefinition: string): Record<string, Row> => ({
  Service: {
    type: 'AWS::ECS::Service',
    more: { DependsOn: 'Behind' },
    always: {
      ServiceName: 'svc',
      Cluster: 'main',
      LaunchType: 'FARGATE',
      TaskDefinition: taskDefinition,
      DesiredCount: 1,
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [ref('A')] } },
    },
    set: {
      LoadBalancers: [{ ContainerName: 'app', ContainerPort: 8080, TargetGroupArn: ref('Attached') }],
      ServiceRegistries: [{ RegistryArn: attribute('Discovery', 'Arn') }],
      HealthCheckGracePeriodSeconds: 30,
      EnableExecuteCommand: true,
      EnableECSManagedTags: true,
      PropagateTags: 'SERVICE',
      PlatformVersion: '1.4.0',
      AvailabilityZoneRebalancing: 'DISABLED',
      DeploymentConfiguration: {
        MaximumPercent: 150,
        MinimumHealthyPercent: 50,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
    },
    removed: {
      LoadBalancers: [],
      ServiceRegistries: [],
      HealthCheckGracePeriodSeconds: 0,
      EnableExecuteCommand: false,
      EnableECSManagedTags: false,
      PropagateTags: 'NONE',
      PlatformVersion: 'LATEST',
      AvailabilityZoneRebalancing: 'ENABLED',
      DeploymentConfiguration: {
        MaximumPercent: 200,
        MinimumHealthyPercent: 100,
        DeploymentCircuitBreaker: { Enable: false, Rollback: false },
      },
    },
    read: async (cloud, id) => {
      const command = new DescribeServicesCommand({ cluster: 'main', services: [id] });
      const found = (await cloud.aws.ecs.send(command)).services?.[0];
      const { maximumPercent, minimumHealthyPercent, deploymentCircuitBreaker } =
        found?.deploymentConfiguration ?? {};
      return {
        loadBalancers: found?.loadBalancers?.length,
        registries: found?.serviceRegistries?.length,
        grace: found?.healthCheckGracePeriodSeconds,
        exec: found?.enableExecuteCommand,
        managedTags: found?.enableECSManagedTags,
        propagateTags: found?.propagateTags,
        platform: found?.platformVersion,
        rebalancing: found?.availabilityZoneRebalancing,
        deployment: [maximumPercent, minimumHealthyPercent, deploymentCircuitBreaker?.enable],
      };
    },
    was: {
      loadBalancers: 1,
      registries: 1,
      grace: 30,
      exec: true,
      managedTags: true,
      propagateTags: 'SERVICE',
      platform: '1.4.0',
      rebalancing: 'DISABLED',
      deployment: [150, 50, true],
    },
    becomes: {
      loadBalancers: 0,
      registries: 0,
      grace: 0,
      exec: false,
      managedTags: false,
      propagateTags: 'NONE',
      platform: 'LATEST',
      rebalancing: 'ENABLED',
      deployment: [200, 100, false],
    },
  },
  Balancer: {
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    more: { DependsOn: 'Attachment' },
    always: { Subnets: [ref('A'), ref('B')] },
    set: {
      SecurityGroups: [ref('Group')],
      LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '30' }],
    },
    removed: {
      SecurityGroups: [attribute('Net', 'DefaultSecurityGroup')],
      LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '60' }],
    },
    read: async (cloud, id, { Group }) => {
      const { elb } = cloud.aws;
      const one = { LoadBalancerArns: [id] };
      const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand(one));
      const { Attributes } = await elb.send(
        new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: id }),
      );
      return [
        LoadBalancers?.[0]?.SecurityGroups?.map((each) => each === Group),
        Attributes?.find(({ Key }) => Key === 'idle_timeout.timeout_seconds')?.Value,
      ];
    },
    was: [[true], '30'],
    becomes: [[false], '60'],
  },
  Targets: {
    type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    always: { VpcId: ref('Net'), Port: 8081, Protocol: 'HTTP', TargetType: 'ip' },
    set: {
      HealthCheckPath: '/ready',
      HealthCheckIntervalSeconds: 10,
      Matcher: { HttpCode: '204' },
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }],
    },
    removed: {
      HealthCheckPath: '/',
      HealthCheckIntervalSeconds: 30,
      Matcher: { HttpCode: '200' },
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '300' }],
    },
    read: async (cloud, id) => {
      const { elb } = cloud.aws;
      const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [id] }));
      const { Attributes } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: id }));
      return [
        TargetGroups?.[0]?.HealthCheckPath,
        TargetGroups?.[0]?.HealthCheckIntervalSeconds,
        TargetGroups?.[0]?.Matcher?.HttpCode,
        Attributes?.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value,
      ];
    },
    was: ['/ready', 10, '204', '5'],
    becomes: ['/', 30, '200', '300'],
  },
  Vpc: {
    type: 'AWS::EC2::VPC',
    always: { CidrBlock: '10.30.0.0/16' },
    set: { EnableDnsHostnames: true },
    removed: { EnableDnsHostnames: false },
    read: async (cloud, VpcId) => {
      const command = new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsHostnames' });
      return (await cloud.aws.ec2.send(command)).EnableDnsHostnames?.Value;
    },
    was: true,
    becomes: false,
  },
  Group: {
    type: 'AWS::EC2::SecurityGroup',
    always: { GroupDescription: 'g', VpcId: ref('Net') },
    set: { SecurityGroupIngress: [rule(80)], SecurityGroupEgress: [rule(443)] },
    removed: { SecurityGroupIngress: [], SecurityGroupEgress: [rule(8443)] },
    read: async (cloud, id) => {
      const { SecurityGroupRules = [] } = await cloud.aws.ec2.send(
        new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [id] }] }),
      );
      return SecurityGroupRules.map(
        ({ IsEgress, FromPort }) => `${IsEgress ? 'out' : 'in'} ${FromPort}`,
      ).sort();
    },
    was: ['in 80', 'out 443'],
    becomes: ['out 8443'],
  },
  Role: {
    type: 'AWS::IAM::Role',
    always: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
    },
    set: {
      Description: 'd',
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      Policies: [
        {
          PolicyName: 'p',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::one/*' }],
          },
        },
      ],
    },
    removed: { Description: 'none', ManagedPolicyArns: [], Policies: [] },
    read: async (cloud, RoleName) => [
      elements(await cloud.iam('GetRole', { RoleName }), 'Description'),
      elements(await cloud.iam('ListAttachedRolePolicies', { RoleName }), 'PolicyName'),
      elements(await cloud.iam('ListRolePolicies', { RoleName }), 'member'),
    ],
    was: [['d'], ['ReadOnlyAccess'], ['p']],
    becomes: [['none'], [], []],
  },
  Namespace: {
    type: 'AWS::ServiceDiscovery::PrivateDnsNamespace',
    always: { Name: 'n.test', Vpc: ref('Net') },
    set: { Description: 'd' },
    removed: { Description: 'none' },
    read: async (cloud, Id) =>
      (await cloud.aws.cloudMap.send(new GetNamespaceCommand({ Id }))).Namespace?.Description,
    was: 'd',
    becomes: 'none',
  },
  Secret: {
    type: 'AWS::SecretsManager::Secret',
    always: { Name: 's', SecretString: 'x' },
    set: { Description: 'd' },
    removed: { Description: 'none' },
    read: async (cloud, SecretId) =>
      (await cloud.aws.secrets.send(new DescribeSecretCommand({ SecretId }))).Description,
    was: 'd',
    becomes: 'none',
  },
});

let cloud: Cloud;
let table: Record<string, Row>;

beforeAll(async () => {
  cloud = await Cloud.start();
  await createCluster(cloud.aws);
  table = rows(await registerTask(cloud.aws));
});
afterAll(() => cloud.stop());

/** Does what the tasks controller does, until the stack has come to rest. */
async function deployed(phase: 'set' | 'absent' | 'removed'): Promise<Record<string, unknown>> {
  const resources = Object.entries(table).map(
    ([id, { type, always, more, ...row }]): [string, ResourceText] => [
      id,
      // A tag makes a change of the template that says nothing of a setting.
      {
        Type: type,
        Properties: {
          ...always,
          ...(phase !== 'absent' && row[phase]),
          Tags: [{ Key: 'phase', Value: phase }],
        },
        ...more,
      },
    ],
  );
  const body = template({ ...beside, ...Object.fromEntries(resources) });
  expect(await cloud.deployWithTasks('absent', body, 'svc')).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  const ids = await cloud.physicalIds('absent');
  const found = Object.entries(table).map(async ([id, row]) => [
    id,
    await row.read(cloud, ids[id] ?? '', ids),
  ]);
  return Object.fromEntries(await Promise.all(found));
}

const of = (which: 'was' | 'becomes') =>
  Object.fromEntries(Object.entries(table).map(([id, row]) => [id, row[which]]));

test('what a template no longer says stays, until the template says that it is nothing', async () => {
  expect(await deployed('set')).toEqual(of('was'));
  expect(await deployed('absent')).toEqual(of('was'));
  expect(await deployed('set')).toEqual(of('was'));
  expect(await deployed('removed')).toEqual(of('becomes'));
});

test('a log group whose template says no retention keeps its lines for ever, as its documentation says', async () => {
  const retention = async () => {
    const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: '/absent' });
    const { logGroups } = await cloud.logs.send(command);
    return logGroups?.map(({ retentionInDays }) => retentionInDays);
  };
  const name = { LogGroupName: '/absent' };
  await cloud.deploy('group', template({ Group: group({ ...name, RetentionInDays: 7 }) }));
  expect(await retention()).toEqual([7]);
  await cloud.deploy('group', template({ Group: group(name) }));
  expect(await retention()).toEqual([undefined]);
});

test('a role whose template says no duration has sessions of an hour, as UpdateRole says', async () => {
  const role = (more: Properties) => ({
    Type: 'AWS::IAM::Role',
    Properties: { RoleName: 'timed', ...table.Role?.always, ...more },
  });
  const seconds = async () =>
    elements(await cloud.iam('GetRole', { RoleName: 'timed' }), 'MaxSessionDuration');
  await cloud.deploy('timed', template({ Role: role({ MaxSessionDuration: 7200 }) }));
  expect(await seconds()).toEqual(['7200']);
  await cloud.deploy('timed', template({ Role: role({}) }));
  expect(await seconds()).toEqual(['3600']);
});
