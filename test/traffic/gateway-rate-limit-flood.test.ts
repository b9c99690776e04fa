/**
 * Proves what a flood of callers whom nobody knows does to the counts of the others: to those whom the environment names
 * nothing. Among addresses, and among tokens, a count is forgotten no sooner than when the
 * table is full: the other member's copy needs one place more.
 */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { inLines } from '../../constructs/gateway/haproxy/language/rules';
import { Issuer, issuerKey, jwkOf, nowSeconds, signed } from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { exchange } from './support/raw';
import { until } from './support/until';

const balancer = '127.30.97.250';
const login = new Issuer('https://login.test', '127.30.97.251');
const signer = issuerKey('ec-1', 'ES256');
const callers = Array.from({ length: 4 }, (_, index) => `caller-${index}`);
/** What a table holds of 1 MiB, where two members have four tables each: at 230 bytes an address, at 406 a token. */
const addresses = 569;
const tokens = 322;
/** Windows that no test outlasts; each length has tables of its own. */
const limit = { requests: 2, perSeconds: 3600 };
const fresh = { requests: 2, perSeconds: 3000 };
let pair: Pair;

beforeAll(async () => {
  login.keys = [jwkOf(signer)];
  await login.start();
  const jwt = { issuer: login.name, jwksUrl: login.jwksUrl, audience: 'any', algorithms: ['ES256'] };
  const model = gatewayModel(
    {
      keyed: { policies: { authentication: { apiKey: {} }, rateLimit: limit } },
      either: { policies: { authentication: { apiKey: {}, jwt }, rateLimit: limit } },
      addressed: { policies: { rateLimit: { ...limit, by: 'address' } } },
      'addressed-afresh': { policies: { rateLimit: { ...fresh, by: 'address' } } },
      tokens: { policies: { authentication: { jwt }, rateLimit: fresh } },
      another: { policies: { rateLimit: { ...limit, by: 'address' } } },
      whole: { policies: { rateLimit: { ...limit, by: 'api' } } },
    },
    { consumers: callers.map((name) => ({ name })), balancerCidrs: [`${balancer}/32`], countsMiB: 1 },
  );
  const keys = Object.fromEntries(callers.map((name) => [`${name}-key`, name]));
  pair = await Pair.start({ net: 97, model, keys });
}, 30_000);

afterAll(async () => {
  await pair?.stop();
  await login.stop();
});

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) pool.seen.length = 0;
});

const withKey = (name = '') => ({ headers: { 'X-Api-Key': `${name}-key` } });
const withToken = (sub: string) => ({
  headers: { Authorization: `Bearer ${signed(signer, { iss: login.name, sub, exp: nowSeconds() + 600 })}` },
});
const from = (address: string) => ({ from: balancer, headers: { 'X-Forwarded-For': address } });
const address = (nth: number) => `10.${nth >> 16}.${(nth >> 8) & 255}.${nth & 255}`;

