/**
 * Proves that no way of asking lets more requests pass than a limit says: each test counts what the API got, to the
 * request. What several gateways at once may let pass is bounded in gateway-consumers.test.ts.
 */
import { once } from 'node:events';
import { Agent } from 'node:http';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Call } from './support/client';
import { apartMs } from './support/in-turn';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { exchange, openSocket } from './support/raw';

const balancer = '127.30.65.250';
/** Requests that may pass in a window that no test outlasts. */
const most = 5;
const callers = Array.from({ length: 24 }, (_, number) => `caller-${number}`);
let pair: Pair;
let next = 0;
/** A consumer that no other test has. */
let caller: string;

beforeAll(async () => {
  const apiKey = { authentication: { apiKey: {} } };
  const limit = { requests: most, perSeconds: 600 };
  const model = gatewayModel(
    {
      counted: { policies: { ...apiKey, rateLimit: limit } },
      whole: { policies: { ...apiKey, rateLimit: { ...limit, by: 'api' } } },
      addressed: { policies: { rateLimit: { ...limit, by: 'address' } } },
      checked: {
        policies: {
          ...apiKey,
          rateLimit: limit,
          validation: { requiredHeaders: { 'x-code': { pattern: '[a-z]+' } } },
        },
      },
      short: { policies: { ...apiKey, rateLimit: { requests: 4, perSeconds: 2 } } },
    },
    { consumers: callers.map((name) => ({ name })), balancerCidrs: [`${balancer}/32`] },
  );
  const keys = Object.fromEntries(
    callers.flatMap((name) => [`${name}-key`, `${name}-new`].map((key) => [key, name])),
  );
  pair = await Pair.start({ net: 65, model, keys });
}, 20_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) pool.seen.length = 0;
  caller = callers[next++] ?? '';
  expect(caller).not.toBe('');
});

const mine = () => ({ 'X-Api-Key': `${caller}-key` });
const got = (api: string) => pair.pool(api).seen.length;

/** Calls one after the other; each knows of the ones before, whichever member they went to. */
async function inTurn(calls: readonly (readonly [member: number, path: string, call?: Call])[]) {
  const statuses: number[] = [];
  for (const [member, path, call] of calls) {
    if (calls.some(([another]) => another !== member)) await setTimeout(apartMs);
    statuses.push((await pair.call(member, path, call)).status);
  }
  return statuses;
}

const passes = (statuses: readonly number[]) => statuses.filter((status) => status === 200).length;

/** The first ones pass, and no other. */
const firstFive = (count: number) => [...Array(most).fill(200), ...Array(count - most).fill(429)];

