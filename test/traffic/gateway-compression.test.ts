/** Proves which answers are compressed, for whom, and that the cache keeps one for all. */
import { once } from 'node:events';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const text = JSON.stringify({ words: 'to be or not to be '.repeat(200) });
let pair: Pair;

beforeAll(async () => {
  pair = await Pair.start({
    net: 68,
    model: gatewayModel({
      plain: { policies: { compression: true } },
      kept: { policies: { compression: true, cache: { ttlSeconds: 60 } } },
      chosen: {
        policies: { compression: { types: ['application/json'] }, cache: { ttlSeconds: 60 } },
        routes: { secret: { paths: ['/chosen/secret'], policies: { compression: 'none' } } },
      },
      own: { policies: { cache: { ttlSeconds: 60, varyBy: { headers: ['accept-encoding'] } } } },
      off: {},
    }),
  });
}, 30_000);
afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = () => ({ headers: { 'Content-Type': 'application/json' }, body: text });
  }
});

interface Options {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** What comes back, as its bytes are. */
async function get(member: number, path: string, encoding?: string, options: Options = {}) {
  const { method = 'GET', headers = {}, body } = options;
  const outgoing = request({
    host: pair.member(member).address,
    port: 8080,
    path,
    method,
    headers: {
      Host: 'api.test',
      ...headers,
      ...(encoding === undefined ? {} : { 'Accept-Encoding': encoding }),
    },
    agent: false,
  });
  outgoing.end(body);
  const [incoming] = await once(outgoing, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const compressed = incoming.headers['content-encoding'] === 'gzip';
  return {
    status: incoming.statusCode as number,
    headers: incoming.headers as Record<string, string>,
    bytes: bytes.length,
    compressed,
    text: (compressed ? gunzipSync(bytes) : bytes).toString(),
  };
}

const answer =
  (headers: Record<string, string>, status = 200) =>
  () => ({
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: text,
  });

describe('who gets it', () => {
  test.each(['gzip', 'gzip, deflate, br', 'br;q=1.0, gzip;q=0.5', '*', 'GZIP'])('%s', async (encoding) => {
    const reply = await get(0, '/plain/1', encoding);
    expect(reply).toMatchObject({ compressed: true, text });
    expect(reply.bytes).toBeLessThan(text.length / 5);
    expect(reply.headers.vary).toBe('Accept-Encoding');
    expect(reply.headers).not.toHaveProperty('content-length');
    // The API is not asked to do it.
    expect(pair.pool('plain').seen[0]?.headers).not.toHaveProperty('accept-encoding');
  });

  test.each([undefined, 'identity', 'br', 'gzip;q=0', 'deflate'])('not: %s', async (encoding) => {
    const reply = await get(0, '/plain/1', encoding);
    expect(reply).toMatchObject({ compressed: false, text, bytes: text.length });
    expect(reply.headers).not.toHaveProperty('content-encoding');
  });

  test('not without the policy: what the API does with it is its own', async () => {
    expect(await get(0, '/off/1', 'gzip')).toMatchObject({ compressed: false, text });
    expect(pair.pool('off').seen[0]?.headers['accept-encoding']).toBe('gzip');
  });
});

describe('what is compressed', () => {
  test.each([
    ['another type', { 'Content-Type': 'image/png' }],
    ['events', { 'Content-Type': 'text/event-stream' }],
    ['what is compressed already', { 'Content-Encoding': 'br' }],
    ['what must not be changed', { 'Cache-Control': 'no-transform' }],
  ])('not %s', async (_, headers) => {
    pair.pool('plain').behaviour = answer(headers);
    expect(await get(0, '/plain/1', 'gzip')).toMatchObject({ compressed: false, bytes: text.length });
  });

  test('not an error of the API, nor one of the gateway', async () => {
    pair.pool('plain').behaviour = answer({}, 500);
    expect(await get(0, '/plain/1', 'gzip')).toMatchObject({ status: 500, compressed: false });
    pair.pool('plain').behaviour = () => ({ hangUp: true });
    const failed = await get(0, '/plain/1', 'gzip', { method: 'POST', body: '{}' });
    expect(failed).toMatchObject({ status: 502, compressed: false });
  });

  test('a type with parameters, and an answer to POST', async () => {
    pair.pool('plain').behaviour = answer({ 'Content-Type': 'text/html; charset=utf-8', ETag: '"1"' }, 201);
    const reply = await get(0, '/plain/1', 'gzip', { method: 'POST', body: '{}' });
    expect(reply).toMatchObject({ status: 201, compressed: true, text });
    // It is no longer the same byte for byte.
    expect(reply.headers.etag).toBe('W/"1"');
  });

  test('only the types that are named', async () => {
    expect(await get(0, '/chosen/1', 'gzip')).toMatchObject({ compressed: true });
    pair.pool('chosen').behaviour = answer({ 'Content-Type': 'text/html' });
    expect(await get(0, '/chosen/2', 'gzip')).toMatchObject({ compressed: false });
  });
});

describe('with a cache', () => {
  test.each([
    ['gzip', undefined],
    [undefined, 'gzip'],
    ['br', 'gzip'],
    ['gzip', 'br'],
  ])('one answer for all: first %s, then %s', async (first, second) => {
    for (let round = 0; round < 4; round++) {
      const path = `/kept/${first}/${second}/${round}`;
      const results = [await get(0, path, first), await get(1, path, second), await get(0, path, second)];
      expect(results.map(({ headers }) => headers['x-cache'])).toEqual(['MISS', 'HIT', 'HIT']);
      expect(results.map(({ compressed }) => compressed)).toEqual(
        [first, second, second].map((encoding) => encoding === 'gzip'),
      );
      expect(results.map((result) => result.text)).toEqual([text, text, text]);
    }
    for (const { headers } of pair.pool('kept').seen) expect(headers).not.toHaveProperty('accept-encoding');
  });

  test('an API that compresses without being asked is not kept for who did not ask', async () => {
    const { seen } = pair.pool('kept');
    // It would, if it were told what the client takes.
    pair.pool('kept').behaviour = ({ headers }) => ({
      headers: {
        'Content-Type': 'application/json',
        Vary: 'Accept-Encoding',
        ...(headers['accept-encoding'] ? { 'Content-Encoding': 'br' } : {}),
      },
      body: text,
    });
    await get(0, '/kept/vary', 'br');
    const reply = await get(1, '/kept/vary');
    expect([reply.headers['x-cache'], reply.headers['content-encoding'], seen.length]).toEqual([
      'HIT',
      undefined,
      1,
    ]);
  });

  test('what passes it by is compressed once', async () => {
    const reply = await get(0, '/kept/by', 'gzip', { method: 'POST', body: '{}' });
    expect([reply.headers['x-cache'], reply.compressed, reply.text]).toEqual(['BYPASS', true, text]);
    const authorized = await get(0, '/kept/by', 'gzip', { headers: { Authorization: 'Bearer x' } });
    expect([authorized.headers['x-cache'], authorized.compressed, authorized.text]).toEqual([
      'BYPASS',
      true,
      text,
    ]);
  });

  test('a weak validator is known again', async () => {
    pair.pool('kept').behaviour = answer({ ETag: '"1"' });
    const { headers } = await get(0, '/kept/etag', 'gzip');
    expect(headers.etag).toBe('W/"1"');
    const again = await get(1, '/kept/etag', 'gzip', { headers: { 'If-None-Match': 'W/"1"' } });
    expect([again.status, again.bytes]).toEqual([304, 0]);
  });

  test('where the API varies by encoding, it is the API that compresses', async () => {
    for (const encoding of ['gzip', 'br']) {
      await get(0, '/own/1', encoding);
      const { headers } = await get(1, '/own/1', encoding);
      expect(headers['x-cache']).toBe('HIT');
    }
    expect(pair.pool('own').seen.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip', 'br']);
  });
});

test('a route without it: neither the gateway compresses nor the API', async () => {
  for (const member of [0, 1]) {
    expect(await get(member, '/chosen/secret', 'gzip')).toMatchObject({ compressed: false, text });
    expect(await get(member, '/chosen/secret', 'br', { method: 'POST', body: '{}' })).toMatchObject({ text });
  }
  for (const { headers } of pair.pool('chosen').seen) expect(headers).not.toHaveProperty('accept-encoding');
});

test('HEAD is as without it', async () => {
  const head = await get(0, '/plain/1', 'gzip', { method: 'HEAD' });
  expect(head.headers).not.toHaveProperty('content-encoding');
  expect(head.bytes).toBe(0);
});
