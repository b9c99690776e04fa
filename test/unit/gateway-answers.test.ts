/** Proves what is refused of the policies that change requests and answers, and what they are by default. */
import { describe, expect, test } from '@jest/globals';
import { policies, route } from '../../constructs/gateway';
import { haproxy } from '../../constructs/gateway/haproxy';
import { Problems } from '../../constructs/problems';
import { type ApiInput, gatewayModel } from '../traffic/support/model';

function problemsOf(api: ApiInput) {
  const model = gatewayModel({ orders: api });
  const [member] = model.members;
  if (!member) throw new Error('No member');
  try {
    haproxy.render(model, member);
  } catch (error) {
    if (error instanceof Problems) return error.problems;
    throw error;
  }
  return [];
}

const takes = (input: object) => policies.safeParse(input).success;
const apiKey = { authentication: { apiKey: {} } };
const places = (api: ApiInput) =>
  problemsOf(api).map(({ code, path }) => `${code} ${path.slice(2).join('.')}`);

describe('transformation', () => {
  const request = (change: object) => takes({ transformation: { request: change } });
  const response = (change: object) => takes({ transformation: { response: change } });

  test.each([
    'x-consumer-id',
    'x-gateway-key',
    'x-forwarded-for',
    'x-forwarded-proto',
    'forwarded',
    'x-real-ip',
    'x-request-id',
    'x-original-url',
    'x-http-method-override',
    'host',
    'connection',
    'upgrade',
    'te',
    'trailer',
    'expect',
    'transfer-encoding',
    'content-length',
    'proxy-authorization',
    'accept-encoding',
    'range',
    'if-none-match',
    'origin',
    'access-control-request-method',
    'via',
    'X-Upper',
    'x_a',
    'x a',
    '',
    'x:a',
  ])('%j is no request header that it changes', (name) => {
    expect(request({ setHeaders: { [name]: 'v' } })).toBe(false);
    expect(request({ removeHeaders: [name] })).toBe(false);
    expect(request({ renameHeaders: { [name]: 'x-b' } })).toBe(false);
    expect(request({ renameHeaders: { 'x-b': name } })).toBe(false);
  });

  test.each([
    'x-gateway-server',
    'x-cache',
    'x-request-id',
    'ratelimit',
    'ratelimit-policy',
    'retry-after',
    'www-authenticate',
    'access-control-allow-origin',
    'vary',
    'age',
    'via',
    'connection',
    'transfer-encoding',
    'content-length',
    'content-encoding',
    'strict-transport-security',
    'x-content-type-options',
    'content-security-policy',
  ])('%s is no response header that it changes', (name) => {
    expect(response({ setHeaders: { [name]: 'v' } })).toBe(false);
    expect(response({ removeHeaders: [name] })).toBe(false);
    expect(response({ renameHeaders: { [name]: 'x-b' } })).toBe(false);
    expect(response({ renameHeaders: { 'x-b': name } })).toBe(false);
  });

  test.each(['authorization', 'accept', 'x-tenant', 'cookie', 'if-modified', 'hostname'])(
    'but %s is',
    (name) => {
      expect(request({ setHeaders: { [name]: 'v' } })).toBe(true);
    },
  );

  test.each(['a\r\nX-Evil: 1', 'a\n', ' a', 'a ', '', 'é', '\u0000', 'a'.repeat(257)])(
    'not the value %j',
    (value) => {
      expect(request({ setHeaders: { 'x-a': value } })).toBe(false);
    },
  );

  test('nor a path with dot segments, an empty one, or two ways at once', () => {
    const path = (change: object) => takes({ transformation: { path: change } });
    for (const to of ['', '/', 'v2', '/a/../b', '/a//b', '/a b', '/a%20b', '/a?b'])
      expect([to, path({ replacePrefix: to })]).toEqual([to, false]);
    expect(path({ stripPrefix: true, replacePrefix: '/v2' })).toBe(false);
    expect(path({ stripPrefix: false })).toBe(false);
    expect(path({ rewrite: '/a/{id}b' })).toBe(false);
    expect(path({ rewrite: '/{rest+}/a' })).toBe(false);
  });

  test('a rewrite needs a route with paths, and placeholders that all of them have', () => {
    const to = (rewrite: string) => ({ transformation: { path: { rewrite } } });
    const routed = (paths: string[], rewrite: string) =>
      problemsOf({ routes: { one: { paths, policies: to(rewrite) } } }).map(({ message }) => message);
    expect(places({ policies: to('/a') })).toEqual([
      'TRANSFORMATION_REWRITE policies.transformation.path.rewrite',
    ]);
    expect(routed(['/orders/{id}', '/orders/{nr}/x'], '/items/{id}')).toEqual([
      'The path /orders/{nr}/x has no {id}.',
    ]);
    expect(routed(['/orders/{rest+}'], '/items/{rest}')).toEqual(['The path /orders/{rest+} has no {rest}.']);
    expect(routed([`/orders${'/{a}'.repeat(10)}`], '/items/{a}')).toEqual([
      'The path has too many placeholders.',
    ]);
    expect(routed(['/orders/{id}'], '/items/{id}')).toEqual([]);
  });

  test('{consumer} needs one, wherever it is written', () => {
    const transformation = {
      request: { setHeaders: { 'x-a': '{consumer}' }, setQuery: { q: 'of {consumer}' } },
      response: { setHeaders: { 'x-a': '{consumer}', 'x-b': '{api}' } },
    };
    const code = 'TRANSFORMATION_WITHOUT_CONSUMER';
    expect(places({ policies: { transformation } })).toEqual([
      `${code} policies.transformation.request.setHeaders.x-a`,
      `${code} policies.transformation.request.setQuery.q`,
      `${code} policies.transformation.response.setHeaders.x-a`,
    ]);
    expect(places({ policies: { ...apiKey, transformation } })).toEqual([]);
  });

  test('a name counts once', () => {
    const transformation = {
      request: {
        setHeaders: { 'x-a': '1' },
        removeHeaders: ['x-a', 'x-b'],
        renameHeaders: { 'x-c': 'x-d', 'x-d': 'x-e' },
        setQuery: { q: '1' },
        removeQuery: ['q'],
      },
    };
    expect(problemsOf({ policies: { transformation } }).map(({ code, given }) => [code, given])).toEqual([
      ['TRANSFORMATION_TWICE', 'x-a'],
      ['TRANSFORMATION_TWICE', 'x-d'],
      ['TRANSFORMATION_TWICE', 'q'],
    ]);
  });
});

