/** Each construct stands alone, in a stack of one's own and with things that exist. */
import { type TerraformStack, Testing } from 'cdktf';
import { ApiService, type ApiServiceProps } from '../../constructs/cdktf/api-service';
import { GatewayPair, type GatewayPairProps } from '../../constructs/cdktf/gateway-pair';
import { Identity } from '../../constructs/cdktf/identity';
import { LoadBalancer } from '../../constructs/cdktf/load-balancer';
import { ExistingNetwork, Network } from '../../constructs/cdktf/network';
import { TargetGroup } from '../../constructs/cdktf/target-group';
import { OwnListener, OwnServers, OwnService } from '../../examples/cdktf-own-stack/main';
import { blueprintAt } from './support/blueprints';
import { newApp, Synthesized, synthesizedIn } from './support/terraform-json';

const place = {
  region: 'eu-central-1',
  clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own',
  namespaceId: 'ns-own',
};
const own = { vpcId: 'vpc-own', ...place };

function partsAt(stage: 'load-balanced' | 'gateway') {
  const { loadBalancer, gateway, services } = blueprintAt(stage);
  if (loadBalancer === undefined) throw new Error(`no load balancer at ${stage}`);
  return { loadBalancer, gateway: gateway as NonNullable<typeof gateway>, services };
}

describe('an ApiService in a VPC and a cluster that exist', () => {
  const [service] = blueprintAt('api').services;
  const props = { service, subnetIds: ['subnet-own'], ...own } as ApiServiceProps;
  const stack = synthesizedIn((scope) => new ApiService(scope, 'orders', props));

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
      aws_vpc_security_group_ingress_rule: 1,
    });
  });

  test('is put where it is told', () => {
    expect(stack.one('aws_security_group.orders_SecurityGroup').vpc_id).toBe('vpc-own');
    expect(stack.one('aws_service_discovery_service.orders_Discovery').dns_config.namespace_id).toBe(
      'ns-own',
    );
    expect(stack.one('aws_ecs_service.orders_Service')).toMatchObject({
      cluster: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own',
      network_configuration: { subnets: ['subnet-own'] },
    });
  });

  test('refuses a rule that names an unknown group, and says which it knows', () => {
    const [behind] = blueprintAt('load-balanced').services;
    const build = (peers: Record<string, string>) => () =>
      synthesizedIn(
        (scope) =>
          new ApiService(scope, 'orders', { ...props, service: behind as typeof behind & object, peers }),
      );
    expect(build({ web: 'sg-web' })).toThrow(
      'Security group "orders" lets in group "alb", and peers has no such group (it has: web). Add it to peers: { "alb": … }.',
    );
    expect(build({ alb: 'sg-alb' })).toThrow(
      'Service "orders" is attached to target group "orders". Give that target group as targetGroup.',
    );
  });
});

test('a LoadBalancer stands in front of services that are not ours', () => {
  const { loadBalancer } = partsAt('load-balanced');
  const stack = synthesizedIn((scope) => {
    const props = { loadBalancer, vpcId: 'vpc-own', subnetIds: ['subnet-one', 'subnet-two'] };
    const front = new LoadBalancer(scope, 'front', props);
    expect(Object.keys(front.targetGroups)).toEqual(['orders', 'reports']);
  });
  expect(stack.counts.aws_ecs_service).toBeUndefined();
  expect(stack.one('aws_lb.front_LoadBalancer').subnets).toEqual(['subnet-one', 'subnet-two']);
  expect(stack.waitsFor('aws_lb_listener_rule.front_Traffic_traffic-1-orders')).toEqual([]);
});

describe('a GatewayPair behind a listener that is not ours', () => {
  const { gateway, loadBalancer } = partsAt('gateway');
  const build = (scope: TerraformStack, props: Partial<GatewayPairProps> = {}) => {
    const [targetGroup] = loadBalancer.targetGroups;
    const [attachRule] = loadBalancer.attachRules;
    if (targetGroup === undefined || attachRule === undefined) throw new Error('no target group');
    const listenerArn = 'arn:own-listener';
    return new GatewayPair(scope, 'gateway', {
      gateway,
      ...own,
      subnetIds: { 'gateway-a': ['subnet-a'], 'gateway-b': ['subnet-b'] },
      targetGroup: new TargetGroup(scope, 'gateways', {
        targetGroup,
        attachRule,
        listenerArn,
        vpcId: 'vpc-own',
      }),
      peers: { alb: 'sg-own-balancer' },
      ...props,
    });
  };

  test('joins it by an attach rule, and lets in its load balancer', () => {
    const stack = synthesizedIn((scope) => build(scope));
    expect(stack.counts.aws_lb).toBeUndefined();
    expect(stack.one('aws_lb_listener_rule.gateways_AttachRule').listener_arn).toBe('arn:own-listener');
    expect(
      stack.one('aws_vpc_security_group_ingress_rule.gateway_alb-8080').referenced_security_group_id,
    ).toBe('sg-own-balancer');
    expect(stack.waitsFor('aws_ecs_service.gateway_gateway-a_Service')).toContain(
      'aws_lb_listener_rule.gateways_AttachRule',
    );
    expect(stack.waitsFor('aws_ecs_service.gateway_gateway-b_Service')).toContain(
      'aws_ecs_service.gateway_gateway-a_Service',
    );
  });

  test('needs subnets for each member', () => {
    expect(() =>
      synthesizedIn((scope) => build(scope, { subnetIds: { 'gateway-a': ['subnet-a'] } })),
    ).toThrow('Gateway "gateway-b" has no subnets; given are those of gateway-a.');
  });

  test('refuses a member that comes after no member', () => {
    const members = gateway.members.map((member) => ({ ...member, after: ['gateway-z'] }));
    expect(() => synthesizedIn((scope) => build(scope, { gateway: { ...gateway, members } }))).toThrow(
      'Gateway "gateway-a" comes after "gateway-z", which is no member. Members: gateway-a, gateway-b.',
    );
  });
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
    const { loadBalancer } = partsAt('load-balanced');
    const stack = synthesizedIn(
      (scope) =>
        new LoadBalancer(scope, 'front', {
          loadBalancer,
          vpcId: 'vpc-own',
          subnetIds: [],
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
    const [service] = blueprintAt('api').services;
    const serviceWith = (change: NonNullable<ApiServiceProps['transform']>['service']) =>
      synthesizedIn((scope) => {
        const props = { service, subnetIds: ['subnet-own'], ...own, transform: { service: change } };
        new ApiService(scope, 'orders', props as ApiServiceProps);
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
    const { loadBalancer } = partsAt('load-balanced');
    const stack = synthesizedIn((scope) => {
      const front = new LoadBalancer(scope, 'front', { loadBalancer, vpcId: 'vpc-own', subnetIds: [] });
      front.httpsListener.tcpIdleTimeoutSeconds = 120;
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
