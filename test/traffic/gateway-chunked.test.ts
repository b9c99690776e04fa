/**
 * Proves that a request whose body comes in chunks is what every other request is, though before HAProxy 3.2 a filter
 * looks at it (`lua/trailers.lua`). What it must not carry is in hostile-framing.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import type { Seen } from './support/pool';
import { exchange, openSocket, type RawReply, readToEnd } from './support/raw';
import { until } from './support/until';

const balancer = '127.30.117.250';
const keys = { 'acme-key': 'acme', 'globex-key': 'globex' };
/** Whether HAProxy drops fields after the last chunk by itself. */
const [, major = 0, minor = 0] =
  /version (\d+)\.(\d+)/.exec(execFileSync('haproxy', ['-v'], { encoding: 'utf8' }))?.map(Number) ?? [];
const drops = major > 3 || (major === 3 && minor >= 2);

let pair: Pair;

beforeAll(async () => {
  const model = gatewayModel(
    {
      orders: {},
      limited: {
        policies: { authentication: { apiKey: {} }, rateLimit: { requests: 3, perSeconds: 600 } },
      },
      cached: { policies: { cache: { ttlSeconds: 60 } } },
    },
    { letters: 'a', balancerCidrs: [`${balancer}/32`] },
  );
  pair = await Pair.start({ net: 117, model, keys });
}, 20_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.broken.length = 0;
    pool.behaviour = () => ({});
  }
});

const chunk = (text: string) => `${Buffer.byteLength(text, 'latin1').toString(16)}\r\n${text}\r\n`;
const inChunks = (...parts: string[]) =>
  `Transfer-Encoding: chunked\r\n\r\n${parts.map(chunk).join('')}0\r\n\r\n`;
const inOne = (...parts: string[]) => `Content-Length: ${parts.join('').length}\r\n\r\n${parts.join('')}`;
const post = (path: string, headers: string, rest: string, method = 'POST') =>
  `${method} ${path} HTTP/1.1\r\nHost: api.test\r\n${headers}${rest}`;

async function one(bytes: string, from?: string): Promise<RawReply> {
  const [reply, ...more] = await exchange(pair.member(0).address, bytes, { from });
  expect(more).toEqual([]);
  return reply as RawReply;
}

/** Lines that are logged meanwhile: at least so many, and what else comes before a later request is logged. */
async function logged(count: number, what: () => Promise<unknown>) {
  const { log } = pair.member(0);
  const before = log.length;
  await what();
  await until('all is logged', () => log.length >= before + count);
  const id = `mark-${before}-of-the-log`;
  await pair.call(0, '/nowhere', { headers: { 'X-Request-Id': id } });
  await until('the log is read', () => log.some(({ request_id }) => request_id === id));
  return log.slice(before).filter(({ request_id }) => request_id !== id);
}

