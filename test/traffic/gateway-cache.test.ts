/** Proves that the members have one cache, and that nothing is in it that should not be. */

import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Call } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import type { Answer } from './support/pool';
import { until } from './support/until';

const keys = { 'acme-key': 'acme', 'globex-key': 'globex' };
let pair: Pair;

beforeAll(async () => {
  const model = gatewayModel({
    catalog: { policies: { cache: { ttlSeconds: 60 } } },
    beta: {
      paths: ['/catalog'],
      headers: { 'X-Channel': 'beta' },
      policies: { cache: { ttlSeconds: 60 } },
    },
    brief: { policies: { cache: { ttlSeconds: 2 } } },
    chosen: {
      policies: { cache: { ttlSeconds: 60, varyBy: { headers: ['x-tenant'], query: ['page', 'q.x'] } } },
    },
    mine: { policies: { authentication: { apiKey: {} }, cache: { ttlSeconds: 60 } } },
    ours: {
      policies: { authentication: { apiKey: {} }, cache: { ttlSeconds: 60, varyBy: { consumer: false } } },
    },
    bearer: {
      policies: { authentication: { apiKey: { header: 'authorization' } }, cache: { ttlSeconds: 60 } },
    },
  });
  pair = await Pair.start({ net: 4, model, keys });
}, 20_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = () => ({});
  }
});

/** Paths that no other test has used. */
let number = 0;
const fresh = (api: string) => `/${api}/${++number}`;

const outcome = async (member: number, path: string, options?: Call) =>
  (await pair.call(member, path, options)).headers['x-cache'];

/** What the two members say when they are asked one after the other. */
const outcomes = async (path: string, first?: Call, second: Call | undefined = first) => [
  await outcome(0, path, first),
  await outcome(1, path, second),
];

