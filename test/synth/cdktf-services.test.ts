/** What ECS, Cloud Map, autoscaling and the target groups are told of a service. */
import { synthesizedAt } from './support/terraform-json';

const gateway = synthesizedAt('gateway');
const balanced = synthesizedAt('load-balanced');

describe('an API', () => {
  test('is a Fargate service that is rolled without a gap', () => {
    expect(balanced.one('aws_ecs_service.orders_Service')).toMatchObject({
      name: 'shop-orders',
      launch_type: 'FARGATE',
      desired_count: 2,
      deployment_minimum_healthy_percent: 100,
      deployment_maximum_percent: 200,
      health_check_grace_period_seconds: 30,
      propagate_tags: 'SERVICE',
      load_balancer: [
        {
          container_name: 'orders',
          container_port: 8080,
          target_group_arn: expect.stringContaining('aws_lb_target_group.LoadBalancer_orders_TargetGroup'),
        },
      ],
    });
  });

  test('is waited for as long as its deploy may take', () => {
    expect(gateway.one('aws_ecs_service.orders_Service').timeouts).toEqual({
      create: '20m',
      update: '20m',
      delete: '20m',
    });
    const own = Object.entries(gateway.all('aws_ecs_service')).flatMap(([address, one]) =>
      address.includes('gateway') ? [one.timeouts] : [],
    );
    const wait = { create: '25m', update: '25m', delete: '25m' };
    expect(own).toEqual([wait, wait]);
  });

  test('has no load balancer of its own where it is not attached', () => {
    for (const stack of [synthesizedAt('api'), gateway]) {
      const service = stack.one('aws_ecs_service.orders_Service');
      expect(service).not.toHaveProperty('load_balancer');
      expect(service).not.toHaveProperty('health_check_grace_period_seconds');
    }
  });

  test('scales between its bounds, and a deploy does not put the number back', () => {
    expect(balanced.one('aws_ecs_service.orders_Service').lifecycle).toMatchObject({
      create_before_destroy: true,
      ignore_changes: ['desired_count'],
    });
    expect(balanced.one('aws_appautoscaling_target.orders_ScalingTarget')).toMatchObject({
      min_capacity: 2,
      max_capacity: 4,
      service_namespace: 'ecs',
      scalable_dimension: 'ecs:service:DesiredCount',
      resource_id: expect.stringMatching(
        /^service\/\$\{element\(split\("\/", aws_ecs_cluster\.Cluster_[0-9A-F]{8}\.arn\), 1\)\}\/\$\{aws_ecs_service\.orders_Service_[0-9A-F]{8}\.name\}$/,
      ),
    });
    expect(balanced.one('aws_appautoscaling_policy.orders_ScalingPolicy')).toMatchObject({
      name: 'shop-orders-cpu',
      policy_type: 'TargetTrackingScaling',
      target_tracking_scaling_policy_configuration: {
        target_value: 60,
        predefined_metric_specification: { predefined_metric_type: 'ECSServiceAverageCPUUtilization' },
      },
    });
  });

  test('with a fixed number of tasks, keeps that number', () => {
    expect(balanced.one('aws_ecs_service.reports_Service')).toMatchObject({
      desired_count: 2,
      lifecycle: { create_before_destroy: true },
    });
    expect(balanced.one('aws_ecs_service.reports_Service').lifecycle).not.toHaveProperty('ignore_changes');
  });

  test('fails the apply when ECS has gone back to the version before', () => {
    expect(balanced.one('aws_ecs_service.orders_Service').lifecycle).toHaveProperty('postcondition', [
      {
        condition: expect.stringMatching(
          /^\$\{\(self\.task_definition == aws_ecs_task_definition\.orders_TaskDefinition_[0-9A-F]{8}\.arn\)\}$/,
        ),
        error_message:
          'The deploy of service shop-orders failed: ECS went back to the version before. Its stopped tasks and its events say why.',
      },
    ]);
  });

  test('is found by name, and answered for no longer than five seconds', () => {
    expect(balanced.one('aws_service_discovery_service.orders_Discovery')).toMatchObject({
      name: 'orders',
      dns_config: { routing_policy: 'MULTIVALUE', dns_records: [{ type: 'A', ttl: 5 }] },
      health_check_custom_config: { failure_threshold: 1 },
      force_destroy: true,
    });
  });

  test('keeps its logs for as long as it is told', () => {
    expect(balanced.one('aws_cloudwatch_log_group.orders_Logs_Group')).toMatchObject({
      name: '/stagecraft/shop/orders',
      retention_in_days: 30,
    });
  });

  test('is healthy when its target group says so', () => {
    expect(balanced.one('aws_lb_target_group.LoadBalancer_orders_TargetGroup')).toMatchObject({
      name: 'shop-orders',
      port: 8080,
      protocol: 'HTTP',
      target_type: 'ip',
      deregistration_delay: '60',
      health_check: {
        protocol: 'HTTP',
        port: 'traffic-port',
        path: '/healthz',
        matcher: '200',
        interval: 10,
        timeout: 4,
        healthy_threshold: 2,
        unhealthy_threshold: 2,
      },
    });
  });
});

