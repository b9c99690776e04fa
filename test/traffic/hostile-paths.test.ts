/**
 * Proves that a target, a host, a method or a version that could be read in more than one way is refused, or passed on
 * in exactly one. All is said in raw bytes; "refused" means that no API got anything.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Attack, get, statuses } from './support/attack';
import {
  confusingHosts,
  confusingMethods,
  confusingPaths,
  confusingTargets,
  noPaths,
  otherVersions,
  plainPaths,
} from './support/hostile';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { openSocket, readToEnd } from './support/raw';

let pair: Pair;
let slowHead: Promise<{ readonly text: string; readonly seconds: number }>;
const attack = new Attack(() => pair);

beforeAll(async () => {
  const model = gatewayModel({
    orders: {},
    hosted: { paths: ['/hosted'], hosts: ['api.example.com'] },
    cached: { policies: { cache: { ttlSeconds: 60 } } },
  });
  pair = await Pair.start({ net: 63, model, instances: { orders: 1, hosted: 1, cached: 1 } });
  slowHead = sendSlowly();
}, 20_000);

afterAll(() => pair?.stop());

afterEach(() => attack.forget());

describe('a path that can be read in more than one way is refused', () => {
  test.each(confusingPaths)('%s', async (path) => {
    const { headers, body } = await attack.refused(get(path));
    expect(headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(body).detail).toBe('The path can be read in more than one way.');
  });

  test.each(noPaths)('what is no path: %j', async (path) => void (await attack.refused(get(path))));

  test.each(['/ORDERS', '/order', '/orders2', '/orders%20', '/hosted'])('%s is no API', async (path) => {
    await attack.refused(get(path), [404]);
  });
});

describe('a path that is well formed reaches the API as it is', () => {
  test.each(plainPaths)('%.80s', async (path) => {
    expect(statuses(await attack.say(get(path)))).toEqual([200]);
    expect(attack.arrived()).toEqual([`orders: GET ${path}`]);
  });
});

describe('the target', () => {
  test.each(['http://a/orders/1?x', 'HTTP://A/orders/1?x', 'https://a/orders/1?x', 'http://a:80/orders/1?x'])(
    '%s reaches the API as a path',
    async (target) => {
      expect(statuses(await attack.say(get(target)))).toEqual([200]);
      expect(attack.arrived()).toEqual(['orders: GET /orders/1?x']);
    },
  );

  test.each(confusingTargets)('%s is refused', async (target) => void (await attack.refused(get(target))));

  const raw = Array.from({ length: 256 }, (_, code) => code).filter((code) => code < 0x21 || code > 0x7e);
  test.each(['/orders/', '/orders?'])(
    '%s with any raw byte that has to be encoded, anywhere, is refused',
    async (start) => {
      for (let before = 0; before < 9; before++) {
        const targets = raw.map((code) => `${start}${'a'.repeat(before)}${String.fromCharCode(code)}b`);
        const replies = await Promise.all(targets.map((target) => attack.say(get(target))));
        expect(replies.map(statuses)).toEqual(targets.map(() => [400]));
      }
      expect(attack.arrived()).toEqual([]);
    },
  );

  test('http://a has no path, or that of no API', async () => {
    await attack.refused(get('http://a'), [400, 404]);
  });

  test.each([8_500, 15_000])('of %i bytes is passed on as it is', async (length) => {
    const path = `/orders/${'a'.repeat(length)}`;
    const [reply] = await attack.say(get(path));
    expect(reply?.status).toBe(200);
    expect(attack.arrived()).toEqual([`orders: GET ${path}`]);
  });

  test.each([17_000, 70_000])('of %i bytes is refused', async (length) => {
    await attack.refused(get(`/orders/${'a'.repeat(length)}`), [400, 414, 431]);
  });
});

describe('the host', () => {
  const hosted = (hosts: string, path = '/hosted', version = '1.1') =>
    `GET ${path} HTTP/${version}\r\n${hosts}\r\n`;

  test.each(['api.example.com', 'API.Example.COM', 'api.example.com:443'])('%s is routed', async (host) => {
    expect(statuses(await attack.say(hosted(`Host: ${host}\r\n`)))).toEqual([200]);
    expect(attack.arrived()).toEqual(['hosted: GET /hosted']);
  });

  test.each(confusingHosts)(
    '%j is refused',
    async (host) => void (await attack.refused(hosted(`Host: ${host}\r\n`))),
  );

  test('with a path in it takes no other path into the API', async () => {
    await attack.refused(hosted('Host: api.example.com/hosted\r\n', '/admin'));
  });

  test.each([
    ['two', 'Host: a\r\nHost: api.example.com\r\n', '1.1'],
    ['none', '', '1.1'],
    ['none, in HTTP/1.0', '', '1.0'],
    ['with a space before the colon', 'Host : api.example.com\r\n', '1.1'],
    ['in a folded line', 'X-A: b\r\n Host: api.example.com\r\n', '1.1'],
  ])('%s: refused', async (_, hosts, version) => {
    await attack.refused(hosted(hosts, '/hosted', version));
  });

  test('twice the same is once', async () => {
    const twice = 'Host: api.example.com\r\nHost: api.example.com\r\n';
    expect(statuses(await attack.say(hosted(twice)))).toEqual([200]);
    const names = pair.pool('hosted').seen[0]?.rawHeaders.filter((name) => /^host$/i.test(name));
    expect(names).toHaveLength(1);
  });

  test.each([
    'a_b',
    'a:1',
    'a:65535',
    '[::1]:8080',
    '[fe80::1]',
    '[::ffff:1.2.3.4]',
    '127.0.0.1',
    'xapi.example.com',
    'api.example.com.evil.example',
  ])(
    '%s is one, but not that of the API',
    async (host) => void (await attack.refused(hosted(`Host: ${host}\r\n`), [404])),
  );
});

describe('the method and the version', () => {
  const ask = (method: string, version = 'HTTP/1.1', target = '/orders') =>
    `${method} ${target} ${version}\r\nHost: a\r\n\r\n`;

  test.each(confusingMethods)('%.40j is refused', async (method) => void (await attack.refused(ask(method))));

  test('TRACE is refused, and says what is not', async () => {
    const { headers } = await attack.refused(ask('TRACE'), [405]);
    expect(headers.allow).toBe('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
  });

  test.each(['/orders', 'a:80', 'evil.example:443'])('CONNECT %s is refused', async (target) => {
    await attack.refused(ask('CONNECT', 'HTTP/1.1', target));
  });

  test.each(['PROPFIND', 'M-SEARCH', 'PURGE'])('%s is for the API to judge', async (method) => {
    expect(statuses(await attack.say(ask(method)))).toEqual([200]);
    expect(attack.arrived()).toEqual([`orders: ${method} /orders`]);
  });

  test.each(otherVersions)(
    '%j is refused',
    async (version) => void (await attack.refused(ask('GET', version))),
  );

  test('HTTP/0.9 without a version is refused', async () => {
    await attack.refused('GET /orders\r\n\r\n');
  });

  test('HTTP/2 without TLS is refused, from its first bytes on', async () => {
    const replies = await attack.say('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
    // Each line is a request of its own, and none is one. HAProxy 3.4 says 405 to PRI.
    expect(new Set(statuses(replies))).toEqual(new Set([replies[0]?.status === 405 ? 405 : 400]));
    expect(attack.arrived()).toEqual([]);
  });
});

describe('the internal port', () => {
  const internal = { port: 8081 };
  const asker = () => `X-Gateway-Asker: ${pair.asker(0)}\r\n`;

  test('knows no API by its path or host', async () => {
    await attack.refused('GET /hosted HTTP/1.1\r\nHost: api.example.com\r\n\r\n', [425], internal);
    const own = `GET /hosted HTTP/1.1\r\nHost: api.example.com\r\n${asker()}X-Gateway-Api: a\r\n\r\n`;
    await attack.refused(own, [404], internal);
  });

  test('gives no API that has no cache', async () => {
    await attack.refused(get('/orders', `${asker()}X-Gateway-Api: orders\r\n`), [404], internal);
  });

  test('answers no one who does not say the revision', async () => {
    await attack.refused(get('/any', 'X-Gateway-Api: cached\r\n'), [425], internal);
  });

  test('cannot be had by way of the other one', async () => {
    await attack.refused(get('/nowhere', 'X-Gateway-Api: cached\r\nX-Gateway-Key: k\r\n'), [404]);
  });

  test.each(['POST', 'DELETE', 'TRACE'])('does not take %s', async (method) => {
    const request = `${method} /any HTTP/1.1\r\nHost: a\r\n${asker()}X-Gateway-Api: cached\r\nContent-Length: 0\r\n\r\n`;
    await attack.refused(request, [405], internal);
  });

  // Only the security group keeps clients out: see docs/security.md.
  test('trusts whoever reaches it, as the members do each other', async () => {
    const headers = `${asker()}X-Gateway-Api: cached\r\nX-Consumer-Id: anyone\r\n`;
    expect(statuses(await attack.say(get('/any', headers), internal))).toEqual([200]);
    expect(attack.arrived()).toEqual(['cached: GET /any']);
  });
});

/** A head that never ends, with a byte every half second. */
async function sendSlowly() {
  const started = performance.now();
  const socket = openSocket(pair.member(1).address);
  socket.write('GET /orders HTTP/1.1\r\nHost: a\r\nX-Slow: ');
  const drip = setInterval(() => socket.write('x'), 500);
  const text = await readToEnd(socket);
  clearInterval(drip);
  return { text, seconds: (performance.now() - started) / 1000 };
}

test('a head that does not end within 10 s is 408', async () => {
  const { text, seconds } = await slowHead;
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  expect(seconds).toBeGreaterThan(9);
  expect(seconds).toBeLessThan(13);
  expect(attack.arrived()).toEqual([]);
}, 15_000);