describe('one cache', () => {
  test.each([
    [0, 1],
    [1, 0],
    [0, 0],
  ])('what member %i fetched, member %i has', async (first, second) => {
    for (let round = 0; round < 8; round++) {
      const path = fresh('catalog');
      const miss = await pair.call(first, path);
      const hit = await pair.call(second, path);
      expect(miss.headers['x-cache']).toBe('MISS');
      expect(miss.headers).not.toHaveProperty('age');
      expect(hit.headers).toMatchObject({ 'x-cache': 'HIT', age: expect.stringMatching(/^[01]$/) });
      expect(hit.body).toBe(miss.body);
    }
    expect(pair.pool('catalog').seen).toHaveLength(8);
  });

  test('the API gets what the key holds, and nothing of how it is kept', async () => {
    const path = `${fresh('catalog')}?b=2&a=1`;
    await pair.call(0, path, { headers: { Host: 'api.example.com', Accept: 'text/plain' } });
    const [seen] = pair.pool('catalog').seen;
    expect(seen?.url).toBe(path);
    expect(seen?.headers).toEqual({
      host: 'api.example.com',
      'x-forwarded-proto': 'http',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('the client sees what the API said of caching, and nothing of how it is done', async () => {
    const path = fresh('catalog');
    const said = { 'Cache-Control': 'public, max-age=5', Vary: 'Accept-Encoding', ETag: '"1"' };
    pair.pool('catalog').behaviour = () => ({ headers: said });
    for (const member of [0, 1]) {
      const { headers } = await pair.call(member, path);
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=5',
        vary: 'Accept-Encoding',
        etag: '"1"',
      });
      expect(Object.keys(headers).filter((name) => name.startsWith('x-gateway'))).toEqual([]);
    }
    expect(pair.pool('catalog').seen).toHaveLength(1);
    expect(await outcome(0, path, { headers: { 'If-None-Match': '"1"' } })).toBe('HIT');
    expect((await pair.call(1, path, { headers: { 'If-None-Match': '"1"' } })).status).toBe(304);
  });

  test('HEAD is answered from what GET left', async () => {
    const path = fresh('catalog');
    expect(await outcomes(path, { method: 'GET' }, { method: 'HEAD' })).toEqual(['MISS', 'HIT']);
  });

  test('an answer is kept as long as the policy says', async () => {
    const path = fresh('brief');
    const kept = performance.now();
    expect(await outcomes(path)).toEqual(['MISS', 'HIT']);
    await until('it is fetched again', async () => (await outcome(1, path)) === 'MISS', { withinSeconds: 4 });
    // Time is counted in whole seconds.
    expect(performance.now() - kept).toBeGreaterThan(950);
    expect(performance.now() - kept).toBeLessThan(3500);
  });

  test('a client cannot have it passed by', async () => {
    const path = fresh('catalog');
    await pair.call(0, path);
    const impatient = { headers: { 'Cache-Control': 'no-cache', Pragma: 'no-cache' } };
    expect(await outcomes(path, impatient)).toEqual(['HIT', 'HIT']);
  });
});

describe('never kept', () => {
  const answers: [string, Answer][] = [
    ['Set-Cookie', { headers: { 'Set-Cookie': 'session=1', 'Cache-Control': 'max-age=60' } }],
    ['no-store', { headers: { 'Cache-Control': 'max-age=60, no-store' } }],
    ['private', { headers: { 'Cache-Control': 'private, max-age=60' } }],
    ['private with names', { headers: { 'Cache-Control': 'max-age=60, Private="x"' } }],
    ['no-cache', { headers: { 'Cache-Control': 'no-cache' } }],
    ['no-store in a second line', { headers: { 'Cache-Control': ['max-age=60', 'no-store'] } }],
    ['what two lines say together', { headers: { 'Cache-Control': ['public', 'max-age=60'] } }],
    ['Vary: *', { headers: { Vary: '*' } }],
    ['a Vary that the policy does not name', { headers: { Vary: 'Accept-Encoding, Accept-Language' } }],
    ['a second line of Vary', { headers: { Vary: ['Accept-Encoding', 'Accept-Language'] } }],
    ['404', { status: 404 }],
    ['500', { status: 500 }],
    ['206', { status: 206, headers: { 'Content-Range': 'bytes 0-1/9' } }],
  ];
  test.each(answers)('%s', async (_, answer) => {
    const path = fresh('catalog');
    pair.pool('catalog').behaviour = () => answer;
    expect(await outcomes(path)).toEqual(['MISS', 'MISS']);
    expect(pair.pool('catalog').seen).toHaveLength(2);
  });
});

describe('passed by', () => {
  test.each([
    ['OPTIONS', { method: 'OPTIONS' }],
    ['Authorization', { headers: { Authorization: 'Bearer x' } }],
    ['a GET with a body', { method: 'GET', body: 'evil' }],
  ])('%s', async (_, options) => {
    const path = fresh('catalog');
    await pair.call(0, path);
    expect(await outcomes(path, options)).toEqual(['BYPASS', 'BYPASS']);
    expect(pair.pool('catalog').seen).toHaveLength(3);
    expect(await outcome(1, path)).toBe('HIT');
  });
});

describe('the key', () => {
  test('is of the whole query where none is chosen', async () => {
    const path = fresh('catalog');
    expect(await outcomes(`${path}?a=1`)).toEqual(['MISS', 'HIT']);
    expect(await outcomes(`${path}?a=2`)).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path)).toEqual(['MISS', 'HIT']);
  });

  test('is of the host too, which the API may write its links with', async () => {
    const path = fresh('catalog');
    await pair.call(0, path, { headers: { Host: 'evil.test' } });
    expect(await outcomes(path, { headers: { Host: 'api.test' } })).toEqual(['MISS', 'HIT']);
  });

  test('is of the API too, where two have the same path', async () => {
    const path = fresh('catalog');
    const beta = { headers: { 'X-Channel': 'beta' } };
    await pair.call(0, path);
    expect(await outcomes(path, beta)).toEqual(['MISS', 'HIT']);
    expect(JSON.parse((await pair.call(0, path, beta)).body).pool).toBe('beta');
  });

  test('has the chosen parameters in any order, and the API gets no others', async () => {
    const path = fresh('chosen');
    expect(await outcome(0, `${path}?q.x=a%20b&page=2&utm=1`)).toBe('MISS');
    expect(await outcome(1, `${path}?page=2&q.x=a%20b&other=3`)).toBe('HIT');
    expect(pair.pool('chosen').seen.map(({ url }) => url)).toEqual([`${path}?page=2&q.x=a%20b`]);
    expect(await outcome(1, `${path}?page=3`)).toBe('MISS');
    expect(await outcome(1, `${path}?page=`)).toBe('MISS');
    expect(await outcome(1, `${path}?qxx=1`)).toBe('MISS');
    expect(await outcome(1, path)).toBe('HIT');
    expect(pair.pool('chosen').seen.at(-1)?.url).toBe(path);
  });

  test.each(['page=1&page=2', 'page', 'page=1&page', '%70age=2', 'page=1;q.x=2', 'a=1&p%61ge=3'])(
    'a query that could be read in two ways (%s) passes the cache by, as it is',
    async (query) => {
      const path = fresh('chosen');
      expect(await outcomes(`${path}?${query}`)).toEqual(['BYPASS', 'BYPASS']);
      expect(pair.pool('chosen').seen.map(({ url }) => url)).toEqual([
        `${path}?${query}`,
        `${path}?${query}`,
      ]);
    },
  );

  test('has the chosen headers, which a Vary may name', async () => {
    const path = fresh('chosen');
    pair.pool('chosen').behaviour = () => ({ headers: { Vary: 'X-Tenant, accept-encoding' } });
    expect(await outcomes(path, { headers: { 'X-Tenant': 'a' } })).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, { headers: { 'X-Tenant': 'A' } })).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, { headers: { 'X-Tenant': '' } })).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path)).toEqual(['MISS', 'HIT']);
    const twice = { headers: { 'X-Tenant': ['a', 'b'] } };
    expect(await outcomes(path, twice)).toEqual(['BYPASS', 'BYPASS']);
  });

  test('keeps consumers apart, or not, as the policy says', async () => {
    const acme = { headers: { 'X-Api-Key': 'acme-key' } };
    const globex = { headers: { 'X-Api-Key': 'globex-key' } };
    const mine = fresh('mine');
    expect(await outcomes(mine, acme)).toEqual(['MISS', 'HIT']);
    expect(await outcomes(mine, globex)).toEqual(['MISS', 'HIT']);
    expect(await outcomes(fresh('ours'), acme, globex)).toEqual(['MISS', 'HIT']);
  });

  test('does not help who may not call', async () => {
    const path = fresh('ours');
    await pair.call(0, path, { headers: { 'X-Api-Key': 'acme-key' } });
    for (const member of [0, 1]) expect((await pair.call(member, path)).status).toBe(401);
    expect(pair.pool('ours').seen).toHaveLength(1);
  });

  test('a key in Authorization is the gateway own and does not pass the cache by', async () => {
    expect(await outcomes(fresh('bearer'), { headers: { Authorization: 'acme-key' } })).toEqual([
      'MISS',
      'HIT',
    ]);
  });
});

