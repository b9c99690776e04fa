/** Proves that some callers, and always the same ones, get another version of an API, and none of them an error. */

import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Call, Reply } from './support/client';
import { gatewayModel } from './support/model';
import { Pair, serversUp } from './support/pair';
import { Pool } from './support/pool';
import { until } from './support/until';

const model = gatewayModel({
  orders: { canaryPercent: 20 },
  invoices: { canaryPercent: 20 },
  reports: {},
  mine: { canaryPercent: 50, policies: { authentication: { apiKey: {} } } },
  catalog: { canaryPercent: 50, policies: { cache: { ttlSeconds: 60 } } },
});
const consumers = Array.from({ length: 24 }, (_, index) => `consumer-${index}`);
const keys = Object.fromEntries(consumers.map((name) => [`key-of-${name}`, name]));
let pair: Pair;

/** The stable pools are the pair's own; the new versions' are beside them. */
const canaries = Object.fromEntries(
  ['orders', 'invoices', 'mine', 'catalog'].map((api, index) => [
    `${api}-canary`,
    [`127.30.74.${2 + 2 * index}`, `127.30.74.${3 + 2 * index}`],
  ]),
);

const canariesUp = (count: number) =>
  until(
    `each canary has ${count} instances`,
    async () => {
      const all = await Promise.all(pair.members.map((member) => serversUp(member)));
      return all.every((up) =>
        ['orders', 'invoices', 'mine', 'catalog'].every((api) => (up.get(`${api}.canary`) ?? 0) === count),
      );
    },
    { withinSeconds: 30 },
  );

beforeAll(async () => {
  pair = await Pair.start({
    net: 74,
    model: { ...model, consumers: consumers.map((name) => ({ name })) },
    keys,
    names: canaries,
  });
  for (const [name, addresses] of Object.entries(canaries))
    pair.pools[name] = await Pool.start(name, addresses);
  await canariesUp(2);
}, 40_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = () => ({});
  }
});

/** Which version answered. */
const versionOf = ({ status, body }: Reply): string =>
  status === 200 ? JSON.parse(body).pool : String(status);

/** Callers that have only their address. */
const callers = Array.from({ length: 200 }, (_, index) => `127.30.74.${index + 50}`);

async function versions(path: string, member = 0): Promise<string[]> {
  const found: string[] = [];
  for (const from of callers) found.push(versionOf(await pair.call(member, path, { from })));
  return found;
}

const share = (all: readonly string[], name: string) => all.filter((one) => one === name).length / all.length;

describe('who calls decides', () => {
  test('about as many get the new version as are to, the same ones from each gateway and each time', async () => {
    const first = await versions('/orders');
    expect(new Set(first)).toEqual(new Set(['orders', 'orders-canary']));
    // 200 callers at 20 %: four standard deviations are 11 %.
    expect(Math.abs(share(first, 'orders-canary') - 0.2)).toBeLessThan(0.11);
    expect(await versions('/orders', 1)).toEqual(first);
    const used = new Set(pair.pool('orders-canary').seen.map(({ instance }) => instance));
    expect(used.size).toBe(2);
  }, 30_000);

  test('another API is tried by others', async () => {
    const isCanary = (all: string[]) => all.map((name) => name.endsWith('-canary'));
    const orders = isCanary(await versions('/orders'));
    const invoices = isCanary(await versions('/invoices'));
    expect(invoices.filter(Boolean).length).toBeGreaterThan(0);
    expect(invoices).not.toEqual(orders);
    // Of those that have the new orders, about a fifth have the new invoices: not all, and not none by rule.
    const both = orders.filter((one, index) => one && invoices[index]).length;
    expect(both).toBeLessThan(orders.filter(Boolean).length / 2);
  }, 30_000);

  test('a consumer has one version from wherever it calls', async () => {
    const found = new Map<string, Set<string>>();
    for (const [key, consumer] of Object.entries(keys)) {
      const seen = new Set<string>();
      for (const [index, from] of callers.slice(0, 4).entries()) {
        seen.add(versionOf(await pair.call(index % 2, '/mine', { from, headers: { 'X-Api-Key': key } })));
      }
      found.set(consumer, seen);
    }
    expect([...found.values()].every((seen) => seen.size === 1)).toBe(true);
    expect(new Set([...found.values()].flatMap((seen) => [...seen]))).toEqual(
      new Set(['mine', 'mine-canary']),
    );
    expect(versionOf(await pair.call(0, '/mine'))).toBe('401');
  });

  test('an API without another version has nothing of it', async () => {
    const reply = await pair.call(0, '/reports');
    expect(versionOf(reply)).toBe('reports');
    const line = await pair.member(0).logged(String(reply.headers['x-request-id']));
    expect(line.version).toBe('-');
  });
});

