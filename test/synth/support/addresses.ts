/**
 * Terraform addresses of the blueprints in `blueprints.ts`. They are a contract: another address is another resource to
 * Terraform, which would make a new one and take the old one away.
 */

/** What stays through all stages. */
export const inAllStages = [
  'aws_appautoscaling_policy.orders_ScalingPolicy_134B1FA8',
  'aws_appautoscaling_target.orders_ScalingTarget_4D222A10',
  'aws_cloudwatch_log_group.Gateway_gateway-a_Logs_Group_AA7BAD1A',
  'aws_cloudwatch_log_group.Gateway_gateway-b_Logs_Group_B2C698EB',
  'aws_cloudwatch_log_group.orders_Logs_Group_FBB2BB83',
  'aws_cloudwatch_log_group.reports_Logs_Group_A5978E7F',
  'aws_ecs_cluster.Cluster_3DA9CCBA',
  'aws_ecs_service.orders_Service_CF42C2A8',
  'aws_ecs_service.reports_Service_B4501B88',
  'aws_ecs_task_definition.orders_TaskDefinition_D608463D',
  'aws_ecs_task_definition.reports_TaskDefinition_E4B52300',
  'aws_iam_role.orders_ExecutionRole_BEE33705',
  'aws_iam_role.orders_TaskRole_475BADC3',
  'aws_iam_role.reports_ExecutionRole_90DD6F81',
  'aws_iam_role.reports_TaskRole_31C2E795',
  'aws_iam_role_policy.orders_ExecutionRole_Policy_0DE998B9',
  'aws_iam_role_policy.reports_ExecutionRole_Policy_304169E2',
  'aws_internet_gateway.Network_InternetGateway_D8FF3F66',
  'aws_route.Network_PublicRoute_F43B1FF7',
  'aws_route_table.Network_PublicRoutes_63720B20',
  'aws_route_table_association.Network_PublicAssociation-a_0C85BD2B',
  'aws_route_table_association.Network_PublicAssociation-b_32B9944A',
  'aws_secretsmanager_secret.Gateway_ConsumersSecret_C4523ACB',
  'aws_secretsmanager_secret_version.Gateway_ConsumersSecret_Version_E792A67B',
  'aws_security_group.orders_SecurityGroup_7D3940AC',
  'aws_security_group.reports_SecurityGroup_BEB15CBD',
  'aws_service_discovery_private_dns_namespace.Namespace_ADFEA57E',
  'aws_service_discovery_service.orders_Discovery_FA1CAC4B',
  'aws_service_discovery_service.reports_Discovery_A59FBBA6',
  'aws_subnet.Network_Public-a_CDC53BD7',
  'aws_subnet.Network_Public-b_4545A3F8',
  'aws_vpc.Network_Vpc_FAC8F4A5',
  'aws_vpc_security_group_egress_rule.orders_SecurityGroup_Egress_B56718D2',
  'aws_vpc_security_group_egress_rule.reports_SecurityGroup_Egress_30B2ECA7',
];

/** What stays from stage `load-balanced` on. */
export const fromLoadBalancedOn = [
  'aws_acm_certificate.LoadBalancer_Certificate_601B5C55',
  'aws_acm_certificate_validation.LoadBalancer_Certificate_Validation_9B7A44EF',
  'aws_eip.Network_NatAddress-a_CF38105D',
  'aws_lb.LoadBalancer_10456B95',
  'aws_lb_listener.LoadBalancer_Http_AD2F113F',
  'aws_lb_listener.LoadBalancer_Https_76376E6E',
  'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway_A26EB03A',
  'aws_nat_gateway.Network_Nat-a_8895379D',
  'aws_route.Network_PrivateRoute-a_4AD82A50',
  'aws_route.Network_PrivateRoute-b_01F38BB1',
  'aws_route53_record.LoadBalancer_Certificate_Record-apishopexample_06853FC1',
  'aws_route53_record.LoadBalancer_Records_apishopexample_A6794044',
  'aws_route_table.Network_PrivateRoutes-a_2E4F6554',
  'aws_route_table.Network_PrivateRoutes-b_C34C52F3',
  'aws_route_table_association.Network_PrivateAssociation-a_A8AE5698',
  'aws_route_table_association.Network_PrivateAssociation-b_880CF3DA',
  'aws_security_group.LoadBalancer_SecurityGroup_AC0D84E7',
  'aws_subnet.Network_Private-a_D7448AA4',
  'aws_subnet.Network_Private-b_D645691C',
  'aws_vpc_security_group_egress_rule.LoadBalancer_SecurityGroup_Egress_29037FE4',
  'aws_vpc_security_group_ingress_rule.LoadBalancer_SecurityGroup_http-80_101E3E4B',
  'aws_vpc_security_group_ingress_rule.LoadBalancer_SecurityGroup_https-443_CFEBA892',
];

