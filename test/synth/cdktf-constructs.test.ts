/** Each construct stands alone, in a stack of one's own and with things that exist. */
import { Testing } from 'cdktf';
import { ApiService, type ApiServiceProps } from '../../constructs/cdktf/api-service';
import { Identity } from '../../constructs/cdktf/identity';
import { LoadBalancer, type LoadBalancerProps } from '../../constructs/cdktf/load-balancer';
import { ExistingNetwork, Network } from '../../constructs/cdktf/network';
import { OwnListener, OwnServers, OwnService } from '../../examples/cdktf-own-stack/main';
import { blueprintAt } from './support/blueprints';
import { newApp, Synthesized, synthesizedIn } from './support/terraform-json';

const network = {
  vpc: 'vpc-00000001',
  cidr: '10.0.0.0/16',
  publicSubnets: { a: 'subnet-00000001', b: 'subnet-00000002' },
  privateSubnets: { a: 'subnet-00000003', b: 'subnet-00000004' },
};
const place = { name: 'shop', region: 'eu-central-1', network };
const orders: ApiServiceProps = {
  ...place,
  api: 'orders',
  image: 'registry.example/orders:1',
  instances: { min: 2, max: 6 },
  cluster: { arn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own' },
  namespace: { id: 'ns-own', name: 'own.internal' },
};
const front: LoadBalancerProps = {
  ...place,
  domain: { name: 'api.shop.example', hostedZone: { id: 'Z0123456789SHOP', name: 'shop.example' } },
  apis: { orders: { port: 8080, paths: ['/orders'] }, reports: { paths: ['/reports'] } },
};

describe('an ApiService in a VPC and a cluster that exist', () => {
  const stack = synthesizedIn((scope) => new ApiService(scope, 'orders', orders));

  test('brings all that a service is made of, and nothing else', () => {
    expect(stack.counts).toEqual({
      aws_appautoscaling_policy: 1,
      aws_appautoscaling_target: 1,
      aws_cloudwatch_log_group: 1,
      aws_ecs_service: 1,
      aws_ecs_task_definition: 1,
      aws_iam_role: 2,
      aws_iam_role_policy: 1,
      aws_security_group: 1,
      aws_service_discovery_service: 1,
      aws_vpc_security_group_egress_rule: 1,
    });
  });

  test('is put where it is told', () => {
    expect(stack.one('aws_security_group.orders_SecurityGroup').vpc_id).toBe('vpc-00000001');
    expect(stack.one('aws_service_discovery_service.orders_Discovery').dns_config.namespace_id).toBe(
      'ns-own',
    );
    expect(stack.one('aws_ecs_service.orders_Service')).toMatchObject({
      cluster: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own',
      network_configuration: { subnets: ['subnet-00000003', 'subnet-00000004'] },
    });
  });

  test('lets in whom it is told, and is put into the target group that it is given', () => {
    const { one, counts } = synthesizedIn((scope) => {
      const balancer = new LoadBalancer(scope, 'front', front);
      new ApiService(scope, 'orders', {
        ...orders,
        from: 'sg-callers',
        targetGroup: balancer.targetGroups.orders,
      });
    });
    expect(counts.aws_vpc_security_group_ingress_rule).toBe(3);
    expect(one).toBeInstanceOf(Function);
  });

  test('names the property and the construct of what is wrong', () => {
    expect(() =>
      synthesizedIn((scope) => new ApiService(scope, 'orders', { ...orders, instances: { min: 4, max: 2 } })),
    ).toThrow(/own\/orders {2}INSTANCES_RANGE {2}instances.max/);
  });
});

test('a LoadBalancer stands in front of services that are not ours', () => {
  const stack = synthesizedIn((scope) => {
    expect(Object.keys(new LoadBalancer(scope, 'front', front).targetGroups)).toEqual(['orders', 'reports']);
  });
  expect(stack.counts.aws_ecs_service).toBeUndefined();
  expect(stack.one('aws_lb.front_LoadBalancer').subnets).toEqual(['subnet-00000001', 'subnet-00000002']);
  for (const rule of Object.keys(stack.all('aws_lb_listener_rule')).filter((name) =>
    /Traffic_.*orders/.test(name),
  ))
    expect(stack.waitsFor(`aws_lb_listener_rule.${rule}`)).toEqual([]);
});

describe('a network', () => {
  test('that exists gives the subnets of the zones asked for, and makes nothing', () => {
    const network = new ExistingNetwork({
      vpcId: 'vpc-own',
      publicSubnetIds: { b: 'subnet-2', a: 'subnet-1' },
      privateSubnetIds: {},
    });
    expect(network.zones).toEqual(['a', 'b']);
    expect(network.subnetIds('public', ['b'])).toEqual(['subnet-2']);
    expect(() => network.subnetIds('private', ['a'])).toThrow(
      'The network has no private subnet in zone "a". It has private subnets in: no zone.',
    );
  });

  test('sends each private subnet out by the NAT gateway of the zone that it is told', () => {
    const { network } = blueprintAt('gateway');
    if (network.kind !== 'new') throw new Error('not new');
    const [a, b] = network.zones;
    if (a === undefined || b === undefined) throw new Error('two zones');
    const perZone = { ...network, zones: [a, { ...b, nat: true, natZone: 'b' }] };
    const stack = synthesizedIn((scope) => new Network(scope, 'Network', { network: perZone }));
    expect(stack.counts).toMatchObject({ aws_nat_gateway: 2, aws_eip: 2 });
    expect(stack.one('aws_route.Network_PrivateRoute-b').nat_gateway_id).toContain('Network_Nat-b');
    const none = { ...network, zones: [{ ...a, nat: false }] };
    expect(() => synthesizedIn((scope) => new Network(scope, 'Network', { network: none }))).toThrow(
      'Zone "a" has a private subnet and no NAT gateway to go out by (natZone: a). Name a zone that has one.',
    );
  });
});

test('an Identity gives tokens to machines, and lets nobody sign up', () => {
  const stack = synthesizedIn((scope) => {
    const identity = new Identity(scope, 'Identity', {
      identity: {
        userPoolName: 'shop',
        domainPrefix: 'shop-tokens',
        tokenDomain: 'auth.eu-central-1.amazoncognito.com',
        deletionProtection: false,
        resourceServer: {
          identifier: 'api',
          name: 'api',
          scopes: [{ name: 'read', description: 'Read %{all}' }],
        },
        machineClients: [{ id: 'batch', name: 'shop-batch', scopes: ['api/read'], accessTokenMinutes: 60 }],
      },
    });
    expect(Object.keys(identity.machineClients)).toEqual(['batch']);
  });
  expect(stack.one('aws_cognito_user_pool.Identity_UserPool').admin_create_user_config).toEqual({
    allow_admin_create_user_only: true,
  });
  expect(stack.one('aws_cognito_resource_server.Identity_ResourceServer').scope).toEqual([
    { scope_name: 'read', scope_description: 'Read %%{all}' },
  ]);
  expect(stack.one('aws_cognito_user_pool_client.Identity_batch')).toMatchObject({
    generate_secret: true,
    allowed_oauth_flows: ['client_credentials'],
    allowed_oauth_flows_user_pool_client: true,
    allowed_oauth_scopes: ['api/read'],
    access_token_validity: 60,
    token_validity_units: [{ access_token: 'minutes' }],
  });
});

describe('the two ways out', () => {
  test('settings just before a child is made', () => {
    const stack = synthesizedIn(
      (scope) =>
        new LoadBalancer(scope, 'front', {
          ...front,
          transform: {
            loadBalancer: (config) => ({ ...config, enableHttp2: false }),
            targetGroup: { targetGroup: (config) => ({ ...config, slowStart: 30 }) },
          },
        }),
    );
    expect(stack.one('aws_lb.front_LoadBalancer')).toMatchObject({ enable_http2: false, internal: false });
    for (const group of Object.values(stack.all('aws_lb_target_group'))) expect(group.slow_start).toBe(30);
  });

  test('a service whose version somebody else says is not asked for ours', () => {
    const serviceWith = (change: NonNullable<ApiServiceProps['transform']>['service']) =>
      synthesizedIn((scope) => {
        new ApiService(scope, 'orders', { ...orders, transform: { service: change } });
      }).one('aws_ecs_service.orders_Service');
    const mine = serviceWith((config) => ({ ...config, enableExecuteCommand: true }));
    expect(mine.lifecycle.postcondition).toHaveLength(1);
    const ignoring = (ignoreChanges: string[] | 'all') =>
      serviceWith((config) => ({ ...config, lifecycle: { createBeforeDestroy: true, ignoreChanges } }));
    expect(ignoring(['task_definition']).lifecycle).toEqual({
      create_before_destroy: true,
      ignore_changes: ['task_definition'],
    });
    expect(ignoring('all').lifecycle).toEqual({ create_before_destroy: true, ignore_changes: 'all' });
    const another = serviceWith((config) => ({ ...config, taskDefinition: 'own:7' }));
    expect(another.lifecycle).not.toHaveProperty('postcondition');
  });

  test('the children themselves', () => {
    const stack = synthesizedIn((scope) => {
      new LoadBalancer(scope, 'front', front).httpsListener.tcpIdleTimeoutSeconds = 120;
    });
    expect(stack.one('aws_lb_listener.front_Https').tcp_idle_timeout_seconds).toBe(120);
  });
});

describe('the example', () => {
  const app = newApp();

  test.each([
    ['OwnService', OwnService, { aws_ecs_service: 1, aws_lb: undefined, aws_vpc: undefined }],
    ['OwnServers', OwnServers, { aws_ecs_service: undefined, aws_lb: 1, aws_lb_target_group_attachment: 1 }],
    ['OwnListener', OwnListener, { aws_ecs_service: 2, aws_lb: undefined, aws_lb_listener_rule: 2 }],
  ])('%s synthesizes', (name, Own, expected) => {
    const { counts } = new Synthesized(Testing.synth(new Own(app, name)));
    const found = Object.fromEntries(Object.keys(expected).map((type) => [type, counts[type]]));
    expect(found).toEqual(expected);
  });
});
