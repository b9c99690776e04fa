/** Proves how a pool is found, checked and asked again, and that its end is not the gateway's. */

import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gatewayModel } from './support/model';
import { Pair, serversUp } from './support/pair';
import { until } from './support/until';

let pair: Pair;

beforeAll(async () => {
  const model = gatewayModel({
    orders: { mostInstances: 4, requestTimeoutSeconds: 1 },
    flaky: {},
    dead: { mostInstances: 2 },
  });
  pair = await Pair.start({ net: 5, model });
}, 20_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = () => ({});
  }
});

const problem = (status: number, title: string) => ({ type: 'about:blank', status, title });

describe('an API that fails', () => {
  test('by being slow is 504', async () => {
    pair.pool('orders').behaviour = () => setTimeout(1500, {});
    const reply = await pair.call(0, '/orders');
    expect(reply.status).toBe(504);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(reply.body)).toMatchObject(problem(504, 'Gateway Timeout'));
    expect(pair.pool('orders').seen).toHaveLength(1);
  });

  test('by its own word is passed on', async () => {
    pair.pool('orders').behaviour = () => ({ status: 503, body: 'busy', headers: { 'Retry-After': '9' } });
    const reply = await pair.call(0, '/orders');
    expect([reply.status, reply.body, reply.headers['retry-after']]).toEqual([503, 'busy', '9']);
    expect(pair.pool('orders').seen).toHaveLength(1);
  });

  test.each([
    ['GET', 200, 2],
    ['HEAD', 200, 2],
    ['POST', 502, 1],
    ['PUT', 502, 1],
    ['DELETE', 502, 1],
    ['PATCH', 502, 1],
  ])('by hanging up: %s is %i after %i tries', async (method, status, tries) => {
    pair.pool('flaky').behaviour = (_, number) => ({ hangUp: number === 1 });
    const reply = await pair.call(1, '/flaky', { method });
    expect(reply.status).toBe(status);
    if (status === 502) expect(JSON.parse(reply.body)).toMatchObject(problem(502, 'Bad Gateway'));
    expect(pair.pool('flaky').seen).toHaveLength(tries);
  });

  test('for one caller stays up for the others', async () => {
    pair.pool('flaky').behaviour = ({ url }) => ({ status: url.includes('bad') ? 500 : 200 });
    const bad = await Promise.all(Array.from({ length: 60 }, () => pair.call(0, '/flaky?bad')));
    expect(new Set(bad.map(({ status }) => status))).toEqual(new Set([500]));
    const good = await Promise.all(Array.from({ length: 20 }, () => pair.call(0, '/flaky')));
    expect(new Set(good.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('an instance that goes', () => {
  test('is not missed: no request fails, whatever its method', async () => {
    const [gone = ''] = pair.pool('flaky').addresses;
    await pair.pool('flaky').remove(gone);
    for (const method of ['GET', 'POST', 'PUT', 'GET', 'DELETE', 'POST']) {
      for (const member of [0, 1]) expect((await pair.call(member, '/flaky', { method })).status).toBe(200);
    }
    await pair.pool('flaky').add(gone);
  });
});

describe('a pool that is gone', () => {
  test('is 503, and neither the health of the gateway nor the other APIs', async () => {
    await pair.pool('dead').close();
    await until('it is refused', async () => (await pair.call(0, '/dead')).status === 503);
    const reply = await pair.call(0, '/dead');
    expect(JSON.parse(reply.body)).toMatchObject(problem(503, 'Service Unavailable'));
    expect((await pair.call(0, '/orders')).status).toBe(200);
    for (const pool of Object.values(pair.pools)) await pool.close();
    await until(
      'no instance is left',
      async () => [...(await serversUp(pair.member(0))).values()].every((count) => count === 0),
      { withinSeconds: 20 },
    );
    expect(await pair.member(0).health()).toBe(200);
    expect((await pair.call(0, '/orders')).status).toBe(503);
  }, 40_000);
});

test('metrics and health are on the status port, and nothing else', async () => {
  const status = (path: string) => fetch(`http://${pair.member(1).address}:9000${path}`);
  expect((await status('/metrics')).status).toBe(200);
  expect(await (await status('/metrics')).text()).toMatch(
    /^haproxy_backend_http_responses_total\{proxy="orders"/m,
  );
  expect((await status('/orders')).status).toBe(404);
  expect((await pair.call(1, '/metrics')).status).toBe(404);
  expect((await pair.call(1, '/healthz')).status).toBe(404);
});
