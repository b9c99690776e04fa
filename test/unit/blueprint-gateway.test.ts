/** What the data plane is told of an environment. */
import { gatewayModel } from '../../constructs/blueprint/resolving/gateway-pair';
import { type Edit, existing, PORT, parsed, REGION, TWO } from './environment-fixture';

const model = (...edits: Edit[]) => gatewayModel(parsed(...edits));

test('members find each other by name', () => {
  expect(model().members).toEqual([
    { name: 'gateway-a', host: 'gateway-a.shop.internal' },
    { name: 'gateway-b', host: 'gateway-b.shop.internal' },
  ]);
});

test('members are those of the file', () => {
  const members = 'members: [{ name: x, zone: b }, { name: y, zone: b }, { name: z, zone: a }]';
  expect(model([REGION, `${REGION}gateway: { ${members} }\n`]).members.map((one) => one.name)).toEqual([
    'gateway-x',
    'gateway-y',
    'gateway-z',
  ]);
});

test('an API is its pool by name, with room for a rolling deploy', () => {
  const edit: Edit = [
    PORT,
    '    port: 3000\n    instances: { min: 2, max: 5 }\n    headers: { X-Tenant: One }\n',
  ];
  expect(model(edit).apis[0]).toMatchObject({
    name: 'orders',
    paths: ['/orders'],
    hosts: [],
    headers: { 'x-tenant': 'One' },
    pool: { host: 'orders.shop.internal', port: 3000, mostInstances: 10 },
    health: { path: '/healthz', status: '200', intervalSeconds: 10, timeoutSeconds: 4 },
    requestTimeoutSeconds: 30,
    policies: {
      authentication: { apiKey: { header: 'x-api-key' } },
      rateLimit: { windows: [{ requests: 10, perSeconds: 60 }], by: 'consumer' },
    },
  });
});

test('only the load balancer is believed: its subnets, or the network that exists', () => {
  expect(model().balancerCidrs).toEqual(['10.0.0.0/20', '10.0.16.0/20']);
  expect(model(existing(TWO)).balancerCidrs).toEqual(['10.0.0.0/16']);
});

test('the gateways answer to the domain and to the hosts of APIs, each once', () => {
  expect(model().hosts).toEqual(['api.example.com']);
  const edit: Edit = [PORT, '    port: 3000\n    hosts: [b.example.com, api.example.com, a.example.com]\n'];
  expect(model(edit).hosts).toEqual(['api.example.com', 'a.example.com', 'b.example.com']);
});

test('the gateways know how long the load balancer keeps a connection', () => {
  expect(model().balancerIdleTimeoutSeconds).toBe(60);
  const edits: Edit[] = [
    [REGION, `${REGION}deregistrationDelaySeconds: 100\n`],
    [PORT, '    requestTimeoutSeconds: 90\n'],
  ];
  expect(model(...edits).balancerIdleTimeoutSeconds).toBe(95);
});

test('consumers and what they may call are those of the file', () => {
  expect(model().consumers).toEqual([{ name: 'acme', apis: ['orders'] }]);
  expect(model(['{ apis: [orders] }', '{}']).consumers).toEqual([{ name: 'acme', apis: undefined }]);
});

test('a cache of a public API does not tell consumers apart, as it knows none', () => {
  const cached: Edit = [
    'paths: [/catalog]',
    'paths: [/catalog]\n    policies: { cache: { ttlSeconds: 30 } }',
  ];
  const keyed: Edit = ['      rateLimit:', '      cache: { ttlSeconds: 30 }\n      rateLimit:'];
  const shared: Edit = [
    '      rateLimit:',
    '      cache: { ttlSeconds: 30, varyBy: { consumer: false } }\n      rateLimit:',
  ];
  const byConsumer = (api: number, ...edits: Edit[]) =>
    model(...edits).apis[api]?.policies.cache?.varyBy.consumer;
  expect(byConsumer(1, cached)).toBe(false);
  expect(byConsumer(0, keyed)).toBe(true);
  expect(byConsumer(0, shared)).toBe(false);
});
