/**
 * Who waits for whom, and what is removed only after its users have let go. Shows what Terraform is told; that it keeps
 * the order is shown by test/deploy/cdktf-evolution.
 */
import type { Stage } from '../../constructs/blueprint/schema';
import { blueprintAt, dividedBlueprint } from './support/blueprints';
import { synthesized, synthesizedAt } from './support/terraform-json';

const ofType = (addresses: readonly string[], ...types: string[]): string[] =>
  addresses.filter((address) => types.includes(address.split('.')[0] as string));

describe('stage load-balanced', () => {
  const stack = synthesizedAt('load-balanced');

  test('a service waits for its attach rule, its way in and out, its role and its routes', () => {
    expect(stack.waitsFor('aws_ecs_service.orders_Service')).toEqual([
      'aws_iam_role.orders_ExecutionRole',
      'aws_iam_role.orders_TaskRole',
      'aws_iam_role_policy.orders_ExecutionRole_Policy',
      'aws_lb_listener_rule.LoadBalancer_orders_AttachRule',
      'aws_route.Network_PrivateRoute-a',
      'aws_route.Network_PrivateRoute-b',
      'aws_route_table_association.Network_PrivateAssociation-a',
      'aws_route_table_association.Network_PrivateAssociation-b',
      'aws_vpc_security_group_egress_rule.orders_SecurityGroup_Egress',
      'aws_vpc_security_group_ingress_rule.orders_SecurityGroup_alb-8080',
    ]);
  });

  test('a traffic rule waits for the service that it leads to', () => {
    expect(stack.waitsFor('aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-orders')).toEqual([
      'aws_ecs_service.orders_Service',
    ]);
    expect(stack.waitsFor('aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-reports')).toEqual([
      'aws_ecs_service.reports_Service',
    ]);
  });

  test('an attach rule waits for no service', () => {
    expect(stack.waitsFor('aws_lb_listener_rule.LoadBalancer_orders_AttachRule')).toEqual([]);
  });

  test('clients are led to the load balancer when all rules stand', () => {
    expect(stack.waitsFor('aws_route53_record.LoadBalancer_Records_apishopexample')).toEqual([
      'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-orders',
      'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-reports',
      'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway',
    ]);
  });

  test('the rule of the gateways leads nowhere, once those of all APIs stand', () => {
    const rule = 'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway';
    expect(stack.waitsFor(rule)).toEqual([
      'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-orders',
      'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-reports',
    ]);
    expect(stack.one(rule)).toMatchObject({
      condition: [{ source_ip: { values: ['255.255.255.255/32'] } }],
      action: [
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
  });
});

describe('stage gateway', () => {
  const stack = synthesizedAt('gateway');
  const waitsFor = (address: string, ...types: string[]): string[] =>
    ofType(stack.waitsFor(address), ...types);

  test('gateways are rolled one after the other', () => {
    expect(waitsFor('aws_ecs_service.Gateway_gateway-a_Service', 'aws_ecs_service')).toEqual([]);
    expect(waitsFor('aws_ecs_service.Gateway_gateway-b_Service', 'aws_ecs_service')).toEqual([
      'aws_ecs_service.Gateway_gateway-a_Service',
    ]);
  });

  test('a gateway waits for its attach rule, the written secret, and the ways to it and to the pools', () => {
    expect(
      waitsFor(
        'aws_ecs_service.Gateway_gateway-a_Service',
        'aws_lb_listener_rule',
        'aws_secretsmanager_secret_version',
        'aws_vpc_security_group_ingress_rule',
      ),
    ).toEqual([
      'aws_lb_listener_rule.LoadBalancer_gateway_AttachRule',
      'aws_secretsmanager_secret_version.Gateway_ConsumersSecret_Version',
      'aws_vpc_security_group_ingress_rule.Gateway_gateway_alb-8080',
      'aws_vpc_security_group_ingress_rule.Gateway_gateway_alb-status-9000',
      'aws_vpc_security_group_ingress_rule.Gateway_gateway_peers-10000',
      'aws_vpc_security_group_ingress_rule.orders_SecurityGroup_gateway-8080',
      'aws_vpc_security_group_ingress_rule.reports_SecurityGroup_gateway-8080',
    ]);
  });

  test('traffic waits for all gateways, a pool that lets go waits for the traffic', () => {
    const rule = 'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway';
    expect(stack.waitsFor(rule)).toEqual([
      'aws_ecs_service.Gateway_gateway-a_Service',
      'aws_ecs_service.Gateway_gateway-b_Service',
    ]);
    for (const api of ['orders', 'reports'])
      expect(waitsFor(`aws_ecs_service.${api}_Service`, 'aws_lb_listener_rule', 'aws_ecs_service')).toEqual([
        rule,
      ]);
  });

  test('there is one rule for all requests, and none for an API', () => {
    expect(
      ofType(stack.addresses, 'aws_lb_listener_rule').map((one) => one.replace(/_[0-9A-F]{8}$/, '')),
    ).toEqual([
      'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway',
      'aws_lb_listener_rule.LoadBalancer_gateway_AttachRule',
    ]);
    expect(stack.one('aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway')).toMatchObject({
      condition: [{ path_pattern: { values: ['/*'] } }],
      action: [
        { type: 'forward', target_group_arn: expect.stringContaining('LoadBalancer_gateway_TargetGroup') },
      ],
    });
  });
});

test('while traffic is divided, rules wait for gateways and pools, and no pool waits for a rule', () => {
  const divided = dividedBlueprint();
  const services = divided.services.map((service) => ({
    ...service,
    securityGroup: { ...service.securityGroup, ingress: [] },
  }));
  const stack = synthesized({ ...divided, services });
  const rule = 'aws_lb_listener_rule.LoadBalancer_Traffic_traffic-1-orders';
  expect(stack.waitsFor(rule)).toEqual([
    'aws_ecs_service.Gateway_gateway-a_Service',
    'aws_ecs_service.Gateway_gateway-b_Service',
    'aws_ecs_service.orders_Service',
  ]);
  expect(ofType(stack.waitsFor('aws_ecs_service.orders_Service'), 'aws_lb_listener_rule')).toEqual([
    'aws_lb_listener_rule.LoadBalancer_orders_AttachRule',
  ]);
  expect(stack.one(rule).action).toEqual([
    {
      type: 'forward',
      forward: {
        target_group: [
          { arn: expect.stringContaining('LoadBalancer_gateway_TargetGroup'), weight: 10 },
          { arn: expect.stringContaining('LoadBalancer_orders_TargetGroup'), weight: 90 },
        ],
      },
    },
  ]);
});

describe('what one stage has and another has not', () => {
  const removedLast = [
    'aws_ecs_service',
    'aws_lb_listener_rule',
    'aws_lb_target_group',
    'aws_security_group',
    'aws_vpc_security_group_egress_rule',
    'aws_vpc_security_group_ingress_rule',
  ];

  test.each(['api', 'load-balanced', 'gateway'] as const satisfies Stage[])(
    'is removed only after its users have let go, at stage %s',
    (stage) => {
      const stack = synthesizedAt(stage);
      const withoutHash = stack.addresses.map((address) => address.replace(/_[0-9A-F]{8}$/, ''));
      expect(stack.createdBeforeDestroyed()).toEqual(
        expect.arrayContaining(ofType(withoutHash, ...removedLast)),
      );
    },
  );

  test('the same for the secret and the certificate', () => {
    expect(
      ofType(
        synthesizedAt('gateway').createdBeforeDestroyed(),
        'aws_acm_certificate',
        'aws_secretsmanager_secret',
        'aws_secretsmanager_secret_version',
      ),
    ).toEqual([
      'aws_acm_certificate.LoadBalancer_Certificate',
      'aws_secretsmanager_secret.Gateway_ConsumersSecret',
      'aws_secretsmanager_secret_version.Gateway_ConsumersSecret_Version',
    ]);
  });

  test('another port of an API is another rule: the old one lets in until the old tasks have gone', () => {
    const blueprint = blueprintAt('load-balanced');
    const services = blueprint.services.map((service) => ({
      ...service,
      securityGroup: {
        ...service.securityGroup,
        ingress: service.securityGroup.ingress.map((rule) => ({ ...rule, port: 3000 })),
      },
    }));
    const { addresses } = synthesized({ ...blueprint, services });
    const before = new Set(synthesizedAt('load-balanced').addresses);
    expect(addresses.filter((address) => !before.has(address))).toEqual([
      expect.stringMatching(/^aws_vpc_security_group_ingress_rule\.orders_SecurityGroup_alb-3000_/),
      expect.stringMatching(/^aws_vpc_security_group_ingress_rule\.reports_SecurityGroup_alb-3000_/),
    ]);
  });
});

test('every service is waited for until it is steady, and rolled back when it is not', () => {
  for (const service of Object.values(synthesizedAt('gateway').all('aws_ecs_service'))) {
    expect(service.wait_for_steady_state).toBe(true);
    expect(service.deployment_circuit_breaker).toEqual({ enable: true, rollback: true });
  }
});
