/** Proves that answers of each status are kept where the policy says so, and given as the API gave them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import type { Answer } from './support/pool';

/** All that a policy may name, and 20 are the most for one place: so a route for each kind. */
const kinds = {
  good: [200, 201, 202, 203, 204, 205, 207, 208, 226, 299],
  moved: [300, 301, 302, 303, 305, 307, 308, 399],
  missing: [400, 401, 403, 404, 405, 406, 409, 410, 414, 415, 421, 422, 425, 426, 451, 499],
  broken: [500, 501, 502, 503, 504, 505, 508, 510, 599],
};
const all = Object.values(kinds).flat();

const policiesOf = (freshness: string) =>
  Object.fromEntries(
    Object.entries(kinds).map(([kind, statuses]) => [
      kind,
      {
        paths: [`/${freshness}/${kind}/{id}`],
        policies: { cache: { ttlSeconds: 60, freshness, statuses } },
      },
    ]),
  );

let pair: Pair;
beforeAll(async () => {
  const plain = { policies: { cache: { ttlSeconds: 60, freshness: 'respect' } } };
  const model = gatewayModel({
    respect: { ...plain, routes: policiesOf('respect') },
    override: { routes: policiesOf('override') },
    common: plain,
  });
  const instances = Object.fromEntries(model.apis.map(({ name }) => [name, 1]));
  pair = await Pair.start({ net: 88, model, instances });
}, 30_000);
afterAll(() => pair?.stop());

let number = 0;
const fresh = (start: string) => `${start}/${++number}`;
const kindOf = (status: number) =>
  Object.entries(kinds).find(([, statuses]) => statuses.includes(status))?.[0] ?? '';

const saying = (answer: Answer) => {
  for (const pool of Object.values(pair.pools)) pool.behaviour = () => answer;
};
beforeEach(() => saying({}));

async function twice(path: string, headers: Record<string, string> = {}) {
  const replies = [await pair.call(0, path), await pair.call(1, path, { headers })];
  return { replies, outcomes: replies.map((reply) => reply.headers['x-cache']) };
}

const own = {
  ETag: '"1"',
  'Last-Modified': 'Sun, 06 Nov 1994 08:49:37 GMT',
  'X-A': 'b',
  Location: '/elsewhere',
};
const bodyOf = (status: number) => ([204, 205].includes(status) ? '' : `body of ${status}`);

describe.each(all)('%i', (status) => {
  const answer = { status, headers: { ...own, 'Cache-Control': 'max-age=60' }, body: bodyOf(status) };

  test.each(['respect', 'override'])('is kept where the policy names it: %s', async (freshness) => {
    saying(answer);
    const { replies, outcomes } = await twice(fresh(`/${freshness}/${kindOf(status)}`));
    expect(outcomes).toEqual(['MISS', 'HIT']);
    for (const reply of replies) {
      expect([reply.status, reply.body]).toEqual([status, bodyOf(status)]);
      expect(reply.headers).toMatchObject({
        etag: '"1"',
        'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT',
        'x-a': 'b',
        location: '/elsewhere',
        'cache-control': 'max-age=60',
      });
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('x-gateway'))).toEqual([]);
    }
  });

  test('is not kept where it does not', async () => {
    saying(answer);
    const [another = ''] = Object.keys(kinds).filter((kind) => kind !== kindOf(status));
    expect((await twice(fresh(`/respect/${another}`))).outcomes).toEqual(['MISS', 'MISS']);
    const { outcomes } = await twice(fresh('/common'));
    expect(outcomes).toEqual(status === 200 ? ['MISS', 'HIT'] : ['MISS', 'MISS']);
  });

  test('is not kept against the word of the API', async () => {
    const forbidding: NonNullable<Answer['headers']>[] = [
      { 'Cache-Control': 'no-store' },
      { 'Cache-Control': 'private' },
      { 'Set-Cookie': 'a=b' },
      { Vary: 'Accept' },
    ];
    for (const headers of forbidding) {
      saying({ ...answer, headers });
      const { replies, outcomes } = await twice(fresh(`/override/${kindOf(status)}`));
      expect(outcomes).toEqual(['MISS', 'MISS']);
      expect(replies.map((reply) => reply.status)).toEqual([status, status]);
    }
    saying({ ...answer, headers: {} });
    expect((await twice(fresh(`/respect/${kindOf(status)}`))).outcomes).toEqual(['MISS', 'MISS']);
  });

  test('is its own answer to a condition, unless it is a 200', async () => {
    saying(answer);
    const { replies, outcomes } = await twice(fresh(`/respect/${kindOf(status)}`), {
      'If-None-Match': '"1"',
    });
    expect(outcomes).toEqual(['MISS', 'HIT']);
    expect(replies[1]?.status).toBe(status === 200 ? 304 : status);
  });
});

test.each([206, 304])('%i is a part or no answer, and never kept', async (status) => {
  saying({ status, headers: { 'Content-Range': 'bytes 0-1/9', 'Cache-Control': 'max-age=60' }, body: '' });
  for (const kind of Object.keys(kinds))
    expect((await twice(fresh(`/override/${kind}`))).outcomes).toEqual(['MISS', 'MISS']);
});

test('what the gateway says itself is not kept', async () => {
  saying({ hangUp: true });
  const path = fresh('/override/broken');
  expect((await twice(path)).replies.map(({ status }) => status)).toEqual([502, 502]);
  saying({});
  expect((await pair.call(0, path)).status).toBe(200);
});
