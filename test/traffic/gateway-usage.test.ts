/**
 * Proves from requests to numbers: what clients did to a real pair is what `stagecraft usage` counts, from the lines
 * that the gateways wrote, by way of CloudWatch Logs' API. And that the collector finds the metrics that it asks for.
 * Does not show how AWS's own Insights computes percentiles: in the emulator they are nearest ranks.
 */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { askUsage } from '../../cli/usage-query';
import { type Usage, type UsageRow, usageOf } from '../../cli/usage-totals';
import { haproxy } from '../../constructs/gateway/haproxy';
import { type Aws, startAws } from '../sandbox/emulator-kit';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { until } from './support/until';

const apiKey = { authentication: { apiKey: {} } };
const group = (member: string) => `/stagecraft/test/${member}`;
let pair: Pair;
let aws: Aws;
let logs: CloudWatchLogsClient;
let requests = 0;

beforeAll(async () => {
  const model = gatewayModel({
    orders: {
      policies: { ...apiKey, rateLimit: { requests: 5, perSeconds: 60 } },
      routes: { reports: { paths: ['/orders/reports'] } },
    },
    catalog: { policies: { cache: { ttlSeconds: 30 } } },
  });
  aws = await startAws();
  pair = await Pair.start({ net: 91, model, keys: { 'acme-key': 'acme', 'globex-key': 'globex' } });
  logs = new CloudWatchLogsClient(aws.emulator.access);
  await traffic();
  await Promise.all(pair.members.map((member) => publish(member.name)));
}, 60_000);

afterAll(async () => {
  logs?.destroy();
  await Promise.all([pair?.stop(), aws?.stop()]);
});

async function ask(member: number, path: string, key?: string): Promise<number> {
  requests += 1;
  const reply = await pair.call(member, path, { headers: key ? { 'x-api-key': key } : {} });
  return reply.status;
}

async function traffic(): Promise<void> {
  pair.pool('orders').behaviour = ({ url }) => (url.includes('broken') ? { status: 500 } : {});
  const statuses = [
    await ask(0, '/orders/1?secret=1', 'acme-key'),
    await ask(0, '/orders/broken', 'acme-key'),
    await ask(1, '/orders/reports', 'acme-key'),
    await ask(1, '/orders/2', 'globex-key'),
    await ask(0, '/orders/3'),
    await ask(0, '/orders/4', 'wrong-key'),
    await ask(0, '/nowhere'),
    // The first asks the API, the others do not.
    await ask(0, '/catalog/a'),
    await ask(0, '/catalog/a'),
    await ask(1, '/catalog/a'),
  ];
  expect(statuses).toEqual([200, 500, 200, 200, 401, 401, 404, 200, 200, 200]);
  // Five in all, then no more, whatever the member: acme has had three.
  const more: number[] = [];
  for (let index = 0; index < 4; index += 1) more.push(await ask(0, '/orders/5', 'acme-key'));
  expect(more.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
}

/** The lines of a member go where `awslogs` would send them. */
async function publish(member: string): Promise<void> {
  await until('all requests are logged', () => {
    const logged = pair.members.reduce((sum, one) => sum + one.log.length, 0);
    return logged >= requests;
  });
  const logGroupName = group(member);
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'task' }));
  const lines = pair.members.find(({ name }) => name === member)?.log ?? [];
  const timestamp = Date.now();
  const logEvents = lines.map((line) => ({ timestamp, message: JSON.stringify(line) }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'task', logEvents }));
}

async function usage(byRoute = false): Promise<Usage> {
  const now = Math.ceil(Date.now() / 1000);
  const { counted, latencies } = await askUsage(
    logs,
    {
      logGroups: pair.members.map(({ name }) => group(name)),
      from: now - 600,
      to: now,
      byConsumer: true,
      byRoute,
    },
    0.05,
  );
  return usageOf(counted, latencies);
}

