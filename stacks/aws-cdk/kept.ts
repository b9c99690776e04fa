import type { KeptKind } from '../../constructs/blueprint/lifetimes';

/** What is made once, as CloudFormation calls it. */
export const kept: Readonly<Record<string, KeptKind>> = {
  'AWS::Cognito::UserPool': 'userPool',
  'AWS::Cognito::UserPoolClient': 'userPoolClient',
  'AWS::Cognito::UserPoolDomain': 'userPoolDomain',
  'AWS::EC2::EIP': 'address',
  'AWS::EC2::NatGateway': 'natGateway',
  'AWS::EC2::SecurityGroup': 'securityGroup',
  'AWS::EC2::Subnet': 'subnet',
  'AWS::EC2::VPC': 'network',
  'AWS::ECS::Cluster': 'cluster',
  'AWS::ECS::Service': 'service',
  'AWS::ElasticLoadBalancingV2::Listener': 'listener',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'loadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup': 'targetGroup',
  'AWS::Logs::LogGroup': 'logGroup',
  'AWS::Route53::RecordSet': 'record',
  'AWS::SecretsManager::Secret': 'secret',
  'AWS::ServiceDiscovery::PrivateDnsNamespace': 'namespace',
  'AWS::ServiceDiscovery::Service': 'discovery',
};
