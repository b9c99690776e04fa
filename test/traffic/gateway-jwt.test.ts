/** Proves who gets in with a token, what the API is told of it, and what a refusal says. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Issuer, issuerKey, type Json, jwkOf, nowSeconds, signed } from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const apiKey = 'key-of-acme-6f1d2c';
const login = new Issuer('https://login.test/tenant', '127.30.60.2');
const other = new Issuer('https://other.test', '127.30.60.3');
const pool = new Issuer(
  'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
  '127.30.60.4',
);
const rsa = issuerKey('rsa-1');
const ec = issuerKey('ec-1', 'ES256');
const foreign = issuerKey('other-1');
const cognito = issuerKey('pool-1');

let pair: Pair;

beforeAll(async () => {
  login.keys = [jwkOf(rsa), jwkOf(ec)];
  other.keys = [jwkOf(foreign)];
  pool.keys = [jwkOf(cognito)];
  await Promise.all([login.start(), other.start(), pool.start()]);
  const jwt = { issuer: login.name, jwksUrl: login.jwksUrl, audience: ['orders', 'shop'] };
  const model = gatewayModel({
    orders: { policies: { authentication: { jwt } } },
    either: {
      policies: {
        authentication: { apiKey: {}, jwt: { ...jwt, algorithms: ['RS256', 'ES256'], leewaySeconds: 5 } },
        rateLimit: { requests: 3, perSeconds: 60 },
        cache: { ttlSeconds: 60 },
      },
    },
    elsewhere: {
      policies: {
        authentication: {
          jwt: {
            issuer: other.name,
            jwksUrl: other.jwksUrl,
            clientIds: ['app-1'],
            forward: true,
            consumerClaim: 'app.id',
          },
        },
      },
    },
    pooled: {
      policies: { authentication: { jwt: { userPool: true } } },
      routes: { open: { paths: ['/pooled/open'], policies: { authentication: 'public' } } },
    },
  });
  pair = await Pair.start({
    net: 60,
    model,
    keys: { [apiKey]: 'acme' },
    engineValues: { 'user-pool-issuer': pool.name },
    environment: { AWS_ENDPOINT_URL: 'http://127.30.60.4:8090' },
  });
}, 30_000);

afterAll(async () => {
  await pair?.stop();
  await Promise.all([login.stop(), other.stop(), pool.stop()]);
});

beforeEach(() => {
  for (const one of Object.values(pair.pools)) one.seen.length = 0;
});

const claims = (more: Json = {}): Json => ({
  iss: login.name,
  sub: 'user-7',
  aud: 'orders',
  exp: nowSeconds() + 60,
  ...more,
});
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const challenges = (reply: { headers: { 'www-authenticate'?: string } }) => reply.headers['www-authenticate'];

describe('a token of the issuer', () => {
  test('gets in on both members; the API is told who, and does not get the token', async () => {
    for (const member of [0, 1]) {
      const reply = await pair.call(member, '/orders/1', bearer(signed(rsa, claims())));
      expect([reply.status, reply.body]).toEqual([200, expect.stringContaining('orders')]);
    }
    const { seen } = pair.pool('orders');
    expect(seen.map(({ headers }) => headers['x-consumer-id'])).toEqual([
      'jwt:bcaee825:user-7',
      'jwt:bcaee825:user-7',
    ]);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test.each<[string, Json]>([
    ['another audience of the list', { aud: 'shop' }],
    ['a list of audiences, of which the first counts', { aud: ['orders', 'x'] }],
    ['a list of audiences, of which the eighth counts', { aud: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'shop'] }],
    ['an end within the leeway', { exp: nowSeconds() - 10 }],
    ['a beginning within the leeway', { nbf: nowSeconds() + 20, iat: nowSeconds() + 20 }],
    ['a beginning in the past', { nbf: nowSeconds() - 100, iat: nowSeconds() - 100 }],
    ['an end that is not whole', { exp: nowSeconds() + 60.5 }],
  ])('%s', async (_, more) => {
    expect((await pair.call(0, '/orders', bearer(signed(rsa, claims(more))))).status).toBe(200);
  });

  test('the name of the scheme is in either case', async () => {
    const headers = { authorization: `bEARER ${signed(rsa, claims())}` };
    expect((await pair.call(0, '/orders', { headers })).status).toBe(200);
  });

  test('the other signature only where it is taken', async () => {
    const token = signed(ec, claims());
    expect((await pair.call(0, '/either', bearer(token))).status).toBe(200);
    expect((await pair.call(0, '/orders', bearer(token))).status).toBe(401);
  });

  test('is forwarded where that is said, with a claim inside another as the consumer', async () => {
    const token = signed(foreign, {
      ...claims({ iss: other.name, client_id: 'app-1', app: { id: 'app@clients' } }),
    });
    expect((await pair.call(0, '/elsewhere', bearer(token))).status).toBe(200);
    const [seen] = pair.pool('elsewhere').seen;
    expect(seen?.headers.authorization).toBe(`Bearer ${token}`);
    expect(seen?.headers['x-consumer-id']).toBe('jwt:dd94d8fd:app@clients');
  });
});

describe('the own user pool', () => {
  const access = (more: Json = {}) =>
    signed(cognito, {
      iss: pool.name,
      sub: 'x',
      client_id: '3n4b5urk1ft4fl3mg5e62d9ado',
      token_use: 'access',
      exp: nowSeconds() + 60,
      ...more,
    });

  test('an access token gets in, and its client is the consumer', async () => {
    expect((await pair.call(0, '/pooled', bearer(access()))).status).toBe(200);
    expect(pair.pool('pooled').seen[0]?.headers['x-consumer-id']).toBe(
      'jwt:user-pool:3n4b5urk1ft4fl3mg5e62d9ado',
    );
  });

  test.each<[string, Json]>([
    ['an id token', { token_use: 'id' }],
    ['a token without use', { token_use: undefined }],
    ['another pool', { iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other' }],
    ['no issuer', { iss: undefined }],
  ])('%s is refused', async (_, more) => {
    expect((await pair.call(0, '/pooled', bearer(access(more)))).status).toBe(401);
    expect(pair.pool('pooled').seen).toEqual([]);
  });

  test('a public route of the API needs no token', async () => {
    expect((await pair.call(0, '/pooled/open')).status).toBe(200);
    expect((await pair.call(0, '/pooled/close')).status).toBe(401);
  });
});

describe('what a refusal says', () => {
  test('nothing about an error when no token was sent', async () => {
    const reply = await pair.call(0, '/orders');
    expect([reply.status, challenges(reply)]).toEqual([401, 'Bearer realm="api"']);
    expect(JSON.parse(reply.body)).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'A token is needed.',
    });
    const basic = await pair.call(0, '/orders', { headers: { Authorization: 'Basic YTpi' } });
    expect([basic.status, challenges(basic)]).toEqual([401, 'Bearer realm="api"']);
  });

  test('that the token is not valid, and in the log why', async () => {
    const headers = {
      Authorization: `Bearer ${signed(rsa, claims({ exp: 1 }))}`,
      'X-Request-Id': 'expired-token-1',
    };
    const reply = await pair.call(0, '/orders', { headers });
    expect([reply.status, challenges(reply)]).toEqual([401, 'Bearer realm="api", error="invalid_token"']);
    expect(await pair.member(0).logged('expired-token-1')).toMatchObject({
      deny: 'expired-token',
      consumer: '-',
    });
  });
});

describe('an API with both methods', () => {
  test('asks for either when nothing was sent', async () => {
    const reply = await pair.call(0, '/either');
    expect([reply.status, challenges(reply)]).toEqual([
      401,
      'ApiKey realm="api", header="x-api-key", Bearer realm="api"',
    ]);
  });

  test('takes either, and neither is taken for the other', async () => {
    const key = await pair.call(0, '/either', { headers: { 'X-Api-Key': apiKey } });
    const token = await pair.call(0, '/either', bearer(signed(rsa, claims({ sub: 'acme' }))));
    expect([key.status, token.status]).toEqual([200, 200]);
    const consumers = pair.pool('either').seen.map(({ headers }) => headers['x-consumer-id']);
    expect(consumers).toEqual(['acme', 'jwt:bcaee825:acme']);
  });

  test('refuses both at once', async () => {
    const headers = { 'X-Api-Key': apiKey, Authorization: `Bearer ${signed(rsa, claims())}` };
    const reply = await pair.call(0, '/either', { headers });
    expect([reply.status, challenges(reply)]).toEqual([400, 'Bearer realm="api", error="invalid_request"']);
    expect(pair.pool('either').seen).toEqual([]);
  });

  test('a wrong token is not saved by being an API with keys', async () => {
    const token = signed(foreign, claims());
    expect((await pair.call(0, '/either', bearer(token))).status).toBe(401);
  });
});

test('consumers by token have answers and limits of their own, over both members', async () => {
  const ask = async (member: number, sub: string) => {
    const { status, headers } = await pair.call(member, '/either/kept', bearer(signed(rsa, claims({ sub }))));
    return [status, headers['x-cache']];
  };
  expect(await ask(0, 'one')).toEqual([200, 'MISS']);
  expect(await ask(1, 'one')).toEqual([200, 'HIT']);
  expect(await ask(0, 'two')).toEqual([200, 'MISS']);
  expect(await ask(0, 'one')).toEqual([200, 'HIT']);
  expect((await ask(1, 'one'))[0]).toBe(429);
  expect(await ask(1, 'two')).toEqual([200, 'HIT']);
  expect(pair.pool('either').seen).toHaveLength(2);
});
