/** Proves what may be written of a cache, and what is refused before any cloud call. */
import { describe, expect, test } from '@jest/globals';
import { policies } from '../../constructs/gateway';
import { haproxy } from '../../constructs/gateway/haproxy';
import { type Problem, Problems } from '../../constructs/problems';
import { type ApiInput, gatewayModel } from '../traffic/support/model';

function problemsOf(api: ApiInput): readonly Problem[] {
  const model = gatewayModel({ shop: api });
  try {
    for (const member of model.members) haproxy.render(model, member);
    return [];
  } catch (error) {
    if (error instanceof Problems) return error.problems;
    throw error;
  }
}

const jwt = { issuer: 'https://login.test', audience: ['shop'] };
const cache = (rest: object = {}) => ({ cache: { ttlSeconds: 60, ...rest } });

test('the time is all that has to be said', () => {
  expect(policies.parse(cache()).cache).toEqual({
    ttlSeconds: 60,
    freshness: 'override',
    statuses: [200],
    varyBy: { headers: [], consumer: true, scope: false },
    cookies: 'bypass',
    invalidation: 'path',
    generation: 1,
  });
});

test.each([
  { ttlSeconds: 0 },
  { ttlSeconds: 86_401 },
  { ttlSeconds: 1.5 },
  { defaultTtlSeconds: 0, freshness: 'respect' },
  { freshness: 'ignore' },
  { invalidation: true },
  { generation: 0 },
  { cookies: 'keep' },
  { statuses: [] },
  { statuses: [200, 200] },
  { statuses: ['404'] },
  ...[100, 199, 206, 304, 428, 429, 431, 511, 600, 404.5].map((status) => ({ statuses: [200, status] })),
  { varyBy: { headers: ['Accept'] } },
  { varyBy: { headers: ['x-consumer-id'] } },
  { varyBy: { headers: ['a', 'b', 'c', 'd', 'e'] } },
  { varyBy: { query: ['a b'] } },
  { varyBy: { scope: 'read' } },
  { varyBy: { scopes: true } },
])('%j is not taken', (rest) => {
  expect(policies.safeParse(cache(rest)).success).toBe(false);
});

describe('a default', () => {
  test('is for answers that the API says nothing of', () => {
    expect(problemsOf({ policies: cache({ defaultTtlSeconds: 30 }) })).toEqual([
      {
        code: 'CACHE_DEFAULT_TTL',
        path: ['apis', 'shop', 'policies', 'cache', 'defaultTtlSeconds'],
        message: 'Every answer is kept for ttlSeconds here, so there is no default.',
        given: 'defaultTtlSeconds: 30 with freshness: override',
        fix: 'Leave it out, or set freshness to respect.',
      },
    ]);
  });

  test('is not above the longest time', () => {
    const list = (policies: object) => ({ routes: { list: { methods: ['GET'], policies } } });
    const respect = { freshness: 'respect', defaultTtlSeconds: 61 };
    expect(problemsOf(list(cache(respect)))).toMatchObject([
      {
        code: 'CACHE_DEFAULT_TTL',
        path: ['apis', 'shop', 'routes', 'list', 'policies', 'cache', 'defaultTtlSeconds'],
        given: '61',
        allowed: 'up to 60',
      },
    ]);
    expect(problemsOf(list(cache({ ...respect, defaultTtlSeconds: 60 })))).toEqual([]);
  });
});

describe('callers cannot be told apart by', () => {
  const varyBy = (headers: string[]) => cache({ varyBy: { headers } });

  test.each([
    ['x-api-key', { apiKey: {} }],
    ['authorization', { jwt }],
    ['authorization', { apiKey: { header: 'authorization' } }],
  ])('%s, which is taken away', (header, authentication) => {
    expect(problemsOf({ policies: { authentication, ...varyBy(['accept', header]) } })).toEqual([
      {
        code: 'CACHE_VARY_REMOVED',
        path: ['apis', 'shop', 'policies', 'cache', 'varyBy', 'headers', 1],
        message: 'The gateway takes this header away when it has found out who calls.',
        given: header,
        fix: 'Use varyBy.consumer.',
      },
    ]);
  });

  test.each([
    ['x-api-key', { jwt }],
    ['authorization', { apiKey: {} }],
    ['authorization', { jwt: { ...jwt, forward: true } }],
  ])('but by %s, which stays', (header, authentication) => {
    expect(problemsOf({ policies: { authentication, ...varyBy([header]) } })).toEqual([]);
  });

  test.each([['public'], [{ apiKey: {} }]])('scopes, where no token is asked for: %j', (authentication) => {
    expect(problemsOf({ policies: { authentication, ...cache({ varyBy: { scope: true } }) } })).toMatchObject(
      [{ code: 'CACHE_SCOPE_WITHOUT_TOKEN', path: ['apis', 'shop', 'policies', 'cache', 'varyBy', 'scope'] }],
    );
  });
});

