/** Proves that what is wrong with a policy is found before any program is asked, all at once, each once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { haproxy } from '../../constructs/gateway/haproxy';
import { judged } from '../../constructs/gateway/plane';
import { Problems } from '../../constructs/problems';
import { type ApiInput, gatewayModel } from '../traffic/support/model';

/** It can carry out everything, and is never asked to render what is wrong. */
const able = judged({
  ...haproxy,
  limits: () => [],
  render: () => {
    throw new Error('rendered');
  },
});

const problemsOf = (api: ApiInput) =>
  able.problems(gatewayModel({ orders: api })).map(({ code, path }) => `${code} ${path.slice(2).join('.')}`);

const apiKey = { apiKey: {} };
const jwt = { issuer: 'https://a.test', audience: ['orders'] };
const route = (policies: object, more: object = {}) => ({ ...more, policies });

test('a program that can do everything refuses these all the same, and is not asked to render them', () => {
  const model = gatewayModel({ orders: { policies: { cors: { origins: 'any', credentials: true } } } });
  const [member] = model.members;
  if (!member) throw new Error('No member');
  expect(() => able.render(model, member)).toThrow(Problems);
  expect(() => able.render(gatewayModel({ orders: {} }), member)).toThrow('rendered');
});

test.each<[string, ApiInput]>([
  ['AUTHENTICATION_EMPTY policies.authentication', { policies: { authentication: {} } }],
  [
    'JWT_AUDIENCE policies.authentication.jwt',
    { policies: { authentication: { jwt: { issuer: 'https://a.test' } } } },
  ],
  ['AUTHORIZATION_PUBLIC policies.authorization', { policies: { authorization: { scopes: ['read'] } } }],
  [
    'AUTHORIZATION_WITHOUT_TOKEN policies.authorization.anyScope',
    { policies: { authentication: apiKey, authorization: { anyScope: ['read'] } } },
  ],
  [
    'LIMIT_WITHOUT_CONSUMER policies.rateLimit.by',
    { policies: { rateLimit: { requests: 1, perSeconds: 1 } } },
  ],
  [
    'CACHE_DEFAULT_TTL policies.cache.defaultTtlSeconds',
    { policies: { cache: { ttlSeconds: 9, defaultTtlSeconds: 5 } } },
  ],
  [
    'CACHE_DEFAULT_TTL policies.cache.defaultTtlSeconds',
    { policies: { cache: { ttlSeconds: 9, freshness: 'respect', defaultTtlSeconds: 10 } } },
  ],
  [
    'CACHE_SCOPE_WITHOUT_TOKEN policies.cache.varyBy.scope',
    { policies: { cache: { ttlSeconds: 9, varyBy: { scope: true } } } },
  ],
  [
    'CACHE_COOKIES policies.cache.cookies',
    { policies: { cache: { ttlSeconds: 9, cookies: 'drop', varyBy: { headers: ['cookie'] } } } },
  ],
  [
    'CACHE_VARY_REMOVED policies.cache.varyBy.headers.1',
    {
      policies: {
        authentication: apiKey,
        cache: { ttlSeconds: 9, varyBy: { headers: ['accept', 'x-api-key'] } },
      },
    },
  ],
  [
    'COMPRESSION_VARY policies.cache.varyBy.headers',
    { policies: { compression: true, cache: { ttlSeconds: 9, varyBy: { headers: ['accept-encoding'] } } } },
  ],
  [
    'CORS_ANY_CREDENTIALS policies.cors.credentials',
    { policies: { cors: { origins: 'any', credentials: true } } },
  ],
  [
    'HSTS_PRELOAD policies.securityHeaders.hsts.preload',
    { policies: { securityHeaders: { hsts: { preload: true } } } },
  ],
  [
    'TRANSFORMATION_TWICE policies.transformation.response',
    { policies: { transformation: { response: { setHeaders: { 'x-a': '1' }, removeHeaders: ['x-a'] } } } },
  ],
  [
    'TRANSFORMATION_WITHOUT_CONSUMER policies.transformation.request.setQuery.q',
    { policies: { transformation: { request: { setQuery: { q: '{consumer}' } } } } },
  ],
  [
    'TRANSFORMATION_BEYOND_KEY policies.transformation.request.setHeaders.x-a',
    {
      policies: {
        cache: { ttlSeconds: 9 },
        transformation: { request: { setHeaders: { 'x-a': '{clientAddress}' } } },
      },
    },
  ],
  [
    'TRANSFORMATION_REWRITE policies.transformation.path.rewrite',
    { policies: { transformation: { path: { rewrite: '/a' } } } },
  ],
  [
    'TRANSFORMATION_REWRITE routes.one.policies.transformation.path.rewrite',
    {
      routes: {
        one: route({ transformation: { path: { rewrite: '/a/{nr}' } } }, { paths: ['/orders/{id}'] }),
      },
    },
  ],
  [
    'VALIDATION_PATH_PARAMETER policies.validation.pathParameters.id',
    {
      policies: { validation: { pathParameters: { id: {} } } },
      routes: { one: route({}, { paths: ['/a'] }) },
    },
  ],
  [
    'VALIDATION_HEADER policies.validation.requiredHeaders.x-api-key',
    { policies: { authentication: apiKey, validation: { requiredHeaders: { 'x-api-key': {} } } } },
  ],
  [
    'VALIDATION_METHODS policies.validation.methods',
    {
      policies: { validation: { methods: ['GET'] } },
      routes: { one: route({}, { methods: ['HEAD', 'PUT'] }) },
    },
  ],
  [
    'VALIDATION_LENGTH policies.validation.requireLength',
    { policies: { validation: { maxBodyBytes: 9, requireLength: false } } },
  ],
  [
    'VALIDATION_JSON_SIZE policies.validation.maxBodyBytes',
    { policies: { validation: { maxBodyBytes: 12_289, requiredJsonFields: ['id'] } } },
  ],
  [
    'VALIDATION_JSON_TYPE policies.validation.contentTypes',
    { policies: { validation: { contentTypes: ['text/plain'], body: { schema: {} } } } },
  ],
  [
    'VALIDATION_QUERY_NAMES policies.validation.query.parameters.A',
    { policies: { validation: { query: { parameters: { a: {}, A: {} } } } } },
  ],
  [
    'VALIDATION_RANGE policies.validation.query.parameters.a.integer.maximum',
    {
      policies: { validation: { query: { parameters: { a: { integer: { minimum: 2, maximum: 1 } } } } } },
    },
  ],
])('%s', (problem, api) => {
  expect(problemsOf(api)).toEqual([problem]);
});