describe('usage', () => {
  test('counts each request once, for who made it and what came of it', async () => {
    const { rows, total } = await usage();
    const of = (api: string | null, consumer: string | null) =>
      rows.find((row) => row.api === api && row.consumer === consumer) as UsageRow;
    expect(rows.map(({ api, consumer }) => [api, consumer])).toEqual([
      ['catalog', null],
      ['orders', 'acme'],
      ['orders', 'globex'],
      ['orders', null],
      [null, null],
    ]);
    expect(of('catalog', null)).toMatchObject({
      requests: 3,
      errors4xx: 0,
      errors5xx: 0,
      refused: 0,
      cacheHits: 2,
      cacheMisses: 1,
      cacheHitRatio: 2 / 3,
    });
    const acme = of('orders', 'acme');
    expect(acme).toMatchObject({ requests: 7, errors5xx: 1 });
    expect(acme.refusedBy).toEqual({ 'rate-limit': acme.refused });
    expect(acme.errors4xx).toBe(acme.refused);
    expect(of('orders', 'globex')).toMatchObject({ requests: 1, refused: 0, errors4xx: 0 });
    expect(of('orders', null)).toMatchObject({
      requests: 2,
      errors4xx: 2,
      refusedBy: { 'no-key': 1, 'unknown-key': 1 },
      latencyMs: null,
    });
    expect(of(null, null)).toMatchObject({ requests: 1, errors4xx: 1, refusedBy: { 'no-api': 1 } });
    expect(total.requests).toBe(requests);
  });

  test('has bytes and times of what was answered', async () => {
    const { rows } = await usage();
    for (const row of rows.filter(({ api, consumer }) => api === 'catalog' || consumer !== null)) {
      expect(row.bytesIn).toBeGreaterThan(50 * row.requests);
      expect(row.bytesOut).toBeGreaterThan(50 * row.requests);
      const { p50, p95, p99 } = row.latencyMs ?? { p50: -1, p95: -1, p99: -1 };
      expect(p50).toBeGreaterThanOrEqual(0);
      expect(p95).toBeGreaterThanOrEqual(p50);
      expect(p99).toBeGreaterThanOrEqual(p95);
      expect(p99).toBeLessThan(5000);
    }
  });

  test('tells the routes of an API apart', async () => {
    const { rows } = await usage(true);
    expect(
      rows.filter(({ consumer }) => consumer === 'acme').map(({ route, requests: many }) => [route, many]),
    ).toEqual([
      ['reports', 1],
      [null, 6],
    ]);
  });
});

describe('the metrics that a collector asks for', () => {
  const { path, parameters, internal, chosen } = haproxy.metrics;
  const query = Object.entries(parameters).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const series = async (member: number) => {
    const url = new URL(`http://${pair.member(member).address}:${haproxy.ports.status}${path}`);
    url.search = new URLSearchParams(query).toString();
    const response = await fetch(url);
    expect(response.status).toBe(200);
    const text = await response.text();
    const dropped = new RegExp(`^(?:${internal.pattern})$`);
    return [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? /gm)]
      .map(([, name = '', labels = '']) => ({
        name,
        label: new RegExp(`${internal.label}="([^"]*)"`).exec(labels)?.[1],
      }))
      .filter(({ label }) => label === undefined || !dropped.test(label));
  };

  test('are there, one for each API or one for each member', async () => {
    const found = await series(0);
    const labelsOf = (name: string) => found.filter((one) => one.name === name).map(({ label }) => label);
    for (const { label, names } of chosen)
      for (const name of names) {
        const labels = labelsOf(name);
        if (label === 'member') expect([name, labels.length]).toEqual([name, 1]);
        else expect([name, labels.toSorted()]).toEqual([name, ['catalog', 'orders']]);
      }
  });

  test('are without the slots of the pools', async () => {
    expect((await series(1)).filter(({ name }) => name.startsWith('haproxy_server_'))).toEqual([]);
  });
});
