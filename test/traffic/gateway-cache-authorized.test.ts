/** Proves that what was authorized is kept only as the policy says, and given only to whom it says. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Call } from './support/client';
import { Issuer, issuerKey, type Json, jwkOf, nowSeconds, signed } from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { until } from './support/until';

const login = new Issuer('https://login.test', '127.30.71.250');
const key = issuerKey('rsa-1');

let pair: Pair;
beforeAll(async () => {
  login.keys = [jwkOf(key)];
  await login.start();
  const jwt = { issuer: login.name, jwksUrl: login.jwksUrl, audience: ['shop'] };
  const api = (authentication: unknown, varyBy = {}) => ({
    policies: { authentication, cache: { ttlSeconds: 60, varyBy } },
  });
  pair = await Pair.start({
    net: 71,
    shift: 100,
    keys: { 'acme-key': 'acme' },
    model: gatewayModel(
      {
        open: api('public'),
        named: api('public', { headers: ['authorization'] }),
        hidden: api({ jwt }),
        shared: api({ jwt }, { consumer: false }),
        forwarded: api({ jwt: { ...jwt, forward: true } }),
        scoped: api({ apiKey: {}, jwt: { ...jwt, forward: true } }, { scope: true }),
        'only-scope': api({ jwt }, { scope: true, consumer: false }),
      },
      { keys: { refreshSeconds: 1, keepHours: 1 } },
    ),
  });
}, 30_000);
afterAll(async () => {
  await pair?.stop();
  await login.stop();
});
beforeEach(() => {
  for (const pool of Object.values(pair.pools)) pool.seen.length = 0;
});

const token = (more: Json = {}) =>
  signed(key, { iss: login.name, sub: 'ann', aud: 'shop', exp: nowSeconds() + 60, ...more });
const bearer = (text: string): Call => ({ headers: { Authorization: `Bearer ${text}` } });
const as = (more: Json = {}) => bearer(token(more));

let number = 0;
const fresh = (api: string) => `/${api}/${++number}`;
const outcomes = async (path: string, first?: Call, second: Call | undefined = first) => [
  (await pair.call(0, path, first)).headers['x-cache'],
  (await pair.call(1, path, second)).headers['x-cache'],
];
const authorizations = (api: string) => pair.pool(api).seen.map(({ headers }) => headers.authorization);

test('an Authorization that is for the API passes the cache by', async () => {
  const path = fresh('open');
  expect(await outcomes(path, bearer('ann'))).toEqual(['BYPASS', 'BYPASS']);
  expect(await outcomes(path)).toEqual(['MISS', 'HIT']);
  expect(await outcomes(path, bearer('ann'))).toEqual(['BYPASS', 'BYPASS']);
  expect(await outcomes(fresh('forwarded'), as())).toEqual(['BYPASS', 'BYPASS']);
});

describe('an Authorization that the policy names', () => {
  test('has answers of its own, and reaches the API', async () => {
    const path = fresh('named');
    expect(await outcomes(path, bearer('ann'))).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, bearer('bob'))).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path)).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, bearer('ann'))).toEqual(['HIT', 'HIT']);
    expect(authorizations('named')).toEqual(['Bearer ann', 'Bearer bob', undefined]);
    const names = pair.pool('named').seen.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => name.startsWith('x-gateway'))).toEqual([]);
  });

  test('passes by when there are two', async () => {
    const twice = { headers: { Authorization: ['Bearer ann', 'Bearer bob'] } };
    expect(await outcomes(fresh('named'), twice)).toEqual(['BYPASS', 'BYPASS']);
    const sent = pair.pool('named').seen[0]?.rawHeaders.filter((text) => text.startsWith('Bearer'));
    expect(sent).toEqual(['Bearer ann', 'Bearer bob']);
  });

  test('cannot be slipped in past it', async () => {
    const path = fresh('named');
    const forged = { headers: { 'X-Gateway-Authorization': 'Bearer admin' } };
    expect(await outcomes(path, forged)).toEqual(['MISS', 'HIT']);
    expect(authorizations('named')).toEqual([undefined]);
  });
});

describe('what a token proves to the gateway alone', () => {
  test('is kept for each consumer', async () => {
    const path = fresh('hidden');
    expect(await outcomes(path, as())).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, as({ sub: 'bob' }))).toEqual(['MISS', 'HIT']);
    // Another token of the same consumer.
    expect(await outcomes(path, as({ jti: '2' }))).toEqual(['HIT', 'HIT']);
    expect(authorizations('hidden')).toEqual([undefined, undefined]);
  });

  test('is shared between those who may call where the policy says so, and with no one else', async () => {
    const path = fresh('shared');
    expect(await outcomes(path, as(), as({ sub: 'bob' }))).toEqual(['MISS', 'HIT']);
    const refused: (Call | undefined)[] = [
      undefined,
      as({ exp: nowSeconds() - 600 }),
      as({ aud: 'x' }),
      bearer('x'),
    ];
    for (const call of refused) {
      const reply = await pair.call(1, path, call);
      expect([reply.status, reply.headers['x-cache']]).toEqual([401, undefined]);
    }
  });
});

describe('scopes', () => {
  test('have answers of their own, for each consumer, and the API gets the token', async () => {
    const path = fresh('scoped');
    const [read, all] = [as({ scope: 'read' }), as({ scope: 'read write' })];
    expect(await outcomes(path, read)).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, all)).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, as({ scope: 'read', sub: 'bob' }))).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, as())).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, as({ scp: 'read' }))).toEqual(['HIT', 'HIT']);
    expect(await outcomes(path, as({ scope: 'read', jti: '2' }))).toEqual(['HIT', 'HIT']);
    expect(authorizations('scoped').slice(0, 2)).toEqual([
      Object.values(read.headers ?? {})[0],
      Object.values(all.headers ?? {})[0],
    ]);
  });

  test('are shared between consumers where the policy says so', async () => {
    const path = fresh('only-scope');
    expect(await outcomes(path, as({ scope: 'read' }), as({ scope: 'read', sub: 'bob' }))).toEqual([
      'MISS',
      'HIT',
    ]);
    expect(await outcomes(path, as({ scope: 'write' }))).toEqual(['MISS', 'HIT']);
  });

  test.each<[Json, Json]>([
    [{ scope: 'read write' }, { scope: ['write', 'read'] }],
    [{ scp: ['read', 'write'] }, { scope: 'read', scp: ['write'] }],
    [{ scope: ['read'] }, { scope: 'read  read' }],
  ])('are the same however they are written: %j, %j', async (one, other) => {
    const path = fresh('only-scope');
    expect(await outcomes(path, as(one), as(other))).toEqual(['MISS', 'HIT']);
  });

  test('are those of a token that was checked, and of nothing else', async () => {
    const path = fresh('scoped');
    const keyed = (more = {}): Call => ({ headers: { 'X-Api-Key': 'acme-key', ...more } });
    expect(await outcomes(path, keyed())).toEqual(['MISS', 'HIT']);
    expect(await outcomes(path, keyed({ Authorization: 'Basic YTpi' }))).toEqual(['BYPASS', 'BYPASS']);
    expect((await pair.call(0, path, bearer('a.b.c'))).status).toBe(401);
  });
});

/** The last one: a worker is replaced. */
test('a worker that has just replaced another one, and knows of no writes yet, passes the cache by', async () => {
  const path = fresh('shared');
  expect(await outcomes(path, as())).toEqual(['MISS', 'HIT']);
  const { asked } = login;
  login.keys = [jwkOf(key), jwkOf(issuerKey('rsa-2'))];
  await until('the keys were asked for', () => login.asked > asked);
  const outcome = async (member: number) => (await pair.call(member, path, as())).headers['x-cache'];
  const replaced = async (member: number) => {
    await until('the worker is a new one', async () => (await outcome(member)) === 'BYPASS', {
      everyMs: 100,
    });
    await until('it takes part', async () => (await outcome(member)) !== 'BYPASS', { withinSeconds: 5 });
  };
  await Promise.all([replaced(0), replaced(1)]);
  expect(await outcomes(path, as())).toEqual(['HIT', 'HIT']);
}, 40_000);
