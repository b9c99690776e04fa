/** Proves what an API gets and what a client gets back, where the two are not what the other side sent. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Call } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import type { Seen } from './support/pool';

const keys = { 'acme-key': 'acme', 'globex-key': 'globex' };
const acme = { headers: { 'X-Api-Key': 'acme-key' } };
/** Characters that mean something to HAProxy, and stand for themselves here. */
const text = 'a "b" \\ $HOME $\x7bHOME} %[env(HOME)] %% \\r\\n {x} {nobody}';
let pair: Pair;

beforeAll(async () => {
  pair = await Pair.start({
    net: 67,
    keys,
    model: gatewayModel({
      stripped: {
        paths: ['/stripped', '/v1/stripped', '/stripped/old/one'],
        policies: { transformation: { path: { stripPrefix: true } } },
      },
      replaced: { policies: { transformation: { path: { replacePrefix: '/v2/items' } } } },
      whole: { paths: ['/'], policies: { transformation: { path: { replacePrefix: '/base' } } } },
      shop: {
        routes: {
          item: {
            paths: ['/shop/{id}/item/{nr}', '/shop/old/{nr}/{id}/item'],
            policies: { transformation: { path: { rewrite: '/items/{nr}/of/{id}' } } },
          },
          files: {
            paths: ['/shop/files/{rest+}'],
            policies: { transformation: { path: { rewrite: '/{rest+}' } } },
          },
          home: { paths: ['/shop'], policies: { transformation: { path: { rewrite: '/index.html' } } } },
        },
      },
      headers: {
        policies: {
          authentication: { apiKey: {} },
          transformation: {
            request: {
              setHeaders: {
                'x-plain': text,
                'x-who': '{consumer} at {clientAddress} for {api}{route}, {requestId}',
              },
              removeHeaders: ['x-secret'],
              renameHeaders: { 'x-old': 'x-new' },
            },
            response: {
              setHeaders: { 'x-about': '{consumer} "%[env(HOME)]" {requestId} {api}' },
              removeHeaders: ['x-internal'],
              renameHeaders: { 'x-count': 'x-total-count' },
            },
          },
        },
        routes: { bare: { paths: ['/headers/bare'], policies: { transformation: 'none' } } },
      },
      kept: {
        policies: {
          authentication: { apiKey: {} },
          cache: { ttlSeconds: 60, varyBy: { query: ['page'] } },
          transformation: {
            path: { stripPrefix: true },
            request: { setHeaders: { 'x-who': '{consumer}' }, setQuery: { tenant: '{consumer}' } },
            response: {
              setHeaders: { 'x-for': '{consumer} {requestId}', 'cache-control': 'no-store' },
              removeHeaders: ['x-internal', 'set-cookie'],
            },
          },
        },
      },
    }),
  });
}, 30_000);
afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = () => ({});
  }
});

/** What the API gets of a request; the members are asked in turn. */
let turn = 0;
async function seenBy(api: string, path: string, options?: Call): Promise<Seen> {
  const { seen } = pair.pool(api);
  seen.length = 0;
  const { status } = await pair.call(turn++ % 2, path, options);
  expect([path, status, seen.length]).toEqual([path, 200, 1]);
  return seen[0] as Seen;
}

describe('the path', () => {
  test.each([
    ['stripped', '/stripped', '/'],
    ['stripped', '/stripped/', '/'],
    ['stripped', '/stripped/7?a=%2F..&b', '/7?a=%2F..&b'],
    ['stripped', '/stripped/7/', '/7/'],
    ['stripped', '/stripped/stripped/7', '/stripped/7'],
    ['stripped', '/v1/stripped', '/'],
    ['stripped', '/v1/stripped/v1/stripped', '/v1/stripped'],
    ['stripped', '/stripped/old/one', '/'],
    ['stripped', '/stripped/old/one/2', '/2'],
    ['stripped', '/stripped/old/ones', '/old/ones'],
    ['replaced', '/replaced', '/v2/items'],
    ['replaced', '/replaced/', '/v2/items/'],
    ['replaced', '/replaced/7?replaced', '/v2/items/7?replaced'],
    ['replaced', '/replaced/a%20b', '/v2/items/a%20b'],
    ['whole', '/', '/base/'],
    ['whole', '/x/y', '/base/x/y'],
    ['shop', '/shop/7/item/8', '/items/8/of/7'],
    ['shop', '/shop/7/ITEM/8/?q=1', '/items/8/of/7?q=1'],
    ['shop', '/shop/old/8/7/item', '/items/8/of/7'],
    ['shop', '/shop/%C3%A9/item/a%20b', '/items/a%20b/of/%C3%A9'],
    ['shop', '/shop/files/a/b/c.txt', '/a/b/c.txt'],
    ['shop', '/shop', '/index.html'],
    ['shop', '/shop/', '/index.html'],
    ['shop', '/shop/7/items/8', '/shop/7/items/8'],
  ])('%s: %s becomes %s', async (api, path, url) => {
    expect((await seenBy(api, path)).url).toBe(url);
  });

  test('a path that could be read in two ways is refused as it came', async () => {
    for (const path of ['/stripped/../whole', '/stripped//x', '/shop/files/..', '/shop/a%2fb/item/1'])
      expect((await pair.call(0, path)).status).toBe(400);
    expect(pair.pool('stripped').seen.length + pair.pool('shop').seen.length).toBe(0);
  });
});

