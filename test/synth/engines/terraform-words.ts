/**
 * Terraform's words and AWS's. An argument is in camel case what it is in snake case (`vpc_id` is `VpcId`), at every depth,
 * but for what is listed here. A slash stands between the names of what is inside another.
 */

export interface Words {
  readonly kind: string;
  /** Arguments of another name, or that stand elsewhere: by place, the place in AWS, each from the nearest list around it. */
  readonly names?: Readonly<Record<string, string>>;
  /** Blocks of which there is one, that are lists nonetheless. */
  readonly single?: readonly string[];
  /** Settings that are lists in AWS, and single blocks here. */
  readonly lists?: readonly string[];
  /** Texts that are documents. */
  readonly documents?: readonly string[];
}

const securityGroupRule = {
  security_group_id: 'GroupId',
  cidr_ipv4: 'CidrIp',
  referenced_security_group_id: 'SourceSecurityGroupId',
};

/** By Terraform's type. */
export const WORDS: Readonly<Record<string, Words>> = {
  aws_acm_certificate: { kind: 'AWS::CertificateManager::Certificate' },
  aws_appautoscaling_policy: {
    kind: 'AWS::ApplicationAutoScaling::ScalingPolicy',
    names: { name: 'PolicyName' },
  },
  aws_appautoscaling_target: { kind: 'AWS::ApplicationAutoScaling::ScalableTarget' },
  aws_cloudwatch_log_group: { kind: 'AWS::Logs::LogGroup', names: { name: 'LogGroupName' } },
  aws_cloudwatch_log_metric_filter: {
    kind: 'AWS::Logs::MetricFilter',
    names: {
      name: 'FilterName',
      pattern: 'FilterPattern',
      metric_transformation: 'MetricTransformations',
      'metric_transformation/name': 'MetricName',
      'metric_transformation/namespace': 'MetricNamespace',
      'metric_transformation/value': 'MetricValue',
    },
    lists: ['metric_transformation'],
  },
  aws_cognito_resource_server: {
    kind: 'AWS::Cognito::UserPoolResourceServer',
    names: { scope: 'Scopes' },
  },
  aws_cognito_user_pool: {
    kind: 'AWS::Cognito::UserPool',
    names: { name: 'UserPoolName', tags: 'UserPoolTags' },
  },
  aws_cognito_user_pool_client: {
    kind: 'AWS::Cognito::UserPoolClient',
    names: {
      name: 'ClientName',
      allowed_oauth_flows: 'AllowedOAuthFlows',
      allowed_oauth_flows_user_pool_client: 'AllowedOAuthFlowsUserPoolClient',
      allowed_oauth_scopes: 'AllowedOAuthScopes',
    },
    single: ['token_validity_units'],
  },
  aws_cognito_user_pool_domain: { kind: 'AWS::Cognito::UserPoolDomain' },
  aws_ecs_cluster: { kind: 'AWS::ECS::Cluster', names: { name: 'ClusterName' } },
  aws_ecs_service: {
    kind: 'AWS::ECS::Service',
    names: {
      name: 'ServiceName',
      deployment_circuit_breaker: 'DeploymentConfiguration/DeploymentCircuitBreaker',
      deployment_maximum_percent: 'DeploymentConfiguration/MaximumPercent',
      deployment_minimum_healthy_percent: 'DeploymentConfiguration/MinimumHealthyPercent',
      enable_ecs_managed_tags: 'EnableECSManagedTags',
      load_balancer: 'LoadBalancers',
      network_configuration: 'NetworkConfiguration/AwsvpcConfiguration',
    },
    lists: ['service_registries'],
  },
  aws_ecs_task_definition: {
    kind: 'AWS::ECS::TaskDefinition',
    names: { volume: 'Volumes' },
    documents: ['container_definitions'],
  },
  aws_eip: { kind: 'AWS::EC2::EIP' },
  aws_iam_role: {
    kind: 'AWS::IAM::Role',
    names: { name: 'RoleName', assume_role_policy: 'AssumeRolePolicyDocument' },
    documents: ['assume_role_policy'],
  },
  aws_internet_gateway: { kind: 'AWS::EC2::InternetGateway' },
  aws_lb: {
    kind: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    names: {
      internal: 'Scheme',
      load_balancer_type: 'Type',
      desync_mitigation_mode: 'LoadBalancerAttributes/routing.http.desync_mitigation_mode',
      drop_invalid_header_fields: 'LoadBalancerAttributes/routing.http.drop_invalid_header_fields.enabled',
      enable_deletion_protection: 'LoadBalancerAttributes/deletion_protection.enabled',
      idle_timeout: 'LoadBalancerAttributes/idle_timeout.timeout_seconds',
    },
  },
  aws_lb_listener: {
    kind: 'AWS::ElasticLoadBalancingV2::Listener',
    names: {
      certificate_arn: 'Certificates/CertificateArn',
      default_action: 'DefaultActions',
      'default_action/fixed_response': 'FixedResponseConfig',
      'default_action/redirect': 'RedirectConfig',
    },
    lists: ['certificate_arn'],
  },
  aws_lb_listener_rule: {
    kind: 'AWS::ElasticLoadBalancingV2::ListenerRule',
    names: {
      action: 'Actions',
      'action/fixed_response': 'FixedResponseConfig',
      'action/forward': 'ForwardConfig',
      'action/forward/target_group': 'ForwardConfig/TargetGroups',
      'action/forward/target_group/arn': 'TargetGroupArn',
      condition: 'Conditions',
      'condition/host_header': 'HostHeaderConfig',
      'condition/http_header': 'HttpHeaderConfig',
      'condition/path_pattern': 'PathPatternConfig',
      'condition/source_ip': 'SourceIpConfig',
    },
  },
  aws_lb_target_group: {
    kind: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    names: {
      deregistration_delay: 'TargetGroupAttributes/deregistration_delay.timeout_seconds',
      'health_check/healthy_threshold': 'HealthyThresholdCount',
      'health_check/interval': 'HealthCheckIntervalSeconds',
      'health_check/matcher': 'Matcher/HttpCode',
      'health_check/path': 'HealthCheckPath',
      'health_check/port': 'HealthCheckPort',
      'health_check/protocol': 'HealthCheckProtocol',
      'health_check/timeout': 'HealthCheckTimeoutSeconds',
      'health_check/unhealthy_threshold': 'UnhealthyThresholdCount',
    },
  },
  aws_nat_gateway: { kind: 'AWS::EC2::NatGateway' },
  aws_route: { kind: 'AWS::EC2::Route' },
  aws_route53_record: {
    kind: 'AWS::Route53::RecordSet',
    names: {
      zone_id: 'HostedZoneId',
      alias: 'AliasTarget',
      'alias/name': 'AliasTarget/DNSName',
      'alias/zone_id': 'AliasTarget/HostedZoneId',
    },
  },
  aws_route_table: { kind: 'AWS::EC2::RouteTable' },
  aws_route_table_association: { kind: 'AWS::EC2::SubnetRouteTableAssociation' },
  aws_secretsmanager_secret: { kind: 'AWS::SecretsManager::Secret' },
  aws_security_group: {
    kind: 'AWS::EC2::SecurityGroup',
    names: { name: 'GroupName', description: 'GroupDescription' },
  },
  aws_service_discovery_private_dns_namespace: { kind: 'AWS::ServiceDiscovery::PrivateDnsNamespace' },
  aws_service_discovery_service: {
    kind: 'AWS::ServiceDiscovery::Service',
    names: { 'dns_config/dns_records/ttl': 'TTL' },
  },
  aws_subnet: { kind: 'AWS::EC2::Subnet' },
  aws_vpc: { kind: 'AWS::EC2::VPC' },
  aws_vpc_security_group_ingress_rule: { kind: 'AWS::EC2::SecurityGroupIngress', names: securityGroupRule },

  // Parts of another resource, for which CloudFormation has a setting of that.
  aws_acm_certificate_validation: { kind: 'part' },
  aws_iam_role_policy: {
    kind: 'part',
    names: { name: 'PolicyName', policy: 'PolicyDocument' },
    documents: ['policy'],
  },
  aws_iam_role_policy_attachment: { kind: 'part' },
  aws_secretsmanager_secret_version: { kind: 'part', names: { secret_string_wo: 'SecretString' } },
  aws_vpc_security_group_egress_rule: { kind: 'part', names: securityGroupRule },
};

