/** `stagecraft usage` against the emulator: the same queries as on AWS, answered from lines as the gateways write them. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeMetricFiltersCommand,
  GetQueryResultsCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { askUsage, type Question } from '../../cli/usage-query';
import { usageOf } from '../../cli/usage-totals';
import { type Aws, startAws } from './emulator-kit';

let aws: Aws;
let logs: CloudWatchLogsClient;
const now = Math.floor(Date.now() / 1000);
const A = '/stagecraft/shop/gateway-a';
const B = '/stagecraft/shop/gateway-b';

/** A line of the access log, with what matters here. */
const line = (over: object) =>
  JSON.stringify({
    member: 'gateway-a',
    time: 1_790_000_000.123,
    path: '/orders/"status":500,"deny":"x"',
    status: 200,
    bytes_in: 100,
    bytes_out: 500,
    api: 'orders',
    route: '-',
    consumer: 'acme',
    cache: '-',
    deny: '-',
    total_ms: 10,
    ...over,
  });

async function write(logGroupName: string, logStreamName: string, messages: string[], secondsAgo = 60) {
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const logEvents = messages.map((message) => ({ message, timestamp: (now - secondsAgo) * 1000 }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

beforeAll(async () => {
  aws = await startAws();
  logs = new CloudWatchLogsClient({ ...aws.emulator.access, maxAttempts: 1 });
  for (const logGroupName of [A, B]) await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await write(A, 'one', [
    '[NOTICE]   (1) : New worker (9) forked',
    '{"not": "a request"}',
    '"only a text with total_ms"',
    '[1, 2]',
    ...Array.from({ length: 100 }, (_, index) => line({ total_ms: index + 1 })),
    line({ status: 429, deny: 'rate-limit', total_ms: 0 }),
    line({ status: -1, total_ms: -1, bytes_out: 0 }),
    line({ consumer: '-', status: 401, deny: 'no-key', total_ms: 0, bytes_out: 150 }),
  ]);
  await write(B, 'two', [
    line({ member: 'gateway-b', api: 'tokens', consumer: 'jwt:auth0|5f7c', total_ms: 7 }),
    line({ member: 'gateway-b', status: 503, total_ms: 5000 }),
    line({ member: 'gateway-b', api: 'catalog', consumer: '-', route: 'items', cache: 'HIT', total_ms: 1 }),
    line({ member: 'gateway-b', api: 'catalog', consumer: '-', route: 'items', cache: 'HIT', total_ms: 1 }),
    line({ member: 'gateway-b', api: 'catalog', consumer: '-', cache: 'MISS', total_ms: 9 }),
  ]);
  await write(B, 'yesterday', [line({ member: 'gateway-b' })], 86_400);
});
afterAll(() => aws.stop());

const question = (over: Partial<Question> = {}): Question => ({
  logGroups: [A, B],
  from: now - 3600,
  to: now + 5,
  byConsumer: true,
  byRoute: false,
  ...over,
});
const asked = async (over: Partial<Question> = {}) => {
  const { counted, latencies } = await askUsage(logs, question(over), 0.05);
  return usageOf(counted, latencies);
};

describe('usage', () => {
  it('is added up over the gateways, from the lines of requests alone', async () => {
    const { rows, total } = await asked();
    expect(rows.filter(({ api }) => api !== 'tokens')).toEqual([
      {
        consumer: null,
        api: 'catalog',
        requests: 3,
        errors4xx: 0,
        errors5xx: 0,
        refused: 0,
        refusedBy: {},
        bytesIn: 300,
        bytesOut: 1500,
        cacheHits: 2,
        cacheMisses: 1,
        cacheBypassed: 0,
        cacheHitRatio: 2 / 3,
        latencyMs: { p50: 1, p95: 9, p99: 9 },
      },
      {
        consumer: 'acme',
        api: 'orders',
        requests: 103,
        errors4xx: 1,
        errors5xx: 1,
        refused: 1,
        refusedBy: { 'rate-limit': 1 },
        bytesIn: 10_300,
        bytesOut: 51_000,
        cacheHits: 0,
        cacheMisses: 0,
        cacheBypassed: 0,
        cacheHitRatio: null,
        // Of 1 … 100 and 5000: without the one that was refused and the one that was given up.
        latencyMs: { p50: 51, p95: 96, p99: 100 },
      },
      {
        consumer: null,
        api: 'orders',
        requests: 1,
        errors4xx: 1,
        errors5xx: 0,
        refused: 1,
        refusedBy: { 'no-key': 1 },
        bytesIn: 100,
        bytesOut: 150,
        cacheHits: 0,
        cacheMisses: 0,
        cacheBypassed: 0,
        cacheHitRatio: null,
        latencyMs: null,
      },
    ]);
    expect(total).toMatchObject({ requests: 108, refused: 2, refusedBy: { 'no-key': 1, 'rate-limit': 1 } });
  });

  it('is of one API, one consumer, by route and of a time, where asked', async () => {
    const keys = (usage: Awaited<ReturnType<typeof asked>>) =>
      usage.rows.map(({ api, route, consumer, requests }) => [api, route, consumer, requests]);
    expect(keys(await asked({ api: 'catalog', byRoute: true }))).toEqual([
      ['catalog', 'items', null, 2],
      ['catalog', null, null, 1],
    ]);
    expect(keys(await asked({ consumer: 'acme' }))).toEqual([['orders', undefined, 'acme', 103]]);
    expect(keys(await asked({ consumer: '-', api: 'orders' }))).toEqual([['orders', undefined, null, 1]]);
    expect(keys(await asked({ from: now - 100_000, to: now - 3600 }))).toEqual([
      ['orders', undefined, 'acme', 1],
    ]);
    expect(keys(await asked({ consumer: 'jwt:auth0|5f7c' }))).toEqual([
      ['tokens', undefined, 'jwt:auth0|5f7c', 1],
    ]);
    expect(keys(await asked({ api: 'orders', byConsumer: false }))).toEqual([
      ['orders', undefined, undefined, 104],
    ]);
    expect(keys(await asked({ from: now - 10 }))).toEqual([]);
  });

  it('says how much log it read: two queries', async () => {
    const { scannedBytes } = await askUsage(logs, question({ logGroups: [B] }), 0.05);
    // Five lines and no more are of the last hour, each read twice.
    expect(scannedBytes).toBeGreaterThan(2 * 5 * 200);
    expect(scannedBytes).toBeLessThan(2 * 6 * 250);
  });

  it('changes nothing that the sandbox would have to look at', async () => {
    const before = await aws.emulator.control.changes(-1, 0);
    await asked();
    expect(await aws.emulator.control.changes(-1, 0)).toBe(before);
  });

  it('of an environment that is not deployed is an error that says so', async () => {
    const missing = askUsage(logs, question({ logGroups: [A, '/stagecraft/shop/gateway-c'] }), 0.05);
    await expect(missing).rejects.toThrow(
      'The gateways have no logs here: one of /stagecraft/shop/gateway-a, /stagecraft/shop/gateway-c does not exist.',
    );
  });
});

describe('a query that the emulator cannot answer', () => {
  const ask = (queryString: string) =>
    logs.send(new StartQueryCommand({ logGroupNames: [A], startTime: now - 60, endTime: now, queryString }));

  it.each([
    ['stats avg(total_ms) as mean by api', 'the query has stats avg(total_ms) as mean'],
    ['parse @message "*" as x | stats count(*) as n', 'the query has parse before stats'],
    ['filter status like /5../ | stats count(*) as n', 'the query has filter status like /5../'],
    ['filter api = "a and b" | stats count(*) as n', 'the query has filter api = "a'],
    ['stats count(*) as n by bin(5m)', 'the query has by bin(5m)'],
    ['stats count(*) as n | sort n', 'the query has a query that does not end with stats'],
    ['dedup api', 'the query has a query that does not end with stats'],
  ])('is refused, not answered with a pretence: %s', async (query, said) => {
    await expect(ask(query)).rejects.toThrow(said);
  });

  it('is left to moto where moto knows it', async () => {
    const { queryId } = await ask('fields @message | limit 1');
    const { status, results } = await logs.send(new GetQueryResultsCommand({ queryId }));
    expect(status).toBe('Complete');
    expect(results).toHaveLength(1);
  });
});

describe('a metric filter', () => {
  const put = (logGroupName: string, filterName: string, over: object = {}, pattern = '{ $.api != "-" }') =>
    logs.send(
      new PutMetricFilterCommand({
        logGroupName,
        filterName,
        filterPattern: pattern,
        metricTransformations: [
          {
            metricName: 'Requests',
            metricNamespace: 'Stagecraft/shop',
            metricValue: '1',
            dimensions: { Api: '$.api' },
            ...over,
          },
        ],
      }),
    );
  const patterns = async (logGroupName: string) => {
    const { metricFilters = [] } = await logs.send(new DescribeMetricFiltersCommand({ logGroupName }));
    return metricFilters.map(({ filterName, filterPattern }) => `${filterName} ${filterPattern}`);
  };

  it('is one of its name: changed in place, and gone with its log group', async () => {
    const logGroupName = '/stagecraft/shop/filters';
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await put(logGroupName, 'Requests');
    await put(logGroupName, 'Requests', {}, '{ $.api = "orders" }');
    expect(await patterns(logGroupName)).toEqual(['Requests { $.api = "orders" }']);
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    expect(await patterns(logGroupName)).toEqual([]);
  });

  it('is refused where AWS refuses it', async () => {
    await expect(put('/none', 'Requests')).rejects.toThrow('The specified log group does not exist.');
    await expect(put(A, 'Requests', { defaultValue: 0 })).rejects.toThrow('mutually exclusive');
    const four = { a: '$.a', b: '$.b', c: '$.c', d: '$.d' };
    await expect(put(A, 'Requests', { dimensions: four })).rejects.toThrow('At most 3 dimensions');
    for (let index = 0; index < 100; index += 1) await put(A, `filter-${index}`);
    await put(A, 'filter-99');
    await expect(put(A, 'filter-100')).rejects.toThrow('Resource limit exceeded.');
  });
});