/** What only stage `api` has. */
export const onlyApi = [
  'aws_vpc_security_group_ingress_rule.orders_SecurityGroup_anywhere-8080_59FB06B1',
  'aws_vpc_security_group_ingress_rule.reports_SecurityGroup_anywhere-8080_74A33A53',
];

/** What only stage `load-balanced` has. */
export const onlyLoadBalanced = [
  'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-orders_DA26586B',
  'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-reports_0935CE90',
  'aws_lb_listener_rule.LoadBalancer_orders_AttachRule_B184922A',
  'aws_lb_listener_rule.LoadBalancer_reports_AttachRule_464D0CA5',
  'aws_lb_target_group.LoadBalancer_orders_TargetGroup_CF0DEC76',
  'aws_lb_target_group.LoadBalancer_reports_TargetGroup_02297EB7',
  'aws_vpc_security_group_ingress_rule.orders_SecurityGroup_alb-8080_A4414DB7',
  'aws_vpc_security_group_ingress_rule.reports_SecurityGroup_alb-8080_22762D9C',
];

/** What only stage `gateway` has. */
export const onlyGateway = [
  'aws_ecs_service.Gateway_gateway-a_Service_F757134C',
  'aws_ecs_service.Gateway_gateway-b_Service_5D6D61CB',
  'aws_ecs_task_definition.Gateway_gateway-a_TaskDefinition_180EA1C0',
  'aws_ecs_task_definition.Gateway_gateway-b_TaskDefinition_2C95F9F0',
  'aws_iam_role.Gateway_gateway-a_ExecutionRole_B47FA73C',
  'aws_iam_role.Gateway_gateway-a_TaskRole_A52C0456',
  'aws_iam_role.Gateway_gateway-b_ExecutionRole_6D06F79F',
  'aws_iam_role.Gateway_gateway-b_TaskRole_8B4A8E72',
  'aws_iam_role_policy.Gateway_gateway-a_ExecutionRole_Policy_ABCD102C',
  'aws_iam_role_policy.Gateway_gateway-b_ExecutionRole_Policy_71CDBDF1',
  'aws_lb_listener_rule.LoadBalancer_gateway_AttachRule_BEBCC534',
  'aws_lb_target_group.LoadBalancer_gateway_TargetGroup_365F768C',
  'aws_security_group.Gateway_gateway_Group_8DD0D87E',
  'aws_service_discovery_service.Gateway_gateway-a_Discovery_80C1F766',
  'aws_service_discovery_service.Gateway_gateway-b_Discovery_EFE3B364',
  'aws_vpc_security_group_egress_rule.Gateway_gateway_Egress_9D7A752F',
  'aws_vpc_security_group_ingress_rule.Gateway_gateway_alb-8080_B7A104D4',
  'aws_vpc_security_group_ingress_rule.Gateway_gateway_alb-status-9000_BC9CEC8D',
  'aws_vpc_security_group_ingress_rule.Gateway_gateway_peers-10000_7F9EF4A1',
  'aws_vpc_security_group_ingress_rule.orders_SecurityGroup_gateway-8080_2FB6EAED',
  'aws_vpc_security_group_ingress_rule.reports_SecurityGroup_gateway-8080_9242C580',
];
