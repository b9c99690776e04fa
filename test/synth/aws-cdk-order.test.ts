/** Who waits for whom. Shows what CloudFormation is told; it removes what is no longer used after all else by itself. */
import type { Service } from '../../constructs/blueprint/blueprint';
import { environmentAt, everyEnvironment, synthesized, synthesizedAt } from './support/aws-cdk-template';
import { blueprintAt, dividedBlueprint } from './support/blueprints';

const matching = (names: readonly string[], pattern: RegExp): string[] =>
  names.filter((name) => pattern.test(name));

describe('stage load-balanced', () => {
  const stack = synthesizedAt('load-balanced');

  test('a service waits for its attach rule, its way in, its roles and its routes', () => {
    expect(stack.waitsFor('ordersService')).toEqual([
      'LoadBalancerordersAttachRule',
      'NetworkPrivateAssociationa',
      'NetworkPrivateAssociationb',
      'NetworkPrivateRoutea',
      'NetworkPrivateRouteb',
      'ordersExecutionRole',
      'ordersSecurityGroupalb8080',
      'ordersTaskRole',
    ]);
  });

  test('a traffic rule waits for the service that it leads to, and for its autoscaling', () => {
    expect(stack.waitsFor('LoadBalancerTraffictraffic1orders')).toEqual([
      'ordersService',
      'ordersServiceTaskCountTarget',
      'ordersServiceTaskCountTargetPolicy',
    ]);
    expect(stack.waitsFor('LoadBalancerTraffictraffic1reports')).toEqual(['reportsService']);
  });

  test('an attach rule waits for no service', () => {
    expect(stack.waitsFor('LoadBalancerordersAttachRule')).toEqual([]);
  });

  test('the load balancer waits for its way in and for the public routes', () => {
    expect(stack.waitsFor('LoadBalancer')).toEqual([
      'LoadBalancerSecurityGrouphttp80',
      'LoadBalancerSecurityGrouphttps443',
      'NetworkPublicAssociationa',
      'NetworkPublicAssociationb',
      'NetworkPublicRoute',
    ]);
  });

  test('clients are led to the load balancer when all rules stand', () => {
    expect(stack.waitsFor('LoadBalancerRecordsapishopexample')).toEqual([
      'LoadBalancerTraffictraffic1orders',
      'LoadBalancerTraffictraffic1reports',
      'LoadBalancerTraffictrafficgateway',
    ]);
  });
});

describe('stage gateway', () => {
  const stack = synthesizedAt('gateway');

  test('gateways are rolled one after the other', () => {
    expect(matching(stack.waitsFor('GatewaygatewayaService'), /Service$/)).toEqual([]);
    expect(matching(stack.waitsFor('GatewaygatewaybService'), /Service$/)).toEqual([
      'GatewaygatewayaService',
    ]);
  });

  test('a gateway waits for its attach rule, and the ways to it and to the pools', () => {
    expect(matching(stack.waitsFor('GatewaygatewayaService'), /Rule$|\d$/)).toEqual([
      'Gatewaygatewayalb8080',
      'Gatewaygatewayalbstatus9000',
      'Gatewaygatewaypeers10000',
      'LoadBalancergatewayAttachRule',
      'ordersSecurityGroupgateway8080',
      'reportsSecurityGroupgateway8080',
    ]);
  });

  test('traffic waits for all gateways, a pool that lets go waits for the traffic', () => {
    expect(stack.waitsFor('LoadBalancerTraffictrafficgateway')).toEqual([
      'GatewaygatewayaService',
      'GatewaygatewaybService',
    ]);
    expect(matching(stack.waitsFor('ordersService'), /Traffic|Service/)).toEqual([
      'LoadBalancerTraffictrafficgateway',
    ]);
  });
});

