/** What people have does not depend on the stage: keys, the user pool and logs. Does not show that an engine keeps it. */
import fc from 'fast-check';
import { resolve } from '../../constructs/blueprint/resolve';
import type { Stage } from '../../constructs/blueprint/schema';
import { parsedAt } from './heed';

const STAGES: readonly Stage[] = ['api', 'load-balanced', 'gateway'];

interface Said {
  readonly key: 'none' | 'api' | 'route';
  readonly consumer: boolean;
  readonly members: boolean;
  readonly metrics: boolean;
  readonly usage: boolean;
  readonly identity: boolean;
  readonly protection: boolean;
  readonly egress: 'public' | 'single-nat';
}

const apiKey = '{ authentication: { apiKey: {} } }';

const text = (said: Said): string =>
  [
    'name: shop',
    'stage: gateway',
    'region: eu-central-1',
    `network: { cidr: 10.0.0.0/16, zones: [a, b], egress: ${said.egress} }`,
    'domain: { name: api.example.com, hostedZone: { id: Z0123456789ABC, name: example.com } }',
    `deletionProtection: ${said.protection}`,
    'apis:',
    '  orders:',
    '    image: ghcr.io/example/orders:1',
    '    paths: [/orders]',
    ...(said.key === 'api' ? [`    policies: ${apiKey}`] : []),
    ...(said.key === 'route' ? [`    routes: { place: { methods: [POST], policies: ${apiKey} } }`] : []),
    'gateway:',
    `  metrics: ${said.metrics ? 'cloudwatch' : 'none'}`,
    `  usageMetrics: ${said.usage}`,
    ...(said.members
      ? ['  members: [{ name: c, zone: b }, { name: a, zone: a }, { name: b, zone: b }]']
      : []),
    ...(said.consumer || said.key !== 'none' ? ['consumers: { acme: {} }'] : []),
    ...(said.identity
      ? [
          'identity:',
          '  cognito:',
          '    domainPrefix: shop-tokens',
          '    scopes: { read: Read }',
          '    machineClients: { reporting: { scopes: [read] } }',
        ]
      : []),
  ].join('\n');

const dataAt = (yaml: string, stage: Stage) => {
  const { data, identity } = resolve(parsedAt(yaml, stage));
  const groups = Object.entries(data.logGroups).map(([id, { metricFilters, ...group }]) => [id, group]);
  return { data: { ...data, logGroups: Object.fromEntries(groups) as typeof data.logGroups }, identity };
};

const PLAIN: Said = {
  key: 'none',
  consumer: false,
  members: false,
  metrics: false,
  usage: true,
  identity: false,
  protection: false,
  egress: 'single-nat',
};

test('it is the same in all stages, whatever the file says', () => {
  fc.assert(
    fc.property(
      fc.record<Said>({
        key: fc.constantFrom('none', 'api', 'route'),
        consumer: fc.boolean(),
        members: fc.boolean(),
        metrics: fc.boolean(),
        usage: fc.boolean(),
        identity: fc.boolean(),
        protection: fc.boolean(),
        egress: fc.constantFrom('public', 'single-nat'),
      }),
      (said) => {
        const yaml = text(said);
        const [api, balanced, gateway] = STAGES.map((stage) => dataAt(yaml, stage));
        expect(api).toEqual(gateway);
        expect(balanced).toEqual(gateway);
      },
    ),
    { numRuns: 60 },
  );
});

test('metric filters, which hold nothing, come and go with the gateways', () => {
  const filters = STAGES.map((stage) =>
    Object.values(resolve(parsedAt(text(PLAIN), stage)).data.logGroups).map(
      ({ metricFilters = [] }) => metricFilters.length,
    ),
  );
  expect(filters).toEqual([
    [0, 0],
    [0, 0],
    [6, 6],
  ]);
});

test.each(STAGES)('%s: the gateways and their log groups are named alike', (stage) => {
  const { logGroups } = dataAt(text({ ...PLAIN, members: true }), stage).data;
  expect(Object.entries(logGroups).map(([id, { name }]) => [id, name])).toEqual([
    ['gateway-c', '/stagecraft/shop/gateway-c'],
    ['gateway-a', '/stagecraft/shop/gateway-a'],
    ['gateway-b', '/stagecraft/shop/gateway-b'],
  ]);
});

test('log groups are those of the gateways to come, also where tasks have fewer zones yet', () => {
  const network =
    'network: { vpc: vpc-0123456789abcdef0, cidr: 10.0.0.0/16, publicSubnets: { a: subnet-00000001 }, privateSubnets: { a: subnet-00000002, b: subnet-00000003 } }';
  const yaml = text(PLAIN).replace(/^network: .*$/m, network);
  expect(Object.keys(dataAt(yaml, 'api').data.logGroups)).toEqual(['gateway-a', 'gateway-b']);
});

test.each(STAGES)('%s: without consumers and keys there is no secret, and nothing reads one', (stage) => {
  const blueprint = resolve(parsedAt(text(PLAIN), stage));
  expect(blueprint.data.consumersSecret).toBeUndefined();
  expect(JSON.stringify(blueprint)).not.toContain('consumers-secret');
});

test.each([
  ['a consumer', { ...PLAIN, consumer: true }],
  ['an API that asks for a key', { ...PLAIN, key: 'api' }],
  ['a route that asks for a key', { ...PLAIN, key: 'route' }],
] as const)('with %s there is one from the first stage on', (_, said) => {
  for (const stage of STAGES) {
    expect(dataAt(text(said), stage).data.consumersSecret).toEqual({
      id: 'ConsumersSecret',
      name: 'shop/consumers',
      description: 'Hashes of the API keys of each consumer',
      initialText: '# SHA-256 of each key, and the consumer that it belongs to.\n',
      initialLabel: 'INITIAL',
    });
  }
});

test.each(STAGES)('%s: what is protected is the keys, the logs and the user pool', (stage) => {
  const said = { ...PLAIN, identity: true };
  for (const protection of [true, false]) {
    const { data, identity } = dataAt(text({ ...said, protection }), stage);
    expect([data.deletionProtection, identity?.deletionProtection]).toEqual([protection, protection]);
  }
});
