/** Proves which callers may do what: by scopes and claims of their token, and by name. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Issuer, issuerKey, type Json, jwkOf, nowSeconds, signed } from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const issuer = new Issuer('https://login.test', '127.30.162.2');
const key = issuerKey('rsa-1');
const [ofAcme, ofGlobex] = ['key-of-acme-1a2b3c', 'key-of-globex-4d5e6f'];

let pair: Pair;

beforeAll(async () => {
  issuer.keys = [jwkOf(key)];
  await issuer.start();
  const jwt = { issuer: issuer.name, jwksUrl: issuer.jwksUrl, audience: 'any' };
  const authentication = { jwt };
  const model = gatewayModel({
    orders: {
      policies: { authentication, authorization: { scopes: ['orders/read'] } },
      routes: {
        change: {
          methods: ['POST'],
          policies: { authorization: { scopes: ['orders/read', 'orders/write'] } },
        },
        any: { paths: ['/orders/any'], policies: { authorization: { anyScope: ['a%20', 'b$HOME'] } } },
        free: { paths: ['/orders/free'], policies: { authorization: 'none' } },
      },
    },
    claims: {
      policies: {
        authentication,
        authorization: { claims: { 'cognito:groups': ['admins', 'owners'], 'tenant.plan': ['gold'] } },
      },
    },
    typed: {
      policies: {
        authentication,
        authorization: {
          claims: { 'https://shop.example/roles': ['admin'], email_verified: [true], level: [3, '3x'] },
        },
      },
    },
    dotted: {
      policies: {
        authentication,
        authorization: { claims: { '/realm/shop.example~1roles': ['admin'], '/a.b': [1] } },
      },
    },
    named: {
      policies: {
        authentication: { apiKey: {}, jwt },
        authorization: { consumers: ['acme', 'jwt:user-7'] },
      },
    },
    both: { policies: { authentication: { apiKey: {}, jwt }, authorization: { scopes: ['orders/read'] } } },
  });
  pair = await Pair.start({ net: 162, model, keys: { [ofAcme]: 'acme', [ofGlobex]: 'globex' } });
}, 30_000);

afterAll(async () => {
  await pair?.stop();
  await issuer.stop();
});

beforeEach(() => {
  for (const one of Object.values(pair.pools)) one.seen.length = 0;
});

const bearer = (more: Json) => ({
  Authorization: `Bearer ${signed(key, { iss: issuer.name, sub: 'user-7', exp: nowSeconds() + 60, ...more })}`,
});
const ask = async (path: string, more: Json, method = 'GET') => {
  const reply = await pair.call(0, path, { method, headers: bearer(more) });
  return { status: reply.status, challenge: reply.headers['www-authenticate'] };
};
const reached = () => Object.values(pair.pools).flatMap(({ seen }) => seen).length;

describe('a scope', () => {
  test.each<[string, Json]>([
    ['alone', { scope: 'orders/read' }],
    ['first of several', { scope: 'orders/read orders/write' }],
    ['last of several', { scope: 'openid orders/read' }],
    ['in scp', { scp: 'openid orders/read' }],
    ['in a list', { scope: ['openid', 'orders/read'] }],
    ['at the end of fifty', { scp: [...Array(50).keys()].map(String).concat('orders/read') }],
    ['eighth of a list', { scp: ['1', '2', '3', '4', '5', '6', '7', 'orders/read'] }],
  ])('%s lets in', async (_, more) => {
    expect((await ask('/orders', more)).status).toBe(200);
  });

  test.each<[string, Json]>([
    ['missing', {}],
    ['empty', { scope: '' }],
    ['longer', { scope: 'orders/readonly' }],
    ['shorter', { scope: 'orders' }],
    ['as the end of another', { scope: 'x-orders/read' }],
    ['in other letters', { scope: 'Orders/Read' }],
    ['separated by commas', { scope: 'openid,orders/read' }],
    ['in another claim', { scopes: 'orders/read' }],
    ['as a key', { scope: { 'orders/read': true } }],
    ['in a list in a list', { scope: [['orders/read']] }],
    ['beside a number', { scope: [7, 'orders/read'] }],
    ['behind a NUL', { scope: 'x\0orders/read' }],
    ['before a NUL', { scope: 'orders/read\0x' }],
    ['between tabs', { scope: 'openid\torders/read' }],
    ['inside another claim', { resource: { scope: 'orders/read' } }],
  ])('%s does not, and the answer says which', async (_, more) => {
    expect(await ask('/orders', more)).toEqual({
      status: 403,
      challenge: 'Bearer realm="api", error="insufficient_scope", scope="orders/read"',
    });
    expect(reached()).toBe(0);
  });

  test('a route asks for its own, all of them', async () => {
    expect((await ask('/orders', { scope: 'orders/write orders/read' }, 'POST')).status).toBe(200);
    expect(await ask('/orders', { scope: 'orders/read' }, 'POST')).toEqual({
      status: 403,
      challenge: 'Bearer realm="api", error="insufficient_scope", scope="orders/read orders/write"',
    });
    expect((await ask('/orders/free', {})).status).toBe(200);
  });

  test('or for one of several, written as they are', async () => {
    expect((await ask('/orders/any', { scope: 'b$HOME' })).status).toBe(200);
    expect((await ask('/orders/any', { scope: 'a%20' })).status).toBe(200);
    expect(await ask('/orders/any', { scope: 'b orders/read' })).toEqual({
      status: 403,
      challenge: 'Bearer realm="api", error="insufficient_scope", scope="a%20 b$HOME"',
    });
  });

  test('a caller with a key has none', async () => {
    const reply = await pair.call(0, '/both', { headers: { 'X-Api-Key': ofAcme } });
    expect(reply.status).toBe(403);
    expect((await ask('/both', { scope: 'orders/read' })).status).toBe(200);
  });

  test('without a token it is 401, not 403', async () => {
    expect((await pair.call(0, '/orders')).status).toBe(401);
  });
});

describe('claims', () => {
  test.each<[string, Json, number]>([
    ['all there', { 'cognito:groups': ['users', 'owners'], tenant: { plan: 'gold' } }, 200],
    ['a text for a list', { 'cognito:groups': 'admins', tenant: { plan: 'gold' } }, 200],
    ['one missing', { 'cognito:groups': ['admins'] }, 403],
    ['another value', { 'cognito:groups': ['admins'], tenant: { plan: 'silver' } }, 403],
    ['a longer value', { 'cognito:groups': ['admins2'], tenant: { plan: 'gold' } }, 403],
    ['two values in one text', { 'cognito:groups': 'admins owners', tenant: { plan: 'gold' } }, 403],
    ['not nested', { 'cognito:groups': ['admins'], 'tenant.plan': 'gold' }, 403],
  ])('%s', async (_, more, status) => {
    const reply = await ask('/claims', more);
    expect(reply.status).toBe(status);
    expect(reply.challenge).toBe(
      status === 200 ? undefined : 'Bearer realm="api", error="insufficient_scope"',
    );
    expect(reached()).toBe(status === 200 ? 1 : 0);
  });
});

test.each<[string, Json, number]>([
  ['both', { realm: { 'shop.example/roles': 'admin' }, 'a.b': 1 }, 200],
  ['a dot that leads into another', { realm: { 'shop.example/roles': 'admin' }, a: { b: 1 } }, 403],
  ['a slash that does', { realm: { 'shop.example': { roles: 'admin' } }, 'a.b': 1 }, 403],
  ['another tilde', { realm: { 'shop.example~1roles': 'admin' }, 'a.b': 1 }, 403],
])('claims by pointers: %s', async (_, more, status) => {
  expect((await ask('/dotted', more)).status).toBe(status);
});

describe('claims by their type, and by a name that is a URL', () => {
  const holds = { 'https://shop.example/roles': 'admin', email_verified: true, level: 3 };
  test.each<[string, Json, number]>([
    ['all there', {}, 200],
    ['a role at the end of fifty', { 'https://shop.example/roles': [...Array(50).keys(), 'admin'] }, 200],
    ['a number written otherwise, and another value of the list', { level: '3x' }, 200],
    [
      'the URL taken for nested names',
      { 'https://shop.example/roles': undefined, 'https://shop': { 'example/roles': 'admin' } },
      403,
    ],
    ['a role in a list in a list', { 'https://shop.example/roles': [['admin']] }, 403],
    ['a role with NUL and more', { 'https://shop.example/roles': 'admin\0' }, 403],
    ['true as a text', { email_verified: 'true' }, 403],
    ['true as a number', { email_verified: 1 }, 403],
    ['false', { email_verified: false }, 403],
    ['null', { email_verified: null }, 403],
    ['a number as a text', { level: '3' }, 403],
    ['a number that is near', { level: 3.5 }, 403],
    ['an object', { level: { 3: 3 } }, 403],
  ])('%s', async (_, more, status) => {
    expect((await ask('/typed', { ...holds, ...more })).status).toBe(status);
  });

  test('a number is the same number however it is written', async () => {
    const payload = JSON.stringify({ iss: issuer.name, sub: 'user-7', exp: nowSeconds() + 60, ...holds });
    const token = signed(key, payload.replace('"level":3', '"level":0.3e1'));
    expect((await pair.call(0, '/typed', { headers: { Authorization: `Bearer ${token}` } })).status).toBe(
      200,
    );
  });
});

describe('a list of consumers', () => {
  const byKey = async (value: string) =>
    (await pair.call(0, '/named', { headers: { 'X-Api-Key': value } })).status;
  test('lets those in that it names, however they prove who they are', async () => {
    expect([await byKey(ofAcme), await byKey(ofGlobex)]).toEqual([200, 403]);
    expect((await ask('/named', {})).status).toBe(200);
    expect((await ask('/named', { sub: 'user-8' })).status).toBe(403);
  });

  test('a token cannot have the name of a consumer with a key', async () => {
    expect((await ask('/named', { sub: 'acme' })).status).toBe(403);
  });
});
