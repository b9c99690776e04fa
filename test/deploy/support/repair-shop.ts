/** An environment with a resource of every type that the gateway stage has. */
export const SHOP = `
name: shop
stage: gateway
region: eu-central-1
network: { cidr: 10.20.0.0/16, zones: [a, b], egress: single-nat }
domain: { name: api.shop.example, hostedZone: { id: Z0123456789SHOP, name: shop.example } }
apis:
  orders:
    image: registry.example/orders:1
    paths: [/orders]
    instances: { min: 2, max: 4 }
    policies: { authentication: { apiKey: {}, jwt: { userPool: true, audience: any } } }
    unenforcedBeforeGateway: [authentication]
    permissions: { managedPolicies: [arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess] }
gateway: { metrics: cloudwatch, usageMetrics: true }
consumers:
  acme: { apis: [orders] }
identity:
  cognito:
    domainPrefix: shop-api
    scopes: { orders.read: Read orders }
    machineClients: { reporting: { scopes: [orders.read] } }
`;

/** Which call makes a resource of each type of Terraform's. A certificate's validation makes none: it waits. */
export const MADE_BY: Readonly<Record<string, string>> = {
  aws_acm_certificate: 'acm:RequestCertificate',
  aws_appautoscaling_policy: 'application-autoscaling:PutScalingPolicy',
  aws_appautoscaling_target: 'application-autoscaling:RegisterScalableTarget',
  aws_cloudwatch_log_group: 'logs:CreateLogGroup',
  aws_cloudwatch_log_metric_filter: 'logs:PutMetricFilter',
  aws_cognito_resource_server: 'cognito-idp:CreateResourceServer',
  aws_cognito_user_pool: 'cognito-idp:CreateUserPool',
  aws_cognito_user_pool_client: 'cognito-idp:CreateUserPoolClient',
  aws_cognito_user_pool_domain: 'cognito-idp:CreateUserPoolDomain',
  aws_ecs_cluster: 'ecs:CreateCluster',
  aws_ecs_service: 'ecs:CreateService',
  aws_ecs_task_definition: 'ecs:RegisterTaskDefinition',
  aws_eip: 'ec2:AllocateAddress',
  aws_iam_role: 'iam:CreateRole',
  aws_iam_role_policy: 'iam:PutRolePolicy',
  aws_iam_role_policy_attachment: 'iam:AttachRolePolicy',
  aws_internet_gateway: 'ec2:CreateInternetGateway',
  aws_lb: 'elasticloadbalancing:CreateLoadBalancer',
  aws_lb_listener: 'elasticloadbalancing:CreateListener',
  aws_lb_listener_rule: 'elasticloadbalancing:CreateRule',
  aws_lb_target_group: 'elasticloadbalancing:CreateTargetGroup',
  aws_nat_gateway: 'ec2:CreateNatGateway',
  aws_route: 'ec2:CreateRoute',
  aws_route53_record: 'route53:Post /2013-04-01/hostedzone/Z0123456789SHOP/rrset',
  aws_route_table: 'ec2:CreateRouteTable',
  aws_route_table_association: 'ec2:AssociateRouteTable',
  aws_secretsmanager_secret: 'secretsmanager:CreateSecret',
  aws_secretsmanager_secret_version: 'secretsmanager:PutSecretValue',
  aws_security_group: 'ec2:CreateSecurityGroup',
  aws_service_discovery_private_dns_namespace: 'servicediscovery:CreatePrivateDnsNamespace',
  aws_service_discovery_service: 'servicediscovery:CreateService',
  aws_subnet: 'ec2:CreateSubnet',
  aws_vpc: 'ec2:CreateVpc',
  aws_vpc_security_group_egress_rule: 'ec2:AuthorizeSecurityGroupEgress',
  aws_vpc_security_group_ingress_rule: 'ec2:AuthorizeSecurityGroupIngress',
};
