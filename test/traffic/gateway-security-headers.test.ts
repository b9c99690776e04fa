/** Proves what browsers are told for safety's sake, on answers of the API, of the cache and of the gateway itself. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Reply } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

let pair: Pair;
const policy = "default-src 'none'; frame-ancestors 'none'; report-to \"%[env(HOME)]\" $HOME";

beforeAll(async () => {
  pair = await Pair.start({
    net: 68,
    shift: 120,
    keys: { 'acme-key': 'acme' },
    model: gatewayModel({
      usual: { policies: { authentication: { apiKey: {} }, rateLimit: { requests: 4, perSeconds: 60 } } },
      kept: { policies: { cache: { ttlSeconds: 60 } } },
      full: {
        policies: {
          securityHeaders: {
            hsts: { maxAgeSeconds: 63_072_000, includeSubDomains: true, preload: true },
            frameOptions: 'DENY',
            referrerPolicy: 'no-referrer',
            contentSecurityPolicy: policy,
          },
        },
        routes: {
          bare: { paths: ['/full/bare'], policies: { securityHeaders: 'none' } },
          usual: { paths: ['/full/usual'], policies: { securityHeaders: {} } },
        },
      },
      some: {
        policies: {
          securityHeaders: { hsts: 'none', contentTypeOptions: 'none', removeServerHeaders: false },
        },
      },
      none: { policies: { securityHeaders: 'none' } },
    }),
  });
}, 30_000);
afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) pool.behaviour = () => ({});
});

const names =
  /^(strict-transport-security|x-content-type-options|x-frame-options|referrer-policy|content-security-policy|server|x-powered-by|x-aspnet.*)$/;
const told = ({ headers }: Pick<Reply, 'headers'>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => names.test(name)));

const usual = { 'strict-transport-security': 'max-age=31536000', 'x-content-type-options': 'nosniff' };
const software = {
  Server: 'Apache/2.4.1',
  'X-Powered-By': 'PHP/5.1',
  'X-AspNet-Version': '4.0',
  'X-AspNetMvc-Version': '5.2',
};
const key = { headers: { 'X-Api-Key': 'acme-key' } };

test('by default HSTS for a year and nosniff; the software is not named', async () => {
  pair.pool('usual').behaviour = () => ({ headers: { ...software, 'X-Content-Type-Options': 'sniff' } });
  const reply = await pair.call(0, '/usual/1', key);
  expect([reply.status, told(reply)]).toEqual([200, usual]);
});

test('on answers of the gateway itself too', async () => {
  const statuses: number[] = [];
  for (let count = 0; count < 5; count++) statuses.push((await pair.call(count % 2, '/usual/1', key)).status);
  expect(statuses.at(-1)).toBe(429);
  expect(told(await pair.call(0, '/usual/1', key))).toEqual(usual);
  expect(told(await pair.call(0, '/usual/1'))).toEqual(usual);
  pair.pool('kept').behaviour = () => ({ hangUp: true });
  const failed = await pair.call(0, '/kept/1', { method: 'POST', body: '{}' });
  expect([failed.status, told(failed)]).toEqual([502, usual]);
});

test('on answers that belong to no API', async () => {
  const none = await pair.call(0, '/nothing');
  expect([none.status, told(none)]).toEqual([404, usual]);
  const confused = await pair.call(0, '/none/../usual');
  expect([confused.status, told(confused)]).toEqual([400, usual]);
});

test('all that can be said', async () => {
  const full = {
    'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'content-security-policy': policy,
  };
  expect(told(await pair.call(0, '/full/1'))).toEqual(full);
  expect(told(await pair.call(1, '/full/1', { method: 'OPTIONS' }))).toEqual(full);
});

test('what the API says itself stays, but for nosniff', async () => {
  const said = {
    'strict-transport-security': 'max-age=1',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'origin',
    'content-security-policy': "default-src 'self'",
  };
  pair.pool('full').behaviour = () => ({ headers: said });
  expect(told(await pair.call(0, '/full/1'))).toEqual({ ...said, 'x-content-type-options': 'nosniff' });
});

test('a route has its own, or none', async () => {
  pair.pool('full').behaviour = () => ({ headers: { Server: 'x' } });
  expect(told(await pair.call(0, '/full/usual'))).toEqual(usual);
  expect(told(await pair.call(0, '/full/bare'))).toEqual({ server: 'x' });
});

test('each can be left out', async () => {
  pair.pool('some').behaviour = () => ({ headers: software });
  expect(told(await pair.call(0, '/some/1'))).toEqual(
    Object.fromEntries(Object.entries(software).map(([name, value]) => [name.toLowerCase(), value])),
  );
  expect(told(await pair.call(0, '/none/1'))).toEqual({});
});

test('on hits, from the other member too', async () => {
  pair.pool('kept').behaviour = () => ({ headers: software });
  for (let round = 0; round < 4; round++)
    for (const [member, cache] of ['MISS', 'HIT'].entries()) {
      const reply = await pair.call(member, `/kept/${round}`);
      expect([reply.headers['x-cache'], told(reply)]).toEqual([cache, usual]);
    }
});
