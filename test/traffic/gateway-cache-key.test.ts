/** Proves that nothing which a client sends, and the key does not hold, changes an answer that others get. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claimingHeaders, plainHeaders } from './support/claims';
import type { Call, Reply } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import type { Seen } from './support/pool';

const net = '127.30.86';
const balancer = `${net}.250`;
const cached = (rest = {}) => ({ cache: { ttlSeconds: 60, ...rest } });
let pair: Pair;

beforeAll(async () => {
  const model = gatewayModel(
    {
      plain: { policies: cached() },
      chosen: { policies: cached({ varyBy: { headers: ['x-tenant', 'accept', 'cookie', 'origin'] } }) },
      shared: { policies: { authentication: { apiKey: {} }, ...cached({ varyBy: { consumer: false } }) } },
      own: { policies: { authentication: { apiKey: {} }, ...cached() } },
      dropped: { policies: cached({ cookies: 'drop' }) },
      pages: { policies: { cors: { origins: ['https://app.example.com'] }, ...cached() } },
    },
    { balancerCidrs: [`${balancer}/32`] },
  );
  const instances = Object.fromEntries(model.apis.map(({ name }) => [name, 1]));
  pair = await Pair.start({
    net: 86,
    model,
    keys: { 'acme-key': 'acme', 'globex-key': 'globex' },
    instances,
  });
}, 30_000);
afterAll(() => pair?.stop());

/** What the API makes of a request: all that it got but the names that logs know it by. */
const forLogs = ['x-request-id', 'traceparent', 'tracestate', 'x-amzn-trace-id'];
const answerTo = ({ method, url, rawHeaders, body }: Seen): string => {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1]] as const] : [],
  );
  const headers = pairs.filter(([name]) => !forLogs.includes(name)).sort();
  return JSON.stringify({ method, path: url.replace(/\d+/, ''), headers, body });
};

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = (seen) => ({ body: answerTo(seen) });
  }
});

let number = 0;
const fresh = (api: string) => `/${api}/${++number}`;
const cacheOf = ({ headers }: Reply) => headers['x-cache'];
const headersOf = ({ body }: Reply): Record<string, string> => Object.fromEntries(JSON.parse(body).headers);
const from = `${net}.240`;

/** What the API tells a client that says nothing. */
const silent = { host: 'api.test', 'x-forwarded-proto': 'http' };