describe('cors', () => {
  test.each([
    'https://app.example.com',
    'http://localhost:5173',
    'http://[::1]:80',
    'capacitor://localhost',
    'null',
  ])('the origin %s', (origin) => {
    expect([
      takes({ cors: { origins: [origin] } }),
      places({ policies: { cors: { origins: [origin] } } }),
    ]).toEqual([true, []]);
  });

  test.each([
    '*',
    'https://*.example.com',
    'https://App.example.com',
    'https://app.example.com/',
    'https://app.example.com/x',
    'https://app.example.com:443',
    'http://app.example.com:80',
    'app.example.com',
    'https://a b',
    'https://a.test\n',
    '',
  ])('not the origin %j', (origin) => {
    expect(takes({ cors: { origins: [origin] } })).toBe(false);
  });

  test('is closed by default: what browsers always may, no credentials', () => {
    expect(policies.parse({ cors: { origins: ['https://a.test'] } }).cors).toEqual({
      origins: ['https://a.test'],
      methods: ['GET', 'HEAD', 'POST'],
      headers: ['content-type'],
      exposeHeaders: [],
      credentials: false,
      maxAgeSeconds: 600,
    });
    expect(policies.parse({}).cors).toBeUndefined();
    expect(takes({ cors: {} })).toBe(false);
    expect(takes({ cors: { origins: [] } })).toBe(false);
  });

  test('any origin with credentials is refused', () => {
    expect(problemsOf({ policies: { cors: { origins: 'any', credentials: true } } })).toEqual([
      {
        code: 'CORS_ANY_CREDENTIALS',
        path: ['apis', 'orders', 'policies', 'cors', 'credentials'],
        message: 'Any page on the internet could read what the API answers to a user who is signed in.',
        given: 'origins any, credentials true',
        allowed: 'credentials with origins that are named',
        fix: 'Name the origins, or take `credentials` away.',
      },
    ]);
  });

  test('as many origins, methods and headers as the schema takes', () => {
    const origins = Array.from({ length: 20 }, (_, index) => `https://app-${index}.example.com`);
    const headers = Array.from({ length: 40 }, (_, index) => `x-header-${index}`);
    expect(takes({ cors: { origins, headers, exposeHeaders: headers } })).toBe(true);
    expect(takes({ cors: { origins: [...origins, 'https://one.more'] } })).toBe(false);
  });
});

describe('compression', () => {
  test('one list of types for an API', () => {
    const json = { compression: { types: ['application/json'] } };
    const routes = (own: object) => ({ one: { paths: ['/orders/one'], policies: own } });
    expect(places({ policies: json, routes: routes({ compression: true }) })).toEqual([
      'COMPRESSION_TYPES routes.one.policies.compression',
    ]);
    expect(places({ policies: json, routes: routes({ compression: 'none' }) })).toEqual([]);
    expect(places({ policies: json, routes: routes(json) })).toEqual([]);
    expect(places({ routes: routes({ compression: true }) })).toEqual([]);
  });

  test('a cache that varies by encoding contradicts it', () => {
    const cache = { ttlSeconds: 1, varyBy: { headers: ['accept-encoding'] } };
    expect(places({ policies: { compression: true, cache } })).toEqual([
      'COMPRESSION_VARY policies.cache.varyBy.headers',
    ]);
    expect(places({ policies: { cache } })).toEqual([]);
  });

  test.each([
    'text/event-stream',
    'multipart/form-data',
    'text/*',
    'text',
    'text/html; charset=utf-8',
    'Text/HTML',
  ])('not the type %s', (type) => {
    expect(takes({ compression: { types: [type] } })).toBe(false);
  });
});

describe('security headers', () => {
  test('are on by default', () => {
    expect(policies.parse({}).securityHeaders).toEqual({
      hsts: { maxAgeSeconds: 31_536_000, includeSubDomains: false, preload: false },
      contentTypeOptions: 'nosniff',
      removeServerHeaders: true,
    });
  });

  test('preload needs all names below and a year', () => {
    const hsts = (change: object) => places({ policies: { securityHeaders: { hsts: change } } });
    const problem = ['HSTS_PRELOAD policies.securityHeaders.hsts.preload'];
    expect(hsts({ preload: true })).toEqual(problem);
    expect(hsts({ preload: true, includeSubDomains: true, maxAgeSeconds: 31_535_999 })).toEqual(problem);
    expect(hsts({ preload: true, includeSubDomains: true })).toEqual([]);
  });

  test('no line of its own in a policy', () => {
    expect(takes({ securityHeaders: { contentSecurityPolicy: "default-src 'none'\r\nX-Evil: 1" } })).toBe(
      false,
    );
    expect(takes({ securityHeaders: { frameOptions: 'ALLOW' } })).toBe(false);
  });
});

test.each(['transformation', 'cors', 'compression', 'securityHeaders'])('a route takes %s away', (name) => {
  expect(route.safeParse({ paths: ['/a'], policies: { [name]: 'none' } }).success).toBe(true);
});
