/** Proves who may call, and how often, over both members. */

import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { apartMs, inTurn } from './support/in-turn';
import { gatewayModel } from './support/model';
import { Pair, sha256 } from './support/pair';
import { until } from './support/until';

const apiKey = { authentication: { apiKey: {} } };
const consumers = [
  { name: 'acme' },
  { name: 'limited', apis: ['orders', 'counted'] },
  ...Array.from({ length: 9 }, (_, index) => ({ name: `caller-${index}` })),
];
const keys = {
  'acme-key-1': 'acme',
  'acme-key-2': 'acme',
  'limited-key': 'limited',
  'gone-key': 'gone',
  ...Object.fromEntries(consumers.slice(2).map(({ name }) => [`${name}-key`, name])),
};
let pair: Pair;

beforeAll(async () => {
  const model = gatewayModel(
    {
      orders: { policies: apiKey },
      reports: { policies: { authentication: { apiKey: { header: 'x-report-key' } } } },
      counted: { policies: { ...apiKey, rateLimit: { requests: 10, perSeconds: 60 } } },
      short: { policies: { ...apiKey, rateLimit: { requests: 4, perSeconds: 2 } } },
      addressed: { policies: { rateLimit: { requests: 3, perSeconds: 60, by: 'address' } } },
      open: {},
      whole: { policies: { rateLimit: { requests: 5, perSeconds: 60, by: 'api' } } },
    },
    { consumers, balancerCidrs: ['127.30.3.64/26'] },
  );
  pair = await Pair.start({ net: 3, model, keys });
}, 20_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) pool.seen.length = 0;
});

const withKey = (...values: string[]) => values.map((value) => ['X-Api-Key', value] as const);

describe('API keys', () => {
  test.each(['acme-key-1', 'acme-key-2'])('%s says who calls, and goes no further', async (key) => {
    const headers = [...withKey(key), ['X-Consumer-Id', 'root'] as const];
    expect((await pair.call(0, '/orders', { headers })).status).toBe(200);
    const seen = pair.pool('orders').seen.at(-1)?.headers;
    expect(seen).toMatchObject({ 'x-consumer-id': 'acme' });
    expect(seen).not.toHaveProperty('x-api-key');
  });

  test.each([
    ['none', [], 'no-key'],
    ['an unknown one', withKey('other'), 'unknown-key'],
    ['an empty one', withKey(''), 'unknown-key'],
    ['a list with a good one', withKey('x,acme-key-1'), 'unknown-key'],
    ['a good one with a tail', withKey('acme-key-1,x'), 'unknown-key'],
    ['a good one twice', withKey('acme-key-1', 'acme-key-1'), 'several-keys'],
    ['a bad one and a good one', withKey('x', 'acme-key-1'), 'several-keys'],
    ['the hash itself', withKey(sha256('acme-key-1')), 'unknown-key'],
    ['a good one in upper case', withKey('ACME-KEY-1'), 'unknown-key'],
    ['under another name', [['X-Key', 'acme-key-1']], 'no-key'],
    ['with an underscore', [['X_Api_Key', 'acme-key-1']], 'no-key'],
  ] as [string, [string, string][], string][])('%s: 401', async (_, headers, deny) => {
    const id = `refused-${deny}-${headers.length}-${Math.trunc(performance.now() * 1000)}`;
    const reply = await pair.call(1, '/orders', { headers: [...headers, ['X-Request-Id', id]] });
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toBe('ApiKey realm="api", header="x-api-key"');
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(pair.pool('orders').seen).toEqual([]);
    const { log } = pair.member(1);
    await until('the line is written', () => log.some((line) => line.request_id === id));
    expect(log.find((line) => line.request_id === id)).toMatchObject({ deny, consumer: '-' });
  });

  test('the header has the name that the policy gives it', async () => {
    const right = [['X-Report-Key', 'acme-key-1']] as const;
    expect((await pair.call(0, '/reports', { headers: right })).status).toBe(200);
    expect((await pair.call(0, '/reports', { headers: withKey('acme-key-1') })).status).toBe(401);
  });

  test('a public API needs none, and is told of no consumer', async () => {
    const headers = [...withKey('acme-key-1'), ['X-Consumer-Id', 'acme'] as const];
    expect((await pair.call(0, '/open', { headers })).status).toBe(200);
    expect(pair.pool('open').seen.at(-1)?.headers).not.toHaveProperty('x-consumer-id');
  });
});

describe('which consumers may call', () => {
  test.each([
    ['an API that is named', '/orders', 'limited-key', 200],
    ['one that is not', '/short', 'limited-key', 403],
    ['any API, where none is named', '/short', 'acme-key-1', 200],
    ['none, who is not in the environment file', '/orders', 'gone-key', 403],
  ])('%s: %s with %s is %i', async (_, path, key, status) => {
    for (const member of [0, 1]) {
      expect((await pair.call(member, path, { headers: withKey(key) })).status).toBe(status);
    }
    expect(pair.pool(path.slice(1)).seen).toHaveLength(status === 200 ? 2 : 0);
  });
});

