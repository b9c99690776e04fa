/** Pulumi's words and those of Terraform's provider, which Pulumi's is made from: the same in camel case, but for these. */
import { isTree, type Settings } from './facts';
import { MAPS } from './terraform-words';

/** Pulumi's type -> Terraform's. */
export const TYPES: Readonly<Record<string, string>> = {
  'aws:acm/certificate:Certificate': 'aws_acm_certificate',
  'aws:acm/certificateValidation:CertificateValidation': 'aws_acm_certificate_validation',
  'aws:appautoscaling/policy:Policy': 'aws_appautoscaling_policy',
  'aws:appautoscaling/target:Target': 'aws_appautoscaling_target',
  'aws:cloudwatch/logGroup:LogGroup': 'aws_cloudwatch_log_group',
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': 'aws_cloudwatch_log_metric_filter',
  'aws:cognito/resourceServer:ResourceServer': 'aws_cognito_resource_server',
  'aws:cognito/userPool:UserPool': 'aws_cognito_user_pool',
  'aws:cognito/userPoolClient:UserPoolClient': 'aws_cognito_user_pool_client',
  'aws:cognito/userPoolDomain:UserPoolDomain': 'aws_cognito_user_pool_domain',
  'aws:ec2/eip:Eip': 'aws_eip',
  'aws:ec2/internetGateway:InternetGateway': 'aws_internet_gateway',
  'aws:ec2/natGateway:NatGateway': 'aws_nat_gateway',
  'aws:ec2/route:Route': 'aws_route',
  'aws:ec2/routeTable:RouteTable': 'aws_route_table',
  'aws:ec2/routeTableAssociation:RouteTableAssociation': 'aws_route_table_association',
  'aws:ec2/securityGroup:SecurityGroup': 'aws_security_group',
  'aws:ec2/subnet:Subnet': 'aws_subnet',
  'aws:ec2/vpc:Vpc': 'aws_vpc',
  'aws:ecs/cluster:Cluster': 'aws_ecs_cluster',
  'aws:ecs/service:Service': 'aws_ecs_service',
  'aws:ecs/taskDefinition:TaskDefinition': 'aws_ecs_task_definition',
  'aws:iam/role:Role': 'aws_iam_role',
  'aws:iam/rolePolicy:RolePolicy': 'aws_iam_role_policy',
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': 'aws_iam_role_policy_attachment',
  'aws:lb/listener:Listener': 'aws_lb_listener',
  'aws:lb/listenerRule:ListenerRule': 'aws_lb_listener_rule',
  'aws:lb/loadBalancer:LoadBalancer': 'aws_lb',
  'aws:lb/targetGroup:TargetGroup': 'aws_lb_target_group',
  'aws:route53/record:Record': 'aws_route53_record',
  'aws:secretsmanager/secret:Secret': 'aws_secretsmanager_secret',
  'aws:secretsmanager/secretVersion:SecretVersion': 'aws_secretsmanager_secret_version',
  'aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace':
    'aws_service_discovery_private_dns_namespace',
  'aws:servicediscovery/service:Service': 'aws_service_discovery_service',
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': 'aws_vpc_security_group_egress_rule',
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': 'aws_vpc_security_group_ingress_rule',
};

/** Lists that have a plural in Pulumi, by Terraform's type. */
const PLURALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_cognito_resource_server: { scopes: 'scope' },
  aws_ecs_service: { loadBalancers: 'load_balancer' },
  aws_ecs_task_definition: { volumes: 'volume' },
  aws_lb_listener: { defaultActions: 'default_action' },
  aws_lb_listener_rule: { actions: 'action', conditions: 'condition', targetGroups: 'target_group' },
  aws_route53_record: { aliases: 'alias' },
};

/** Lists in Pulumi that are one in Terraform. */
const SINGLE: readonly string[] = ['aws_route53_record aliases'];

/** Inputs of a resource as Terraform's arguments, with each text read. */
export function inTerraformWords(type: string, inputs: Settings, read: (text: string) => string): Settings {
  const within = (value: unknown): unknown => {
    if (typeof value === 'string') return read(value);
    if (Array.isArray(value)) return value.map(within);
    return isTree(value) ? inTerraformWords(type, value, read) : value;
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      if (MAPS.includes(name)) return [name, value];
      const one = SINGLE.includes(`${type} ${name}`) ? (value as unknown[])[0] : value;
      return [PLURALS[type]?.[name] ?? snakeCase(name), within(one)];
    }),
  );
}

export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
