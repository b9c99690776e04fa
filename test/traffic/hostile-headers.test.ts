/**
 * Proves that framing and headers that could be read in more than one way are refused, or passed on in exactly one, that
 * no header of a client says what only the balancer or the gateway may, and that nothing breaks the log.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Attack, get, statuses } from './support/attack';
import { claimingHeaders, plainHeaders } from './support/claims';
import { confusingFraming, confusingHeaders } from './support/hostile';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const balancer = '127.30.63.250';
const stranger = '127.30.63.240';
let pair: Pair;
const attack = new Attack(() => pair);

beforeAll(async () => {
  const model = gatewayModel({ orders: {} }, { balancerCidrs: [`${balancer}/32`] });
  pair = await Pair.start({ net: 63, shift: 100, model, instances: { orders: 1 } });
}, 20_000);

afterAll(() => pair?.stop());

afterEach(() => attack.forget());

const post = (headers: string, body: string, version = '1.1') =>
  `POST /orders HTTP/${version}\r\nHost: a\r\n${headers}\r\n${body}`;

const last = 'Connection: close\r\n';

/** What the API got of a request with these headers: names as they came, and values. */
async function passed(headers: string, from = stranger): Promise<Record<string, string>> {
  expect(statuses(await attack.say(get('/orders', headers), { from }))).toEqual([200]);
  const [seen, ...more] = pair.pool('orders').seen;
  expect(more).toEqual([]);
  const raw = seen?.rawHeaders ?? [];
  const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  return Object.fromEntries(names.map((name, index) => [name, raw[2 * index + 1] ?? '']));
}

/** What the gateway says of a request by itself. */
const own = {
  host: 'a',
  'x-forwarded-for': stranger,
  'x-forwarded-proto': 'http',
  'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
};

describe('framing', () => {
  test.each(confusingFraming)('with %s is refused', async (_, headers, body) => {
    await attack.refused(post(headers, body), [400, 422, 501]);
  });

  test('with two lengths is refused: 2.6 says so, and 3.x closes the connection without a word', async () => {
    const replies = await attack.say(post('Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd'));
    expect([[400], []]).toContainEqual(statuses(replies));
    expect(attack.arrived()).toEqual([]);
  });

  test.each([
    ['chunks in HTTP/1.0', 'Transfer-Encoding: chunked\r\n'],
    ['chunks and a length in HTTP/1.0', 'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n'],
  ])('%s are refused', async (_, headers) => {
    await attack.refused(post(headers, '3\r\nabc\r\n0\r\n\r\n', '1.0'));
  });

  const chunked = 'Transfer-Encoding: chunked\r\n';
  test.each([
    ['CL.TE', `Content-Length: 6\r\n${chunked}`, '0\r\n\r\nGET /orders/evil HTTP/1.1\r\nHost: a\r\n\r\n', ''],
    ['TE.CL', `${chunked}Content-Length: 3\r\n`, '8\r\nSMUGGLED\r\n0\r\n\r\n', 'SMUGGLED'],
    ['in upper case', 'TRANSFER-ENCODING: CHUNKED\r\n', '3\r\nabc\r\n0\r\n\r\n', 'abc'],
    ['after a tab', 'Transfer-Encoding:\tchunked\r\n', '3\r\nabc\r\n0\r\n\r\n', 'abc'],
    ['on the next line', 'Transfer-Encoding:\r\n chunked\r\n', '3\r\nabc\r\n0\r\n\r\n', 'abc'],
    ['after a bare LF', 'X-A: b\nTransfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n', 'abc'],
    ['with extensions', chunked, '3;a=b;c="d"\r\nabc\r\n0;x\r\n\r\n', 'abc'],
  ])('chunks %s reach the API as chunks alone, once', async (_, headers, body, got) => {
    expect(statuses(await attack.say(post(headers, body)))).toEqual([200]);
    expect(attack.arrived()).toEqual(['orders: POST /orders']);
    const [seen] = pair.pool('orders').seen;
    expect(seen?.headers['transfer-encoding']?.toLowerCase()).toBe('chunked');
    expect(seen?.headers).not.toHaveProperty('content-length');
    expect(seen?.body).toBe(got);
  });

  test.each(['Content-Length: 3\r\nContent-Length: 3\r\n', 'Content-Length: 3, 3\r\n'])(
    '%j is one length',
    async (headers) => {
      expect(statuses(await attack.say(post(headers, 'abc')))).toEqual([200]);
      expect(pair.pool('orders').seen[0]).toMatchObject({ body: 'abc', headers: { 'content-length': '3' } });
    },
  );

  test('a header with an underscore frames nothing: what follows is the next request', async () => {
    const bytes = post('Transfer_Encoding: chunked\r\nContent_Length: 5\r\n', get('/nowhere', last));
    expect(statuses(await attack.say(bytes, { open: true }))).toEqual([200, 404]);
    expect(pair.pool('orders').seen[0]?.body).toBe('');
  });

  test('what follows a body is a request with rules of its own', async () => {
    const bytes = post('Content-Length: 3\r\n', `abc${get('/orders/../admin', last)}`);
    const replies = await attack.say(bytes, { open: true });
    expect(statuses(replies)).toEqual([200, 400]);
    expect(attack.arrived()).toEqual(['orders: POST /orders']);
  });
});

