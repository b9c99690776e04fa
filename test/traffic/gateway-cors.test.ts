/** Proves what pages of other origins may do, and that the gateway alone says so. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Reply } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const app = 'https://app.example.com';
const admin = 'http://localhost:5173';
const foreign = [
  'https://evil.test',
  'https://app.example.com.evil.test',
  'https://xapp.example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://APP.example.com',
  'https://app.example.com/',
  `${app}, ${admin}`,
  `${app} ${admin}`,
  'null',
  '',
  '*',
];
const key = { 'X-Api-Key': 'acme-key' };
let pair: Pair;

beforeAll(async () => {
  const named = {
    origins: [app, admin],
    methods: ['GET', 'PUT'],
    headers: ['X-Api-Key', 'content-type'],
    exposeHeaders: ['X-Total', 'RateLimit'],
    credentials: true,
    maxAgeSeconds: 60,
  };
  pair = await Pair.start({
    net: 67,
    shift: 120,
    keys: { 'acme-key': 'acme' },
    model: gatewayModel({
      named: {
        policies: { authentication: { apiKey: {} }, cors: named, rateLimit: { requests: 2, perSeconds: 60 } },
        routes: { free: { paths: ['/named/free/{x}'], policies: { rateLimit: 'none' } } },
      },
      kept: {
        policies: {
          authentication: { apiKey: {} },
          cors: { origins: [app, admin] },
          cache: { ttlSeconds: 60, varyBy: { headers: ['origin'] } },
        },
      },
      shared: { policies: { cors: { origins: [app, admin] }, cache: { ttlSeconds: 60 } } },
      any: { policies: { cors: { origins: 'any', exposeHeaders: ['X-Total'] } } },
      file: { policies: { cors: { origins: ['null'] } } },
      routes: {
        policies: { authentication: { apiKey: {} } },
        routes: {
          read: { methods: ['GET'], policies: { cors: { origins: 'any' }, authentication: 'public' } },
          write: {
            methods: ['PUT'],
            paths: ['/routes/{id}'],
            policies: { cors: { origins: [admin], methods: ['PUT'] } },
          },
        },
      },
      own: {},
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

const preflight = (path: string, origin: string, method = 'PUT', member = 0) =>
  pair.call(member, path, {
    method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': method },
  });
const corsOf = ({ headers }: Reply) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /^(access-control-.*|vary)$/.test(name)));

describe('a preflight', () => {
  test('is answered without a key, with all that is allowed', async () => {
    for (const origin of [app, admin]) {
      const reply = await preflight('/named/1', origin);
      expect([reply.status, reply.body]).toEqual([204, '']);
      expect(corsOf(reply)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, PUT',
        'access-control-allow-headers': 'X-Api-Key, content-type',
        'access-control-max-age': '60',
        vary: 'Origin',
      });
    }
    expect(pair.pool('named').seen).toEqual([]);
  });

  test('does not use up what a consumer may ask', async () => {
    for (let count = 0; count < 5; count++) expect((await preflight('/named/1', app)).status).toBe(204);
  });

  test.each(foreign)('of the origin %j is refused', async (origin) => {
    const reply = await preflight('/named/1', origin);
    expect([reply.status, corsOf(reply)]).toEqual([403, { vary: 'Origin' }]);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(pair.pool('named').seen).toEqual([]);
  });

  test('with two origins is refused', async () => {
    const headers: [string, string][] = [
      ['Origin', app],
      ['Origin', app],
      ['Access-Control-Request-Method', 'PUT'],
    ];
    expect((await pair.call(0, '/named/1', { method: 'OPTIONS', headers })).status).toBe(403);
  });

  test('for an API that any may call', async () => {
    expect(corsOf(await preflight('/any/1', 'https://evil.test', 'POST'))).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '600',
    });
  });

  test('of a page without an origin, where that is written', async () => {
    expect(corsOf(await preflight('/file/1', 'null'))).toMatchObject({
      'access-control-allow-origin': 'null',
    });
    expect((await preflight('/file/1', app)).status).toBe(403);
  });

  test('is the API own matter where there is no policy', async () => {
    pair.pool('own').behaviour = () => ({ headers: { 'Access-Control-Allow-Origin': '*' } });
    expect(corsOf(await preflight('/own/1', app))).toEqual({ 'access-control-allow-origin': '*' });
    expect(pair.pool('own').seen).toHaveLength(1);
  });

  test('is what it says in the log', async () => {
    await pair.call(0, '/named/1', {
      method: 'OPTIONS',
      headers: {
        Origin: 'null',
        'Access-Control-Request-Method': 'PUT',
        'X-Request-Id': 'preflight-of-null',
      },
    });
    expect(await pair.member(0).logged('preflight-of-null')).toMatchObject({
      deny: 'cors-origin',
      status: 403,
    });
  });
});

describe('OPTIONS that is no preflight is a request like any other', () => {
  test.each([{ Origin: app }, { 'Access-Control-Request-Method': 'PUT' }, {}])('%j', async (some: object) => {
    const options = (more: Record<string, string>) => ({
      method: 'OPTIONS',
      headers: { ...some, ...more },
    });
    expect((await pair.call(0, '/named/free/1', options({}))).status).toBe(401);
    expect((await pair.call(0, '/named/free/1', options(key))).status).toBe(200);
    expect(pair.pool('named').seen).toHaveLength(1);
  });

  test('another method with the headers of a preflight neither', async () => {
    const headers = { Origin: app, 'Access-Control-Request-Method': 'PUT' };
    expect((await pair.call(0, '/named/free/1', { headers })).status).toBe(401);
  });
});

describe('the announced method decides where routes differ', () => {
  test('each has the policy of its route, and no other', async () => {
    expect(corsOf(await preflight('/routes/1', app, 'GET'))).toMatchObject({
      'access-control-allow-origin': '*',
    });
    expect(corsOf(await preflight('/routes/1', app, 'HEAD'))).toMatchObject({
      'access-control-allow-origin': '*',
    });
    expect(corsOf(await preflight('/routes/1', admin, 'PUT'))).toMatchObject({
      'access-control-allow-origin': admin,
      'access-control-allow-methods': 'PUT',
    });
    expect((await preflight('/routes/1', app, 'PUT')).status).toBe(403);
  });

  test('without a policy it is a request without a key', async () => {
    // Not one of the route of GET, which is public: what reaches the API would be OPTIONS.
    for (const method of ['DELETE', 'get', 'GET, PUT', 'PUT2']) {
      const reply = await preflight('/routes/1', app, method);
      expect([method, reply.status, corsOf(reply)]).toEqual([method, 401, {}]);
    }
    expect((await preflight('/routes/1/2', admin, 'PUT')).status).toBe(401);
    expect(pair.pool('routes').seen).toEqual([]);
  });
});

describe('an answer', () => {
  test('says who may read it; the words of the API are taken away', async () => {
    pair.pool('named').behaviour = () => ({
      headers: {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Expose-Headers': 'X-Other',
        'Access-Control-Allow-Private-Network': 'true',
        Vary: 'Accept',
      },
    });
    const get = (headers: Record<string, string>) =>
      pair.call(1, '/named/free/1', { headers: { ...key, ...headers } });
    expect(corsOf(await get({ Origin: admin }))).toEqual({
      'access-control-allow-origin': admin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Total, RateLimit',
      vary: 'Accept, Origin',
    });
    for (const origin of foreign)
      expect([origin, corsOf(await get({ Origin: origin }))]).toEqual([origin, { vary: 'Accept, Origin' }]);
    expect(corsOf(await get({}))).toEqual({ vary: 'Accept, Origin' });
    expect(pair.pool('named').seen).toHaveLength(foreign.length + 2);
  });

  test('of an API that any may call', async () => {
    for (const headers of [{ Origin: app }, { Origin: 'null' }, {}] as Record<string, string>[])
      expect(corsOf(await pair.call(0, '/any/1', { headers }))).toEqual({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'X-Total',
      });
  });

  test('of the gateway itself: 401, 403 and 429', async () => {
    const allowed = { 'access-control-allow-origin': app, vary: 'Origin' };
    const call = (path: string, headers: object) =>
      pair.call(0, path, { headers: { Origin: app, ...headers } });
    const statuses: number[] = [];
    for (const headers of [{}, key, key, key]) {
      const reply = await call('/named/1', headers);
      statuses.push(reply.status);
      expect(corsOf(reply)).toMatchObject(allowed);
    }
    expect(statuses).toEqual([401, 200, 200, 429]);
    expect(corsOf(await pair.call(0, '/named/1', { headers: { Origin: 'https://evil.test' } }))).toEqual({
      vary: 'Origin',
    });
  });

  test('of the gateway itself, when the API does not answer', async () => {
    pair.pool('any').behaviour = () => ({ hangUp: true });
    const reply = await pair.call(0, '/any/1', { method: 'POST', body: '{}', headers: { Origin: app } });
    expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([502, '*']);
  });
});

describe('with a cache', () => {
  test('each origin gets its own header from one answer', async () => {
    pair.pool('shared').behaviour = () => ({ headers: { 'Access-Control-Allow-Origin': '*' } });
    for (let round = 0; round < 4; round++) {
      const replies: unknown[] = [];
      for (const [member, origin] of [app, admin, 'https://evil.test', app].entries()) {
        const reply = await pair.call(member % 2, `/shared/${round}`, { headers: { Origin: origin } });
        replies.push([
          reply.headers['x-cache'],
          reply.headers['access-control-allow-origin'],
          reply.headers.vary,
        ]);
      }
      expect(replies).toEqual([
        ['MISS', app, 'Origin'],
        ['HIT', admin, 'Origin'],
        ['HIT', undefined, 'Origin'],
        ['HIT', app, 'Origin'],
      ]);
    }
    expect(pair.pool('shared').seen).toHaveLength(4);
  });

  test('an API whose answers vary by origin is kept by origin', async () => {
    pair.pool('kept').behaviour = ({ headers }) => ({
      headers: { Vary: 'Origin' },
      body: headers.origin ?? '',
    });
    for (const origin of [app, admin]) {
      for (const [member, cache] of ['MISS', 'HIT'].entries()) {
        const reply = await pair.call(member, '/kept/1', { headers: { ...key, Origin: origin } });
        expect([reply.headers['x-cache'], reply.body]).toEqual([cache, origin]);
        expect(reply.headers.vary).toBe('Origin');
        expect(reply.headers['access-control-allow-origin']).toBe(origin);
      }
    }
    const refused = await pair.call(0, '/kept/1', { headers: { Origin: app } });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, app]);
  });
});
