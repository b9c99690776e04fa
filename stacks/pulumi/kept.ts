import type { KeptKind } from '../../constructs/blueprint/lifetimes';

/** What is made once, as Pulumi's AWS package calls it. */
export const kept: Readonly<Record<string, KeptKind>> = {
  'aws:cloudwatch/logGroup:LogGroup': 'logGroup',
  'aws:cognito/userPool:UserPool': 'userPool',
  'aws:cognito/userPoolClient:UserPoolClient': 'userPoolClient',
  'aws:cognito/userPoolDomain:UserPoolDomain': 'userPoolDomain',
  'aws:ec2/eip:Eip': 'address',
  'aws:ec2/natGateway:NatGateway': 'natGateway',
  'aws:ec2/securityGroup:SecurityGroup': 'securityGroup',
  'aws:ec2/subnet:Subnet': 'subnet',
  'aws:ec2/vpc:Vpc': 'network',
  'aws:ecs/cluster:Cluster': 'cluster',
  'aws:ecs/service:Service': 'service',
  'aws:lb/listener:Listener': 'listener',
  'aws:lb/loadBalancer:LoadBalancer': 'loadBalancer',
  'aws:lb/targetGroup:TargetGroup': 'targetGroup',
  'aws:route53/record:Record': 'record',
  'aws:secretsmanager/secret:Secret': 'secret',
  'aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace': 'namespace',
  'aws:servicediscovery/service:Service': 'discovery',
};
