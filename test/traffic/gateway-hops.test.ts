/** Proves that nothing of the connection with an API gets beyond it: not to a client, and not into the cache. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { exchange, type RawReply } from './support/raw';
import { RawPool } from './support/raw-pool';

let pair: Pair;
const apis: RawPool[] = [];

beforeAll(async () => {
  const model = gatewayModel({
    plain: {},
    cached: { policies: { cache: { ttlSeconds: 60, freshness: 'respect' } } },
  });
  pair = await Pair.start({ net: 87, model, instances: { plain: 1, cached: 1 } });
  // In the place of the instances that have been found.
  for (const pool of Object.values(pair.pools)) {
    for (const address of pool.addresses) {
      await pool.remove(address);
      apis.push(await RawPool.start(address));
    }
  }
}, 30_000);
afterAll(async () => {
  await Promise.all(apis.map((api) => api.close()));
  await pair?.stop();
});

let number = 0;
const fresh = (name: string) => `/${name}/${++number}`;
const answer = (headers: string) => `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${headers}\r\nok`;

const answerWith = (headers: string) => {
  for (const api of apis) api.answer = answer(headers);
};

async function get(member: number, path: string): Promise<RawReply> {
  const bytes = `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const [reply] = await exchange(pair.member(member).address, bytes);
  if (!reply) throw new Error('No answer');
  return reply;
}

/** What a client gets straight from the API, what it gets with what will be kept, and what from the cache. */
async function everywhere(headers: string): Promise<RawReply[]> {
  answerWith(`Cache-Control: max-age=60\r\n${headers}`);
  const kept = fresh('cached');
  const replies = [await get(0, fresh('plain')), await get(0, kept), await get(1, kept)];
  expect(replies.map(({ status, body }) => [status, body])).toEqual(replies.map(() => [200, 'ok']));
  expect(replies.map((reply) => reply.headers['x-cache'])).toEqual([undefined, 'MISS', 'HIT']);
  return replies;
}
const has = (replies: readonly RawReply[], name: string) => replies.map(({ headers }) => headers[name]);

describe('headers that Connection names', () => {
  test.each([
    ['x-a', 'X-A'],
    ['in another case, among others', 'close, x-A , X-B'],
    ['with the usual ones', 'Keep-Alive, X-A'],
    ['without a space', 'close,X-A,close'],
    ['with empty members', ', ,X-A,,'],
    ['in two lines', 'close\r\nConnection: X-A'],
    ['in two lines, the other way', 'X-A\r\nConnection: close'],
    ['twice', 'X-A, X-A'],
  ])('%s', async (_, connection) => {
    const replies = await everywhere(`Connection: ${connection}\r\nX-A: 1\r\nX-A: 2\r\nX-C: 3\r\n`);
    expect(has(replies, 'x-a')).toEqual([undefined, undefined, undefined]);
    expect(has(replies, 'x-c')).toEqual(['3', '3', '3']);
    // What the gateway itself says of the client's connection, if anything.
    for (const said of has(replies, 'connection')) expect([undefined, 'close', 'keep-alive']).toContain(said);
  });

  test('of any name', async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z]$/).map((text) => `x-${text}`);
    const free = name.filter((text) => !/^x-(cache|gateway|request-id|consumer)/.test(text));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(free, { minLength: 2, maxLength: 6 }),
        async ([kept = '', ...named]) => {
          const lines = [kept, ...named].map((one) => `${one}: v\r\n`).join('');
          const replies = await everywhere(`Connection: ${named.join(', ')}\r\n${lines}`);
          for (const one of named) expect(has(replies, one)).toEqual([undefined, undefined, undefined]);
          expect(has(replies, kept)).toEqual(['v', 'v', 'v']);
        },
      ),
      { numRuns: 60 },
    );
  }, 20_000);

  test('cannot hide from the cache what it decides by', async () => {
    for (const [name, value] of [
      ['Cache-Control', 'no-store'],
      ['Set-Cookie', 'a=b'],
      ['Vary', 'Accept'],
    ]) {
      const control = name === 'Cache-Control' ? '' : 'Cache-Control: max-age=60\r\n';
      answerWith(`${control}Connection: ${name}\r\n${name}: ${value}\r\n`);
      const path = fresh('cached');
      expect([name, (await get(0, path)).headers['x-cache']]).toEqual([name, 'MISS']);
      expect([name, (await get(1, path)).headers['x-cache']]).toEqual([name, 'MISS']);
    }
  });

  test('cannot take the length away', async () => {
    const replies = await everywhere('Connection: Content-Length, Content-Type\r\nContent-Type: a/b\r\n');
    expect(has(replies, 'content-type')).toEqual(['a/b', 'a/b', 'a/b']);
  });
});

test.each([
  ...['Keep-Alive', 'Proxy-Connection', 'Proxy-Authenticate', 'Proxy-Authentication-Info', 'Proxy-Anything'],
  ...['TE', 'Trailer', 'Upgrade', 'HTTP2-Settings'],
])('%s ends at the gateway', async (name) => {
  const replies = await everywhere(`${name}: evil\r\nX-C: 3\r\n`);
  expect(has(replies, name.toLowerCase())).toEqual([undefined, undefined, undefined]);
  expect(has(replies, 'x-c')).toEqual(['3', '3', '3']);
});

describe('a NUL in a header', () => {
  test.each([
    ['alone', 'X-A: \0'],
    ['in the middle', 'X-A: b\0X-C: evil'],
    ['at the end', 'X-A: b\0'],
    ['in what is kept by', 'Cache-Control: max-age=60\0, no-store'],
    ['in a cookie', 'Set-Cookie: a=\0'],
    ['in a type', 'Content-Type: text/html\0'],
    ['in a name', 'X-\0A: b'],
  ])('%s is no answer', async (_, header) => {
    answerWith(`${header}\r\n${header.startsWith('Cache') ? '' : 'Cache-Control: max-age=60\r\n'}`);
    const path = fresh('cached');
    for (const [member, where] of [
      [0, fresh('plain')],
      [0, path],
      [1, path],
    ] as const) {
      const reply = await get(member, where);
      expect([reply.status, JSON.stringify(reply).includes('\\u0000')]).toEqual([502, false]);
    }
    answerWith('Cache-Control: max-age=60\r\n');
    expect((await get(0, path)).headers['x-cache']).toBe('MISS');
  });

  test('and other bytes of text are', async () => {
    const replies = await everywhere('X-A: \t!~ \x80\xff\r\n');
    expect(has(replies, 'x-a')).toEqual(['!~ \x80\xff', '!~ \x80\xff', '!~ \x80\xff']);
  });
});