/** Addresses of one caller of each version. */
async function oneOfEach(path: string): Promise<{ stable: string; canary: string }> {
  const found: Record<string, string> = {};
  for (const from of callers.slice(0, 100)) {
    found[
      versionOf(await pair.call(0, path, { from, method: 'POST' })).endsWith('-canary') ? 'canary' : 'stable'
    ] ??= from;
  }
  return { stable: found.stable ?? '', canary: found.canary ?? '' };
}

describe('a request to the new version', () => {
  test('arrives as one to the stable version would, and its answer too', async () => {
    const { stable, canary } = await oneOfEach('/orders');
    for (const name of ['orders', 'orders-canary']) {
      pair.pool(name).seen.length = 0;
      pair.pool(name).behaviour = () => ({ status: 201, body: 'made', headers: { 'X-Own': 'yes' } });
    }
    const call = (from: string): Call => ({
      from,
      method: 'PUT',
      body: 'a body',
      headers: { 'X-Mine': 'a', 'X-Gateway-Api': 'reports', 'X-Gateway-Version': 'canary', Cookie: 'a=b' },
    });
    const replies = [
      await pair.call(0, '/orders/a%20b?c=%20d', call(stable)),
      await pair.call(0, '/orders/a%20b?c=%20d', call(canary)),
    ];
    const [ofStable] = pair.pool('orders').seen;
    const [ofCanary] = pair.pool('orders-canary').seen;
    const plain = ({ method, url, body, headers }: NonNullable<typeof ofStable>) => ({
      method,
      url,
      body,
      headers: { ...headers, 'x-request-id': '', 'x-forwarded-for': '' },
    });
    if (!ofStable || !ofCanary) throw new Error('Both have been asked');
    expect(plain(ofCanary)).toEqual(plain(ofStable));
    expect([ofStable.headers['x-forwarded-for'], ofCanary.headers['x-forwarded-for']]).toEqual([
      stable,
      canary,
    ]);
    const answers = replies.map(({ status, body, headers }) => ({
      status,
      body,
      headers: { ...headers, 'x-request-id': '', date: '' },
    }));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1]).toMatchObject({ status: 201, body: 'made', headers: { 'x-own': 'yes' } });
    const lines = await Promise.all(
      replies.map(({ headers }) => pair.member(0).logged(String(headers['x-request-id']))),
    );
    expect(lines.map(({ version, server }) => [version, String(server).replace(/\d$/, 'N')])).toEqual([
      ['stable', 'orders-N'],
      ['canary', 'orders-N'],
    ]);
  });

  test('that may have reached an instance is sent again only if twice is the same as once', async () => {
    const { canary: from } = await oneOfEach('/orders');
    const pool = pair.pool('orders-canary');
    for (const [method, status, tries] of [
      ['GET', 200, 2],
      ['POST', 502, 1],
    ] as const) {
      pool.seen.length = 0;
      pool.behaviour = (_, number) => ({ hangUp: number === 1 });
      expect((await pair.call(0, '/orders', { from, method })).status).toBe(status);
      expect(pool.seen).toHaveLength(tries);
    }
  });
});

