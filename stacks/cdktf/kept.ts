import type { KeptKind } from '../../constructs/blueprint/lifetimes';

/** What is made once, as Terraform's provider calls it. */
export const kept: Readonly<Record<string, KeptKind>> = {
  aws_cloudwatch_log_group: 'logGroup',
  aws_cognito_user_pool: 'userPool',
  aws_cognito_user_pool_client: 'userPoolClient',
  aws_cognito_user_pool_domain: 'userPoolDomain',
  aws_ecs_cluster: 'cluster',
  aws_ecs_service: 'service',
  aws_eip: 'address',
  aws_lb: 'loadBalancer',
  aws_lb_listener: 'listener',
  aws_lb_target_group: 'targetGroup',
  aws_nat_gateway: 'natGateway',
  aws_route53_record: 'record',
  aws_secretsmanager_secret: 'secret',
  aws_security_group: 'securityGroup',
  aws_service_discovery_private_dns_namespace: 'namespace',
  aws_service_discovery_service: 'discovery',
  aws_subnet: 'subnet',
  aws_vpc: 'network',
};