describe('a consumer gets no more', () => {
  test('by other spellings of the path', async () => {
    const paths = ['', '/', '/x', '?x=1', '/x?x=2', '/%20', '/x/', '?', '/X', '/a%C3%A9'];
    const statuses = await inTurn(paths.map((path) => [0, `/counted${path}`, { headers: mine() }]));
    expect(statuses).toEqual(firstFive(paths.length));
    const refused = [
      '/Counted',
      '/COUNTED',
      '/counted//',
      '//counted',
      '/counted/.',
      '/counted;x',
      '/%63ounted',
    ];
    const others = await inTurn(refused.map((path) => [0, path, { headers: mine() }]));
    expect(others.filter((status) => status !== 404 && status !== 400)).toEqual([]);
    expect(got('counted')).toBe(most);
  });

  test('by asking the gateways in turn', async () => {
    const calls = Array.from({ length: 12 }, (_, n) => [n % 2, '/counted', { headers: mine() }] as const);
    expect(await inTurn(calls)).toEqual(firstFive(12));
    expect(got('counted')).toBe(most);
  });

  test('by connections of its own, or by one that stays open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const calls = Array.from({ length: 14 }, (_, n) => {
      return [0, '/counted', { headers: mine(), ...(n % 2 === 0 ? { agent } : {}) }] as const;
    });
    expect(await inTurn(calls)).toEqual(firstFive(14));
    agent.destroy();
    expect(got('counted')).toBe(most);
  });

  test('by requests that do not wait for an answer', async () => {
    const one = (last = '') => `GET /counted HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${caller}-key\r\n${last}\r\n`;
    const bytes = one().repeat(11) + one('Connection: close\r\n');
    const replies = await exchange(pair.member(0).address, bytes, { open: true });
    expect(replies.map(({ status }) => status)).toEqual(firstFive(12));
    expect(got('counted')).toBe(most);
  });

  test('by HTTP/1.0', async () => {
    const bytes = `GET /counted HTTP/1.0\r\nHost: a\r\nX-Api-Key: ${caller}-key\r\n\r\n`;
    const statuses: number[] = [];
    for (let n = 0; n < 8; n++) {
      statuses.push(...(await exchange(pair.member(0).address, bytes)).map(({ status }) => status));
    }
    expect(statuses).toEqual(firstFive(8));
    expect(got('counted')).toBe(most);
  });

  test('by other methods', async () => {
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'GET'];
    const statuses = await inTurn(methods.map((method) => [0, '/counted', { method, headers: mine() }]));
    expect(statuses).toEqual(firstFive(methods.length));
    expect(got('counted')).toBe(most);
  });

  test('by other hosts, overrides, addresses and names of its own', async () => {
    const headers: readonly Readonly<Record<string, string>>[] = [
      { Host: 'b' },
      { Host: 'API.test:8080' },
      { 'X-HTTP-Method-Override': 'DELETE' },
      { 'X-Forwarded-For': '203.0.113.1' },
      { 'X-Consumer-Id': 'caller-23' },
      { X_Consumer_Id: 'caller-23' },
      { 'X-Gateway-Api': 'open' },
      { Connection: 'close, X-Consumer-Id, X-Api-Key' },
      { 'Cache-Control': 'no-cache' },
    ];
    const statuses = await inTurn(
      headers.map((more, n) => {
        const call = { headers: { ...mine(), ...more }, from: n % 2 === 0 ? balancer : '127.30.65.240' };
        return [0, '/counted', call] as const;
      }),
    );
    expect(statuses).toEqual(firstFive(headers.length));
    expect(got('counted')).toBe(most);
  });

  test('by another key of its own', async () => {
    const calls = Array.from({ length: 10 }, (_, n) => {
      return [
        0,
        '/counted',
        { headers: { 'X-Api-Key': `${caller}-${n % 2 === 0 ? 'key' : 'new'}` } },
      ] as const;
    });
    expect(await inTurn(calls)).toEqual(firstFive(10));
    expect(got('counted')).toBe(most);
  });

  test('by many at once, while none has been answered', async () => {
    pair.pool('counted').behaviour = async () => setTimeout(500, {});
    const calls = Array.from({ length: 30 }, () => pair.call(0, '/counted', { headers: mine() }));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    pair.pool('counted').behaviour = () => ({});
    // One more for each CPU beyond the first (`policies/rate-limit/schema.ts`): threads look before they count.
    expect(passes(statuses)).toBeGreaterThanOrEqual(most);
    expect(passes(statuses)).toBeLessThan(most + availableParallelism());
    expect(got('counted')).toBe(passes(statuses));
    expect(passes(await inTurn(Array(3).fill([0, '/counted', { headers: mine() }])))).toBe(0);
  });

  test('by leaving before the answer', async () => {
    pair.pool('counted').behaviour = async () => setTimeout(300, {});
    const bytes = `GET /counted HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${caller}-key\r\n\r\n`;
    for (let n = 0; n < most; n++) {
      const socket = openSocket(pair.member(0).address);
      await once(socket, 'connect');
      const before = got('counted');
      socket.write(bytes);
      while (got('counted') === before) await setTimeout(5);
      socket.resetAndDestroy();
    }
    pair.pool('counted').behaviour = () => ({});
    expect(await inTurn(Array(4).fill([0, '/counted', { headers: mine() }]))).toEqual([429, 429, 429, 429]);
    expect(got('counted')).toBe(most);
  });
});

