import {
  DescribeResourceServerCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { type Cloud, elements, ref } from './cloudformation-kit';
import { after, before, both, fresh, old, type Table, tags } from './cloudformation-updates';
import { jsonCall } from './emulator-kit';

const lowerPairs = (all: readonly { key?: string; value?: string }[] = []) =>
  Object.fromEntries(all.map(({ key, value }) => [key, value]));

const assumedBy = (Service: string) => ({
  AssumeRolePolicyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
  },
});
const policy = (PolicyName: string, bucket: string) => ({
  PolicyName,
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` }],
  },
});
const managed = (name: string) => ({ ManagedPolicyArns: [`arn:aws:iam::aws:policy/${name}`] });

const scalable = (MaxCapacity: number | string) => ({
  ServiceNamespace: 'ecs',
  ResourceId: 'service/main/svc',
  ScalableDimension: 'ecs:service:DesiredCount',
  MinCapacity: 1,
  MaxCapacity,
});
const tracking = (TargetValue: number | string) => ({
  PolicyName: 'cpu',
  PolicyType: 'TargetTrackingScaling',
  ScalingTargetId: ref('Scalable'),
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue,
    PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
  },
});
const scaling = async (cloud: Cloud, of: string) => {
  const action = `AnyScaleFrontendService.Describe${of}`;
  const input = { ServiceNamespace: 'ecs' };
  const { answer } = await jsonCall(cloud.aws.emulator.access, 'application-autoscaling', action, input);
  return answer[of];
};
const targetValue = (TargetValue: number) => [
  expect.objectContaining({
    TargetTrackingScalingPolicyConfiguration: expect.objectContaining({ TargetValue }),
  }),
];
const insights = (Value: string) => ({ ClusterSettings: [{ Name: 'containerInsights', Value }] });

export const services: Table = {
  beside: {
    Pool: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: 'beside' } },
    Domain: {
      Type: 'AWS::Cognito::UserPoolDomain',
      Properties: { Domain: 'a-domain', UserPoolId: ref('Pool') },
    },
  },
  rows: {
    Cluster: {
      type: 'AWS::ECS::Cluster',
      ...both(
        { ClusterName: 'c' },
        { ...insights('enabled'), ...before },
        { ...insights('disabled'), ...after },
      ),
      read: async (cloud, id) => {
        const command = new DescribeClustersCommand({ clusters: [id], include: ['SETTINGS', 'TAGS'] });
        const found = (await cloud.aws.ecs.send(command)).clusters?.[0];
        return [found?.settings?.[0]?.value, lowerPairs(found?.tags)];
      },
      was: ['enabled', old],
      becomes: ['disabled', fresh],
    },
    Definition: {
      type: 'AWS::ECS::TaskDefinition',
      ...both(
        {
          Family: 'f',
          ContainerDefinitions: [
            { Name: 'a', Image: 'a', Memory: '128', PortMappings: [{ ContainerPort: 8080 }] },
          ],
        },
        before,
        after,
      ),
      read: async (cloud, id) => {
        const command = new DescribeTaskDefinitionCommand({ taskDefinition: id, include: ['TAGS'] });
        const { taskDefinition, tags: given } = await cloud.aws.ecs.send(command);
        return [taskDefinition?.containerDefinitions?.[0]?.memory, lowerPairs(given)];
      },
      was: [128, old],
      becomes: [128, fresh],
    },
    Service: {
      type: 'AWS::ECS::Service',
      more: { DependsOn: 'Behind' },
      ...both(
        { ServiceName: 'svc', Cluster: 'main', TaskDefinition: ref('Definition') },
        {
          DesiredCount: '1',
          EnableExecuteCommand: true,
          HealthCheckGracePeriodSeconds: 30,
          PropagateTags: 'SERVICE',
          LoadBalancers: [{ ContainerName: 'a', ContainerPort: 8080, TargetGroupArn: ref('Attached') }],
          DeploymentConfiguration: {
            MaximumPercent: 150,
            DeploymentCircuitBreaker: { Enable: true, Rollback: true },
          },
          ...before,
        },
        {
          DesiredCount: 2,
          EnableExecuteCommand: false,
          HealthCheckGracePeriodSeconds: 0,
          PropagateTags: 'NONE',
          LoadBalancers: [],
          DeploymentConfiguration: {
            MaximumPercent: 200,
            DeploymentCircuitBreaker: { Enable: false, Rollback: false },
          },
          ...after,
        },
      ),
      read: async (cloud, id) => {
        const command = new DescribeServicesCommand({ cluster: 'main', services: [id], include: ['TAGS'] });
        const found = (await cloud.aws.ecs.send(command)).services?.[0];
        return [
          found?.desiredCount,
          found?.enableExecuteCommand,
          found?.healthCheckGracePeriodSeconds,
          found?.propagateTags,
          found?.loadBalancers?.length,
          found?.deploymentConfiguration?.maximumPercent,
          found?.deploymentConfiguration?.deploymentCircuitBreaker?.enable,
          lowerPairs(found?.tags),
        ];
      },
      was: [1, true, 30, 'SERVICE', 1, 150, true, old],
      becomes: [2, false, 0, 'NONE', 0, 200, false, fresh],
    },
    Scalable: {
      type: 'AWS::ApplicationAutoScaling::ScalableTarget',
      more: { DependsOn: 'Service' },
      before: scalable('2'),
      after: scalable(4),
      read: (cloud) => scaling(cloud, 'ScalableTargets'),
      was: [expect.objectContaining({ MaxCapacity: 2, MinCapacity: 1 })],
      becomes: [expect.objectContaining({ MaxCapacity: 4, MinCapacity: 1 })],
    },
    Scaling: {
      type: 'AWS::ApplicationAutoScaling::ScalingPolicy',
      before: tracking('50.5'),
      after: tracking(60),
      read: (cloud) => scaling(cloud, 'ScalingPolicies'),
      was: targetValue(50.5),
      becomes: targetValue(60),
    },
    UserPool: {
      type: 'AWS::Cognito::UserPool',
      ...both(
        { UserPoolName: 'p' },
        { UserPoolTags: { a: '1' }, Policies: { PasswordPolicy: { MinimumLength: '8' } } },
        { UserPoolTags: { b: '2' }, Policies: { PasswordPolicy: { MinimumLength: 12 } } },
      ),
      read: async (cloud, id) => {
        const { UserPool } = await cloud.cognito.send(new DescribeUserPoolCommand({ UserPoolId: id }));
        return [UserPool?.UserPoolTags, UserPool?.Policies?.PasswordPolicy?.MinimumLength];
      },
      was: [{ a: '1' }, 8],
      becomes: [{ b: '2' }, 12],
    },
    Client: {
      type: 'AWS::Cognito::UserPoolClient',
      ...both(
        { UserPoolId: ref('Pool') },
        { ClientName: 'one', AccessTokenValidity: '1' },
        { ClientName: 'two', AccessTokenValidity: 2 },
      ),
      read: async (cloud, id, { Pool }) => {
        const command = new DescribeUserPoolClientCommand({ UserPoolId: Pool, ClientId: id });
        const { UserPoolClient } = await cloud.cognito.send(command);
        return [UserPoolClient?.ClientName, UserPoolClient?.AccessTokenValidity];
      },
      was: ['one', 1],
      becomes: ['two', 2],
    },
    ResourceServer: {
      type: 'AWS::Cognito::UserPoolResourceServer',
      ...both(
        { UserPoolId: ref('Pool'), Identifier: 'api' },
        { Name: 'one', Scopes: [{ ScopeName: 'read', ScopeDescription: 'r' }] },
        { Name: 'two', Scopes: [{ ScopeName: 'write', ScopeDescription: 'w' }] },
      ),
      read: async (cloud, _, { Pool }) => {
        const command = new DescribeResourceServerCommand({ UserPoolId: Pool, Identifier: 'api' });
        const { ResourceServer } = await cloud.cognito.send(command);
        return [ResourceServer?.Name, ResourceServer?.Scopes?.map(({ ScopeName }) => ScopeName)];
      },
      was: ['one', ['read']],
      becomes: ['two', ['write']],
    },
    Role: {
      type: 'AWS::IAM::Role',
      before: {
        ...assumedBy('ecs-tasks.amazonaws.com'),
        ...managed('ReadOnlyAccess'),
        Description: 'c',
        MaxSessionDuration: '7200',
        Policies: [policy('a', 'one'), policy('b', 'one')],
        Tags: tags(old),
      },
      after: {
        ...assumedBy('ec2.amazonaws.com'),
        ...managed('PowerUserAccess'),
        Description: 'd',
        Policies: [policy('b', 'two'), policy('c', 'one')],
        Tags: tags(fresh),
      },
      read: async (cloud, RoleName) => {
        const role = decodeURIComponent(await cloud.iam('GetRole', { RoleName }));
        const inB = decodeURIComponent(await cloud.iam('GetRolePolicy', { RoleName, PolicyName: 'b' }));
        const given = await cloud.iam('ListRoleTags', { RoleName });
        const values = elements(given, 'Value');
        return {
          assumedBy: /([a-z0-9-]+)\.amazonaws\.com/.exec(role.slice(role.indexOf('<AssumeRole')))?.[1],
          seconds: elements(role, 'MaxSessionDuration'),
          description: elements(role, 'Description').join(''),
          inline: elements(await cloud.iam('ListRolePolicies', { RoleName }), 'member').sort(),
          inB: /s3:::(\w+)/.exec(inB)?.[1],
          attached: elements(await cloud.iam('ListAttachedRolePolicies', { RoleName }), 'PolicyName'),
          tags: Object.fromEntries(elements(given, 'Key').map((key, index) => [key, values[index]])),
        };
      },
      was: {
        assumedBy: 'ecs-tasks',
        seconds: ['7200'],
        description: 'c',
        inline: ['a', 'b'],
        inB: 'one',
        attached: ['ReadOnlyAccess'],
        tags: old,
      },
      becomes: {
        assumedBy: 'ec2',
        seconds: ['3600'],
        description: 'd',
        inline: ['b', 'c'],
        inB: 'two',
        attached: ['PowerUserAccess'],
        tags: fresh,
      },
    },
  },
};