/** What says nothing to AWS, but how Terraform makes, changes and deletes the resource. */
export const OWN: readonly string[] = [
  'allow_overwrite',
  'force_destroy',
  'lifecycle',
  'recovery_window_in_days',
  'secret_string_wo_version',
  'timeouts',
  'version_stages',
  'wait_for_steady_state',
];

/** What Terraform has no tags for. The provider's default tags are on all others. */
export const UNTAGGED: readonly string[] = [
  'aws_acm_certificate_validation',
  'aws_appautoscaling_policy',
  'aws_cloudwatch_log_metric_filter',
  'aws_cognito_resource_server',
  'aws_cognito_user_pool_client',
  'aws_cognito_user_pool_domain',
  'aws_iam_role_policy',
  'aws_iam_role_policy_attachment',
  'aws_route',
  'aws_route53_record',
  'aws_route_table_association',
  'aws_secretsmanager_secret_version',
];

/** Attributes whose name in AWS's words is another than in camel case. */
export const ATTRIBUTES: Readonly<Record<string, string>> = {
  'aws_acm_certificate_validation certificate_arn': 'Arn',
  'aws_lb dns_name': 'DNSName',
  'aws_lb zone_id': 'CanonicalHostedZoneID',
  // Terraform's id of a secret is its ARN.
  'aws_secretsmanager_secret id': 'Arn',
};

/** Arguments whose keys are the user's. */
export const MAPS: readonly string[] = ['tags', 'dimensions', 'options', 'dockerLabels'];