test('while traffic is divided, rules wait for gateways and pools, and no pool waits for a traffic rule', () => {
  const stack = synthesized(dividedBlueprint());
  expect(stack.waitsFor('LoadBalancerTraffictraffic1reports')).toEqual([
    'GatewaygatewayaService',
    'GatewaygatewaybService',
    'reportsService',
  ]);
  expect(matching(stack.waitsFor('reportsService'), /Rule$|Traffic/)).toEqual([
    'LoadBalancerreportsAttachRule',
  ]);
  expect(stack.one('LoadBalancerTraffictraffic1reports').Actions).toEqual([
    {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: { Ref: expect.stringMatching(/^LoadBalancergatewayTargetGroup/) }, Weight: 10 },
          { TargetGroupArn: { Ref: expect.stringMatching(/^LoadBalancerreportsTargetGroup/) }, Weight: 90 },
        ],
      },
    },
  ]);
});

test('a new version of an API adds a pool, and is steady before a gateway leads to it', () => {
  const blueprint = blueprintAt('gateway');
  const orders = blueprint.services.find(({ id }) => id === 'orders');
  if (!orders || !blueprint.gateway) throw new Error('the stage has both');
  const id = 'orders-canary';
  const { scaling: _, ...fixed } = orders;
  const canary: Service = {
    ...fixed,
    id,
    name: `shop-${id}`,
    taskDefinition: { ...orders.taskDefinition, family: `shop-${id}` },
    logGroup: { ...orders.logGroup, name: `/stagecraft/shop/${id}` },
    securityGroup: { ...orders.securityGroup, id, name: `shop-${id}` },
    discovery: { ...orders.discovery, name: id },
    desiredCount: 1,
  };
  const before = synthesizedAt('gateway');
  const stack = synthesized({
    ...blueprint,
    services: [...blueprint.services, canary],
    gateway: { ...blueprint.gateway, canaries: [id] },
  });
  const added = stack.identities.filter((identity) => !before.identities.includes(identity));
  expect(added).toHaveLength(8);
  expect(before.identities.filter((identity) => !stack.identities.includes(identity))).toEqual([]);
  for (const member of ['a', 'b']) {
    expect(stack.waitsFor(`Gatewaygateway${member}Service`)).toEqual(
      expect.arrayContaining(['orderscanaryService', 'orderscanarySecurityGroupgateway8080']),
    );
  }
  expect(matching(stack.waitsFor('orderscanaryService'), /Service$|Traffic/)).toEqual([]);
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
  const before = synthesizedAt('load-balanced').identities;
  const added = synthesized({ ...blueprint, services }).identities.filter((one) => !before.includes(one));
  expect(added).toEqual([
    expect.stringMatching(/^AWS::EC2::SecurityGroupIngress ordersSecurityGroupalb3000/),
    expect.stringMatching(/^AWS::EC2::SecurityGroupIngress reportsSecurityGroupalb3000/),
  ]);
});

test.each(everyEnvironment)(
  '%s at stage %s: every service behind a target group waits for its attach rule',
  (name, stage) => {
    const stack = synthesized(environmentAt(name, stage));
    const services = Object.entries(stack.all('AWS::ECS::Service'));
    const attached = services.filter(([, { LoadBalancers }]) => LoadBalancers.length > 0);
    for (const [service, { LoadBalancers }] of attached) {
      const group = LoadBalancers[0].TargetGroupArn.Ref.replace(/TargetGroup[0-9A-F]{8}$/, '');
      expect(stack.waitsFor(service)).toContain(`${group}AttachRule`);
    }
    const gateways = stage === 'gateway' ? 2 : 0;
    const pools = services.length - gateways;
    expect(attached).toHaveLength({ api: 0, 'load-balanced': pools, gateway: 2 }[stage]);
  },
);

test('every service is rolled back when it does not become steady', () => {
  for (const service of Object.values(synthesizedAt('gateway').all('AWS::ECS::Service'))) {
    expect(service.DeploymentConfiguration.DeploymentCircuitBreaker).toEqual({
      Enable: true,
      Rollback: true,
    });
  }
});

test('autoscaling moves the number of tasks: only a fixed one is in the template', () => {
  const stack = synthesizedAt('load-balanced');
  expect(stack.one('ordersService').DesiredCount).toBeUndefined();
  expect(stack.one('reportsService').DesiredCount).toBe(2);
});
