/** Nothing is open that should be closed. Shows what Terraform is told, not what AWS makes of it. */
import type { Stage } from '../../constructs/blueprint/schema';
import { blueprintAt } from './support/blueprints';
import { type Settings, type Synthesized, synthesized, synthesizedAt } from './support/terraform-json';

const stages: readonly Stage[] = ['api', 'load-balanced', 'gateway'];

/** `8080 from <group or block>` of each group. */
function open(stack: Synthesized): Record<string, string[]> {
  const group = (reference: string): string =>
    reference.replace(/^\$\{aws_security_group\.(.*)_[0-9A-F]{8}\.id\}$/, '$1');
  const rules: Record<string, string[]> = {};
  for (const rule of Object.values(stack.all('aws_vpc_security_group_ingress_rule'))) {
    expect(rule.ip_protocol).toBe('tcp');
    expect(rule.to_port).toBe(rule.from_port);
    const from = rule.cidr_ipv4 ?? group(rule.referenced_security_group_id);
    const own = group(rule.security_group_id);
    rules[own] = [...(rules[own] ?? []), `${rule.from_port} from ${from}`].toSorted();
  }
  return rules;
}

describe('security groups', () => {
  test('stage api: the APIs are reached directly, on their port alone', () => {
    expect(open(synthesizedAt('api'))).toEqual({
      orders_SecurityGroup: ['8080 from 0.0.0.0/0'],
      reports_SecurityGroup: ['8080 from 0.0.0.0/0'],
    });
  });

  test('stage load-balanced: the world reaches the load balancer, the load balancer the APIs', () => {
    expect(open(synthesizedAt('load-balanced'))).toEqual({
      LoadBalancer_SecurityGroup: ['443 from 0.0.0.0/0', '80 from 0.0.0.0/0'],
      orders_SecurityGroup: ['8080 from LoadBalancer_SecurityGroup'],
      reports_SecurityGroup: ['8080 from LoadBalancer_SecurityGroup'],
    });
  });

  test('stage gateway: the load balancer reaches the gateways, the gateways each other and the APIs', () => {
    expect(open(synthesizedAt('gateway'))).toEqual({
      LoadBalancer_SecurityGroup: ['443 from 0.0.0.0/0', '80 from 0.0.0.0/0'],
      Gateway_gateway_Group: [
        '10000 from Gateway_gateway_Group',
        '8080 from LoadBalancer_SecurityGroup',
        '9000 from LoadBalancer_SecurityGroup',
      ],
      orders_SecurityGroup: ['8080 from Gateway_gateway_Group'],
      reports_SecurityGroup: ['8080 from Gateway_gateway_Group'],
    });
  });

  test('no group has rules inline: those would undo the ones beside it', () => {
    for (const stage of stages) {
      for (const group of Object.values(synthesizedAt(stage).all('aws_security_group'))) {
        expect(Object.keys(group).toSorted()).toEqual(['description', 'lifecycle', 'name', 'vpc_id']);
      }
    }
  });

  test('each service is in its own group; both gateways share theirs', () => {
    const groupOf = (address: string): string[] =>
      synthesizedAt('gateway').one(address).network_configuration.security_groups;
    expect(groupOf('aws_ecs_service.orders_Service')).toEqual([
      expect.stringMatching(/^\$\{aws_security_group\.orders_SecurityGroup_[0-9A-F]{8}\.id\}$/),
    ]);
    expect(groupOf('aws_ecs_service.Gateway_gateway-a_Service')).toEqual(
      groupOf('aws_ecs_service.Gateway_gateway-b_Service'),
    );
  });

  test('tasks have a public address only where they are reached directly', () => {
    const addresses = (stage: Stage): unknown[] =>
      Object.values(synthesizedAt(stage).all('aws_ecs_service')).map(
        (service) => service.network_configuration.assign_public_ip,
      );
    expect(addresses('api')).toEqual([true, true]);
    expect(addresses('load-balanced')).toEqual([false, false]);
    expect(addresses('gateway')).toEqual([false, false, false, false]);
  });

  test('no subnet gives public addresses by itself', () => {
    for (const subnet of Object.values(synthesizedAt('gateway').all('aws_subnet'))) {
      expect(subnet.map_public_ip_on_launch).toBe(false);
    }
  });
});

