/** What each stage adds, takes away and keeps. */
import type { Blueprint, Service } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import type { Stage } from '../../constructs/blueprint/schema';
import { SHOP } from './environment-fixture';
import { parsedAt } from './heed';

const at = (stage: Stage): Blueprint => resolve(parsedAt(SHOP, stage));

const services = ({ services: apis, gateway }: Blueprint): readonly Service[] => [
  ...apis,
  ...(gateway?.members ?? []),
];

const service = (blueprint: Blueprint, id: string): Service => {
  const found = services(blueprint).find((one) => one.id === id);
  if (!found) throw new Error(`no service ${id}`);
  return found;
};

describe('stage api', () => {
  const blueprint = at('api');

  test('has no load balancer, no gateway and no host', () => {
    expect(Object.keys(blueprint)).toEqual([
      'environment',
      'stage',
      'region',
      'tags',
      'state',
      'network',
      'cluster',
      'namespace',
      'services',
      'data',
    ]);
  });

  test('runs tasks in public subnets with public addresses, without NAT', () => {
    expect(service(blueprint, 'orders').placement).toEqual({
      subnets: 'public',
      zones: ['a', 'b'],
      assignPublicIp: true,
    });
    expect(blueprint.network).toEqual({
      kind: 'new',
      name: 'shop',
      cidr: '10.0.0.0/16',
      zones: [
        { letter: 'a', zone: 'eu-central-1a', publicCidr: '10.0.0.0/20', nat: false },
        { letter: 'b', zone: 'eu-central-1b', publicCidr: '10.0.16.0/20', nat: false },
      ],
    });
  });

  test('attaches nothing to a target group', () => {
    expect(blueprint.services.map((one) => one.attachment)).toEqual([undefined, undefined]);
  });
});

describe('stage load-balanced', () => {
  const blueprint = at('load-balanced');

  test('has no gateway', () => {
    expect(blueprint.gateway).toBeUndefined();
    expect(blueprint.host).toBe('api.example.com');
  });

  test('runs tasks in private subnets, each zone with its way out', () => {
    expect(service(blueprint, 'orders').placement).toEqual({
      subnets: 'private',
      zones: ['a', 'b'],
      assignPublicIp: false,
    });
    expect(blueprint.network).toMatchObject({
      zones: [
        { letter: 'a', publicCidr: '10.0.0.0/20', privateCidr: '10.0.128.0/20', nat: true, natZone: 'a' },
        { letter: 'b', publicCidr: '10.0.16.0/20', privateCidr: '10.0.144.0/20', nat: true, natZone: 'b' },
      ],
    });
  });

  test('puts each API into its target group', () => {
    expect(service(blueprint, 'orders').attachment).toEqual({
      targetGroup: 'orders',
      container: 'orders',
      port: 8080,
      healthCheckGraceSeconds: 30,
    });
    expect(blueprint.loadBalancer?.targetGroups.map((group) => group.id)).toEqual(['orders', 'catalog']);
    expect(blueprint.loadBalancer?.targetGroups[0]).toEqual({
      id: 'orders',
      name: expect.stringMatching(/^shop-orders-[0-9a-f]{4}$/),
      port: 8080,
      deregistrationDelaySeconds: 60,
      healthCheck: {
        port: 'traffic-port',
        path: '/healthz',
        matcher: '200',
        intervalSeconds: 10,
        timeoutSeconds: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    });
  });

  test('ends TLS with a certificate of the zone', () => {
    expect(blueprint.loadBalancer).toMatchObject({
      id: 'LoadBalancer',
      name: 'shop-alb',
      idleTimeoutSeconds: 60,
      deletionProtection: false,
      desyncMitigationMode: 'defensive',
      https: {
        port: 443,
        sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        certificate: {
          kind: 'new',
          name: 'shop',
          domains: ['api.example.com'],
          hostedZoneId: 'Z0123456789ABC',
        },
        notFound: {
          status: 404,
          contentType: 'application/json',
          body: '{"type":"about:blank","title":"Not Found","status":404,"detail":"No API answers here."}',
        },
      },
      http: { port: 80, redirectStatus: 'HTTP_301' },
      records: [{ id: 'alias-api.example.com', name: 'api.example.com', hostedZoneId: 'Z0123456789ABC' }],
    });
  });
});

describe('stage gateway', () => {
  const blueprint = at('gateway');

  test('has a service for each member, one after the other, each in its zone', () => {
    expect(
      blueprint.gateway?.members.map(({ id, name, desiredCount, scaling, deployment, placement, after }) => ({
        id,
        name,
        desiredCount,
        scaling,
        deployment,
        placement,
        after,
      })),
    ).toEqual([
      {
        id: 'gateway-a',
        name: 'shop-gateway-a',
        desiredCount: 1,
        scaling: undefined,
        deployment: {
          minimumHealthyPercent: 0,
          maximumPercent: 100,
          zoneRebalancing: false,
          waitMinutes: 20,
        },
        placement: { subnets: 'private', zones: ['a'], assignPublicIp: false },
        after: [],
      },
      {
        id: 'gateway-b',
        name: 'shop-gateway-b',
        desiredCount: 1,
        scaling: undefined,
        deployment: {
          minimumHealthyPercent: 0,
          maximumPercent: 100,
          zoneRebalancing: false,
          waitMinutes: 20,
        },
        placement: { subnets: 'private', zones: ['b'], assignPublicIp: false },
        after: ['gateway-a'],
      },
    ]);
  });

  test('takes the APIs from behind the load balancer', () => {
    expect(blueprint.services.map((one) => one.attachment)).toEqual([undefined, undefined]);
    expect(blueprint.loadBalancer?.targetGroups).toEqual([
      {
        id: 'gateway',
        name: expect.stringMatching(/^shop-gateway-[0-9a-f]{4}$/),
        port: 8080,
        deregistrationDelaySeconds: 60,
        healthCheck: {
          port: 9000,
          path: '/healthz',
          matcher: '200',
          intervalSeconds: 5,
          timeoutSeconds: 2,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
      },
    ]);
    expect(service(blueprint, 'gateway-a').attachment).toMatchObject({ targetGroup: 'gateway', port: 8080 });
  });

  test('keeps the hashes of keys in a secret that only the gateways read', () => {
    expect(blueprint.data.consumersSecret).toMatchObject({
      name: 'shop/consumers',
      initialLabel: 'INITIAL',
    });
    const [container] = service(blueprint, 'gateway-a').taskDefinition.containers;
    expect(container?.secrets).toEqual({ CONSUMERS: { ref: 'consumers-secret' } });
    const readers = services(blueprint).filter((one) =>
      JSON.stringify(one.executionRole.statements).includes('consumers-secret'),
    );
    expect(readers.map((one) => one.id)).toEqual(['gateway-a', 'gateway-b']);
  });
});

describe('in every stage', () => {
  test.each(['api', 'load-balanced', 'gateway'] as const)(
    '%s: APIs are found by name and rolled up',
    (stage) => {
      expect(service(at(stage), 'orders')).toMatchObject({
        name: 'shop-orders',
        discovery: { name: 'orders', ttlSeconds: 5 },
        deployment: { minimumHealthyPercent: 100, maximumPercent: 200, zoneRebalancing: true },
        after: [],
      });
      expect(at(stage).namespace.name).toBe('shop.internal');
    },
  );

  test('the same text gives the same blueprint, which no one can change', () => {
    const [one, other] = [at('gateway'), at('gateway')];
    expect(one).toEqual(other);
    expect(() => Object.assign(one.services[0]?.placement ?? {}, { assignPublicIp: true })).toThrow(
      TypeError,
    );
  });
});
