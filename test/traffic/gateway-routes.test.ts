/** Routes: requests of one API, by method and path, with policies of their own. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routeOf } from '../../constructs/gateway';
import { inTurn } from './support/in-turn';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const limited = (requests: number) => ({ requests, perSeconds: 60 });

let pair: Pair;
beforeAll(async () => {
  pair = await Pair.start({
    net: 59,
    keys: { 'key-of-acme': 'acme', 'key-of-globex': 'globex' },
    model: gatewayModel({
      orders: {
        policies: { authentication: { apiKey: {} }, rateLimit: limited(100) },
        routes: {
          status: { paths: ['/orders/status'], policies: { authentication: 'public', rateLimit: 'none' } },
          report: {
            methods: ['GET'],
            paths: ['/orders/{id}/report', '/orders/reports/{rest+}'],
            policies: { rateLimit: limited(2) },
          },
          write: { methods: ['POST', 'PUT'], policies: { rateLimit: limited(3) } },
          list: { methods: ['GET'], paths: ['/orders'], policies: { cache: { ttlSeconds: 60 } } },
        },
      },
      // The same policies under another name: what they have in common is written once.
      invoices: {
        policies: { authentication: { apiKey: {} }, rateLimit: limited(100) },
        routes: { write: { methods: ['POST', 'PUT'], policies: { rateLimit: limited(3) } } },
      },
      refunds: {
        policies: { authentication: { apiKey: {} }, rateLimit: limited(100) },
        routes: { write: { methods: ['POST', 'PUT'], policies: { rateLimit: limited(3) } } },
      },
    }),
  });
}, 30_000);
afterAll(() => pair.stop());

const acme = { headers: { 'x-api-key': 'key-of-acme' } };
const globex = { headers: { 'x-api-key': 'key-of-globex' } };
test('a public route of an API that asks for a key', async () => {
  for (const path of ['/orders/status', '/orders/status/', '/orders/STATUS', '/orders/status?x=1'])
    expect([path, (await pair.call(0, path)).status]).toEqual([path, 200]);
  for (const path of ['/orders/status2', '/orders/status/x', '/orders/x/status', '/orders'])
    expect([path, (await pair.call(0, path)).status]).toEqual([path, 401]);
});

test('a route has a count of its own, the more specific one takes a request', async () => {
  expect(await inTurn(pair, 3, '/orders/7/report', acme)).toEqual([200, 200, 429]);
  expect((await pair.call(0, '/orders/8/REPORT/', acme)).status).toBe(429);
  expect((await pair.call(0, '/orders/reports/2026/11', acme)).status).toBe(429);
  expect((await pair.call(0, '/orders/reports/2026/11', globex)).status).toBe(200);
  const rest = await pair.call(0, '/orders/7', acme);
  expect([rest.status, rest.headers.ratelimit]).toEqual([200, '"orders";r=99']);
});

test('methods decide, and GET takes HEAD too', async () => {
  expect(await inTurn(pair, 4, '/orders/9', { ...acme, method: 'POST' })).toEqual([200, 200, 200, 429]);
  expect((await pair.call(1, '/orders', { ...acme, method: 'PUT' })).status).toBe(429);
  expect((await pair.call(1, '/orders/9', { ...acme, method: 'DELETE' })).status).toBe(200);
  // What the GETs of the test before have used up is used up for HEAD.
  expect((await pair.call(1, '/orders/7/report', { ...acme, method: 'HEAD' })).status).toBe(429);
  const limit = await pair.call(0, '/orders/9', { ...acme, method: 'POST' });
  expect(limit.headers['ratelimit-policy']).toBe('"orders/write";q=3;w=60');
});

test('a cache for one route: the others pass it by', async () => {
  const calls = ['/orders', '/orders', '/orders/1', '/orders/1'];
  const cache: unknown[] = [];
  for (const path of calls) cache.push((await pair.call(0, path, globex)).headers['x-cache']);
  expect(cache).toEqual(['MISS', 'HIT', 'BYPASS', 'BYPASS']);
});

test('APIs that share their rules do not share their counts', async () => {
  const post = { ...acme, method: 'POST' };
  expect(await inTurn(pair, 4, '/invoices', post)).toEqual([200, 200, 200, 429]);
  expect(await inTurn(pair, 4, '/refunds', post)).toEqual([200, 200, 200, 429]);
  expect(pair.pool('invoices').seen).toHaveLength(3);
  expect(pair.pool('refunds').seen).toHaveLength(3);
});

test('the log says which route it was', async () => {
  await pair.call(0, '/orders/status?from=log', { headers: { 'x-request-id': 'route-in-the-log' } });
  const line = await pair.member(0).logged('route-in-the-log');
  expect(line).toMatchObject({ api: 'orders', prefix: '/orders', route: 'status' });
});

test('what is said of a request beforehand is what the gateway does', async () => {
  const routes = pair.model.apis[0]?.routes ?? [];
  const word = fc.constantFrom('status', 'STATUS', 'reports', 'report', '7', 'a.b', '%20', '{id}');
  const request = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
    path: fc
      .tuple(fc.array(word, { maxLength: 3 }), fc.constantFrom('', '/'))
      .map(([words, end]) => ['/orders', ...words].join('/') + end),
  });
  const requests = fc.sample(request, 60);
  const said = requests.map((one) => routeOf(routes, one) ?? '-');
  const done: unknown[] = [];
  for (const [index, { method, path }] of requests.entries()) {
    const id = `agreement-${index}`;
    await pair.call(0, path, { method, headers: { 'x-request-id': id } });
    done.push((await pair.member(0).logged(id)).route);
  }
  expect(done).toEqual(said);
  expect(new Set(said).size).toBeGreaterThan(3);
});