/** Each caller once, some 12 KB of requests over one connection; gives how many passed. */
async function flood(member: number, path: string, headers: readonly string[]): Promise<number> {
  const one = (header: string, end = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${header}\r\n${end}\r\n`;
  const perConnection = Math.floor(12_000 / one(headers[0] ?? '').length);
  let passed = 0;
  for (const some of inLines(headers, perConnection)) {
    const last = some.length - 1;
    const bytes = some.map((header, index) => one(header, index === last ? 'Connection: close\r\n' : ''));
    const replies = await exchange(pair.member(member).address, bytes.join(''), {
      from: balancer,
      open: true,
    });
    passed += replies.filter(({ status }) => status === 200).length;
  }
  return passed;
}

const addressesFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => `X-Forwarded-For: ${address(first + index)}`);
const tokensFrom = (first: number, count: number) =>
  Array.from(
    { length: count },
    (_, index) => `Authorization: ${withToken(`user-${first + index}`).headers.Authorization}`,
  );

/** Counts in a table, as a member says. */
async function used(member: number, table: string): Promise<number> {
  const url = `http://${pair.member(member).address}:9000/metrics?scope=sticktable`;
  const metrics = await (await fetch(url)).text();
  return Number(new RegExp(`_used\\{name="gateway/${table}"[^}]*\\} (\\d+)`).exec(metrics)?.[1]);
}

/** What one member has counted is known to the other. */
const copied = (table: string, count: number) =>
  until(`${table} has ${count} counts at both`, async () => {
    const both = await Promise.all([used(0, table), used(1, table)]);
    return both.every((one) => one >= count);
  });

const statuses = async (members: readonly number[], path: string, call: Parameters<Pair['call']>[2]) => {
  const all: number[] = [];
  for (const member of members) all.push((await pair.call(member, path, call)).status);
  return all;
};

/** Uses a limit up, half at each member. */
async function useUp(path: string, call: Parameters<Pair['call']>[2] = {}) {
  expect(await statuses([0], path, call)).toEqual([200]);
  await setTimeout(100);
  expect(await statuses([1], path, call)).toEqual([200]);
  await setTimeout(100);
  expect(await statuses([0, 1], path, call)).toEqual([429, 429]);
}

describe('a flood takes nothing from whom the environment names', () => {
  test('of addresses, twice what the tables hold at each member', async () => {
    await useUp('/keyed', withKey(callers[0]));
    await useUp('/either', withKey(callers[1]));
    await useUp('/whole');
    for (const member of [0, 1]) {
      const count = 2 * addresses;
      expect(await flood(member, '/addressed', addressesFrom(member * count, count))).toBe(count);
    }
    await setTimeout(200);
    expect(await statuses([0, 1], '/keyed', withKey(callers[0]))).toEqual([429, 429]);
    expect(await statuses([0, 1], '/either', withKey(callers[1]))).toEqual([429, 429]);
    expect(await statuses([0, 1], '/whole', {})).toEqual([429, 429]);
    expect(pair.pool('addressed').seen).toHaveLength(4 * addresses);
  }, 60_000);

  test('of callers with tokens, on the very API', async () => {
    await useUp('/either', withKey(callers[2]));
    expect(await flood(0, '/either', tokensFrom(0, 2 * tokens))).toBe(2 * tokens);
    await setTimeout(200);
    expect(await statuses([0, 1], '/either', withKey(callers[2]))).toEqual([429, 429]);
  }, 60_000);
});

describe('among those whom nobody knows', () => {
  test('an address is counted until the table is full; one that is forgotten gets its limit once more', async () => {
    const last = from('203.0.113.7');
    await useUp('/addressed-afresh', last);
    const almost = addresses - 2;
    expect(await flood(0, '/addressed-afresh', addressesFrom(0, almost))).toBe(almost);
    await copied('gateway-a.address.3000', almost + 1);
    expect(await statuses([0, 1], '/addressed-afresh', last)).toEqual([429, 429]);
    for (const member of [0, 1]) {
      const count = 12 * addresses;
      const others = addressesFrom((1 + member) * count, count);
      expect(await flood(member, '/addressed-afresh', others)).toBe(count);
    }
    await setTimeout(100);
    expect(await statuses([0, 0, 0], '/addressed-afresh', last)).toEqual([200, 200, 429]);
  }, 60_000);

  test('a caller with a token too; what is refused takes no place', async () => {
    const last = withToken('the-last');
    await useUp('/tokens', last);
    const others = tokensFrom(0, tokens - 2);
    expect(await flood(0, '/tokens', others)).toBe(tokens - 2);
    expect(await flood(0, '/tokens', others)).toBe(tokens - 2);
    expect(await flood(0, '/tokens', others)).toBe(0);
    await copied('gateway-a.token.3000', tokens - 1);
    expect(await statuses([0, 1], '/tokens', last)).toEqual([429, 429]);
    expect(await flood(0, '/tokens', tokensFrom(10_000, 12 * tokens))).toBe(12 * tokens);
    expect(await flood(1, '/tokens', tokensFrom(20_000, 12 * tokens))).toBe(12 * tokens);
    await setTimeout(100);
    expect(await statuses([0, 0, 0], '/tokens', last)).toEqual([200, 200, 429]);
  }, 60_000);
});

test('addresses that differ are counted apart, an IPv6 client by its /64, and each API by itself', async () => {
  const passes = async (one: string, path = '/addressed') =>
    (await statuses([0, 0, 0], path, from(one))).join();
  expect(await passes('2001:db8::1')).toBe('200,200,429');
  expect(await passes('2001:db8::ffff')).toBe('429,429,429');
  expect(await passes('2001:db8:0:1::1')).toBe('200,200,429');
  expect(await passes('198.51.100.1')).toBe('200,200,429');
  expect(await passes('198.51.100.2')).toBe('200,200,429');
  expect(await passes('198.51.100.2', '/another')).toBe('200,200,429');
});
