/**
 * Proves that what the policies add has room: a request whose head has the documented size passes, a larger one is 431,
 * and an answer that an API may give is never a 500, with as much added to both as policies can say.
 */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ApiInput, gatewayModel } from './support/model';
import { Pair, serversUp } from './support/pair';
import { Pool } from './support/pool';
import { exchange, type RawReply } from './support/raw';
import { until } from './support/until';

/** Bytes of the target and of the header lines, with what stands between them, and lines: docs/policies.md. */
const largest = 15 * 1024;
const mostLines = 64;

const many = (count: number, name: string, value: string) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${name}-${index}`.padEnd(40, 'x'), value]),
  );
const long = `{consumer}{requestId}{clientAddress}${'v'.repeat(200)}`;
const everything = {
  cors: {
    origins: [`https://${'o'.repeat(240)}.test`],
    exposeHeaders: Object.keys(many(40, 'exposed', '')),
    credentials: true,
  },
  authentication: { apiKey: {} },
  rateLimit: {
    windows: [1, 60, 86_400].map((perSeconds) => ({ requests: 1_000_000, perSeconds })),
  },
  securityHeaders: {
    hsts: { includeSubDomains: true, preload: true, maxAgeSeconds: 63_072_000 },
    frameOptions: 'SAMEORIGIN',
    referrerPolicy: 'strict-origin-when-cross-origin',
    contentSecurityPolicy: 'c'.repeat(1024),
  },
  transformation: {
    path: { stripPrefix: true },
    request: {
      setHeaders: many(10, 'x-set', long),
      renameHeaders: { 'x-large': 'x-large-by-another-name' },
      setQuery: { tenant: '{consumer}', wide: '%'.repeat(256) },
    },
    response: { setHeaders: many(10, 'x-given', long), renameHeaders: { 'x-large': 'x-larger' } },
  },
  compression: true,
};
const keys = { 'the-key': 'c'.repeat(63) };
const { rateLimit: _, ...unlimited } = everything;
let pair: Pair;
let id = 0;

/** Starts a pair for the tests of a block, and stops it. */
function withPair(shift: number, apis: Readonly<Record<string, ApiInput>>): void {
  beforeAll(async () => {
    const model = gatewayModel(apis, { consumers: [{ name: 'c'.repeat(63) }] });
    pair = await Pair.start({ net: 77, shift, model, keys });
    for (const { name, canary } of model.apis) {
      if (!canary) continue;
      const address = `127.30.77.${shift + 99}`;
      pair.pools[`${name}-canary`] = await Pool.start(`${name}-canary`, [address]);
      pair.resolve(`${name}-canary`, [address]);
      await until('the new version is found', async () => {
        const all = await Promise.all(pair.members.map((member) => serversUp(member)));
        return all.every((up) => up.get(`${name}.canary`) === 1);
      });
    }
  }, 30_000);
  afterAll(() => pair?.stop());
  beforeEach(() => {
    for (const pool of Object.values(pair.pools)) {
      pool.seen.length = 0;
      pool.behaviour = () => ({});
    }
  });
}

const pathOf = (api: string) => pair.model.apis.find(({ name }) => name === api)?.paths[0] ?? '';
const fixed = (api: string) =>
  `Host: a\r\nOrigin: https://${'o'.repeat(240)}.test\r\nAccept-Encoding: gzip\r\nX-Request-Id: ${`${api}-${id++}-`.padEnd(64, 'i')}\r\nX-Api-Key: the-key\r\n`;

