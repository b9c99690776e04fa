/** CloudWatch metrics of the usage. Does not show that CloudWatch reads the patterns so: see docs/metrics.md. */
import { gunzipSync, strFromU8 } from 'fflate';
import type { Blueprint, MetricFilter } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import { balanced, type Edit, failure, parsed, REGION, shop, summary } from './environment-fixture';

const off: Edit = [REGION, `${REGION}gateway: { usageMetrics: false }\n`];

const filtersOf = ({ gateway, services }: Blueprint) =>
  [...(gateway?.members ?? []), ...services].map(({ id, logGroup }) => [
    id,
    logGroup.metricFilters?.map((filter) => filter.id),
  ]);

const six = ['Requests', 'Errors5xx', 'Refused', 'CacheHits', 'Latency', 'ConsumerRequests'];

test('each gateway has six filters, and an API none', () => {
  expect(filtersOf(resolve(parsed()))).toEqual([
    ['gateway-a', six],
    ['gateway-b', six],
    ['orders', undefined],
    ['catalog', undefined],
  ]);
});

test('without usageMetrics, or before stage gateway, there are none', () => {
  const none = [
    ['orders', undefined],
    ['catalog', undefined],
  ];
  expect(filtersOf(resolve(parsed(off)))).toEqual([
    ['gateway-a', undefined],
    ['gateway-b', undefined],
    ...none,
  ]);
  expect(filtersOf(resolve(parsed(balanced)))).toEqual(none);
});

const filters = resolve(parsed()).gateway?.members[0]?.logGroup.metricFilters as MetricFilter[];

test('all write into the namespace of the environment, and none has more than Api and Consumer', () => {
  expect(
    filters.map(({ metric: { namespace, name, value, unit, dimensions } }) => [
      `${namespace} ${name}`,
      value,
      unit,
      dimensions,
    ]),
  ).toEqual([
    ['Stagecraft/shop Requests', '1', 'Count', { Api: '$.api' }],
    ['Stagecraft/shop Errors5xx', '1', 'Count', { Api: '$.api' }],
    ['Stagecraft/shop Refused', '1', 'Count', { Api: '$.api' }],
    ['Stagecraft/shop CacheHits', '1', 'Count', { Api: '$.api' }],
    ['Stagecraft/shop Latency', '$.total_ms', 'Milliseconds', { Api: '$.api' }],
    ['Stagecraft/shop Requests', '1', 'Count', { Api: '$.api', Consumer: '$.consumer' }],
  ]);
});

/** The pattern language as far as the filters use it: conditions on fields that must be there. */
function counts(pattern: string, line: string): boolean {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line);
  } catch {
    return false;
  }
  const inner = /^\{ (.*) \}$/.exec(pattern)?.[1] ?? '';
  return inner.split(' && ').every((condition) => {
    const found = /^\(\$\.([a-z_]+) (=|!=|>=) (?:"([^"]*)"|(\*)|(\d+))\)$/.exec(condition);
    if (!found) throw new Error(`no condition: ${condition}`);
    const [, field = '', operator, text, any, digits] = found;
    const value = fields[field];
    if (any) return value !== undefined;
    if (operator === '>=') return typeof value === 'number' && value >= Number(digits);
    const same =
      text === '*' || (text?.endsWith('*') ? String(value).startsWith(text.slice(0, -1)) : value === text);
    return operator === '=' ? value !== undefined && same : !same;
  });
}

const line = (over: object) =>
  JSON.stringify({
    status: 200,
    api: 'orders',
    consumer: 'acme',
    cache: '-',
    deny: '-',
    total_ms: 12,
    ...over,
  });

test.each([
  ['a request of a consumer', line({}), ['Requests', 'Latency', 'ConsumerRequests']],
  ['a request with a token', line({ consumer: 'jwt:7f3a' }), ['Requests', 'Latency']],
  ['a request without a name', line({ consumer: '-' }), ['Requests', 'Latency']],
  ['a hit', line({ cache: 'HIT' }), ['Requests', 'CacheHits', 'Latency', 'ConsumerRequests']],
  ['a miss', line({ cache: 'MISS' }), ['Requests', 'Latency', 'ConsumerRequests']],
  ['an error of the API', line({ status: 502 }), ['Requests', 'Errors5xx', 'Latency', 'ConsumerRequests']],
  ['a client error', line({ status: 404 }), ['Requests', 'Latency', 'ConsumerRequests']],
  [
    'what was refused',
    line({ status: 429, deny: 'rate-limit' }),
    ['Requests', 'Refused', 'ConsumerRequests'],
  ],
  ['what was given up', line({ status: -1, total_ms: -1 }), ['Requests', 'ConsumerRequests']],
  ['what is of no API', line({ api: '-', consumer: '-', status: 404, deny: 'no-route' }), []],
  ['a note at the start', '[NOTICE]   (1) : New worker forked', []],
  ['another program that writes JSON', '{"level":"info","message":"keys fetched"}', []],
])('%s counts where it should', (_, text, expected) => {
  expect(filters.filter(({ pattern }) => counts(pattern, text)).map(({ id }) => id)).toEqual(expected);
});

test('the filters name only fields that the gateways write', () => {
  const container = resolve(parsed()).gateway?.members[0]?.taskDefinition.containers[0];
  const packed = container?.environment.FILE_HAPROXY_CFG ?? '';
  const configuration = strFromU8(gunzipSync(Buffer.from(packed, 'base64')));
  const format = /log-format '(.*)'/.exec(configuration)?.[1] ?? '';
  const named = [...JSON.stringify(filters).matchAll(/\$\.([a-z_]+)/g)].map((found) => found[1] ?? '');
  expect([...new Set(named)].toSorted()).toEqual(['api', 'cache', 'consumer', 'deny', 'status', 'total_ms']);
  for (const field of named) expect(format).toContain(`"${field}":`);
});

describe('pairs of consumer and API', () => {
  const consumers = (many: number, of = '{}'): Edit => [
    '  acme: { apis: [orders] }\n',
    Array.from({ length: many }, (_, index) => `  c${index}: ${of}\n`).join(''),
  ];

  test('fewer than a thousand are taken; a public API has none', () => {
    expect(resolve(parsed(consumers(999))).gateway?.members).toHaveLength(2);
  });

  test('a thousand are refused, and the way out is told', () => {
    expect(summary(shop(consumers(1000)))).toEqual(['23:1 USAGE_METRICS']);
    const { message } = failure(shop(consumers(1000)));
    expect(message).toContain('1000 pairs, which would cost 300.00 USD a month');
    expect(message).toContain('Write `usageMetrics: false` under `gateway:`');
  });

  test('are not counted without the metrics, at another stage, or for APIs that a consumer may not call', () => {
    expect(parsed(consumers(1000), off).consumers).toHaveProperty('c999');
    expect(parsed(consumers(1000), balanced).consumers).toHaveProperty('c999');
    const one: Edit = ['  acme: { apis: [orders] }\n', `  acme: { apis: [orders] }\n`];
    expect(
      parsed(one, [one[1], one[1] + consumers(1000, '{ apis: [catalog] }')[1]]).consumers,
    ).toHaveProperty('c999');
  });
});
