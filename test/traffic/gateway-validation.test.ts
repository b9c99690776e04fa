/** Validation: what is not as it must be is answered by the gateway, names what is wrong, and costs nothing. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Agreed } from './support/agreed';
import type { Call } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { exchange } from './support/raw';

let pair: Pair;
let agreed: Agreed;
beforeAll(async () => {
  pair = await Pair.start({
    net: 66,
    instances: { orders: 1, items: 1 },
    keys: { 'key-of-acme': 'acme' },
    model: gatewayModel({
      orders: {
        policies: {
          authentication: { apiKey: {} },
          rateLimit: { requests: 1000, perSeconds: 600 },
          cache: { ttlSeconds: 60 },
          validation: {
            methods: ['GET', 'POST'],
            contentTypes: ['application/json', 'application/vnd.order+json'],
            requiredHeaders: { 'x-tenant': { pattern: '[a-z]{3,8}(-[0-9]+)?' }, 'x-any': {} },
          },
        },
      },
      items: {
        routes: {
          one: {
            paths: ['/items/{id}', '/items/{id}/parts/{part}', '/items/{rest+}'],
            policies: {
              validation: {
                pathParameters: {
                  id: { integer: { minimum: 1, maximum: 500 } },
                  part: { pattern: '[A-Z]\\d+( .)?' },
                },
              },
            },
          },
        },
      },
    }),
  });
  agreed = new Agreed(pair);
}, 30_000);
afterAll(() => pair.stop());
afterEach(() => agreed.again());

const acme = { 'x-api-key': 'key-of-acme', 'x-tenant': 'north', 'x-any': 'x' };

test('methods: 405 says which are allowed; GET allows HEAD', async () => {
  const refused = await agreed.both('/orders/1', { method: 'DELETE', headers: acme });
  expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, POST, HEAD']);
  expect(JSON.parse(refused.body)).toEqual({
    type: 'about:blank',
    title: 'Method Not Allowed',
    status: 405,
    detail: 'The method must be one of GET, POST, HEAD.',
  });
  for (const method of ['PUT', 'OPTIONS', 'PATCH', 'PROPFIND'])
    expect((await agreed.both('/orders/1', { method, headers: acme })).status).toBe(405);
  expect(agreed.reached('orders')).toBe(0);
  // Who has no key learns nothing of that.
  expect((await agreed.both('/orders/1', { method: 'DELETE' })).status).toBe(401);
});

test('what is refused counts against the limit, and the log says why', async () => {
  const left = async () => {
    const { status, headers } = await pair.call(0, '/orders/0', { method: 'HEAD', headers: acme });
    expect(status).toBe(200);
    return Number(/^"orders";r=(\d+)$/.exec(String(headers.ratelimit))?.[1]);
  };
  const before = await left();
  const headers = { ...acme, 'x-request-id': 'refused-by-validation' };
  for (let index = 0; index < 4; index++)
    expect((await pair.call(0, '/orders/1', { method: 'DELETE', headers })).status).toBe(405);
  expect(await left()).toBe(before - 5);
  expect(await pair.member(0).logged('refused-by-validation')).toMatchObject({
    status: 405,
    deny: 'method-not-allowed',
    consumer: 'acme',
    server: '-',
  });
});

test('what is in the cache is given only to a request that is valid', async () => {
  const get = (member: number, headers: Call['headers']) => pair.call(member, '/orders/cached', { headers });
  expect((await get(0, acme)).headers['x-cache']).toBe('MISS');
  expect((await get(1, acme)).headers['x-cache']).toBe('HIT');
  expect(agreed.reached('orders')).toBe(1);
  const refused = await get(1, { ...acme, 'x-tenant': 'N' });
  expect([refused.status, refused.headers['x-cache']]).toEqual([400, undefined]);
});

test('headers: missing, twice, or not as they must be', async () => {
  const send = (headers: readonly (readonly [string, string])[]) =>
    agreed.outcome('/orders/1', { method: 'PUT', headers: [['x-api-key', 'key-of-acme'], ...headers] });
  // The method is looked at first.
  expect(await send([])).toBe('405 The method must be one of GET, POST, HEAD.');
  const get = (...headers: (readonly [string, string])[]) =>
    agreed.outcome('/orders/1', { headers: [['x-api-key', 'key-of-acme'], ...headers] });
  expect(await get(['x-any', 'x'])).toBe('400 The header x-tenant is missing.');
  expect(await get(['x-tenant', 'north'])).toBe('400 The header x-any is missing.');
  expect(await get(['x-tenant', 'north'], ['X-Tenant', 'north'], ['x-any', 'x'])).toBe(
    '400 The header x-tenant was sent twice.',
  );
  for (const value of ['', 'no', 'northern-1x', 'north\u00e9', 'North', 'north,south', `${'a'.repeat(2000)}`])
    expect([value, await get(['x-tenant', value], ['x-any', 'x'])]).toEqual([
      value,
      '400 The header x-tenant is not valid.',
    ]);
  expect(agreed.reached('orders')).toBe(0);
});

test('a body has a type that is taken; 415 says which', async () => {
  const post = (type: string | readonly string[] | undefined, body: string | undefined = '{}') =>
    pair.call(0, '/orders/1', {
      method: 'POST',
      headers: type === undefined ? acme : { ...acme, 'content-type': type },
      body,
    });
  const refused = await post('text/plain');
  expect([refused.status, refused.headers.accept]).toEqual([
    415,
    'application/json, application/vnd.order+json',
  ]);
  const bad = [
    undefined,
    'application/jsonx',
    'application/json, text/plain',
    'application/json; charset',
    'application/json; charset=utf-8, text/plain',
    'multipart/form-data; boundary=x',
    'xapplication/json',
    'application/vndXorder+json',
    ['application/json', 'application/json'],
    ['application/json', 'text/plain'],
  ];
  for (const type of bad) expect([type, (await post(type)).status]).toEqual([type, 415]);
  expect(agreed.reached('orders')).toBe(0);
});

test('a body without need of a type, and types with parameters', async () => {
  // The limit leaves room for two requests.
  const { status } = await pair.call(1, '/orders/1', {
    method: 'POST',
    headers: { ...acme, 'content-type': 'Application/JSON ; charset="utf-8";' },
    body: '{}',
  });
  expect(status).toBe(200);
  const empty = await pair.call(0, '/orders/1', { method: 'POST', headers: acme, body: '' });
  expect(empty.status).toBe(200);
  expect(agreed.reached('orders')).toBe(2);
});

test('a GET with a body needs a type too, in chunks as well', async () => {
  const withBody = (more: string) =>
    `GET /orders/1 HTTP/1.1\r\nHost: api.test\r\nX-Api-Key: key-of-acme\r\nX-Tenant: north\r\nX-Any: x\r\n${more}`;
  const { address } = pair.member(0);
  const length = await exchange(address, withBody('Content-Length: 2\r\n\r\n{}'));
  const chunks = await exchange(address, withBody('Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'));
  expect([length[0]?.status, chunks[0]?.status]).toEqual([415, 415]);
  expect(agreed.reached('orders')).toBe(0);
});

test('path parameters, for each path of the route', async () => {
  expect(
    await agreed.outcomes([
      '/items/1',
      '/items/500/',
      '/items/0',
      '/items/501',
      '/items/01',
      '/items/+1',
      '/items/1e2',
      '/items/1%0A',
      '/items/7/parts/A1',
      '/items/7/PARTS/A1',
      '/items/7/parts/a1',
      '/items/7/parts/A1%C3%A9',
      '/items/7/parts/A1%20%C3%A9',
      '/items/7/parts/A1+x',
      '/items/x/parts/A1',
      '/items/x/y',
    ]),
  ).toEqual({
    '/items/1': 200,
    '/items/500/': 200,
    '/items/0': '400 The path parameter id must be a whole number from 1 to 500.',
    '/items/501': '400 The path parameter id must be a whole number from 1 to 500.',
    '/items/01': '400 The path parameter id must be a whole number from 1 to 500.',
    '/items/+1': '400 The path parameter id must be a whole number from 1 to 500.',
    '/items/1e2': '400 The path parameter id must be a whole number from 1 to 500.',
    '/items/1%0A': '400 The path can be read in more than one way.',
    '/items/7/parts/A1': 200,
    '/items/7/PARTS/A1': 200,
    '/items/7/parts/a1': '400 The path parameter part is not valid.',
    '/items/7/parts/A1%C3%A9': '400 The path parameter part is not valid.',
    '/items/7/parts/A1%20%C3%A9': 200,
    // A plus sign is a space in a query only.
    '/items/7/parts/A1+x': '400 The path parameter part is not valid.',
    '/items/x/parts/A1': '400 The path parameter id must be a whole number from 1 to 500.',
    // The third path has no parameter that is checked.
    '/items/x/y': 200,
  });
  expect(agreed.reached('items')).toBe(12);
});