const passed = (statuses: readonly number[]) => statuses.filter((status) => status === 200).length;

describe('a limit', () => {
  test('is one over both members: the first ten pass, whichever takes them', async () => {
    const statuses = await inTurn(pair, 16, '/counted', { headers: withKey('caller-0-key') });
    expect(statuses).toEqual([...Array(10).fill(200), ...Array(6).fill(429)]);
    expect(pair.pool('counted').seen).toHaveLength(10);
  });

  test('counts all keys of a consumer together, and each consumer alone', async () => {
    const first = await inTurn(pair, 6, '/counted', { headers: withKey('acme-key-1') });
    await setTimeout(apartMs);
    const second = await inTurn(pair, 6, '/counted', { headers: withKey('acme-key-2') });
    expect([passed(first), passed(second)]).toEqual([6, 4]);
    await setTimeout(apartMs);
    expect(passed(await inTurn(pair, 2, '/counted', { headers: withKey('caller-1-key') }))).toBe(2);
  });

  test('says what is left, and when to come back', async () => {
    const headers = withKey('caller-2-key');
    const first = await pair.call(0, '/counted', { headers });
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"counted";q=10;w=60',
      ratelimit: '"counted";r=9',
    });
    expect(first.headers).not.toHaveProperty('retry-after');
    await setTimeout(apartMs);
    await inTurn(pair, 9, '/counted', { headers });
    await setTimeout(apartMs);
    const refused = await pair.call(1, '/counted', { headers });
    expect(refused.status).toBe(429);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(refused.body)).toMatchObject({ status: 429, title: 'Too Many Requests' });
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThanOrEqual(50);
    expect(wait).toBeLessThanOrEqual(61);
    expect(refused.headers.ratelimit).toBe(`"counted";r=0;t=${wait}`);
  });

  test('is open again after Retry-After, and refused calls did not eat from it', async () => {
    const headers = withKey('caller-3-key');
    expect(passed(await inTurn(pair, 8, '/short', { headers }))).toBe(4);
    const refused = await pair.call(0, '/short', { headers });
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeLessThanOrEqual(4);
    // The only event here is the passing of time.
    await setTimeout(wait * 1000);
    expect((await pair.call(1, '/short', { headers })).status).toBe(200);
  });

  test('by consumer cannot be had anew by other spellings of the call', async () => {
    const headers = withKey('caller-4-key');
    await inTurn(pair, 10, '/counted', { headers });
    await setTimeout(apartMs);
    for (const path of ['/counted/', '/counted/x', '/counted?x=1']) {
      expect((await pair.call(0, path, { headers })).status).toBe(429);
    }
    expect((await pair.call(1, '/counted', { headers, method: 'POST', body: '{}' })).status).toBe(429);
    const forged = [...headers, ['X-Consumer-Id', 'other'] as const];
    expect((await pair.call(1, '/counted', { headers: forged, from: '127.30.3.200' })).status).toBe(429);
  });

  test('by address counts what the balancer saw, not what a client says', async () => {
    const from = '127.30.3.65';
    const forged = (number: number) => [['X-Forwarded-For', `10.0.0.${number}, 203.0.113.5`]] as const;
    const statuses: number[] = [];
    for (const number of [1, 2, 3, 4]) {
      statuses.push((await pair.call(number % 2, '/addressed', { headers: forged(number), from })).status);
      await setTimeout(apartMs);
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
    const other = [['X-Forwarded-For', '203.0.113.6']] as const;
    expect((await pair.call(0, '/addressed', { headers: other, from })).status).toBe(200);
    const stranger = { headers: [['X-Forwarded-For', '203.0.113.6']] as const, from: '127.30.3.201' };
    expect(
      passed(
        await Promise.all([1, 2, 3].map(async () => (await pair.call(0, '/addressed', stranger)).status)),
      ),
    ).toBe(3);
    expect((await pair.call(0, '/addressed', stranger)).status).toBe(429);
  });

  test('of a whole API is shared by all who call it', async () => {
    expect(await inTurn(pair, 8, '/whole')).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  });

  test('never lets more pass than once per member, however many calls arrive at once', async () => {
    const headers = withKey('caller-5-key');
    const calls = Array.from({ length: 60 }, (_, number) => pair.call(number % 2, '/counted', { headers }));
    const count = passed((await Promise.all(calls)).map(({ status }) => status));
    expect(count).toBeGreaterThanOrEqual(10);
    expect(count).toBeLessThanOrEqual(20);
  });

  test('is kept by the one that is left, and learned again by one that comes back', async () => {
    const headers = withKey('caller-6-key');
    expect(passed(await inTurn(pair, 6, '/counted', { headers }))).toBe(6);
    await setTimeout(apartMs);
    await pair.member(0).kill();
    expect((await pair.call(1, '/counted', { headers })).status).toBe(200);
    await pair.startMember(0).ready();
    const statuses: number[] = [];
    for (let number = 0; number < 5; number++) {
      statuses.push((await pair.call(0, '/counted', { headers })).status);
      await setTimeout(apartMs);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  }, 20_000);
});
