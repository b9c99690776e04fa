/** Each stage gives exactly these resources, under these ids, and a step between stages replaces none of them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import type { Stage } from '../../constructs/blueprint/schema';
import {
  fromLoadBalancedOn,
  inAllStages,
  onlyApi,
  onlyGateway,
  onlyLoadBalanced,
} from './support/aws-cdk-identities';
import {
  environmentAt,
  environments,
  everyEnvironment,
  type Synthesized,
  stackAt,
  stages,
  synthesized,
  synthesizedAt,
  templateOf,
} from './support/aws-cdk-template';
import { blueprintAt } from './support/blueprints';

test.each([
  ['api', [...inAllStages, ...onlyApi]],
  ['load-balanced', [...inAllStages, ...fromLoadBalancedOn, ...onlyLoadBalanced]],
  ['gateway', [...inAllStages, ...fromLoadBalancedOn, ...onlyGateway]],
] as const)('stage %s has these logical ids and no others', (stage, identities) => {
  expect(synthesizedAt(stage).identities).toEqual(identities.toSorted());
});

describe('feature flags of CDK, of which an app of your own may have any', () => {
  const flags: Readonly<Record<string, unknown>> = { ...CURRENTLY_RECOMMENDED_FLAGS };
  const withFlags = (stage: Stage) => {
    const app = new App({
      context: { ...flags },
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
    });
    return templateOf(stackAt(blueprintAt(stage), app));
  };

  test('all that are recommended are in cdk.json, and no others', () => {
    const file = path.resolve(__dirname, '../../cdk.json');
    expect(JSON.parse(readFileSync(file, 'utf8')).context).toEqual(flags);
    expect(Object.keys(flags).length).toBeGreaterThan(50);
  });

  test.each(stages)('give no other logical id at stage %s', (stage) => {
    expect(withFlags(stage).identities).toEqual(synthesizedAt(stage).identities);
  });

  /** What they change, and why that is no other setting. */
  const meant = [
    // disableExplicitDeploymentControllerForCircuitBreaker: ECS is the default.
    'AWS::ECS::Service.DeploymentController',
    // removeDefaultDeploymentAlarm: no alarm is the default.
    'AWS::ECS::Service.DeploymentConfiguration',
    // enablePartitionLiterals: the partition of the stack's region. minimizePolicies: the same statements, in order.
    'AWS::IAM::Role.Policies',
    // enablePartitionLiterals.
    'AWS::ApplicationAutoScaling::ScalableTarget.RoleARN',
  ];

  test('change what is meant and nothing else', () => {
    const changed = stages.flatMap((stage) =>
      Object.entries(withFlags(stage).resources).flatMap(([logicalId, { Type, Properties = {} }]) => {
        const { Properties: plain = {} } = synthesizedAt(stage).resources[logicalId] ?? {};
        return [...new Set([...Object.keys(Properties), ...Object.keys(plain)])]
          .filter((name) => JSON.stringify(Properties[name]) !== JSON.stringify(plain[name]))
          .map((name) => `${Type}.${name}`);
      }),
    );
    expect(new Set(changed)).toEqual(new Set(meant));
  });
});

