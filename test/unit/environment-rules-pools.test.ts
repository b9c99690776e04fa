/** APIs whose instances someone else runs: what may be said of them, and what becomes of it. */

import { parseEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import { gatewayModel } from '../../constructs/blueprint/resolving/gateway-pair';
import { Problems } from '../../constructs/problems';

const parsed = (text: string) => parseEnvironment(text, 'shop.yaml');

const file = (orders: string, stage = 'gateway'): string => `
name: shop
stage: ${stage}
region: eu-central-1
domain: { name: api.shop.example, hostedZone: { id: Z0123456789SHOP, name: shop.example } }
apis:
  orders: ${orders}
  catalog: { image: 'registry.example/catalog:1', paths: [/catalog] }
`;

function problems(text: string): string[] {
  try {
    parsed(text);
  } catch (error) {
    if (error instanceof Problems)
      return error.problems.map(({ code, path, fix }) => [code, path.join('.'), fix].join(' | '));
    throw error;
  }
  return [];
}

test('the gateways find the pool by its name, and nothing of it is made', () => {
  const environment = parsed(
    file(
      "{ at: 'orders.internal:3000', paths: [/orders], health: { path: /ready, status: 200-299 }, instances: { max: 12 } }",
    ),
  );
  const { apis } = gatewayModel(environment);
  expect(apis[0]).toMatchObject({
    name: 'orders',
    pool: { host: 'orders.internal', port: 3000, mostInstances: 12, unseenSeconds: 420 },
    health: { path: '/ready', status: '200-299', intervalSeconds: 10, timeoutSeconds: 4 },
  });
  expect(apis[0]).not.toHaveProperty('canary');
  const { services, loadBalancer, gateway } = resolve(environment);
  expect(services.map(({ id }) => id)).toEqual(['catalog']);
  expect(loadBalancer?.targetGroups.map(({ id }) => id)).toEqual(['gateway']);
  // One rule leads all to the gateways, whichever API they are for.
  expect(loadBalancer?.trafficRules.map(({ api }) => api)).toEqual([undefined]);
  expect(gateway?.members.map(({ id }) => id)).toEqual(['gateway-a', 'gateway-b']);
});

test('a name has up to eight addresses where the file says nothing', () => {
  const { apis } = gatewayModel(parsed(file("{ at: 'orders.internal:3000', paths: [/orders] }")));
  expect(apis[0]?.pool).toEqual({
    host: 'orders.internal',
    port: 3000,
    mostInstances: 8,
    unseenSeconds: 60,
  });
});

test.each([
  [
    'before there are gateways',
    file("{ at: 'orders.internal:80', paths: [/orders] }", 'load-balanced'),
    [
      'AT_STAGE | apis.orders.at | Set `stage: gateway`, or write `image` instead of `at` to run the instances here.',
    ],
  ],
  [
    'a port that is none',
    file("{ at: 'orders.internal:65536', paths: [/orders] }"),
    ['AT_PORT | apis.orders.at | Write the port that the instances listen on.'],
  ],
  [
    'more addresses than could be kept track of',
    file("{ at: 'orders.internal:80', paths: [/orders], instances: { max: 22 } }"),
    ['POOL_TOO_LARGE | apis.orders.instances.max | Name a load balancer that stands before them.'],
  ],
  [
    'an image beside it',
    file("{ at: 'orders.internal:80', image: 'orders:1', paths: [/orders] }"),
    [
      'UNKNOWN_KEY | apis.orders.at | Remove `at`, or use only `at`, `paths`, `hosts`, `headers`, `listenerSeed`, `instances`, `health`, `requestTimeoutSeconds`, `balancing`, `policies`, `routes`.',
    ],
  ],
  [
    'what only an instance of ours has',
    file("{ at: 'orders.internal:80', paths: [/orders], cpu: 256, secrets: {} }"),
    ['UNKNOWN_KEY | apis.orders.cpu | ', 'UNKNOWN_KEY | apis.orders.secrets | '],
  ],
  ['neither of both', file('{ paths: [/orders] }'), ['MISSING_KEY | apis.orders.image | Add `image`.']],
])('%s is refused', (_, text, expected) => {
  const found = problems(text);
  expect(found).toHaveLength(expected.length);
  for (const [index, one] of expected.entries()) expect(found[index]).toContain(one);
});

test.each([
  'orders.internal',
  'orders:80',
  'http://orders.internal:80',
  'Orders.internal:80',
  '10.0.0.10:80',
  'orders.internal:0',
  'orders.internal:80/path',
  '*.internal:80',
  'orders.internal:80 inter 1s',
])('%s is no place', (at) => {
  expect(problems(file(`{ at: '${at}', paths: [/orders] }`))).toEqual(['WRONG_FORM | apis.orders.at | ']);
});

test('21 addresses are kept track of', () => {
  expect(problems(file("{ at: 'orders.internal:80', paths: [/orders], instances: { max: 21 } }"))).toEqual(
    [],
  );
});
