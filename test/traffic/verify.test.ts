/**
 * Proves that `verify` sees each policy that an environment declares: on a pair that carries them out every claim
 * holds, and on one that carries out nothing every claim fails.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { VerifyContext } from '../../cli/verify/claim';
import { policyClaims } from '../../cli/verify/gateway-claims';
import { HttpClient } from '../../cli/verify/http';
import { api as apiSchema } from '../../constructs/blueprint/sections/api';
import { Issuer, issuerKey, jwkOf, nowSeconds, signed } from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const key = 'key-of-acme-0123456789';
const issuer = new Issuer('https://login.test', '127.30.75.2');
const signer = issuerKey('verify-1');
const token = (scope: string, client: string) =>
  signed(signer, { iss: issuer.name, sub: client, scope, exp: nowSeconds() + 600 });

const declared = {
  orders: {
    paths: ['/orders'],
    policies: {
      authentication: {
        apiKey: {},
        jwt: { issuer: issuer.name, jwksUrl: issuer.jwksUrl, audience: 'any' },
      },
      rateLimit: {
        windows: [
          { requests: 8, perSeconds: 4 },
          { requests: 500, perSeconds: 60 },
        ],
      },
      transformation: {
        path: { stripPrefix: true },
        request: { setHeaders: { 'x-tier': 'one' } },
        response: { setHeaders: { 'x-served-for': '{consumer}' }, removeHeaders: ['x-internal'] },
      },
    },
    routes: {
      report: {
        paths: ['/orders/reports/{year}'],
        policies: {
          authorization: { scopes: ['orders/report'] },
          rateLimit: 'none',
          validation: { pathParameters: { year: { enum: ['2026'] } } },
        },
      },
      place: {
        methods: ['POST'],
        policies: {
          rateLimit: 'none',
          validation: {
            methods: ['POST'],
            contentTypes: ['application/json'],
            maxBodyBytes: 4096,
            requiredJsonFields: ['customer.id'],
            query: { additional: 'refuse' },
          },
        },
      },
    },
  },
  catalog: {
    paths: ['/catalog'],
    policies: {
      cache: { ttlSeconds: 60 },
      cors: { origins: ['https://app.example.com'] },
      compression: true,
      securityHeaders: { frameOptions: 'DENY' },
    },
  },
};

/** The same ways in, and nothing done. */
const bare = {
  orders: { paths: ['/orders'], policies: { securityHeaders: 'none' } },
  catalog: { paths: ['/catalog'], policies: { securityHeaders: 'none' } },
};

const claimed = [
  'orders.no-key',
  'catalog.public',
  'orders.identity',
  'orders.wrong-token',
  'orders.token',
  'orders/report.authorization',
  'orders/report.validation',
  'orders/place.validation',
  'catalog.cache',
  'catalog.cors',
  'catalog.compression',
  'orders.security-headers',
  'catalog.security-headers',
  'orders.response-headers',
  'orders.request',
  'orders.rate-limit',
];

const http = new HttpClient();
let whole: Pair;
let nothing: Pair;

async function start(net: number, apis: object): Promise<Pair> {
  const pair = await Pair.start({
    net,
    keys: { [key]: 'acme' },
    model: gatewayModel(apis as typeof declared),
  });
  for (const name of ['orders', 'catalog']) {
    // As the sample API: it tells what it got. The padding is worth compressing.
    pair.pool(name).behaviour = ({ url, headers }) => ({
      headers: { 'content-type': 'application/json', 'x-internal': 'a' },
      body: JSON.stringify({ path: url.split('?')[0], headers, padding: 'x'.repeat(2000) }),
    });
  }
  return pair;
}

beforeAll(async () => {
  issuer.keys = [jwkOf(signer)];
  await issuer.start();
  whole = await start(75, declared);
  nothing = await start(76, bare);
}, 60_000);
afterAll(async () => {
  await Promise.all([whole?.stop(), nothing?.stop(), issuer.stop(), http.close()]);
});

/** What `verify` is given about a pair; the gateways are called without a load balancer. */
function contextOf(pair: Pair): VerifyContext {
  const apis = Object.entries(declared).map(
    ([name, input]) => [name, apiSchema.parse({ image: 'example/api:1', ...input })] as const,
  );
  return {
    environment: { consumers: { acme: {} } } as unknown as VerifyContext['environment'],
    http,
    endpoints: apis.map(([name, api]) => ({
      name,
      api,
      urls: [`http://${pair.member(0).address}:8080/${name}`],
    })),
    key: { consumer: 'acme', value: key },
    tokens: [token('orders/report orders/read', 'reporting'), token('orders/read', 'limited')],
  };
}

async function outcomes(pair: Pair): Promise<Record<string, string>> {
  const context = contextOf(pair);
  const results: [string, string][] = [];
  for (const claim of policyClaims(context)) {
    const seen = await claim.check(context).then(
      () => 'holds',
      (error: Error) => `${error.constructor.name}: ${error.message}`,
    );
    results.push([claim.id, seen]);
  }
  return Object.fromEntries(results);
}

test('every claim about a declared policy holds where it is carried out', async () => {
  const seen = await outcomes(whole);
  expect(seen).toEqual(Object.fromEntries(claimed.map((id) => [id, 'holds'])));
}, 60_000);

test('and fails where it is not', async () => {
  const { 'catalog.public': open, ...seen } = await outcomes(nothing);
  expect(open).toBe('holds');
  expect(Object.keys(seen)).toEqual(claimed.filter((id) => id !== 'catalog.public'));
  const passed = Object.entries(seen).filter(([, outcome]) => !outcome.startsWith('Unmet: '));
  expect(passed).toEqual([]);
}, 60_000);
