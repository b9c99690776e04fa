/** Proves that the gateway answers for the environment's own names only, and that checks and members do not need one. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { exchange } from './support/raw';

const hosts = ['api.example.com', 'partner.example.com', 'xn--bcher-kva.example'];
let pair: Pair;

beforeAll(async () => {
  const model = gatewayModel(
    {
      orders: { policies: { cache: { ttlSeconds: 60 } } },
      partner: { paths: ['/'], hosts: ['partner.example.com'] },
    },
    { hosts },
  );
  pair = await Pair.start({ net: 85, model, instances: { orders: 1, partner: 1 } });
}, 20_000);
afterAll(() => pair?.stop());
beforeEach(() => {
  for (const pool of Object.values(pair.pools)) pool.seen.length = 0;
});

const arrived = () => Object.values(pair.pools).flatMap(({ seen }) => seen.map(({ url }) => url));
const ask = (host: string, path = '/orders/1') => pair.call(0, path, { headers: { Host: host } });

describe('the names of the environment', () => {
  test.each([
    ...hosts,
    ...hosts.map((host) => host.toUpperCase()),
    ...hosts.map((host) => `${host}:443`),
    'Api.Example.com:8443',
  ])('%s is taken', async (host) => {
    expect((await ask(host)).status).toBe(200);
  });

  test('a host of one API is a host of all, as another API has the path', async () => {
    expect(JSON.parse((await ask('partner.example.com', '/orders/2')).body).pool).toBe('partner');
    expect(JSON.parse((await ask('api.example.com', '/orders/3')).body).pool).toBe('orders');
    expect((await ask('api.example.com', '/')).status).toBe(404);
  });
});

describe('another name', () => {
  const refused = async (host: string, path?: string) => {
    const reply = await ask(host, path);
    expect([host, reply.status]).toEqual([host, 421]);
    expect(arrived()).toEqual([]);
    return reply;
  };

  test('is refused with a problem document, and says so in the log', async () => {
    const reply = await refused('evil.example');
    expect(reply.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    expect(JSON.parse(reply.body)).toEqual({
      type: 'about:blank',
      title: 'Misdirected Request',
      status: 421,
      detail: 'Nothing answers for this host here.',
    });
    const { deny, status } = await pair.member(0).logged(String(reply.headers['x-request-id']));
    expect([deny, status]).toEqual(['no-host', 421]);
  });

  test.each([
    'example.com',
    'api.example.co',
    'api.example.com.evil.example',
    'evil-api.example.com',
    'x.api.example.com',
    'api.example.comm',
    'api-example.com',
    'apiXexample.com',
    'localhost',
    '127.0.0.1',
    '[::1]',
    '[::1]:8080',
    '10.0.0.1:8080',
    'bcher-kva.example',
    'orders.test.internal',
    'gateway-a.test.internal:8080',
  ])('%s is refused, whatever the path', async (host) => {
    for (const path of ['/', '/orders/1', '/nowhere']) await refused(host, path);
  });

  test('of any kind is refused', async () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
    const name = fc
      .array(fc.oneof(label, fc.constantFrom('api', 'partner', 'example', 'com')), {
        minLength: 1,
        maxLength: 4,
      })
      .map((labels) => labels.join('.'))
      .filter((host) => !hosts.includes(host));
    await fc.assert(
      fc.asyncProperty(name, fc.constantFrom('', ':80', ':65535'), async (host, port) => {
        await refused(`${host}${port}`);
      }),
      { numRuns: 150 },
    );
  });

  test('as the target of the request is refused too', async () => {
    const bytes =
      'GET http://evil.example/orders/1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
    const replies = await exchange(pair.member(0).address, bytes);
    expect(replies.map(({ status }) => status)).toEqual([421]);
    expect(arrived()).toEqual([]);
  });

  test('never gets to what is kept, nor is it kept', async () => {
    expect((await ask('api.example.com', '/orders/kept')).headers['x-cache']).toBe('MISS');
    for (const member of [0, 1])
      expect(
        (await pair.call(member, '/orders/kept', { headers: { Host: 'evil.example' } })).headers,
      ).not.toHaveProperty('x-cache');
    expect((await ask('api.example.com', '/orders/kept')).headers['x-cache']).toBe('HIT');
    expect(arrived()).toEqual(['/orders/kept']);
  });
});

test('health and metrics are asked for by address, whatever the host', async () => {
  const { address } = pair.member(0);
  expect((await fetch(`http://${address}:9000/healthz`)).status).toBe(200);
  expect((await fetch(`http://${address}:9000/metrics`)).status).toBe(200);
  // Members find each other by address, too: nothing would be a HIT at both otherwise.
  expect((await ask('api.example.com', '/orders/both')).headers['x-cache']).toBe('MISS');
  const other = await pair.call(1, '/orders/both', { headers: { Host: 'api.example.com' } });
  expect(other.headers['x-cache']).toBe('HIT');
});
