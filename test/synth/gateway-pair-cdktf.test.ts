/** A pair of gateways in a stack of one's own, said in the environment file's words, with CDKTF. */
import { Fn, TerraformVariable } from 'cdktf';
import { GatewayPair, type GatewayPairProps } from '../../constructs/cdktf/gateway-pair';
import { Problems } from '../../constructs/problems';
import { synthesizedIn } from './support/terraform-json';

const LISTENER =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/own/50dc6c495c0c9188/f2f7dc8efc522ab2';

const told: GatewayPairProps = {
  name: 'shop',
  region: 'eu-central-1',
  network: {
    vpc: 'vpc-0a1b2c3d4e5f60718',
    cidr: '10.0.0.0/16',
    privateSubnets: { a: 'subnet-0a1b2c3d4e5f60713', b: 'subnet-0a1b2c3d4e5f60714' },
  },
  cluster: { arn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own' },
  listener: { arn: LISTENER, securityGroup: 'sg-0a1b2c3d4e5f60719' },
  apis: {
    orders: {
      at: 'orders.internal:8080',
      paths: ['/orders'],
      policies: { authentication: { apiKey: {} } },
    },
  },
  consumers: { acme: {} },
};

const variable = (name: string): string => `\${var.${name}}`;

const problemsOf = (props: unknown): string[] => {
  try {
    synthesizedIn((scope) => new GatewayPair(scope, 'Gateway', props as GatewayPairProps));
    return [];
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    return error.problems.map(({ file, code, path }) => [file, code, path.join('.')].join(' '));
  }
};

test('it makes the gateways, and nothing of what exists', () => {
  const stack = synthesizedIn((scope) => new GatewayPair(scope, 'Gateway', told));
  expect(stack.counts).toEqual({
    aws_cloudwatch_log_group: 2,
    aws_cloudwatch_log_metric_filter: 12,
    aws_ecs_service: 2,
    aws_ecs_task_definition: 2,
    aws_iam_role: 4,
    aws_iam_role_policy: 2,
    aws_lb_listener_rule: 2,
    aws_lb_target_group: 1,
    aws_secretsmanager_secret: 1,
    aws_secretsmanager_secret_version: 1,
    aws_security_group: 1,
    aws_service_discovery_private_dns_namespace: 1,
    aws_service_discovery_service: 2,
    aws_vpc_security_group_egress_rule: 1,
    aws_vpc_security_group_ingress_rule: 4,
  });
});

test('traffic waits for both gateways, which wait for their target group and for each other', () => {
  const stack = synthesizedIn((scope) => new GatewayPair(scope, 'Gateway', told));
  const rules = stack.all('aws_lb_listener_rule');
  const traffic = Object.keys(rules).filter((name) => name.includes('Traffic'));
  expect(traffic).toHaveLength(1);
  expect(stack.waitsFor(`aws_lb_listener_rule.${traffic[0]}`)).toEqual([
    'aws_ecs_service.Gateway_gateway-a_Service',
    'aws_ecs_service.Gateway_gateway-b_Service',
  ]);
  expect(stack.waitsFor('aws_ecs_service.Gateway_gateway-a_Service')).toContain(
    'aws_lb_listener_rule.Gateway_Listener_gateway_AttachRule',
  );
  expect(stack.waitsFor('aws_ecs_service.Gateway_gateway-b_Service')).toContain(
    'aws_ecs_service.Gateway_gateway-a_Service',
  );
  expect(Object.values(rules).map(({ listener_arn }) => listener_arn)).toEqual([LISTENER, LISTENER]);
});

test('values that are known later stand where ids and ARNs do', () => {
  const stack = synthesizedIn((scope) => {
    const text = (name: string) => new TerraformVariable(scope, name, { type: 'string' }).stringValue;
    new GatewayPair(scope, 'Gateway', {
      ...told,
      network: {
        vpc: text('vpc'),
        cidr: '10.0.0.0/16',
        privateSubnets: { a: text('one'), b: Fn.element([text('two')], 0) },
      },
      cluster: { arn: text('cluster') },
      namespace: { id: text('namespace'), name: 'own.internal' },
      listener: { arn: text('listener'), securityGroup: text('group') },
    });
  });
  expect(stack.counts.aws_service_discovery_private_dns_namespace).toBeUndefined();
  expect(stack.one('aws_ecs_service.Gateway_gateway-a_Service')).toMatchObject({
    cluster: variable('cluster'),
    network_configuration: { subnets: [variable('one')] },
  });
  expect(stack.one('aws_service_discovery_service.Gateway_gateway-a_Discovery')).toMatchObject({
    name: 'shop-gateway-a',
    dns_config: { namespace_id: variable('namespace') },
  });
  for (const { listener_arn } of Object.values(stack.all('aws_lb_listener_rule')))
    expect(listener_arn).toBe(variable('listener'));
  expect(
    stack.one('aws_vpc_security_group_ingress_rule.Gateway_gateway_traffic-from-balancer-8080')
      .referenced_security_group_id,
  ).toBe(variable('group'));
  // No stand-in is left anywhere.
  expect(JSON.stringify(stack.configuration)).not.toMatch(/000000000000|later|vpc-|subnet-/);
});

describe('what is wrong is told at once, with the construct and the property', () => {
  test('as in a file', () => {
    expect(
      problemsOf({
        ...told,
        apis: {
          orders: { at: 'orders', pahts: ['/orders'] },
          reports: { at: 'reports.internal:80', paths: ['/reports/'] },
        },
        consumers: { acme: { apis: ['order'] } },
      }),
    ).toEqual([
      'own/Gateway WRONG_FORM apis.orders.at',
      'own/Gateway UNKNOWN_KEY apis.orders.pahts',
      'own/Gateway WRONG_FORM apis.reports.paths.0',
      'own/Gateway API_UNKNOWN consumers.acme.apis.0',
    ]);
  });

  test('a value that is known later, where names and texts are made of it', () => {
    const name = 'later-name';
    const later = (scope: ConstructorParameters<typeof TerraformVariable>[0]) =>
      new TerraformVariable(scope, name, { type: 'string' }).stringValue;
    expect(() =>
      synthesizedIn((scope) => new GatewayPair(scope, 'Gateway', { ...told, name: later(scope) })),
    ).toThrow('own/Gateway  LATER_VALUE  name');
  });

  test('instances of its own', () => {
    expect(problemsOf({ ...told, apis: { orders: { image: 'orders:1', paths: ['/orders'] } } })).toEqual([
      'own/Gateway POOL_OF_ITS_OWN apis.orders.image',
    ]);
  });

  test('where it stands, when nobody says it', () => {
    const { network: _, cluster: _1, listener: _2, ...rest } = told;
    expect(problemsOf({ ...rest, consumers: undefined })).toEqual([
      'own/Gateway MISSING_KEY network',
      'own/Gateway MISSING_KEY cluster',
      'own/Gateway MISSING_KEY listener',
      'own/Gateway CONSUMERS_MISSING apis.orders.policies.authentication',
    ]);
  });

  test('a name and a certificate of a listener that has its own', () => {
    const domain = { name: 'api.shop.example', hostedZone: { id: 'Z0123456789SHOP', name: 'shop.example' } };
    expect(problemsOf({ ...told, domain })).toEqual(['own/Gateway LISTENER_HAS_NAME domain.hostedZone']);
  });

  test('an object of a class where a word is wanted', () => {
    expect(problemsOf({ ...told, apis: new Map() })).toEqual(['own/Gateway LATER_VALUE apis']);
  });
});

test('two pairs of one account behind one listener share no name and no number', () => {
  const stack = synthesizedIn((scope) => {
    const namespace = { id: 'ns-0123456789abcdef', name: 'own.internal' };
    new GatewayPair(scope, 'One', { ...told, namespace });
    new GatewayPair(scope, 'Two', { ...told, namespace, name: 'mart' });
  });
  const numbers = Object.values(stack.all('aws_lb_listener_rule')).map(({ priority }) => priority);
  expect(new Set(numbers).size).toBe(4);
  const targets = Object.values(stack.all('aws_lb_listener_rule')).flatMap(({ condition }) =>
    condition.flatMap((one: { http_header?: { values: string[] } }) => one.http_header?.values ?? []),
  );
  expect(targets.toSorted()).toEqual(['mart-gateway', 'shop-gateway']);
  const named = [
    'aws_cloudwatch_log_group',
    'aws_ecs_service',
    'aws_iam_role',
    'aws_lb_target_group',
    'aws_secretsmanager_secret',
    'aws_security_group',
    'aws_service_discovery_service',
  ];
  for (const type of named) {
    const names = Object.values(stack.all(type)).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(names).size).toBe(names.length);
  }
});