describe('one header', () => {
  /** The header's client first, then one without it: of the first, its headers as the API got them. */
  async function first(api: string, headers: Call['headers']): Promise<[string, Record<string, string>]> {
    const path = fresh(api);
    const one = await pair.call(0, path, { headers, from });
    const other = await pair.call(1, path);
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(headersOf(other)).toEqual(silent);
    const outcome = `${cacheOf(one)} ${cacheOf(other)}`;
    return [outcome, headersOf(one)];
  }

  const alone: Record<string, string> = { authorization: 'a b', cookie: 'a=b', origin: 'https://x.example' };
  const passing = ['authorization', 'cookie', 'if-match', 'if-unmodified-since', 'origin'];
  const names = [...new Set([...plainHeaders, ...claimingHeaders, 'x-consumer-id', 'x-gateway-key', 'x-a'])];

  test('of any name is kept from the API, or its request passes the cache by', async () => {
    const outcomes = new Map<string, string>();
    for (const name of names) {
      const [outcome, got] = await first('plain', { [name]: alone[name] ?? 'evil' });
      outcomes.set(name, outcome);
      if (outcome === 'MISS HIT') expect([name, got]).toEqual([name, silent]);
      else expect([name, got[name]]).toEqual([name, alone[name] ?? 'evil']);
    }
    const passed = [...outcomes].filter(([, outcome]) => outcome === 'BYPASS MISS').map(([name]) => name);
    expect(passed.sort()).toEqual(passing);
    const kept = [...outcomes].filter(([, outcome]) => outcome === 'MISS HIT');
    expect(kept.length + passed.length).toBe(names.length);
  }, 60_000);

  test.each(['text/event-stream', 'Text/Event-Stream;q=1', 'text/html, text/event-stream'])(
    'that asks for a stream of events (%s) passes by, whole',
    async (accept) => {
      const headers = { accept, 'last-event-id': '7', 'user-agent': 'a' };
      const [outcome, got] = await first('plain', headers);
      expect(outcome).toBe('BYPASS MISS');
      expect(got).toMatchObject(headers);
    },
  );

  test('that the policy names reaches the API, and only its own kind is given the answer', async () => {
    for (const name of ['x-tenant', 'accept', 'cookie', 'origin']) {
      const path = fresh('chosen');
      const ask = (member: number, value: string, more = {}) =>
        pair.call(member, path, { headers: { [name]: value, ...more }, from });
      const one = await ask(0, 'one', { 'user-agent': 'a', 'accept-language': 'de' });
      expect(headersOf(one)).toEqual({ ...silent, [name]: 'one' });
      const again = await ask(1, 'one', { 'user-agent': 'b' });
      expect([cacheOf(one), cacheOf(again), again.body]).toEqual(['MISS', 'HIT', one.body]);
      const other = await ask(1, 'two');
      expect([cacheOf(other), headersOf(other)[name]]).toEqual(['MISS', 'two']);
      expect(cacheOf(await pair.call(1, path))).toBe('MISS');
    }
  });

  test('of a consumer reaches the API only where the key holds it', async () => {
    const acme = { headers: { 'x-api-key': 'acme-key', 'user-agent': 'a' } };
    const globex = { headers: { 'x-api-key': 'globex-key' } };
    const [shared, own] = [fresh('shared'), fresh('own')];
    expect(headersOf(await pair.call(0, shared, acme))).toEqual(silent);
    expect(cacheOf(await pair.call(1, shared, globex))).toBe('HIT');
    expect(headersOf(await pair.call(0, own, acme))).toEqual({ ...silent, 'x-consumer-id': 'acme' });
    const other = await pair.call(1, own, globex);
    expect([cacheOf(other), headersOf(other)['x-consumer-id']]).toEqual(['MISS', 'globex']);
  });

  test('with cookies is dropped where the policy says so, and its request is as any other', async () => {
    const [outcome, got] = await first('dropped', { cookie: 'session=1', accept: 'a/b' });
    expect([outcome, got]).toEqual(['MISS HIT', silent]);
    const [several] = await first('dropped', { cookie: ['a=1', 'b=2'] });
    expect(several).toBe('MISS HIT');
  });

  test('of another origin is the gateway own matter where it answers pages', async () => {
    const path = fresh('pages');
    const page = { headers: { origin: 'https://app.example.com' } };
    const one = await pair.call(0, path, page);
    expect(one.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(headersOf(one)).toEqual(silent);
    const other = await pair.call(1, path);
    expect(cacheOf(other)).toBe('HIT');
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('of a length of nothing is as good as none: HAProxy 3.2 says it by itself', async () => {
    const path = fresh('plain');
    const one = await pair.call(0, path, { headers: { 'content-length': '0' }, from });
    const { 'content-length': length = '0', ...rest } = headersOf(one);
    expect([cacheOf(one), length, rest]).toEqual(['MISS', '0', silent]);
    expect(cacheOf(await pair.call(1, path))).toBe('HIT');
  });
});

describe('where a request comes from', () => {
  test('is no part of an answer, but the scheme and port that links are made with are', async () => {
    const path = fresh('plain');
    const ask = (client: string, proto: string, port: string) =>
      pair.call(0, path, {
        from: balancer,
        headers: { 'X-Forwarded-For': client, 'X-Forwarded-Proto': proto, 'X-Forwarded-Port': port },
      });
    const one = await ask('203.0.113.1', 'https', '443');
    expect(headersOf(one)).toEqual({
      host: 'api.test',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    });
    const others = [
      await ask('203.0.113.2', 'https', '443'),
      await ask('203.0.113.2', 'http', '443'),
      await ask('203.0.113.2', 'https', '8443'),
      await ask('203.0.113.3', 'https', '8443'),
    ];
    expect(others.map(cacheOf)).toEqual(['HIT', 'MISS', 'MISS', 'HIT']);
  });
});

test('of two clients that say whatever they like, whoever is first leaves the same answer', async () => {
  const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
  const name = fc.oneof(
    fc.constantFrom(...plainHeaders, ...claimingHeaders, 'range', 'if-range'),
    fc.stringMatching(/^x-[a-z][a-z0-9-]{0,12}$/),
  );
  const headers = fc.array(fc.tuple(name, value), { maxLength: 8 });
  const host: [string, string] = ['Host', 'api.test'];
  await fc.assert(
    fc.asyncProperty(headers, headers, async (one, other) => {
      const [here, there] = [fresh('plain'), fresh('plain')];
      const replies = [
        await pair.call(0, here, { headers: [host, ...one], from }),
        await pair.call(1, there, { headers: [host, ...other] }),
      ];
      const kept = replies.filter((reply) => cacheOf(reply) === 'MISS' && reply.status === 200);
      for (const reply of kept) expect(headersOf(reply)).toEqual(silent);
      // What was first is what the other one gets.
      const second = await pair.call(1, here, { headers: [host, ...other] });
      if (cacheOf(second) === 'HIT' && second.status === 200) expect(headersOf(second)).toEqual(silent);
    }),
    { numRuns: 300 },
  );
}, 60_000);

describe('a miss fills the cache', () => {
  const whole = { status: 200, headers: { ETag: '"1"' }, body: 'abcde' };
  const answer = ({ headers }: Seen) => {
    if (headers.range) return { status: 206, headers: { 'Content-Range': 'bytes 0-1/5' }, body: 'ab' };
    const conditions = ['if-none-match', 'if-modified-since'].filter((name) => headers[name] !== undefined);
    return conditions.length > 0 ? { status: 304, headers: { ETag: '"1"' }, body: '' } : whole;
  };
  const since = 'Fri, 01 Jan 2038 00:00:00 GMT';

  test.each<[string, Call['headers']]>([
    ['a condition', { 'If-None-Match': '"1"' }],
    ['a weak one', { 'If-None-Match': 'W/"1"' }],
    ['any tag', { 'If-None-Match': '*' }],
    ['several tags', { 'If-None-Match': '"0", "1"' }],
    ['a date', { 'If-Modified-Since': since }],
    ['both', { 'If-None-Match': '"1"', 'If-Modified-Since': since }],
    ['a range', { Range: 'bytes=0-1' }],
    ['the end', { Range: 'bytes=-1' }],
    ['several ranges', { Range: 'bytes=0-0,2-3' }],
    ['a unit that nobody knows', { Range: 'lines=1-2' }],
    ['a range on condition', { Range: 'bytes=0-1', 'If-Range': '"1"' }],
    ['all of them', { Range: 'bytes=0-1', 'If-Range': '"1"', 'If-None-Match': '"0"' }],
  ])('with %s too', async (_, headers) => {
    pair.pool('plain').behaviour = answer;
    const path = fresh('plain');
    const one = await pair.call(0, path, { headers });
    expect([one.status, cacheOf(one), one.body]).toEqual([200, 'MISS', 'abcde']);
    const other = await pair.call(1, path);
    expect([other.status, cacheOf(other), other.body]).toEqual([200, 'HIT', 'abcde']);
    expect(pair.pool('plain').seen).toHaveLength(1);
  });

  test('and then a condition is answered by what is kept', async () => {
    pair.pool('plain').behaviour = answer;
    const path = fresh('plain');
    const ask = (headers: Call['headers']) => pair.call(1, path, { headers });
    await ask({ Range: 'bytes=0-1' });
    expect((await ask({ 'If-None-Match': '"1"' })).status).toBe(304);
    expect((await ask({ 'If-None-Match': '"0"' })).status).toBe(200);
  });

  test.each(['If-Match', 'If-Unmodified-Since'])(
    'but not with %s, which the API must judge',
    async (name) => {
      pair.pool('plain').behaviour = ({ headers }) => ({ status: headers[name.toLowerCase()] ? 412 : 200 });
      const path = fresh('plain');
      const one = await pair.call(0, path, { headers: { [name]: name === 'If-Match' ? '"0"' : since } });
      expect([one.status, cacheOf(one)]).toEqual([412, 'BYPASS']);
      expect(cacheOf(await pair.call(1, path))).toBe('MISS');
    },
  );
});

describe('a stream without an end', () => {
  test.each([
    'text/event-stream',
    'Text/Event-Stream; charset=utf-8',
    'text/event-stream;x=y',
    'multipart/x-mixed-replace; boundary=a',
  ])('of %s is not kept', async (type) => {
    pair.pool('plain').behaviour = () => ({
      headers: { 'Content-Type': type, 'Cache-Control': 'max-age=60' },
    });
    const path = fresh('plain');
    expect([cacheOf(await pair.call(0, path)), cacheOf(await pair.call(1, path))]).toEqual(['MISS', 'MISS']);
  });

  test.each(['text/plain', 'application/x-event-stream', 'text/event'])('but %s is', async (type) => {
    pair.pool('plain').behaviour = () => ({ headers: { 'Content-Type': type } });
    const path = fresh('plain');
    expect([cacheOf(await pair.call(0, path)), cacheOf(await pair.call(1, path))]).toEqual(['MISS', 'HIT']);
  });
});

test('misses of one key that come at once each ask the API: 50 make 50 requests, at one owner', async () => {
  const waiting: (() => void)[] = [];
  pair.pool('plain').behaviour = () =>
    new Promise((resolve) => {
      waiting.push(() => resolve({ body: 'late' }));
      if (waiting.length === 50) for (const answer of waiting) answer();
    });
  const path = fresh('plain');
  const replies = await Promise.all(Array.from({ length: 50 }, (_, index) => pair.call(index % 2, path)));
  expect(replies.map(({ status, body }) => [status, body])).toEqual(replies.map(() => [200, 'late']));
  expect(pair.pool('plain').seen).toHaveLength(50);
  expect([cacheOf(await pair.call(0, path)), cacheOf(await pair.call(1, path))]).toEqual(['HIT', 'HIT']);
}, 20_000);
