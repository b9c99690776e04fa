/** Stops a deploy that would make anew what serves, before it has changed anything. */
import { type Kept, type KeptKind, kept } from '../constructs/blueprint/lifetimes';
import { UserError } from './output';

/** A resource that a plan makes anew. */
export interface Replacement {
  readonly type: string;
  /** Where it stands in the configuration. */
  readonly address: string;
  /** The settings that cannot be changed in place: `cidr_block`. */
  readonly because: readonly string[];
}

/** What is made once, as each engine calls it. */
const KINDS: Readonly<Record<string, KeptKind>> = {
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

/** A deploy would make anew what serves. Nothing has been changed. */
export class WouldReplace extends UserError {
  override readonly name = 'WouldReplace';
}

/**
 * @param allow the operator has seen it, and goes on
 * @throws WouldReplace that names each resource, why AWS makes it anew, what that costs and what to do instead
 */
export function refuseReplacements(replacements: readonly Replacement[], allow: boolean): void {
  if (allow) return;
  const serving = replacements.flatMap((one) => {
    const kind = KINDS[one.type];
    return kind === undefined ? [] : [{ ...one, kept: kept[kind] }];
  });
  if (serving.length === 0) return;
  throw new WouldReplace(
    [
      'This deploy would make anew what serves now. Nothing has been changed.',
      '',
      ...serving.map(line),
      '',
      ...instead(serving.map((one) => one.kept)),
      'To do it all the same, and have what is said above: --allow-replace',
    ].join('\n'),
  );
}

function line({ address, because, kept: { what, loses } }: Replacement & { readonly kept: Kept }): string {
  const why = because.length > 0 ? `, for AWS cannot change ${because.join(', ')} of it` : '';
  return `  ${address}: ${what}${why}. ${loses[0]?.toUpperCase()}${loses.slice(1)}.`;
}

const instead = (kinds: readonly Kept[]): string[] =>
  [...new Set(kinds.map((one) => one.instead))].map((way) => `Instead: ${way}.`);