describe('cookies', () => {
  test.each(['bypass', 'drop'])('that make other answers, and %s', (cookies) => {
    const found = problemsOf({ policies: cache({ cookies, varyBy: { headers: ['x-a', 'cookie'] } }) });
    expect(found).toEqual(
      cookies === 'bypass'
        ? []
        : [
            {
              code: 'CACHE_COOKIES',
              path: ['apis', 'shop', 'policies', 'cache', 'cookies'],
              message: 'Cookies that the API does not get make no other answer.',
              given: 'drop, with cookie among varyBy.headers',
              fix: 'Take one of them away.',
            },
          ],
    );
  });
});

describe('what the key does not hold', () => {
  const withValue = (value: string, rest: object) => ({
    authentication: { apiKey: {} },
    transformation: { request: { setHeaders: { 'x-who': value }, setQuery: { who: value } } },
    ...rest,
  });
  const ours = { varyBy: { consumer: false } };
  const at = ['apis', 'shop', 'policies', 'transformation', 'request'];

  test.each<[string, string, object]>([
    ['the address', 'a {clientAddress}', {}],
    ['the address, with a key for each consumer', '{consumer} {clientAddress}', {}],
    ['the consumer', '{consumer}', ours],
  ])('%s is told to no API whose answers are kept', (_, value, rest) => {
    const problem = { code: 'TRANSFORMATION_BEYOND_KEY', given: value };
    expect(problemsOf({ policies: withValue(value, cache(rest)) })).toMatchObject([
      { ...problem, path: [...at, 'setHeaders', 'x-who'] },
      { ...problem, path: [...at, 'setQuery', 'who'] },
    ]);
  });

  test.each<[string, string, object]>([
    ['without a cache', '{clientAddress} {consumer}', {}],
    ['the consumer, whose answers are its own', '{consumer}', cache()],
    ['names of the request, the API and the route', '{requestId} {api} {route}', cache(ours)],
  ])('%s may be told', (_, value, rest) => {
    expect(problemsOf({ policies: withValue(value, rest) })).toEqual([]);
  });

  test('a route of its own counts by itself, also where it says the same', () => {
    const routes = { one: { paths: ['/one'], policies: cache() } };
    expect(
      problemsOf({ policies: withValue('{clientAddress}', {}), routes }).map(({ path }) => path),
    ).toEqual([
      ['apis', 'shop', 'routes', 'one', 'policies', 'transformation', 'request', 'setHeaders', 'x-who'],
      ['apis', 'shop', 'routes', 'one', 'policies', 'transformation', 'request', 'setQuery', 'who'],
    ]);
  });
});

describe('three windows of a limit', () => {
  const window = (perSeconds: number) => ({ requests: 10, perSeconds });
  const three = { rateLimit: { windows: [window(1), window(60), window(3600)], by: 'api' } };
  const two = { rateLimit: { windows: [window(1), window(60)], by: 'api' } };

  test('leave no room for what a write makes the cache forget', () => {
    expect(problemsOf({ policies: { ...cache(), ...three } })).toEqual([
      {
        code: 'CACHE_AND_THREE_WINDOWS',
        path: ['apis', 'shop', 'policies', 'rateLimit'],
        message:
          'HAProxy notes three things about a request: three windows leave no room for what a write makes the cache forget.',
        given: 'three windows, and a cache whose invalidation is not none',
        allowed: 'two windows',
        fix: 'Limit by two windows, or set cache.invalidation to none.',
      },
    ]);
  });

  test('nor in a route of its own', () => {
    const route = (methods: string[]): ApiInput => ({
      policies: { ...cache(), ...two },
      routes: { one: { methods, policies: { cache: 'none', ...three } } },
    });
    expect(problemsOf(route(['GET', 'POST'])).map(({ path }) => path)).toEqual([
      ['apis', 'shop', 'routes', 'one', 'policies', 'rateLimit'],
    ]);
    expect(problemsOf(route(['GET']))).toEqual([]);
  });

  test('are fine where nothing is forgotten, or nothing kept', () => {
    expect(problemsOf({ policies: { ...cache({ invalidation: 'none' }), ...three } })).toEqual([]);
    expect(problemsOf({ policies: { ...cache(), ...two } })).toEqual([]);
    expect(problemsOf({ policies: three })).toEqual([]);
  });
});