describe('a gateway', () => {
  test('is one task that stops before the next one starts, in the zone of its own', () => {
    expect(gateway.one('aws_ecs_service.Gateway_gateway-b_Service')).toMatchObject({
      name: 'shop-gateway-b',
      desired_count: 1,
      deployment_minimum_healthy_percent: 0,
      deployment_maximum_percent: 100,
      network_configuration: {
        assign_public_ip: false,
        subnets: [expect.stringContaining('aws_subnet.Network_Private-b')],
      },
    });
    expect(gateway.one('aws_ecs_service.Gateway_gateway-b_Service').lifecycle).not.toHaveProperty(
      'ignore_changes',
    );
  });

  test('is checked on its status port', () => {
    expect(gateway.one('aws_lb_target_group.LoadBalancer_gateway_TargetGroup').health_check.port).toBe(
      '9000',
    );
  });
});

describe('a task definition', () => {
  const definition = gateway.one('aws_ecs_task_definition.Gateway_gateway-a_TaskDefinition');

  test('is for Fargate', () => {
    expect(definition).toMatchObject({
      family: 'shop-gateway-a',
      cpu: '256',
      memory: '512',
      network_mode: 'awsvpc',
      requires_compatibilities: ['FARGATE'],
      runtime_platform: { operating_system_family: 'LINUX', cpu_architecture: 'X86_64' },
    });
  });

  test('says to its container what the blueprint says, with dollar signs that Terraform leaves alone', () => {
    expect(JSON.parse(definition.container_definitions)).toEqual([
      {
        name: 'gateway-a',
        image: 'registry.example/haproxy:lts',
        essential: true,
        entryPoint: ['sh', '-c'],
        command: ['echo "$${CONFIG}" | base64 -d | gunzip > /tmp/haproxy.cfg'],
        portMappings: [
          { containerPort: 8080, hostPort: 8080, protocol: 'tcp' },
          { containerPort: 9000, hostPort: 9000, protocol: 'tcp' },
          { containerPort: 10000, hostPort: 10000, protocol: 'tcp' },
        ],
        environment: [
          { name: 'CONFIG', value: 'H4sIAAAA' },
          { name: 'ME', value: 'gateway-a' },
        ],
        secrets: [{ name: 'CONSUMERS', valueFrom: expect.stringContaining('Gateway_ConsumersSecret') }],
        stopTimeout: 60,
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': expect.stringContaining('aws_cloudwatch_log_group.Gateway_gateway-a_Logs_Group'),
            'awslogs-region': 'eu-central-1',
            'awslogs-stream-prefix': 'gateway-a',
            mode: 'non-blocking',
            'max-buffer-size': '26214400b',
          },
        },
        mountPoints: [],
        volumesFrom: [],
        systemControls: [],
      },
    ]);
  });
});

test('listener rules say what the blueprint says', () => {
  expect(balanced.one('aws_lb_listener_rule.LoadBalancer_orders_AttachRule')).toMatchObject({
    priority: 2,
    condition: [{ http_header: { http_header_name: 'x-stagecraft-target', values: ['orders'] } }],
    action: [
      { type: 'forward', target_group_arn: expect.stringContaining('LoadBalancer_orders_TargetGroup') },
    ],
  });
  expect(balanced.one('aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-orders')).toMatchObject({
    priority: 100,
    condition: [{ path_pattern: { values: ['/orders', '/orders/*'] } }],
  });
});

test('the stages differ in what a stage is for, and in nothing else of a service', () => {
  for (const address of ['aws_ecs_task_definition.orders_TaskDefinition', 'aws_iam_role.orders_TaskRole']) {
    expect(gateway.one(address)).toEqual(balanced.one(address));
    expect(synthesizedAt('api').one(address)).toEqual(balanced.one(address));
  }
});