/** Codes that stand in the files of a folder. */
const codesIn = (folder: string): string[] => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.ts$/.test(file),
  );
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  return [
    ...new Set(texts.flatMap((text) => [...text.matchAll(/\bcode: '(\w+)'/g)].map(([, code = '']) => code))),
  ];
};

test('HAProxy refuses only what it is that cannot do it, or its task that cannot hold it', () => {
  expect(codesIn(join(__dirname, '../../constructs/gateway/haproxy')).toSorted()).toEqual([
    'CACHE_AND_THREE_WINDOWS',
    'COMPRESSION_TYPES',
    'CONSUMER_KEY',
    'DRAIN_TOO_LONG',
    'GATEWAY_TEXT',
    'GATEWAY_TOO_LARGE',
    // Of paths with more placeholders than a regular expression has references.
    'TRANSFORMATION_REWRITE',
  ]);
});

describe('each once', () => {
  const wrong = { origins: 'any', credentials: true };

  test('all of one API at once, in the order of the policies', () => {
    const policies = {
      cors: wrong,
      cache: {
        ttlSeconds: 9,
        defaultTtlSeconds: 5,
        cookies: 'drop',
        varyBy: { scope: true, headers: ['cookie'] },
      },
      authorization: { scopes: ['read'] },
    };
    expect(problemsOf({ policies })).toEqual([
      'AUTHORIZATION_PUBLIC policies.authorization',
      'CACHE_DEFAULT_TTL policies.cache.defaultTtlSeconds',
      'CACHE_SCOPE_WITHOUT_TOKEN policies.cache.varyBy.scope',
      'CACHE_COOKIES policies.cache.cookies',
      'CORS_ANY_CREDENTIALS policies.cors.credentials',
    ]);
  });

  test('not of the routes that have it from the API, but of each place that says it itself', () => {
    const routes = {
      heir: route({}, { methods: ['GET'] }),
      same: route({ cors: wrong }, { methods: ['PUT'] }),
      right: route({ cors: 'none' }, { methods: ['POST'] }),
    };
    expect(problemsOf({ policies: { cors: wrong }, routes })).toEqual([
      'CORS_ANY_CREDENTIALS policies.cors.credentials',
      'CORS_ANY_CREDENTIALS routes.same.policies.cors.credentials',
    ]);
  });

  test('of each route that makes wrong what is right at its API', () => {
    const routes = { one: route({ authentication: 'public' }), two: route({ authentication: 'public' }) };
    const policies = { authentication: apiKey, rateLimit: { requests: 1, perSeconds: 1 } };
    expect(problemsOf({ policies, routes })).toEqual([
      'LIMIT_WITHOUT_CONSUMER routes.one.policies.rateLimit.by',
      'LIMIT_WITHOUT_CONSUMER routes.two.policies.rateLimit.by',
    ]);
  });

  test('also of a cache that routes with an authentication of their own have from the API', () => {
    const cache = { ttlSeconds: 9, varyBy: { headers: ['x-api-key'], scope: true } };
    expect(
      problemsOf({
        policies: { authentication: { jwt }, cache },
        routes: { keyed: route({ authentication: apiKey }), open: route({ authentication: 'public' }) },
      }),
    ).toEqual([
      'CACHE_SCOPE_WITHOUT_TOKEN routes.keyed.policies.cache.varyBy.scope',
      'CACHE_SCOPE_WITHOUT_TOKEN routes.open.policies.cache.varyBy.scope',
      'CACHE_VARY_REMOVED routes.keyed.policies.cache.varyBy.headers.0',
    ]);
  });

  test("what HAProxy cannot do is told by the same rule, after all others'", () => {
    const windows = [1, 60, 3600].map((perSeconds) => ({ requests: perSeconds, perSeconds }));
    const css = { compression: { types: ['text/css'] } };
    const model = gatewayModel({
      orders: {
        policies: {
          rateLimit: { windows, by: 'api' },
          cache: { ttlSeconds: 9 },
          compression: true,
          cors: wrong,
        },
        routes: {
          heir: route({}, { methods: ['PUT'] }),
          one: route(css, { methods: ['GET'] }),
          two: route(css, { methods: ['HEAD'] }),
        },
      },
    });
    expect(haproxy.problems(model).map(({ code, path }) => `${code} ${path.slice(2).join('.')}`)).toEqual([
      'CORS_ANY_CREDENTIALS policies.cors.credentials',
      'CACHE_AND_THREE_WINDOWS policies.rateLimit',
      'COMPRESSION_TYPES routes.one.policies.compression',
      'COMPRESSION_TYPES routes.two.policies.compression',
    ]);
  });
});