describe('headers', () => {
  test.each(confusingHeaders)('with %s are refused', async (_, headers) => {
    await attack.refused(get('/orders', headers), [400, 431]);
  });

  test('a line that is folded into another one is a part of it', async () => {
    const headers = await passed('X-A: b\r\n X-Consumer-Id: evil\r\n');
    expect(headers).toEqual({ ...own, 'x-a': expect.stringMatching(/^b +X-Consumer-Id: evil$/) });
  });

  test.each([
    ['X-Consumer-Id', 'x-consumer-id', 'X-CONSUMER-ID', 'X-Consumer-Anything'],
    ['X_Consumer_Id', 'X-Consumer_Id', 'X.Consumer.Id', 'X!Consumer~Id', 'X+Consumer*Id', "X'Consumer`Id"],
    ['X-Gateway-Key', 'x-gateway-api', 'X-GATEWAY-SERVER', 'X-Gateway-Cache-Control'],
    [
      'Forwarded',
      'X-Forwarded',
      'X-Forwarded-Host',
      'X-Forwarded-User',
      'X-Forwarded-Port',
      'X-FORWARDED-SERVER',
    ],
    [
      'X-Real-IP',
      'X-Client-IP',
      'True-Client-IP',
      'X-Cluster-Client-Ip',
      'X-Originating-IP',
      'X-Remote-Addr',
    ],
    ['X-Original-URL', 'X-Rewrite-URL', 'X-Original-Host', 'X-Host'],
    ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'],
    ['X-Amzn-Oidc-Identity', 'X-Amzn-Oidc-Data', 'X-Amzn-Mtls-Clientcert', 'Proxy', 'Proxy-Authorization'],
    ['Keep-Alive', 'TE', 'HTTP2-Settings', 'Upgrade'],
  ])('%s and their like do not pass, whoever sends them', async (...names) => {
    const headers = names.map((name) => `${name}: evil\r\n`).join('');
    expect(await passed(headers)).toEqual(own);
    attack.forget();
    expect(await passed(headers, balancer)).toEqual({ ...own, 'x-forwarded-for': balancer });
  });

  const inGroups = (names: readonly string[]) =>
    Array.from({ length: Math.ceil(names.length / 40) }, (_, group) =>
      names.slice(40 * group, 40 * (group + 1)),
    );
  const sent = (names: readonly string[]) => names.map((name) => `${name}: evil\r\n`).join('');

  test('all that claims another path, method, host or client stays out', async () => {
    for (const names of inGroups([
      ...claimingHeaders,
      ...claimingHeaders.map((name) => name.toUpperCase()),
    ])) {
      expect(await passed(sent(names))).toEqual(own);
      attack.forget();
    }
  });

  test('and nothing else', async () => {
    for (const names of inGroups(plainHeaders)) {
      expect(Object.keys(await passed(sent(names))).sort()).toEqual([...Object.keys(own), ...names].sort());
      attack.forget();
    }
  });

  test('X-Forwarded headers count from the balancer alone, and of those the last', async () => {
    const headers =
      'X-Forwarded-For: 10.0.0.1, 10.0.0.2\r\nX-Forwarded-For: 10.0.0.3, 203.0.113.7\r\n' +
      'X-Forwarded-Proto: http\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n';
    expect(await passed(headers)).toEqual(own);
    attack.forget();
    expect(await passed(headers, balancer)).toEqual({
      ...own,
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    });
  });

  test('Connection takes away none of them, and does not pass', async () => {
    const named = 'X-Forwarded-For, X-Request-Id, X-Consumer-Id, Authorization, Host';
    const headers = `Connection: close, TE, ${named}\r\nTE: trailers\r\nAuthorization: Bearer t\r\n`;
    expect(await passed(headers)).toEqual({ ...own, authorization: 'Bearer t' });
  });

  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  test.each([
    ['h2c', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'],
    ['TLS', 'Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n'],
    ['websocket that Connection does not name', `Upgrade: websocket\r\n${key}`],
  ])('an upgrade to %s does not reach the API', async (_, headers) => {
    const got = await passed(headers);
    expect(got).not.toHaveProperty('upgrade');
    expect(got).not.toHaveProperty('connection');
  });

  // HAProxy 3 takes h2c out of a list by itself, and leaves the other.
  test.each([
    ['before', `Connection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n${key}`],
    ['after', `Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n${key}`],
    ['in one list with', `Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n${key}`],
  ])('an upgrade to h2c %s websocket does not reach the API', async (_, headers) => {
    expect([undefined, 'websocket']).toContain((await passed(headers)).upgrade);
  });

  test('an upgrade to WebSocket that the API does not take opens no tunnel', async () => {
    const upgrade = `Connection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 777\r\n${key}`;
    const bytes = get('/orders', upgrade) + get('/orders/../admin', last);
    const replies = await attack.say(bytes, { open: true });
    expect(statuses(replies)).toEqual([200, 400]);
    expect(pair.pool('orders').seen[0]?.headers).toMatchObject({
      connection: 'upgrade',
      upgrade: 'WebSocket',
    });
  });

  test('Expect other than 100-continue reaches nothing', async () => {
    await attack.refused(post('Expect: 200-maybe\r\nContent-Length: 3\r\n', 'abc'), [417]);
  });
});

describe('the log', () => {
  const fields = [
    ...[
      'member',
      'time',
      'request_id',
      'traceparent',
      'client',
      'method',
      'host',
      'path',
      'status',
      'bytes_in',
    ],
    ...[
      'bytes_out',
      'api',
      'prefix',
      'route',
      'version',
      'consumer',
      'cache',
      'limit',
      'deny',
      'server',
      'hop',
      'receive_ms',
    ],
    ...['queue_ms', 'connect_ms', 'response_ms', 'total_ms', 'retries', 'end'],
  ];
  const nasty = '"},{"x":"\\u0000\\';

  test.each([
    ['a traceparent', `traceparent: ${nasty}\r\n`],
    [
      'two traceparents',
      `traceparent: 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01\r\ntraceparent: ${nasty}\r\n`,
    ],
    [
      'a traceparent of 9 KB',
      `traceparent: 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01${'"'.repeat(9000)}\r\n`,
    ],
    [
      'two, of 9 KB',
      `traceparent: 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01\r\ntraceparent: ${'"'.repeat(9000)}\r\n`,
    ],
  ])('does not take %s that is none', async (_, headers) => {
    const [reply] = await attack.say(get('/orders', headers));
    expect(reply?.status).toBe(200);
    expect(await pair.member(0).logged(reply?.headers['x-request-id'] ?? '')).toMatchObject({
      traceparent: '-',
    });
  });

  test.each([
    `X-Request-Id: aaaaaaaa\r\n Set-Cookie: a=b\r\n`,
    'X-Request-Id: aaaaaaaa%0d%0aSet-Cookie:a=b\r\n',
    `X-Request-Id: ${nasty}\r\n`,
    `X-Request-Id: ${'a'.repeat(65)}\r\n`,
    'X-Request-Id: aaaaaaaa\r\nX-Request-Id: bbbbbbbb\r\n',
  ])('and the answer do not take %j', async (headers) => {
    const [reply] = await attack.say(get('/orders', headers));
    expect(reply?.headers['x-request-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(reply?.headers).not.toHaveProperty('set-cookie');
  });

  test('has lines of exactly its fields, whatever was asked for', async () => {
    const { log } = pair.member(0);
    const before = log.length;
    const asked = [
      get(`/orders/${'"'.repeat(8000)}?secret`),
      `GET /orders HTTP/1.1\r\nHost: ${nasty}${'"'.repeat(5000)}\r\n\r\n`,
      `GET /${nasty} HTTP/1.1\r\nHost: ${nasty}\xff\xc3\x01\r\n\r\n`,
      `${'A'.repeat(12_000)} /orders HTTP/1.1\r\nHost: a\r\n\r\n`,
      `\x16\x03\x01\x02\x00${'\x00'.repeat(300)}\r\n\r\n`,
      `${nasty}\r\n\r\n`,
      get('/orders', `X-Forwarded-For: ${nasty}\r\nAuthorization: secret\r\nCookie: secret\r\n`),
    ];
    for (const bytes of asked) await attack.say(bytes);
    await attack.say(get('/orders', 'X-Request-Id: the-last-one\r\n'));
    await pair.member(0).logged('the-last-one');
    expect(log.length - before).toBe(asked.length + 1);
    for (const line of log) expect(Object.keys(line)).toEqual(fields);
    expect(JSON.stringify(log)).not.toContain('secret');
  });
});