describe('a cache', () => {
  test('has the answers of both, each for its own callers, whoever owns the key', async () => {
    const { stable, canary } = await oneOfEach('/catalog');
    for (let number = 0; number < 6; number++) {
      for (const [from, name, version] of [
        [stable, 'catalog', 'stable'],
        [canary, 'catalog-canary', 'canary'],
      ] as const) {
        for (const [member, cache] of [
          [0, 'MISS'],
          [1, 'HIT'],
        ] as const) {
          const reply = await pair.call(member, `/catalog/${number}`, { from });
          expect([versionOf(reply), reply.headers['x-cache']]).toEqual([name, cache]);
          expect(Object.keys(reply.headers).filter((header) => header.startsWith('x-gateway'))).toEqual([]);
          const line = await pair.member(member).logged(String(reply.headers['x-request-id']));
          expect([line.version, line.cache]).toEqual([version, cache]);
        }
      }
    }
  });

  test('is kept apart from that of a gateway that has not been told of the new one', async () => {
    const { canary: from } = await oneOfEach('/catalog');
    const apis = pair.model.apis.map(({ canary, ...api }) => api);
    await pair.member(1).kill();
    await pair.startMember(1, { ...pair.model, apis }).ready();
    for (let number = 0; number < 12; number++) {
      const path = `/catalog/untold-${number}`;
      for (const [member, name, cache] of [
        [0, 'catalog-canary', 'MISS'],
        [1, 'catalog', 'MISS'],
        [0, 'catalog-canary', 'HIT'],
        [1, 'catalog', 'HIT'],
      ] as const) {
        const reply = await pair.call(member, path, { from });
        expect([versionOf(reply), reply.headers['x-cache']]).toEqual([name, cache]);
      }
    }
    await pair.member(1).kill();
    await pair.startMember(1).ready();
    await canariesUp(2);
  }, 60_000);

  test('keeps nothing of the stable version for the new one at a gateway that finds no instance of the new one', async () => {
    const { canary: from } = await oneOfEach('/catalog');
    pair.failNames('nxdomain', 'catalog-canary.test.internal');
    await pair.member(1).kill();
    await pair.startMember(1).ready();
    await until('the first asks the second', async () => {
      const up = await serversUp(pair.member(0));
      return up.get('gateway.members') === 1;
    });
    // What the second owns is asked of its pool, which is the stable one: it says so, and it is asked each time.
    const first = new Set<string>();
    for (let number = 0; number < 12; number++) {
      const path = `/catalog/unfound-${number}`;
      const [one, two] = [await pair.call(0, path, { from }), await pair.call(0, path, { from })];
      first.add(versionOf(one));
      const line = await pair.member(0).logged(String(two.headers['x-request-id']));
      expect([versionOf(one), versionOf(two), two.headers['x-cache'], line.version]).toEqual(
        versionOf(one) === 'catalog'
          ? ['catalog', 'catalog', 'MISS', 'stable']
          : ['catalog-canary', 'catalog-canary', 'HIT', 'canary'],
      );
    }
    expect(first).toEqual(new Set(['catalog', 'catalog-canary']));
    pair.failNames(undefined, 'catalog-canary.test.internal');
    await canariesUp(2);
  }, 60_000);
});

test('a gateway that leaves finishes what it has asked the new version for', async () => {
  const { canary: from } = await oneOfEach('/orders');
  const pool = pair.pool('orders-canary');
  const released = new EventEmitter();
  const answer = once(released, 'now').then(() => ({}));
  pool.behaviour = () => answer;
  pool.seen.length = 0;
  const reply = pair.call(0, '/orders', { from, method: 'POST' });
  await until('it is under way', () => pool.seen.length === 1);
  pair.member(0).terminate();
  // One second of grace, then it takes nothing new.
  await until('it has closed its door', async () => (await pair.member(0).health()) === 0);
  released.emit('now');
  expect(versionOf(await reply)).toBe('orders-canary');
  expect(await pair.member(0).exit).toBe(0);
  await pair.startMember(0).ready();
  await canariesUp(2);
}, 40_000);

describe('a new version without a healthy instance', () => {
  test('gives its callers to the stable one, whatever the method', async () => {
    const { canary: from } = await oneOfEach('/orders');
    for (const api of ['orders', 'invoices', 'mine', 'catalog']) pair.pool(`${api}-canary`).healthy = false;
    await canariesUp(0);
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      expect(versionOf(await pair.call(0, '/orders', { from, method }))).toBe('orders');
    }
    expect(new Set(await versions('/orders', 1))).toEqual(new Set(['orders']));
    expect(new Set(await versions('/catalog', 1))).toEqual(new Set(['catalog']));
    const reply = await pair.call(0, '/orders', { from });
    const line = await pair.member(0).logged(String(reply.headers['x-request-id']));
    expect(line.version).toBe('stable');
    for (const api of ['orders', 'invoices', 'mine', 'catalog']) pair.pool(`${api}-canary`).healthy = true;
    await canariesUp(2);
    expect(versionOf(await pair.call(0, '/orders', { from }))).toBe('orders-canary');
  }, 60_000);

  test('and none of the stable one either is 503, not the new one', async () => {
    const { stable: from } = await oneOfEach('/invoices');
    await pair.pool('invoices').close();
    await until('it is refused', async () => (await pair.call(0, '/invoices', { from })).status === 503);
    expect(
      pair.pool('invoices-canary').seen.every(({ headers }) => headers['x-forwarded-for'] !== from),
    ).toBe(true);
  }, 30_000);
});
