/**
 * Proves that the API sees no request but those that the gateway has judged and logged, whatever a server forgives that
 * the standard forbids. What the gateway sends is recorded byte by byte, and read as each of those servers would; what
 * it is sent is generated, each time anew.
 */
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Attack, statuses } from './support/attack';
import { type Read, readAll, servers, standard } from './support/lenient';
import { gatewayModel } from './support/model';
import { mutant } from './support/mutants';
import { Pair, serversUp } from './support/pair';
import { openSocket, type RawReply, readToEnd } from './support/raw';
import { findings, idOf, improper, valuesOf } from './support/recorded';
import { RecordingServer } from './support/recording';
import { droppedLines, inBatches } from './support/streams';
import { until } from './support/until';

/** Requests of the property. */
const mutants = 10_000;
const instance = '127.30.94.21';

let pair: Pair;
let server: RecordingServer;
const attack = new Attack(() => pair);

beforeAll(async () => {
  const model = gatewayModel({ orders: {} }, { letters: 'a' });
  pair = await Pair.start({ net: 94, model, threads: 1, instances: { orders: 0 } });
  server = await RecordingServer.start(instance);
  pair.resolve('orders', [instance]);
  await until('the instance is found', async () => (await serversUp(pair.member(0))).get('orders') === 1);
}, 30_000);

afterAll(async () => {
  await pair?.stop();
  await server?.close();
});

beforeEach(() => server.forget());

/** Each on a connection of its own. */
async function sendOne(bytes: string): Promise<string> {
  const socket = openSocket(pair.member(0).address);
  socket.end(bytes, 'latin1');
  return readToEnd(socket);
}

/** Requests that passed, as the log has them. */
const logged = (): Set<string> => {
  const passed = pair.member(0).log.filter(({ hop }) => String(hop).startsWith('orders-'));
  return new Set(passed.map(({ request_id }) => String(request_id)));
};

/** Waits for the log, which may be behind, but not for what it never says. */
async function judged(reads: readonly Read[]): Promise<Set<string>> {
  let ids = logged();
  const all = () => {
    ids = logged();
    return reads.every((read) => ids.has(idOf(read)));
  };
  await until('the log has all that the API got', all, { withinSeconds: 5 }).catch(() => undefined);
  return ids;
}

test(`of ${mutants} requests with another one behind them none reaches the API unjudged`, async () => {
  const seed = Date.now() % 2 ** 31;
  const sent = fc.sample(mutant, { seed, numRuns: mutants });
  await inBatches(pair.member(0), sent, sendOne);
  const reads = server.connections.flatMap(({ bytes }) => readAll(bytes, standard));
  const { requests, wrong } = findings(server.connections, sent, await judged(reads));
  expect({ seed, dropped: await droppedLines(pair.member(0)), wrong }).toEqual({
    seed,
    dropped: 0,
    wrong: {},
  });
  // Refusing all would pass too.
  expect(requests).toBeGreaterThan(mutants / 8);
}, 120_000);

test('a server that is less careful would see it: the recording is read as it says', () => {
  const smuggled = 'GET /orders/hidden HTTP/1.1\r\nHost: a\r\n\r\n';
  const seen = (head: string, body: string): string[] => {
    const bytes = `POST /orders HTTP/1.1\r\n${head}\r\n${body}`;
    const others = Object.entries(servers).filter(
      ([, one]) => readAll(bytes, one).length !== readAll(bytes, standard).length,
    );
    return others.map(([name]) => name).filter((name) => name !== 'all at once');
  };
  const length = `Content-Length: ${smuggled.length}\r\n`;
  expect(seen(length, smuggled)).toEqual([]);
  expect(seen(`Content-Length: 18446744073709551616\r\n`, smuggled)).toEqual(['length in 64 bits']);
  expect(seen(`Content-Length: 0${smuggled.length}\r\n`, smuggled)).toEqual(['octal length']);
  const more = `Content-Length: ${smuggled.length + 5}\r\n`;
  expect(seen(`${more}Transfer-Encoding: chunked,\r\n`, `0\r\n\r\n${smuggled}`)).toEqual([
    'chunked named anywhere',
    'first coding',
    'any coding',
  ]);
  expect(seen(`${length}Expect: x\r\n`, smuggled)).toEqual(['no body after 417']);
  expect(seen(`Transfer-Encoding : chunked\r\n`, '0\r\n\r\n')).toEqual(['loose names']);
});