describe('a client address gets no more', () => {
  const from = (address: string, via = balancer): Call => ({
    from: via,
    headers: { 'X-Forwarded-For': address },
  });
  const all = (calls: readonly Call[]) => inTurn(calls.map((call) => [0, '/addressed', call]));

  test('by what it puts before the address that the balancer saw', async () => {
    const calls = Array.from({ length: 9 }, (_, n) => from(`10.0.0.${n}, 203.0.113.5`));
    expect(await all(calls)).toEqual(firstFive(9));
    expect(await all([from('203.0.113.5:1'), from('203.0.113.5:2')])).toEqual([429, 429]);
    expect(got('addressed')).toBe(most);
    expect(await all([from('203.0.113.6')])).toEqual([200]);
  });

  test('by two headers', async () => {
    const headers = (n: number) =>
      [
        ['X-Forwarded-For', `10.0.1.${n}`],
        ['X-Forwarded-For', '203.0.113.15'],
        ['Forwarded', `for=10.0.1.${n}`],
        ['X-Real-IP', `10.0.1.${n}`],
        ['X_Forwarded_For', `10.0.1.${n}`],
      ] as const;
    const calls = Array.from({ length: 9 }, (_, n) => ({ from: balancer, headers: headers(n) }));
    expect(await all(calls)).toEqual(firstFive(9));
    expect(got('addressed')).toBe(most);
  });

  test('by saying that it comes by way of the balancer', async () => {
    const calls = Array.from({ length: 9 }, (_, n) => from(`203.0.114.${n}`, '127.30.65.241'));
    expect(await all(calls)).toEqual(firstFive(9));
    expect(got('addressed')).toBe(most);
  });

  test('by other addresses of its IPv6 network, or spellings of one', async () => {
    const own = ['2001:db8:1:2::1', '2001:DB8:1:2:ffff:1:2:3', '2001:0db8:0001:0002::9', '2001:db8:1:2:a::'];
    const calls = [...own, ...own, ...own].map((address) => from(address));
    expect(await all(calls)).toEqual(firstFive(12));
    expect(got('addressed')).toBe(most);
    expect(await all([from('2001:db8:1:3::1')])).toEqual([200]);
  });

  test('by addresses that are none: they all count as the balancer', async () => {
    const words = [
      'x',
      '',
      '203.0.113.999',
      '1.2.3.4.5',
      '[2001:db8::1]:443',
      'unknown',
      '_hidden',
      '1.2.3.4,',
      '::g',
    ];
    expect(await all(words.map((word) => from(word)))).toEqual(firstFive(words.length));
    expect(got('addressed')).toBe(most);
  });

  test('and requests that no API gets cost it nothing', async () => {
    const me = from('203.0.113.77');
    const calls = ['/addressed/../x', '/addressed//', '/nowhere', '/%61ddressed'].flatMap((path) => [
      path,
      path,
    ]);
    const statuses = await inTurn(calls.map((path) => [0, path, me]));
    expect(passes(statuses)).toBe(0);
    expect(passes(await all(Array(7).fill(me)))).toBe(most);
  });
});

describe('what is refused', () => {
  test('without a key costs the API nothing of a limit that all share', async () => {
    const wrong: readonly Readonly<Record<string, string>>[] = [
      {},
      { 'X-Api-Key': 'x' },
      { 'X-Api-Key': `${caller}-key,x` },
      { X_Api_Key: `${caller}-key` },
    ];
    const refused = await inTurn([...wrong, ...wrong].map((headers) => [0, '/whole', { headers }]));
    expect(new Set(refused)).toEqual(new Set([401]));
    const calls = Array.from({ length: 8 }, () => [0, '/whole', { headers: mine() }] as const);
    expect(await inTurn(calls)).toEqual(firstFive(8));
    expect(got('whole')).toBe(most);
  });

  test('by validation counts: what is costly to look at is limited', async () => {
    const wrong = { ...mine(), 'X-Code': '1' };
    const calls = Array.from({ length: 7 }, () => [0, '/checked', { headers: wrong }] as const);
    expect(await inTurn(calls)).toEqual([400, 400, 400, 400, 400, 429, 429]);
    expect(await inTurn([[0, '/checked', { headers: { ...mine(), 'X-Code': 'a' } }]])).toEqual([429]);
    expect(got('checked')).toBe(0);
  });

  test('by the limit costs nothing: whoever never stops asking still gets its rate', async () => {
    const started = performance.now();
    const end = started + 7000;
    let asked = 0;
    while (performance.now() < end) {
      await pair.call(0, '/short', { headers: mine() });
      asked++;
      await setTimeout(20);
    }
    const seconds = (performance.now() - started) / 1000;
    expect(asked).toBeGreaterThan(100);
    // Four in two seconds, and at most four more by where the windows lie.
    expect(got('short')).toBeGreaterThanOrEqual(8);
    expect(got('short')).toBeLessThanOrEqual(4 * (seconds / 2) + 4);
  }, 12_000);
});
