/** Proves that what a client may not say does not reach an API, and that both members log what happened. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { raw } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { until } from './support/until';

const balancer = '127.30.2.65';
const stranger = '127.30.2.129';
let pair: Pair;

beforeAll(async () => {
  const model = gatewayModel({ orders: {} }, { balancerCidrs: ['127.30.2.64/26'] });
  pair = await Pair.start({ net: 2, model });
}, 20_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  pair.pool('orders').seen.length = 0;
});

/** Headers as the API got them. */
async function arrived(headers: readonly (readonly [string, string])[], from = balancer) {
  const { status } = await pair.call(0, '/orders', { headers, from });
  expect(status).toBe(200);
  return pair.pool('orders').seen.at(-1)?.headers ?? {};
}

describe('no API', () => {
  test.each(['/', '/order', '/orders2', '/ORDERS', '*'])('%s is 404 or 400', async (path) => {
    const reply = await pair.call(1, path, { method: path === '*' ? 'OPTIONS' : 'GET' });
    expect(reply.status).toBe(path === '*' ? 400 : 404);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(reply.body).status).toBe(reply.status);
    expect(pair.pool('orders').seen).toEqual([]);
  });
});

describe('a path that can be read in two ways is refused', () => {
  test.each([
    '/orders/../admin',
    '/orders/./1',
    '/orders//1',
    '//orders',
    '/orders/..',
    '/orders/%2e%2e/admin',
    '/orders/%2E%2E/admin',
    '/orders/.%2e/admin',
    '/orders%2fadmin',
    '/orders%2Fadmin',
    '/orders%5cadmin',
    '/orders\\admin',
    '/orders;v=1',
    '/orders/1;admin',
    '/orders%00',
  ])('%s', async (path) => {
    const answer = await raw(
      pair.member(0).address,
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
    expect(pair.pool('orders').seen).toEqual([]);
  });
});

describe('headers that are not for a client to set', () => {
  test.each([
    'X-Consumer-Id',
    'x-consumer-anything',
    'X_Consumer_Id',
    'some_name',
    'X-Gateway-Key',
    'X-Gateway-Api',
    'Forwarded',
    'X-Real-IP',
    'X-Forwarded-Host',
    'X-Forwarded-User',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-HTTP-Method-Override',
    'Proxy',
  ])('%s is taken away', async (name) => {
    expect(await arrived([[name, 'evil']])).not.toHaveProperty(name.toLowerCase());
  });

  test('Connection cannot take away what the gateway sets', async () => {
    const headers = await arrived([['Connection', 'close, X-Forwarded-For, X-Request-Id']]);
    expect(headers).toMatchObject({ 'x-forwarded-for': balancer });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.connection ?? '').not.toMatch(/x-/i);
  });

  test('only WebSocket may upgrade', async () => {
    const plain = await arrived([
      ['Connection', 'Upgrade, HTTP2-Settings'],
      ['Upgrade', 'h2c'],
      ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
    ]);
    expect(plain).not.toHaveProperty('upgrade');
    expect(plain).not.toHaveProperty('http2-settings');
  });

  test('TRACE is refused', async () => {
    const reply = await pair.call(0, '/orders', { method: 'TRACE' });
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
    expect(pair.pool('orders').seen).toEqual([]);
  });
});

describe('X-Forwarded headers', () => {
  const claimed = [
    ['X-Forwarded-For', '10.9.9.9'],
    ['X-Forwarded-For', '10.8.8.8, 203.0.113.7'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Port', '443'],
  ] as const;

  test('from the balancer: the last address counts, the others are dropped', async () => {
    expect(await arrived(claimed, balancer)).toMatchObject({
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    });
  });

  test('from anyone else: nothing counts', async () => {
    const headers = await arrived(claimed, stranger);
    expect(headers).toMatchObject({ 'x-forwarded-for': stranger, 'x-forwarded-proto': 'http' });
    expect(headers).not.toHaveProperty('x-forwarded-port');
  });

  test('each request on a connection of the balancer has a client of its own', async () => {
    const one = (address: string, last = '') =>
      `GET /orders HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${address}\r\n${last}\r\n`;
    await raw(pair.member(0).address, one('203.0.113.1') + one('203.0.113.2', 'Connection: close\r\n'), {
      from: balancer,
    });
    const clients = pair.pool('orders').seen.map(({ headers }) => headers['x-forwarded-for']);
    expect(clients).toEqual(['203.0.113.1', '203.0.113.2']);
  });

  test('what is no address leaves the one that the gateway sees', async () => {
    expect(await arrived([['X-Forwarded-For', 'localhost']], balancer)).toMatchObject({
      'x-forwarded-for': balancer,
    });
  });
});

describe('X-Request-Id', () => {
  test('a well formed one is kept, and told to both sides', async () => {
    const reply = await pair.call(0, '/orders', { headers: { 'X-Request-Id': 'order.2026-11_a' } });
    expect(reply.headers['x-request-id']).toBe('order.2026-11_a');
    expect(pair.pool('orders').seen.at(-1)?.headers['x-request-id']).toBe('order.2026-11_a');
  });

  test.each([
    ['absent', []],
    ['too short', [['X-Request-Id', 'abc']]],
    ['with other characters', [['X-Request-Id', 'abc"}{\tdef-0000']]],
    [
      'more than one',
      [
        ['X-Request-Id', 'aaaaaaaa'],
        ['X-Request-Id', 'bbbbbbbb'],
      ],
    ],
  ] as [string, [string, string][]][])('%s: a new one', async (_, headers) => {
    const reply = await pair.call(0, '/orders', { headers });
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(pair.pool('orders').seen.at(-1)?.headers['x-request-id']).toBe(reply.headers['x-request-id']);
  });
});

test('answers carry HSTS and nosniff, the gateway own ones too', async () => {
  for (const path of ['/orders', '/nowhere']) {
    const { headers } = await pair.call(0, path);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    expect(headers['x-content-type-options']).toBe('nosniff');
  }
});

test('the access log has one JSON object per request, without the query', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const id = 'log-test-0001';
  await pair.call(1, '/orders/7?token=secret', {
    from: balancer,
    headers: { 'X-Request-Id': id, traceparent, 'X-Forwarded-For': '203.0.113.9', 'X-Api-Key': 'secret' },
  });
  const { log } = pair.member(1);
  await until('the line is written', () => log.some((line) => line.request_id === id));
  const line = log.find(({ request_id }) => request_id === id) ?? {};
  expect(line).toMatchObject({
    member: 'gateway-b',
    traceparent,
    client: '203.0.113.9',
    method: 'GET',
    host: 'api.test',
    path: '/orders/7',
    status: 200,
    api: 'orders',
    prefix: '/orders',
    route: '-',
    deny: '-',
    end: '--',
  });
  expect(line.server).toMatch(/^orders-[1-8]$/);
  expect(line.total_ms).toEqual(expect.any(Number));
  expect(JSON.stringify(line)).not.toContain('secret');
});

test('a refused request is in the log with its reason', async () => {
  await pair.call(1, '/orders//x', { headers: { 'X-Request-Id': 'log-test-0002' } });
  const { log } = pair.member(1);
  await until('the line is written', () => log.some((line) => line.request_id === 'log-test-0002'));
  expect(log.find((line) => line.request_id === 'log-test-0002')).toMatchObject({
    status: 400,
    deny: 'path',
  });
});