test('the internal port takes no other API and no other way in', async () => {
  const from = async (headers: Record<string, string>) =>
    (await pair.call(0, '/mine/1', { port: 8081, headers })).status;
  for (const stranger of [undefined, '', 'gateway-a', 'gateway-b/', pair.asker(0).replace(/.$/, 'x')]) {
    const asker: Record<string, string> = stranger === undefined ? {} : { 'X-Gateway-Asker': stranger };
    for (const api of ['mine', 'traffic']) expect(await from({ ...asker, 'X-Gateway-Api': api })).toBe(425);
    expect(await from(asker)).toBe(425);
  }
  expect(await from({ 'X-Gateway-Asker': pair.asker(0), 'X-Gateway-Api': 'traffic' })).toBe(404);
  // Whatever is the gateway's own sends another member to the API.
  expect(await from({ 'X-Gateway-Asker': pair.asker(1), 'X-Gateway-Api': 'traffic' })).toBe(425);
  expect(await from({ 'X-Gateway-Asker': pair.asker(1) })).toBe(200);
});

describe('when the owner of a key is lost', () => {
  test('nothing fails: neither what it is asked for just then, nor what it had', async () => {
    const kept = Array.from({ length: 12 }, () => fresh('catalog'));
    for (const path of kept) await pair.call(1, path);
    const { seen } = pair.pool('catalog');
    pair.pool('catalog').behaviour = () => setTimeout(300, {});
    const asked = Array.from({ length: 12 }, () => fresh('catalog'));
    const running = asked.map((path) => pair.call(1, path));
    await until('all have arrived', () => seen.length === kept.length + asked.length);
    await pair.member(0).kill();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual(asked.map(() => 200));

    const replies = await Promise.all(kept.map((path) => pair.call(1, path)));
    expect(replies.map(({ status }) => status)).toEqual(kept.map(() => 200));
    // Some were the lost one's own, some its own all the time.
    const lost = replies.filter(({ headers }) => headers['x-cache'] === 'MISS').length;
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(kept.length);
    const again = await Promise.all([...kept, ...asked].map((path) => outcome(1, path)));
    expect(new Set(again)).toEqual(new Set(['HIT']));
  });
});