/** How many of each type: dev, prod, sandbox, staging, each at api, load-balanced, gateway. */
const counts: Readonly<Record<string, readonly number[]>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': [0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 1, 1],
  'AWS::ApplicationAutoScaling::ScalingPolicy': [0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 1, 1],
  'AWS::CertificateManager::Certificate': [0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1],
  'AWS::Cognito::UserPool': [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0],
  'AWS::Cognito::UserPoolClient': [0, 0, 0, 2, 2, 2, 2, 2, 2, 0, 0, 0],
  'AWS::Cognito::UserPoolDomain': [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0],
  'AWS::Cognito::UserPoolResourceServer': [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0],
  'AWS::EC2::EIP': [0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 1, 1],
  'AWS::EC2::InternetGateway': [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  'AWS::EC2::NatGateway': [0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 1, 1],
  'AWS::EC2::Route': [1, 3, 3, 1, 3, 3, 1, 3, 3, 1, 3, 3],
  'AWS::EC2::RouteTable': [1, 3, 3, 1, 3, 3, 1, 3, 3, 1, 3, 3],
  'AWS::EC2::SecurityGroup': [1, 2, 3, 2, 3, 4, 2, 3, 4, 2, 3, 4],
  'AWS::EC2::SecurityGroupIngress': [1, 3, 7, 2, 4, 9, 2, 4, 9, 2, 4, 8],
  'AWS::EC2::Subnet': [1, 4, 4, 2, 4, 4, 2, 4, 4, 2, 4, 4],
  'AWS::EC2::SubnetRouteTableAssociation': [1, 4, 4, 2, 4, 4, 2, 4, 4, 2, 4, 4],
  'AWS::EC2::VPC': [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  'AWS::EC2::VPCGatewayAttachment': [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  'AWS::ECS::Cluster': [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  'AWS::ECS::Service': [1, 1, 3, 2, 2, 4, 2, 2, 4, 2, 2, 4],
  'AWS::ECS::TaskDefinition': [1, 1, 3, 2, 2, 4, 2, 2, 4, 2, 2, 4],
  'AWS::ElasticLoadBalancingV2::Listener': [0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 2, 2],
  'AWS::ElasticLoadBalancingV2::ListenerRule': [0, 3, 2, 0, 6, 2, 0, 5, 2, 0, 6, 2],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': [0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1],
  'AWS::ElasticLoadBalancingV2::TargetGroup': [0, 1, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1],
  'AWS::IAM::Role': [2, 2, 6, 4, 4, 8, 4, 4, 8, 4, 4, 8],
  'AWS::Logs::LogGroup': [2, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4],
  'AWS::Logs::MetricFilter': [0, 0, 12, 0, 0, 12, 0, 0, 12, 0, 0, 12],
  'AWS::Route53::RecordSet': [0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1],
  'AWS::SecretsManager::Secret': [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0],
  'AWS::ServiceDiscovery::PrivateDnsNamespace': [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  'AWS::ServiceDiscovery::Service': [1, 1, 3, 2, 2, 4, 2, 2, 4, 2, 2, 4],
};

test.each(everyEnvironment.map(([name, stage], column) => [name, stage, column] as const))(
  '%s at stage %s has exactly these resources',
  (name, stage, column) => {
    const expected = Object.entries(counts).map(([type, each]) => [type, each[column]]);
    expect(synthesized(environmentAt(name, stage)).counts).toEqual(
      Object.fromEntries(expected.filter(([, count]) => count !== 0)),
    );
  },
);

/** A change of one of these makes CloudFormation replace the resource. Source: "Update requires: Replacement" of each. */
const replacing: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': ['ResourceId', 'ScalableDimension', 'ServiceNamespace'],
  'AWS::ApplicationAutoScaling::ScalingPolicy': ['PolicyName', 'ScalingTargetId'],
  'AWS::CertificateManager::Certificate': [
    'DomainName',
    'DomainValidationOptions',
    'SubjectAlternativeNames',
    'ValidationMethod',
  ],
  'AWS::Cognito::UserPoolClient': ['GenerateSecret', 'UserPoolId'],
  'AWS::Cognito::UserPoolDomain': ['Domain', 'UserPoolId'],
  'AWS::Cognito::UserPoolResourceServer': ['Identifier', 'UserPoolId'],
  'AWS::EC2::EIP': ['Domain'],
  'AWS::EC2::NatGateway': ['AllocationId', 'SubnetId'],
  'AWS::EC2::Route': ['DestinationCidrBlock', 'RouteTableId'],
  'AWS::EC2::RouteTable': ['VpcId'],
  'AWS::EC2::SecurityGroup': ['GroupDescription', 'GroupName', 'VpcId'],
  'AWS::EC2::SecurityGroupIngress': [
    'CidrIp',
    'FromPort',
    'GroupId',
    'IpProtocol',
    'SourceSecurityGroupId',
    'ToPort',
  ],
  'AWS::EC2::Subnet': ['AvailabilityZone', 'CidrBlock', 'VpcId'],
  'AWS::EC2::SubnetRouteTableAssociation': ['RouteTableId', 'SubnetId'],
  'AWS::EC2::VPC': ['CidrBlock'],
  'AWS::EC2::VPCGatewayAttachment': ['InternetGatewayId', 'VpcId'],
  'AWS::ECS::Cluster': ['ClusterName'],
  'AWS::ECS::Service': ['Cluster', 'DeploymentController', 'LaunchType', 'ServiceName'],
  'AWS::ElasticLoadBalancingV2::Listener': ['LoadBalancerArn'],
  'AWS::ElasticLoadBalancingV2::ListenerRule': ['ListenerArn'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['Name', 'Scheme', 'Type'],
  'AWS::ElasticLoadBalancingV2::TargetGroup': ['Name', 'Port', 'Protocol', 'TargetType', 'VpcId'],
  'AWS::IAM::Role': ['RoleName'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::Logs::MetricFilter': ['FilterName', 'LogGroupName'],
  'AWS::Route53::RecordSet': ['HostedZoneId', 'Name'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::ServiceDiscovery::PrivateDnsNamespace': ['Name', 'Vpc'],
  'AWS::ServiceDiscovery::Service': ['HealthCheckCustomConfig', 'Name', 'NamespaceId'],
};
/** Nothing replaces an internet gateway or a user pool; another task definition is always another revision. */
const neverReplaced = ['AWS::Cognito::UserPool', 'AWS::EC2::InternetGateway', 'AWS::ECS::TaskDefinition'];

/** Logical ids that a deploy of `after` over `before` would replace. */
function replaced(before: Synthesized, after: Synthesized): string[] {
  return Object.entries(before.resources).flatMap(([logicalId, { Type, Properties: then = {} }]) => {
    const now = after.resources[logicalId];
    if (now === undefined || neverReplaced.includes(Type)) return [];
    const properties = replacing[Type];
    if (properties === undefined) throw new Error(`What replaces a ${Type}?`);
    const same = (property: string): boolean =>
      JSON.stringify(then[property]) === JSON.stringify(now.Properties[property]);
    return now.Type === Type && properties.every(same) ? [] : [logicalId];
  });
}

describe('a step between stages', () => {
  const steps: [Stage, Stage][] = [
    ['api', 'load-balanced'],
    ['load-balanced', 'gateway'],
    ['gateway', 'load-balanced'],
    ['load-balanced', 'api'],
  ];

  test.each(environments.flatMap((name) => steps.map(([from, to]) => [name, from, to] as const)))(
    'of %s from %s to %s replaces nothing',
    (name, from, to) => {
      const before = synthesized(environmentAt(name, from));
      const after = synthesized(environmentAt(name, to));
      expect(replaced(before, after)).toEqual([]);
    },
  );

  test('would be seen if it did', () => {
    const { cluster, ...others } = blueprintAt('api');
    const after = synthesized({ ...others, cluster: { ...cluster, name: 'other' } });
    expect(replaced(synthesizedAt('api'), after)).toEqual(['ClusterC2E21B66']);
  });
});

describe('what an environment does not use', () => {
  test('an existing network adds nothing to it', () => {
    const { counts: made } = synthesized({
      ...blueprintAt('load-balanced'),
      network: {
        kind: 'existing',
        vpcId: 'vpc-0a1b2c3d',
        cidr: '10.0.0.0/16',
        publicSubnetIds: { a: 'subnet-0000000a', b: 'subnet-0000000b' },
        privateSubnetIds: { a: 'subnet-1000000a', b: 'subnet-1000000b' },
      },
    });
    const ofNetwork = ['VPC', 'Subnet', 'Route', 'RouteTable', 'NatGateway', 'EIP'];
    for (const type of ofNetwork) expect(made[`AWS::EC2::${type}`]).toBeUndefined();
    expect(made['AWS::ECS::Service']).toBe(2);
  });

  test('an existing certificate needs no new one, and a domain without a zone has no record', () => {
    const blueprint = blueprintAt('load-balanced');
    const loadBalancer = blueprint.loadBalancer as NonNullable<typeof blueprint.loadBalancer>;
    const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/own';
    const stack = synthesized({
      ...blueprint,
      loadBalancer: {
        ...loadBalancer,
        records: [],
        https: { ...loadBalancer.https, certificate: { kind: 'existing', arn } },
      },
    });
    expect(stack.counts['AWS::CertificateManager::Certificate']).toBeUndefined();
    expect(stack.counts['AWS::Route53::RecordSet']).toBeUndefined();
    expect(stack.one('LoadBalancerHttps').Certificates).toEqual([{ CertificateArn: arn }]);
  });

  test('nothing is looked up: no context is asked for, no mapping is made', () => {
    for (const stage of stages) expect(synthesizedAt(stage).template.Mappings).toBeUndefined();
  });
});

test('a blueprint of another stage is refused with the stage and what it lacks', () => {
  expect(() => synthesized({ ...blueprintAt('load-balanced'), stage: 'gateway' })).toThrow(
    'The blueprint of "shop" is at stage "gateway" and has no gateway. Take the construct of that stage.',
  );
});

test.each(['api', 'load-balanced', 'gateway'] as const)(
  'at stage %s a resolver keeps for 5 s that a name does not exist',
  (stage) => {
    const namespaces = Object.values(synthesizedAt(stage).resources).filter(
      ({ Type }) => Type === 'AWS::ServiceDiscovery::PrivateDnsNamespace',
    );
    expect(namespaces.map(({ Properties }) => Properties.Properties)).toEqual([
      { DnsProperties: { SOA: { TTL: 5 } } },
    ]);
  },
);