describe('the load balancer', () => {
  test.each(['load-balanced', 'gateway'] as const)('at stage %s', (stage) => {
    const stack = synthesizedAt(stage);
    expect(stack.one('aws_lb.LoadBalancer')).toMatchObject({
      name: 'shop-alb',
      load_balancer_type: 'application',
      internal: false,
      drop_invalid_header_fields: true,
      desync_mitigation_mode: 'defensive',
      enable_deletion_protection: false,
      idle_timeout: 60,
    });
    expect(stack.one('aws_lb_listener.LoadBalancer_Https')).toMatchObject({
      port: 443,
      protocol: 'HTTPS',
      ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      default_action: [
        {
          type: 'fixed-response',
          fixed_response: {
            status_code: '404',
            content_type: 'application/json',
            message_body: '{"error":"no_route"}',
          },
        },
      ],
    });
    expect(stack.one('aws_lb_listener.LoadBalancer_Http')).toMatchObject({
      port: 80,
      protocol: 'HTTP',
      default_action: [
        { type: 'redirect', redirect: { port: '443', protocol: 'HTTPS', status_code: 'HTTP_301' } },
      ],
    });
  });

  test('shows its certificate only once it is issued', () => {
    const stack = synthesizedAt('load-balanced');
    expect(stack.one('aws_lb_listener.LoadBalancer_Https').certificate_arn).toMatch(
      /^\$\{aws_acm_certificate_validation\.LoadBalancer_Certificate_Validation_[0-9A-F]{8}\.certificate_arn\}$/,
    );
  });

  test('is what the host name of the environment leads to', () => {
    const record = synthesizedAt('load-balanced').one(
      'aws_route53_record.LoadBalancer_Records_apishopexample',
    );
    expect(record).toMatchObject({ name: 'api.shop.example', type: 'A', zone_id: 'Z0123456789ABCDEFGHIJ' });
    expect(record.alias).toMatchObject({
      name: expect.stringMatching(/^\$\{aws_lb\.LoadBalancer_[0-9A-F]{8}\.dns_name\}$/),
      zone_id: expect.stringMatching(/^\$\{aws_lb\.LoadBalancer_[0-9A-F]{8}\.zone_id\}$/),
      evaluate_target_health: false,
    });
  });

  test('proves each name of the certificate by a record of its own', () => {
    const blueprint = blueprintAt('load-balanced');
    const loadBalancer = blueprint.loadBalancer as NonNullable<typeof blueprint.loadBalancer>;
    const domains = ['api.shop.example', 'orders.shop.example'];
    const certificate = {
      ...loadBalancer.https.certificate,
      domains,
    } as typeof loadBalancer.https.certificate;
    const stack = synthesized({
      ...blueprint,
      loadBalancer: { ...loadBalancer, records: [], https: { ...loadBalancer.https, certificate } },
    });
    expect(stack.counts.aws_route53_record).toBe(2);
    expect(stack.one('aws_acm_certificate.LoadBalancer_Certificate')).toMatchObject({
      domain_name: 'api.shop.example',
      subject_alternative_names: ['orders.shop.example'],
      validation_method: 'DNS',
    });
    expect(stack.one('aws_route53_record.LoadBalancer_Certificate_Record-ordersshopexample').name).toMatch(
      /^\$\{one\(\[for option in aws_acm_certificate\.LoadBalancer_Certificate_[0-9A-F]{8}\.domain_validation_options : option\.resource_record_name if option\.domain_name == "orders\.shop\.example"\]\)\}$/,
    );
    expect(
      stack.one('aws_acm_certificate_validation.LoadBalancer_Certificate_Validation').validation_record_fqdns,
    ).toHaveLength(2);
  });
});