/** Ways to make a head large: what its target ends with, and header lines, for so many bytes more. */
const ways: Readonly<Record<string, (bytes: number) => readonly [string, string]>> = {
  'one header': (bytes) => ['', `X-Large: ${'b'.repeat(bytes - 11)}\r\n`],
  'an authorization': (bytes) => ['', `Authorization: ${'b'.repeat(bytes - 17)}\r\n`],
  'a cookie': (bytes) => ['', `Cookie: ${'b'.repeat(bytes - 10)}\r\n`],
  'a query': (bytes) => [
    `?${'q'.repeat(Math.min(bytes - 12, 4000))}`,
    rest(bytes - 1 - Math.min(bytes - 12, 4000)),
  ],
  'many headers': (bytes) => {
    const line = (index: number, length: number) => `X-${10 + index}: ${'b'.repeat(length - 8)}\r\n`;
    const each = Math.floor(bytes / 50);
    return ['', Array.from({ length: 50 }, (_, n) => line(n, n === 0 ? bytes - 49 * each : each)).join('')];
  },
};
const rest = (bytes: number) => `X-Rest: ${'b'.repeat(bytes - 10)}\r\n`;

/** HAProxy takes it away before anything is counted. */
const end = 'Connection: close\r\n\r\n';

/** A request whose head has exactly so many bytes, as the documentation counts them. */
function request(api: string, way: string, size: number): string {
  const own = fixed(api);
  const path = pathOf(api);
  // The end of the head is counted too.
  const [query, headers] = ways[way]?.(size - own.length - path.length - 2) ?? ['', ''];
  expect(path.length + query.length + own.length + headers.length + 2).toBe(size);
  return `GET ${path}${query} HTTP/1.1\r\n${own}${headers}${end}`;
}

async function asked(member: number, api: string, way: string, size: number): Promise<RawReply> {
  const [reply] = await exchange(pair.member(member).address, request(api, way, size), { open: true });
  if (!reply) throw new Error(`No answer to ${api} by ${way} of ${size}`);
  return reply;
}

const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
/** Dense around the boundary. */
const below = [...range(4000, largest - 100, 1013), ...range(largest - 99, largest, 9)];
const above = [...range(largest + 1, largest + 99, 7), ...range(largest + 100, largest + 1000, 97)];
const beyond = range(largest + 1001, 5 * largest, 3989);
/** HAProxy 2.6 says of what exceeds its buffer only that it is no request; later ones say why. */
const [, major, minor] =
  /version (\d+)\.(\d+)/.exec(execFileSync('haproxy', ['-v'], { encoding: 'utf8' })) ?? [];
const saysWhy = Number(major) * 100 + Number(minor) >= 302;

function requestsTo(api: string): void {
  test.each(Object.keys(ways))(
    'made large by %s passes up to the documented size',
    async (way) => {
      const wrong: unknown[] = [];
      for (const [turn, size] of below.entries()) {
        const { status } = await asked(turn % 2, api, way, size);
        if (status !== 200) wrong.push([size, status]);
      }
      expect(wrong).toEqual([]);
      expect(pair.pool(api).broken).toEqual([]);
    },
    30_000,
  );

  test.each(Object.keys(ways))(
    'made larger by %s is 431, and reaches nobody',
    async (way) => {
      const wrong: unknown[] = [];
      for (const [turn, size] of above.entries()) {
        const { status, headers } = await asked(turn % 2, api, way, size);
        if (status !== 431 || headers['content-type'] !== 'application/problem+json')
          wrong.push([size, status]);
      }
      for (const [turn, size] of beyond.entries()) {
        const { status } = await asked(turn % 2, api, way, size);
        if (![431, ...(saysWhy ? [] : [400])].includes(status)) wrong.push([size, status]);
      }
      expect(wrong).toEqual([]);
      expect(pair.pool(api).seen).toEqual([]);
    },
    30_000,
  );

  test('passes with as many lines as are documented, and with one more is 431', async () => {
    const lines = fixed(api).match(/\r\n/g)?.length ?? 0;
    for (const count of [mostLines - 1, mostLines, mostLines + 1, mostLines + 9]) {
      const more = Array.from({ length: count - lines }, (_, index) => `X-${index}: b\r\n`).join('');
      const bytes = `GET ${pathOf(api)} HTTP/1.1\r\n${fixed(api)}${more}${end}`;
      const [reply] = await exchange(pair.member(count % 2).address, bytes, { open: true });
      expect([count, reply?.status]).toEqual([count, count > mostLines ? 431 : 200]);
    }
  });
}

