/** Who may reach whom, and which request goes where: exactly this and nothing else, in each stage. */
import type { Blueprint, SecurityGroup, Service } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import type { Stage } from '../../constructs/blueprint/schema';
import { SHOP } from './environment-fixture';
import { parsedAt } from './heed';

const at = (stage: Stage): Blueprint => resolve(parsedAt(SHOP, stage));

const services = ({ services: apis, gateway }: Blueprint): readonly Service[] => [
  ...apis,
  ...(gateway?.members ?? []),
];

/** `443 from 0.0.0.0/0`, for each rule of a group. */
const open = ({ ingress }: SecurityGroup): string[] =>
  ingress.map(({ from, port }) => `${port} from ${'cidr' in from ? from.cidr : from.group}`);

const groups = (blueprint: Blueprint): Record<string, string[]> => {
  const all = services(blueprint).map((one) => one.securityGroup);
  const balancer = blueprint.loadBalancer ? [blueprint.loadBalancer.securityGroup] : [];
  return Object.fromEntries([...all, ...balancer].map((group) => [group.id, open(group)]));
};

describe('security groups let in exactly', () => {
  test('everyone at the port of an API, at stage api', () => {
    expect(groups(at('api'))).toEqual({
      orders: ['8080 from 0.0.0.0/0'],
      catalog: ['8080 from 0.0.0.0/0'],
    });
  });

  test('the load balancer at the APIs, at stage load-balanced', () => {
    expect(groups(at('load-balanced'))).toEqual({
      orders: ['8080 from alb'],
      catalog: ['8080 from alb'],
      alb: ['443 from 0.0.0.0/0', '80 from 0.0.0.0/0'],
    });
  });

  test('the gateways at the APIs, and the load balancer at the gateways, at stage gateway', () => {
    expect(groups(at('gateway'))).toEqual({
      orders: ['8080 from gateway'],
      catalog: ['8080 from gateway'],
      gateway: ['8080 from alb', '9000 from alb', '8081 from gateway', '10000 from gateway'],
      alb: ['443 from 0.0.0.0/0', '80 from 0.0.0.0/0'],
    });
  });
});

describe('listener rules', () => {
  const rules = (stage: Stage) => {
    const { attachRules = [], trafficRules = [] } = at(stage).loadBalancer ?? {};
    return [...trafficRules, ...attachRules].map(({ id, conditions, forward }) => ({
      id,
      when: conditions.map((one) => [one.kind === 'header' ? one.name : one.kind, ...one.values].join(' ')),
      to: forward.map(({ targetGroup, weight }) => `${targetGroup} ${weight}`),
    }));
  };

  test('send each API its requests, at stage load-balanced', () => {
    expect(rules('load-balanced')).toEqual([
      { id: 'traffic-gateway', when: ['source-ip 255.255.255.255/32'], to: [] },
      { id: 'traffic-catalog-07835e91', when: ['path /catalog /catalog/*'], to: ['catalog 100'] },
      { id: 'traffic-orders-9125383a', when: ['path /orders /orders/*'], to: ['orders 100'] },
      {
        id: 'attach-orders',
        when: ['x-stagecraft-target orders', 'source-ip 255.255.255.255/32'],
        to: ['orders 100'],
      },
      {
        id: 'attach-catalog',
        when: ['x-stagecraft-target catalog', 'source-ip 255.255.255.255/32'],
        to: ['catalog 100'],
      },
    ]);
  });

  test('send all requests to the gateways, at stage gateway', () => {
    expect(rules('gateway')).toEqual([
      { id: 'traffic-gateway', when: ['path /*'], to: ['gateway 100'] },
      {
        id: 'attach-gateway',
        when: ['x-stagecraft-target gateway', 'source-ip 255.255.255.255/32'],
        to: ['gateway 100'],
      },
    ]);
  });

  test('let an operator past them from the stated addresses, and from nowhere else', () => {
    const text = SHOP.replace('apis:', 'operatorCidrs: [198.51.100.0/24, 203.0.113.9/32]\napis:');
    const { attachRules = [] } = resolve(parsedAt(text, 'gateway')).loadBalancer ?? {};
    expect(attachRules.map(({ conditions }) => conditions)).toEqual([
      [
        { kind: 'header', name: 'x-stagecraft-target', values: ['gateway'] },
        { kind: 'source-ip', values: ['198.51.100.0/24', '203.0.113.9/32'] },
      ],
    ]);
  });

  test('that of the gateways comes before those of the APIs, and keeps its number when the stage changes', () => {
    const numbers = (stage: Stage) =>
      at(stage).loadBalancer?.trafficRules.map(({ id, priority }) => [id, priority]);
    expect(numbers('load-balanced')).toEqual([
      ['traffic-gateway', 10_001],
      ['traffic-catalog-07835e91', 46_192],
      ['traffic-orders-9125383a', 46_655],
    ]);
    expect(numbers('gateway')).toEqual([['traffic-gateway', 10_001]]);
  });
});