describe('IAM', () => {
  const statements = (stack: Synthesized): Settings[] =>
    Object.values(stack.all('aws_iam_role_policy')).flatMap((policy) => JSON.parse(policy.policy).Statement);

  test('nothing is allowed on everything but to log in to the registry, which has no narrower resource', () => {
    for (const stage of stages) {
      for (const { Effect, Action, Resource } of statements(synthesizedAt(stage))) {
        expect(Effect).toBe('Allow');
        expect(Action.filter((action: string) => action.includes('*'))).toEqual([]);
        if (Resource.includes('*')) expect(Action).toEqual(['ecr:GetAuthorizationToken']);
      }
    }
  });

  test('a role is assumed by ECS tasks alone', () => {
    for (const role of Object.values(synthesizedAt('gateway').all('aws_iam_role'))) {
      expect(JSON.parse(role.assume_role_policy)).toEqual({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: 'ecs-tasks.amazonaws.com' },
          },
        ],
      });
    }
  });

  test('a task that may do nothing has a role and no policy', () => {
    expect(Object.keys(synthesizedAt('gateway').all('aws_iam_role_policy'))).toEqual([
      'Gateway_gateway-a_ExecutionRole_Policy',
      'Gateway_gateway-b_ExecutionRole_Policy',
      'orders_ExecutionRole_Policy',
      'reports_ExecutionRole_Policy',
    ]);
  });

  test('logs are written to the own group, the secret is read by the gateways alone', () => {
    const stack = synthesizedAt('gateway');
    const of = (name: string): Settings[] =>
      JSON.parse(stack.one(`aws_iam_role_policy.${name}_ExecutionRole_Policy`).policy).Statement;
    expect(of('Gateway_gateway-a')[1]?.Resource).toEqual([
      expect.stringMatching(
        /^\$\{aws_cloudwatch_log_group\.Gateway_gateway-a_Logs_Group_[0-9A-F]{8}\.arn\}$/,
      ),
      expect.stringMatching(
        /^\$\{aws_cloudwatch_log_group\.Gateway_gateway-a_Logs_Group_[0-9A-F]{8}\.arn\}:\*$/,
      ),
    ]);
    expect(of('Gateway_gateway-a')[2]).toEqual({
      Sid: 'ReadConsumers',
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue'],
      Resource: [
        expect.stringMatching(/^\$\{aws_secretsmanager_secret\.Gateway_ConsumersSecret_[0-9A-F]{8}\.arn\}$/),
      ],
    });
    expect(of('orders').map(({ Sid }) => Sid)).toEqual(['LogIn', 'WriteLogs']);
  });
});

describe("the consumers' secret", () => {
  test('is written once, by an argument that neither state nor plan keep', () => {
    const version = synthesizedAt('gateway').one(
      'aws_secretsmanager_secret_version.Gateway_ConsumersSecret_Version',
    );
    expect(Object.keys(version).toSorted()).toEqual([
      'lifecycle',
      'secret_id',
      'secret_string_wo',
      'secret_string_wo_version',
      'version_stages',
    ]);
    expect(version).toMatchObject({
      secret_string_wo: '# no keys yet',
      secret_string_wo_version: 1,
      version_stages: ['AWSCURRENT', 'INITIAL'],
      lifecycle: { create_before_destroy: true, ignore_changes: ['version_stages'] },
    });
  });

  test('gives its name free at once, so that an environment can go back a stage and forward again', () => {
    expect(synthesizedAt('gateway').one('aws_secretsmanager_secret.Gateway_ConsumersSecret')).toMatchObject({
      name: 'shop/consumers',
      recovery_window_in_days: 0,
    });
  });

  test('is read by the tasks by its ARN when they start', () => {
    const { container_definitions } = synthesizedAt('gateway').one(
      'aws_ecs_task_definition.Gateway_gateway-a_TaskDefinition',
    );
    expect(JSON.parse(container_definitions)[0].secrets).toEqual([
      {
        name: 'CONSUMERS',
        valueFrom: expect.stringMatching(
          /^\$\{aws_secretsmanager_secret\.Gateway_ConsumersSecret_[0-9A-F]{8}\.arn\}$/,
        ),
      },
    ]);
  });

  test('needs a Terraform that knows such arguments', () => {
    expect(synthesizedAt('gateway').configuration.terraform.required_version).toBe('>= 1.11.0');
  });
});