describe('to the API it is like one with a length', () => {
  const headers = [
    'X-Request-Id: chunked-0001',
    'X-Forwarded-For: 10.0.0.1, 203.0.113.9',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Port: 443',
    'X-Consumer-Id: evil',
    'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'X-Own: kept',
  ];
  const head = (seen: Seen | undefined) => {
    const all = seen?.rawHeaders ?? [];
    const lines = all.flatMap((name, at) => (at % 2 === 0 ? [`${name.toLowerCase()}: ${all[at + 1]}`] : []));
    return lines.filter((line) => !/^(content-length|transfer-encoding): /.test(line)).toSorted();
  };

  test.each([
    ['from the balancer', balancer, '203.0.113.9', 'https'],
    ['from elsewhere', '127.30.117.251', '127.30.117.251', 'http'],
  ])('%s', async (_, from, client, proto) => {
    const text = ['abc', 'd'.repeat(5000), 'e'];
    const asked = (rest: string) => one(post('/orders/1?q=1', `${headers.join('\r\n')}\r\n`, rest), from);
    const lines = await logged(2, async () => {
      for (const reply of [await asked(inOne(...text)), await asked(inChunks(...text))]) {
        expect(reply.status).toBe(200);
        expect(reply.headers['x-request-id']).toBe('chunked-0001');
        expect(reply.headers.via).toBe('1.1 gateway-a');
      }
    });
    const [first, second, ...more] = pair.pool('orders').seen;
    expect(more).toEqual([]);
    expect(head(second)).toEqual(head(first));
    expect(head(second)).toEqual(
      expect.arrayContaining([
        `x-forwarded-for: ${client}`,
        `x-forwarded-proto: ${proto}`,
        'x-own: kept',
        'x-request-id: chunked-0001',
      ]),
    );
    expect(second?.headers['transfer-encoding']).toBe('chunked');
    expect(second?.body).toBe(text.join(''));
    const shown = lines.map(({ request_id, client: whose, status, api, method, path, hop, end }) => {
      return { request_id, whose, status, api, method, path, hop: String(hop).replace(/\d+$/, ''), end };
    });
    const line = {
      request_id: 'chunked-0001',
      whose: client,
      status: 200,
      api: 'orders',
      method: 'POST',
      path: '/orders/1',
      hop: 'orders-',
      end: '--',
    };
    expect(shown).toEqual([line, line]);
  });

  test('each header of an answer comes once', async () => {
    const socket = openSocket(pair.member(0).address);
    socket.end(post('/orders', 'Connection: close\r\n', inChunks('abc')));
    const [text = ''] = (await readToEnd(socket)).split('\r\n\r\n');
    const names = text
      .split('\r\n')
      .slice(1)
      .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['via', 'x-request-id', 'strict-transport-security']));
  });

  test('a body of 3 MB arrives while it is sent, and its answer too', async () => {
    const part = 'x'.repeat(60_000);
    pair.pool('orders').behaviour = ({ body }) => ({ body });
    const reply = await one(post('/orders', '', inChunks(...Array<string>(50).fill(part))));
    expect(reply.status).toBe(200);
    expect(reply.body.length).toBe(3_000_000);
    expect(pair.pool('orders').seen[0]?.body.length).toBe(3_000_000);
  });

  test('on one connection, between others', async () => {
    const all = Array.from({ length: 12 }, (_, n) =>
      post(
        `/orders/${n}`,
        n === 11 ? 'Connection: close\r\n' : '',
        n % 2 === 0 ? inOne('ab') : inChunks('a', 'b'),
      ),
    );
    const replies = await exchange(pair.member(0).address, all.join(''), { open: true });
    expect(replies.map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect(pair.pool('orders').seen.map(({ url, body }) => `${url} ${body}`)).toEqual(
      all.map((_, n) => `/orders/${n} ab`),
    );
  });

  test('a GET with a body in chunks passes a cache', async () => {
    const reply = await one(post('/cached/1', '', inChunks('abc'), 'GET'));
    expect(reply.status).toBe(200);
    expect(pair.pool('cached').seen.map(({ body }) => body)).toEqual(['abc']);
  });

  test('one that never ends does not arrive, and is logged once', async () => {
    const head = post('/orders', '', 'Transfer-Encoding: chunked\r\n\r\n');
    const lines = await logged(1, () => exchange(pair.member(0).address, `${head}${chunk('abc')}`));
    expect(lines.map(({ path, api }) => `${path} ${api}`)).toEqual(['/orders orders']);
    expect(pair.pool('orders').seen).toEqual([]);
  });
});

test('a policy counts and refuses it once', async () => {
  const lines = await logged(7, async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 5; n++)
      statuses.push((await one(post('/limited', 'X-Api-Key: acme-key\r\n', inChunks('abc')))).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await one(post('/limited', '', inChunks('abc')))).status).toBe(401);
    expect((await one(post('/nowhere', '', inChunks('abc')))).status).toBe(404);
  });
  expect(lines.map(({ status, deny, consumer }) => `${status} ${deny} ${consumer}`)).toEqual([
    ...Array(3).fill('200 - acme'),
    ...Array(2).fill('429 rate-limit acme'),
    '401 no-key -',
    '404 no-api -',
  ]);
  expect(pair.pool('limited').seen).toHaveLength(3);
});

test('what ends a connection ends that of the client', async () => {
  const socket = openSocket(pair.member(0).address);
  const text = readToEnd(socket);
  socket.write(`${post('/orders', '', 'Transfer-Encoding: chunked,\r\n\r\n')}0\r\n\r\n`);
  expect(await text).toMatch(/^HTTP\/1\.1 400 /);
  expect(pair.pool('orders').seen).toEqual([]);
});

test('one that has fields after the last chunk is logged once', async () => {
  const lines = await logged(1, async () => {
    const reply = await one(
      post('/orders', '', `Transfer-Encoding: chunked\r\n\r\n${chunk('abc')}0\r\nX-A: b\r\n\r\n`),
    );
    expect(reply.status).toBe(drops ? 200 : 400);
  });
  expect(lines.map(({ status, path }) => `${status} ${path}`)).toEqual([`${drops ? 200 : 400} /orders`]);
});