describe('request headers', () => {
  test('are set to what is written, letter by letter, and to what placeholders say', async () => {
    const { headers } = await seenBy('headers', '/headers/1', {
      headers: { ...acme.headers, 'X-Plain': 'forged', 'X-Request-Id': 'request-0001' },
    });
    expect(headers['x-plain']).toBe(text);
    expect(headers['x-who']).toBe('acme at 127.0.0.1 for headers, request-0001');
  });

  test('are removed and renamed, each line of them', async () => {
    const { headers, rawHeaders } = await seenBy('headers', '/headers/1', {
      headers: { ...acme.headers, 'X-Secret': 's', 'X-Old': ['1', '2, 3'], 'X-New': 'forged' },
    });
    expect(headers).not.toHaveProperty('x-secret');
    expect(headers).not.toHaveProperty('x-old');
    expect(headers['x-new']).toBe('1, 2, 3');
    expect(rawHeaders.filter((name) => name === 'x-new')).toHaveLength(2);
    expect((await seenBy('headers', '/headers/1', acme)).headers).not.toHaveProperty('x-new');
  });

  test('of a route without it are as they came', async () => {
    const { headers } = await seenBy('headers', '/headers/bare', {
      headers: { ...acme.headers, 'X-Secret': 's', 'X-Old': '1' },
    });
    expect(headers).toMatchObject({ 'x-secret': 's', 'x-old': '1' });
    expect(headers).not.toHaveProperty('x-plain');
  });
});

describe('answers', () => {
  test('have headers set, removed and renamed', async () => {
    pair.pool('headers').behaviour = () => ({
      status: 404,
      headers: { 'X-About': 'api', 'X-Internal': '10.0.0.7', 'X-Count': ['7', '8'] },
    });
    const { status, headers } = await pair.call(0, '/headers/1', {
      headers: { ...acme.headers, 'X-Request-Id': 'request-0002' },
    });
    expect([status, headers['x-about']]).toEqual([404, 'acme "%[env(HOME)]" request-0002 headers']);
    expect(headers['x-total-count']).toBe('7, 8');
    expect(headers).not.toHaveProperty('x-internal');
    expect(headers).not.toHaveProperty('x-count');
    expect((await pair.call(0, '/headers/bare', acme)).headers).toHaveProperty('x-internal');
  });

  test('of the gateway itself are as they are', async () => {
    const { status, headers } = await pair.call(0, '/headers/1');
    expect([status, headers['x-about']]).toEqual([401, undefined]);
  });
});

describe('with a cache', () => {
  test('the API gets the request once changed, and a hit has its own headers', async () => {
    pair.pool('kept').behaviour = () => ({ headers: { 'X-Internal': '10.0.0.7' } });
    for (let round = 0; round < 4; round++) {
      const path = `/kept/${round}?utm=1&page=2&tenant=globex`;
      const both = [];
      for (const member of [0, 1]) {
        const headers = { ...acme.headers, 'X-Request-Id': `kept-${round}-member-${member}` };
        both.push((await pair.call(member, path, { headers })).headers);
      }
      expect(both.map((headers) => headers['x-cache'])).toEqual(['MISS', 'HIT']);
      expect(both.map((headers) => headers['x-for'])).toEqual([
        `acme kept-${round}-member-0`,
        `acme kept-${round}-member-1`,
      ]);
      for (const headers of both) expect(headers).not.toHaveProperty('x-internal');
    }
    expect(pair.pool('kept').seen.map(({ url, headers }) => [url, headers['x-who']])).toEqual(
      [0, 1, 2, 3].map((round) => [`/${round}?page=2&tenant=acme`, 'acme']),
    );
  });

  test('what is kept is what the API said', async () => {
    const twice = async (path: string) => [
      (await pair.call(0, path, acme)).headers,
      (await pair.call(1, path, acme)).headers,
    ];
    const said = await twice('/kept/said');
    expect(said.map((headers) => [headers['x-cache'], headers['cache-control']])).toEqual([
      ['MISS', 'no-store'],
      ['HIT', 'no-store'],
    ]);
    // Taking the cookie away does not make it an answer for all.
    pair.pool('kept').behaviour = () => ({ headers: { 'Set-Cookie': 'session=1' } });
    const cookies = await twice('/kept/cookie');
    expect(cookies.map((headers) => [headers['x-cache'], headers['set-cookie']])).toEqual([
      ['MISS', undefined],
      ['MISS', undefined],
    ]);
  });

  test('what passes it by is changed in the same way', async () => {
    const post = { ...acme, method: 'POST', body: '{}' };
    const seen = await seenBy('kept', '/kept/1?page=2&tenant=globex', post);
    expect([seen.url, seen.headers['x-who']]).toEqual(['/1?page=2&tenant=acme', 'acme']);
    const { url } = await seenBy('kept', '/kept/1?page=2&page=3', acme);
    expect(url).toBe('/1?page=2&page=3&tenant=acme');
    const reply = await pair.call(0, '/kept/1', {
      ...post,
      headers: { ...acme.headers, 'X-Request-Id': 'kept-post' },
    });
    expect([reply.headers['x-cache'], reply.headers['x-for']]).toEqual(['BYPASS', 'acme kept-post']);
  });

  test('each consumer has what was made for it', async () => {
    for (const [key, consumer] of Object.entries(keys))
      for (const member of [0, 1]) {
        const { headers } = await pair.call(member, '/kept/mine', { headers: { 'X-Api-Key': key } });
        expect(headers['x-for']).toMatch(new RegExp(`^${consumer} `));
      }
    expect(pair.pool('kept').seen.map(({ url }) => url)).toEqual([
      '/mine?tenant=acme',
      '/mine?tenant=globex',
    ]);
  });
});

test('the log has the path as it came', async () => {
  await pair.call(0, '/shop/7/item/8', { headers: { 'x-request-id': 'rewritten-path' } });
  expect(await pair.member(0).logged('rewritten-path')).toMatchObject({
    path: '/shop/7/item/8',
    route: 'item',
  });
});