function answersOf(api: string): void {
  const answers: Readonly<Record<string, (bytes: number) => Record<string, string | string[]>>> = {
    'one header': (bytes) => ({ 'X-Large': 'b'.repeat(bytes - 11) }),
    'Cache-Control': (bytes) => ({ 'Cache-Control': 'b'.repeat(bytes - 17) }),
    cookies: (bytes) => {
      const each = Math.floor(bytes / 40);
      const cookie = (length: number) => `${'b'.repeat(length - 24)}; Path=/`.slice(0, length - 14);
      return {
        'Set-Cookie': Array.from({ length: 40 }, (_, n) => cookie(n === 0 ? bytes - 39 * each : each)),
      };
    },
    'a location': (bytes) => ({ Location: `/${'b'.repeat(bytes - 13)}` }),
  };

  test.each(Object.keys(answers))(
    'made large by %s is given; beyond the documented size it may be 502',
    async (way) => {
      const wrong: unknown[] = [];
      for (const [turn, size] of [...below, ...above, ...beyond].entries()) {
        // Date, Connection, Keep-Alive and Content-Length are the server's own.
        const headers = answers[way]?.(size - 130) ?? {};
        const body = 'x'.repeat(turn % 3 === 0 ? 30_000 : 10);
        for (const pool of Object.values(pair.pools)) pool.behaviour = () => ({ headers, body });
        const { status } = await asked(turn % 2, api, 'a query', 2000 + turn);
        if (status !== 200 && !(size > largest && status === 502)) wrong.push([size, status]);
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );
}

describe('where nothing is added but what every request gets', () => {
  withPair(0, { plain: {} });
  describe('a request to plain', () => requestsTo('plain'));
  describe('an answer of plain', () => answersOf('plain'));
});

describe('where as much is added as can be', () => {
  withPair(100, {
    plain: {},
    everything: { paths: [`/everything/${'p'.repeat(80)}`], policies: everything },
    kept: {
      paths: [`/kept/${'p'.repeat(80)}`],
      policies: {
        ...unlimited,
        transformation: { path: { stripPrefix: true }, response: everything.transformation.response },
        cache: { ttlSeconds: 60, varyBy: { headers: ['authorization'] } },
      },
    },
    other: { canaryPercent: 50, policies: everything },
  });
  describe.each(['plain', 'everything', 'kept', 'other'])('a request to %s', requestsTo);
  describe.each(['plain', 'everything', 'kept', 'other'])('an answer of %s', answersOf);

  // Callers are chosen by a hash of the API's and the consumer's name.
  test('the new version of other is asked', async () => {
    const { status } = await asked(0, 'other', 'a query', largest);
    expect([status, pair.pool('other-canary').seen.length]).toEqual([200, 1]);
  });
});

describe('where a header is renamed, which is never there twice', () => {
  withPair(0, {
    renamed: { policies: { transformation: { request: { renameHeaders: { 'x-large': 'x-other' } } } } },
  });
  describe('a request to renamed', () => requestsTo('renamed'));
});

describe('where a body is read', () => {
  withPair(100, { read: { policies: { validation: { requiredJsonFields: ['a'], maxBodyBytes: 12_288 } } } });
  test('the largest one has room beside the largest head', async () => {
    const largestBody = 12 * 1024;
    for (const size of [largest - 40, largest]) {
      for (const length of [8, largestBody - 1, largestBody, largestBody + 1]) {
        const whole = `{"a":"${'x'.repeat(length - 8)}"}`;
        const more = `Content-Type: application/json\r\nContent-Length: ${whole.length}\r\n`;
        const head = request('read', 'one header', size - more.length).slice('GET'.length, -end.length);
        const [reply] = await exchange(pair.member(0).address, `POST${head}${more}${end}${whole}`, {
          open: true,
        });
        expect([size, length, reply?.status]).toEqual([size, length, length > largestBody ? 413 : 200]);
      }
    }
  });
});
