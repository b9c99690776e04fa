/**
 * Proves that nothing but a whole, known key in its header lets a caller in, as itself and nobody else; and that a key is
 * seen by no API and in no log. All is said in raw bytes.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Attack, statuses } from './support/attack';
import { gatewayModel } from './support/model';
import { Pair, sha256 } from './support/pair';

const key = 'Kq7-acme.0123456789abcdef';
const other = 'Zx9-globex.fedcba9876543210';
const keys = {
  [key]: 'acme',
  [other]: 'globex',
  'No1-orders-only.00112233': 'narrow',
  'No1-nothing.44556677': 'nothing',
  'No1-gone.8899aabb': 'gone',
  'acme-again.ccddeeff': 'acme',
};
const revoked = 'Rv0-revoked.00000000';
let pair: Pair;
const attack = new Attack(() => pair);

beforeAll(async () => {
  const apiKey = { authentication: { apiKey: {} } };
  const model = gatewayModel(
    {
      orders: { policies: apiKey },
      reports: { policies: { authentication: { apiKey: { header: 'x-report-key' } } } },
      cached: { policies: { ...apiKey, cache: { ttlSeconds: 60 } } },
      open: {},
      routed: {
        routes: {
          admin: { paths: ['/routed/admin'], policies: apiKey },
          one: { paths: ['/routed/users/{id}'], methods: ['DELETE'], policies: apiKey },
        },
      },
    },
    {
      consumers: [
        { name: 'acme' },
        { name: 'globex' },
        { name: 'narrow', apis: ['orders'] },
        { name: 'nothing', apis: [] },
      ],
    },
  );
  const instances = Object.fromEntries(model.apis.map(({ name }) => [name, 1]));
  pair = await Pair.start({ net: 64, model, keys, instances });
}, 20_000);

afterAll(() => pair?.stop());

afterEach(() => attack.forget());

const ask = (headers: string, target = '/orders') => `GET ${target} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;

async function passed(bytes: string) {
  expect(statuses(await attack.say(bytes))).toEqual([200]);
  return Object.values(pair.pools).flatMap(({ seen }) => seen)[0]?.headers ?? {};
}

describe('a key that is whole and known', () => {
  test.each([
    `X-Api-Key: ${key}\r\n`,
    `x-api-key:${key}\r\n`,
    `X-API-KEY: \t ${key} \t \r\n`,
    `X-Api-Key:\r\n ${key}\r\n`,
    `Connection: close, X-Api-Key\r\nX-Api-Key: ${key}\r\n`,
    `X-Api-Key: ${key}\r\nX-Consumer-Id: globex\r\nX_Consumer_Id: globex\r\nx-consumer-id: root\r\n`,
    `X-Api-Key: ${key}\r\nX_Api_Key: ${other}\r\nX-Api_Key: ${other}\r\nX.Api.Key: ${other}\r\n`,
  ])('%j lets its consumer in, and goes no further', async (headers) => {
    const seen = await passed(ask(headers));
    expect(seen['x-consumer-id']).toBe('acme');
    expect(JSON.stringify(seen)).not.toMatch(/Kq7|Zx9|api.key|globex|root/i);
  });
});

describe('anything else is 401', () => {
  test.each([
    ['none', ''],
    ['an empty one', 'X-Api-Key:\r\n'],
    ['spaces', 'X-Api-Key:  \t \r\n'],
    ['one in a list', `X-Api-Key: ${key},\r\n`],
    ['one after a comma', `X-Api-Key: x, ${key}\r\n`],
    ['one twice in a list', `X-Api-Key: ${key},${key}\r\n`],
    ['one twice', `X-Api-Key: ${key}\r\nX-Api-Key: ${key}\r\n`],
    ['two that differ', `X-Api-Key: ${key}\r\nX-Api-Key: ${other}\r\n`],
    ['one and an empty one', `X-Api-Key: ${key}\r\nx-api-key:\r\n`],
    ['an empty one before', `X-Api-Key:\r\nX-API-KEY: ${key}\r\n`],
    ['one in quotes', `X-Api-Key: "${key}"\r\n`],
    ['one after a word', `X-Api-Key: ApiKey ${key}\r\n`],
    ['a part of one', `X-Api-Key: ${key.slice(0, -1)}\r\n`],
    ['the end of one', `X-Api-Key: ${key.slice(1)}\r\n`],
    ['one with a tail', `X-Api-Key: ${key}0\r\n`],
    ['one in upper case', `X-Api-Key: ${key.toUpperCase()}\r\n`],
    ['one in lower case', `X-Api-Key: ${key.toLowerCase()}\r\n`],
    ['one that is encoded', `X-Api-Key: %4bq7-acme.0123456789abcdef\r\n`],
    ['one in base64', `X-Api-Key: ${Buffer.from(key).toString('base64')}\r\n`],
    ['its hash', `X-Api-Key: ${sha256(key)}\r\n`],
    ['its hash in upper case', `X-Api-Key: ${sha256(key).toUpperCase()}\r\n`],
    ['a line of the map', `X-Api-Key: ${sha256(key)} acme\r\n`],
    ['a hash sign', 'X-Api-Key: #\r\n'],
    ['the map of another kind', 'X-Api-Key: acme all\r\n'],
    ['the name of the consumer', 'X-Api-Key: acme\r\n'],
    ['a revoked one', `X-Api-Key: ${revoked}\r\n`],
    ['a wildcard', 'X-Api-Key: *\r\n'],
    ['a format of HAProxy', 'X-Api-Key: %[var(txn.consumer)]\r\n'],
    ['another alphabet', `X-Api-Key: ${key.replace('a', '\xd0\xb0')}\r\n`],
    ['an accent', `X-Api-Key: ${key}\xcc\x81\r\n`],
    ['one of 8 KB', `X-Api-Key: ${key}${'x'.repeat(8000)}\r\n`],
    ['many that are wrong', 'X-Api-Key: x\r\n'.repeat(50)],
    ['one in a header with an underscore', `X_Api_Key: ${key}\r\n`],
    ['one in a header with a dot', `X.Api.Key: ${key}\r\n`],
    ['one in a header of another name', `Api-Key: ${key}\r\nX-Key: ${key}\r\nApiKey: ${key}\r\n`],
    ['one in the header of another API', `X-Report-Key: ${key}\r\n`],
    ['one in Authorization', `Authorization: ApiKey ${key}\r\n`],
    ['one as a bearer', `Authorization: Bearer ${key}\r\n`],
    ['one as a password', `Authorization: Basic ${Buffer.from(`acme:${key}`).toString('base64')}\r\n`],
    ['one in a cookie', `Cookie: x-api-key=${key}; X-Api-Key=${key}\r\n`],
    ['one folded into another header', `X-A: b\r\n X-Api-Key: ${key}\r\n`],
    [
      'who it says that it is',
      'X-Consumer-Id: acme\r\nX-Gateway-Consumer: acme\r\nX-Forwarded-User: acme\r\n',
    ],
    ['none, listed in Connection', 'Connection: X-Api-Key\r\n'],
  ])('%s', async (_, headers) => {
    const reply = await attack.refused(ask(headers), [401]);
    expect(reply.headers['www-authenticate']).toMatch(/^ApiKey realm="api"/);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.body).not.toContain(key.slice(4));
  });

  test.each([
    ['query', `/orders?x-api-key=${key}&api_key=${key}`],
    ['path', `/orders/${key}`],
  ])('one in the %s', async (_, target) => {
    await attack.refused(ask('', target), [401]);
  });

  test('one after the last chunk', async () => {
    const head =
      'POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Api-Key\r\n\r\n';
    await attack.refused(`${head}3\r\nabc\r\n0\r\nX-Api-Key: ${key}\r\n\r\n`, [401]);
  });

  test.each(['GET', 'HEAD', 'POST', 'OPTIONS', 'PROPFIND'])('none, by %s', async (method) => {
    const [reply] = await attack.say(`${method} /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`);
    expect(reply?.status).toBe(401);
    expect(attack.arrived()).toEqual([]);
  });

  test('none, in what comes after a request with one', async () => {
    const bytes = ask(`X-Api-Key: ${key}\r\n`) + ask('Connection: close\r\n');
    expect(statuses(await attack.say(bytes, { open: true }))).toEqual([200, 401]);
    expect(attack.arrived()).toEqual(['orders: GET /orders']);
  });

  test('none, for what another caller was given from the cache', async () => {
    for (const member of [0, 1]) {
      const reply = await pair.call(member, '/cached', { headers: { 'X-Api-Key': key } });
      expect([reply.status, reply.headers['x-cache']]).toEqual([200, member === 0 ? 'MISS' : 'HIT']);
      expect((await pair.call(member, '/cached')).status).toBe(401);
      expect((await pair.call(member, '/cached', { headers: { 'X-Api-Key': 'acme' } })).status).toBe(401);
    }
    expect(pair.pool('cached').seen).toHaveLength(1);
  });
});

describe('what is no header is 400', () => {
  test.each([
    ['CR', `X-Api-Key: ${key}\rX: y\r\n`],
    ['NUL', `X-Api-Key: ${key}\x00\r\n`],
    ['NUL before', `X-Api-Key: \x00${key}\r\n`],
    ['a vertical tab', `X-Api-Key: ${key}\x0b\r\n`],
    ['a space before the colon', `X-Api-Key : ${key}\r\n`],
  ])('a key with %s', async (_, headers) => void (await attack.refused(ask(headers), [400])));
});

describe('what the consumer may not call is 403', () => {
  test.each([
    ['no API at all', 'No1-nothing.44556677', '/orders'],
    ['not this one', 'No1-orders-only.00112233', '/cached'],
    ['not in the environment file', 'No1-gone.8899aabb', '/orders'],
  ])('%s', async (_, ofConsumer, target) => {
    await attack.refused(ask(`X-Api-Key: ${ofConsumer}\r\n`, target), [403]);
    await attack.refused(ask(`X-Api-Key: ${ofConsumer}\r\nX-Consumer-Id: acme\r\n`, target), [403]);
    await attack.refused(ask(`X-Api-Key: ${ofConsumer}\r\nX-Gateway-Api: open\r\n`, target), [403]);
  });

  test('the header of another API does not count', async () => {
    await attack.refused(ask(`X-Api-Key: ${key}\r\n`, '/reports'), [401]);
    const seen = await passed(ask(`X-Report-Key: ${key}\r\n`, '/reports'));
    expect(seen).toMatchObject({ 'x-consumer-id': 'acme' });
    expect(seen).not.toHaveProperty('x-report-key');
  });
});

describe('a route that needs a key, of an API that needs none', () => {
  test.each([
    ...[
      '/routed/admin',
      '/routed/admin/',
      '/routed/ADMIN',
      '/routed/Admin/',
      '/routed/admin?x=1',
      '/routed/admin?',
    ],
    ...['http://a/routed/admin', 'http://a:80/routed/admin/'],
  ])('%s is 401', async (target) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PROPFIND', 'OPTIONS']) {
      const [reply] = await attack.say(
        `${method} ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`,
      );
      expect(reply?.status).toBe(401);
    }
    expect(attack.arrived()).toEqual([]);
  });

  test.each([
    ...[
      '/routed/%61dmin',
      '/routed/adm%69n',
      '/routed/%41DMIN',
      '/routed/%2561dmin',
      '/routed%2fadmin',
      '/routed//admin',
    ],
    ...[
      '/routed/./admin',
      '/routed/x/../admin',
      '/routed/admin/.',
      '/routed/admin//',
      '/routed/admin;x',
      '/routed/admin%00',
    ],
    ...[
      '/routed/admin%2f',
      '/routed\\admin',
      '/routed/admin%3bx',
      '/routed/x/%2e%2e/admin',
      '/routed/admin%0a',
    ],
  ])('%s is 400', async (target) => void (await attack.refused(ask('', target))));

  test('its method has no other spelling', async () => {
    const by = (method: string, headers = '') =>
      `${method} /routed/users/1 HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
    await attack.refused(by('DELETE'), [401]);
    await attack.refused(by('delete'), [400]);
    await attack.refused(by('Delete'), [400]);
    const seen = await passed(by('GET', 'X-HTTP-Method-Override: DELETE\r\nX-Method-Override: DELETE\r\n'));
    expect(JSON.stringify(seen)).not.toContain('DELETE');
  });
});

// Its header may be one of its own: see docs/security.md.
test('an API that is public gets the header as it was sent', async () => {
  expect(await passed(ask(`X-Api-Key: ${other}\r\n`, '/open'))).toMatchObject({ 'x-api-key': other });
});

// The last test: it reads all that the others have left behind.
test('no key is in the log of a member', async () => {
  const id = 'the-last-request';
  await attack.say(ask(`X-Request-Id: ${id}\r\n`, `/orders?key=${key}`));
  await pair.member(0).logged(id);
  const text = JSON.stringify(pair.members.map(({ log, errors }) => [log, errors]));
  // In the path of a request it is what the caller made it: that one was asked for above, once.
  expect(text.split(key)).toHaveLength(2);
  for (const one of [...Object.keys(keys).slice(1), revoked, sha256(key)]) expect(text).not.toContain(one);
});