describe('by itself', () => {
  const post = (headers: string, body = '') => `POST /orders HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`;

  /** One answer, and nothing at the API. HAProxy's own refusals have a page of HTML, and 3.x may say nothing at all. */
  async function refused(bytes: string): Promise<RawReply | undefined> {
    const [reply, ...more] = await attack.say(bytes);
    expect(more).toEqual([]);
    expect([400, 422]).toContain(reply?.status ?? 400);
    expect(server.connections.map(({ bytes: got }) => got).join('')).toBe('');
    return reply;
  }

  const powers = [16, 31, 32, 48, 53, 63, 64, 65, 128].map((bits) => 2n ** BigInt(bits));
  const around = powers.flatMap((power) => [-1n, 0n, 1n, 2n, 3n, 71n].map((more) => `${power + more}`));
  const digits = Array.from({ length: 40 }, (_, index) => '1234567890'.repeat(4).slice(0, index + 1));
  const nines = Array.from({ length: 40 }, (_, index) => '9'.repeat(index + 1));
  const long = [...around, ...digits, ...nines].filter((text) => text.length > 15);

  test('a length of more than 15 digits is refused', async () => {
    expect(long).toHaveLength(80);
    for (const text of long) await refused(post(`Content-Length: ${text}\r\n`, 'abc'));
  });

  test('a length with zeros before it is refused, or put right by HAProxy 3.2', async () => {
    const zeros = Array.from({ length: 30 }, (_, index) => '0'.repeat(index + 1));
    for (const text of [...zeros.map((some) => `${some}3`), '00', '000']) {
      const replies = await attack.say(post(`Content-Length: ${text}\r\n`, text.endsWith('3') ? 'abc' : ''));
      expect([[400], [200]]).toContainEqual(statuses(replies));
    }
    const reads = server.connections.flatMap(({ bytes }) => readAll(bytes, standard));
    expect(reads.flatMap(improper)).toEqual([]);
  });

  test('a length that is no number, or several, is refused', async () => {
    const texts = [
      '',
      '+3',
      '-3',
      '3.0',
      '3e0',
      '0x3',
      '3 4',
      '3;4',
      '3,4',
      '"3"',
      '3\0',
      '\x0b3',
      '3\x0c',
      '３',
    ];
    for (const text of texts) await refused(post(`Content-Length: ${text}\r\n`, 'abc'));
  });

  test('the refusal says why, and nothing is taken on the connection after it', async () => {
    const socket = openSocket(pair.member(0).address);
    const text = readToEnd(socket);
    socket.write(post('Content-Length: 1234567890123456\r\n'));
    await once(socket, 'data');
    socket.end('GET /orders/last HTTP/1.1\r\nHost: a\r\n\r\n');
    const [head = '', body = ''] = (await text).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(head.toLowerCase().split('\r\n')).toEqual(
      expect.arrayContaining(['content-type: application/problem+json', 'connection: close']),
    );
    // And no second answer behind it.
    expect(JSON.parse(body)).toMatchObject({
      status: 400,
      detail: 'Where the request ends can be read in more than one way.',
    });
    expect(server.connections.map(({ bytes }) => bytes).join('')).toBe('');
    const { log } = pair.member(0);
    await until('it is logged', () => log.some(({ deny }) => deny === 'framing'));
  });

  const lists = [
    'chunked,',
    ',chunked',
    ', chunked',
    'chunked ,',
    'chunked,,',
    'chunked, chunked',
    'chunked,identity',
  ];
  const odd = [
    'chunked;q=1',
    '"chunked"',
    'chunked\x0b',
    '\x0cchunked',
    'xchunked',
    'chunkedx',
    'chun ked',
    ',',
    '',
  ];
  test('a coding that is not chunked alone is refused', async () => {
    for (const coding of [...lists, ...odd, 'identity', 'gzip', 'chunke\xc4']) {
      for (const end of ['', 'Content-Length: 5\r\n']) {
        const bytes = post(`Transfer-Encoding: ${coding}\r\n${end}`, '0\r\n\r\n');
        await refused(bytes);
      }
    }
    for (const two of ['chunked', '', 'identity', ','])
      await refused(post(`Transfer-Encoding: chunked\r\nTransfer-Encoding: ${two}\r\n`, '0\r\n\r\n'));
  });

  test('an expectation that is not 100-continue is refused with 417', async () => {
    const texts = [
      '',
      '100',
      'x',
      '100-continue,',
      '100-continue, x',
      'x, 100-continue',
      '100-continue;q=1',
      '100-continu',
    ];
    for (const text of texts) {
      const replies = await attack.say(post(`Expect: ${text}\r\nContent-Length: 3\r\n`, 'abc'));
      expect([text, ...statuses(replies)]).toEqual([text, 417]);
      expect(replies[0]?.headers['content-type']).toBe('application/problem+json');
    }
    const twice = await attack.say(
      post('Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 3\r\n', 'abc'),
    );
    expect(statuses(twice)).toEqual([417]);
    expect(server.connections.map(({ bytes }) => bytes).join('')).toBe('');
  });

  const sentOn = async (bytes: string) => {
    server.forget();
    expect(statuses(await attack.say(bytes))).toEqual([200]);
    const [connection] = server.connections.filter(({ bytes: got }) => got !== '');
    return readAll(connection?.bytes ?? '', standard)[0] as Read;
  };

  test.each([
    ['with a body', post('Expect: 100-CONTINUE\r\nContent-Length: 3\r\n', 'abc'), ['100-continue']],
    [
      'with chunks',
      post('Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
      ['100-continue'],
    ],
    ['without a body', post('Expect: 100-continue\r\n'), []],
    ['without anything in the body', post('Expect: 100-continue\r\nContent-Length: 0\r\n'), []],
    ['in HTTP/1.0', post('Expect: 100-continue\r\nContent-Length: 3\r\n', 'abc').replace('1.1', '1.0'), []],
  ])('100-continue %s reaches the API only where it has a meaning', async (_, bytes, expected) => {
    expect(valuesOf(await sentOn(bytes), 'expect')).toEqual(expected);
  });

  test('lines of the head that end with LF alone, some or all, are sent on with CR LF', async () => {
    const text = post('X-A: b\r\nX-C: d\r\nContent-Length: 3\r\n', '');
    const ends = [...text.matchAll(/\r\n/g)].map(({ index }) => index);
    const single = ends.map((at) => text.slice(0, at) + text.slice(at + 1));
    for (const head of [...single, text.replaceAll('\r\n', '\n')]) {
      server.forget();
      expect(statuses(await attack.say(`${head}abc`))).toEqual([200]);
      const got = server.connections.map(({ bytes }) => bytes).join('');
      expect(got.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      const [read, ...more] = readAll(got, standard);
      expect(more).toEqual([]);
      expect(['x-a', 'x-c', 'content-length'].map((name) => valuesOf(read as Read, name))).toEqual([
        ['b'],
        ['d'],
        ['3'],
      ]);
      expect(got.endsWith('\r\n\r\nabc')).toBe(true);
    }
  });

  const fields = [
    'X-Consumer-Id: evil',
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
    'X-A: b',
    'Host: b',
  ];
  test('fields after the last chunk reach no API: 3.2 drops them, before it the request ends', async () => {
    for (const field of fields) {
      for (const chunks of ['0', '3\r\nabc\r\n0', '0;x', `1000\r\n${'a'.repeat(4096)}\r\n0`]) {
        const replies = await attack.say(
          post('Transfer-Encoding: chunked\r\n', `${chunks}\r\n${field}\r\n\r\n`),
        );
        expect([[200], [400]]).toContainEqual(statuses(replies));
      }
    }
    // The whole of a body has been passed on before they come.
    const socket = openSocket(pair.member(0).address);
    socket.write(post('Transfer-Encoding: chunked\r\nConnection: close\r\n', '3\r\nabc\r\n'));
    const here = () => server.connections.some(({ bytes }) => bytes.endsWith('abc\r\n'));
    await until('the API has the chunk', here);
    socket.end('0\r\nX-Consumer-Id: evil\r\n\r\n');
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 (200|400) /);
    const reads = server.connections.flatMap(({ bytes }) => readAll(bytes, standard));
    expect(reads.flatMap(improper)).toEqual([]);
    expect(JSON.stringify(server.connections)).not.toMatch(/evil/);
  });
});
