/**
 * Proves what an API learns of a prefix that is taken away, and that what it then says of its own paths is right for
 * clients: with the prefix once, whether it knows of it or not.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Call, Reply } from './support/client';
import { gatewayModel } from './support/model';
import { Pair, serversUp } from './support/pair';
import { type Answer, Pool } from './support/pool';
import { until } from './support/until';

const stripped = { transformation: { path: { stripPrefix: true } } };
const many = Array.from({ length: 90 }, (_, index) => `name-${index}.test`);
const hosts = ['api.test', ...many, 'www.test', 'shop.test', 'alias.test'];
let pair: Pair;
let turn = 0;

beforeAll(async () => {
  const model = gatewayModel(
    {
      orders: { policies: stripped },
      deep: { paths: ['/v1/deep/api'], policies: stripped },
      several: { paths: ['/several', '/v1/several', '/several/of/them'], policies: stripped },
      hosted: { hosts: ['shop.test', 'alias.test'], policies: stripped },
      kept: { policies: { ...stripped, cache: { ttlSeconds: 60 } } },
      changed: { canaryPercent: 50, policies: stripped },
      replaced: { policies: { transformation: { path: { replacePrefix: '/v2' } } } },
      plain: { routes: { own: { paths: ['/plain/own/{rest+}'], policies: stripped } } },
      root: { paths: ['/', '/root'], policies: stripped },
    },
    { hosts },
  );
  pair = await Pair.start({ net: 98, model });
  pair.pools['changed-canary'] = await Pool.start('changed-canary', ['127.30.98.120']);
  pair.resolve('changed-canary', ['127.30.98.120']);
  await until('the new version is found', async () => {
    const all = await Promise.all(pair.members.map((member) => serversUp(member)));
    return all.every((up) => up.get('changed.canary') === 1);
  });
}, 40_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = () => ({});
  }
});

/** What a client gets when the API answers with these headers; the members are asked in turn. */
async function answered(path: string, headers: Answer['headers'], call: Call = {}): Promise<Reply> {
  for (const pool of Object.values(pair.pools)) pool.behaviour = () => ({ status: 201, headers });
  const reply = await pair.call(turn++ % 2, path, call);
  expect([path, reply.status]).toEqual([path, 201]);
  return reply;
}

const location = async (path: string, said: string, call?: Call) => {
  const reply = await answered(path, { Location: said, 'Content-Location': said }, call);
  expect(reply.headers['content-location']).toBe(reply.headers.location);
  return reply.headers.location;
};

const cookies = async (path: string, ...said: string[]) =>
  (await answered(path, { 'Set-Cookie': said })).headers['set-cookie'];

describe('the API learns', () => {
  test.each([
    ['/orders', 'orders', '/', '/orders'],
    ['/orders/', 'orders', '/', '/orders'],
    ['/orders/7/x?y=/z', 'orders', '/7/x?y=/z', '/orders'],
    ['/orders/orders/7', 'orders', '/orders/7', '/orders'],
    ['/v1/deep/api/7', 'deep', '/7', '/v1/deep/api'],
    ['/several/7', 'several', '/7', '/several'],
    ['/v1/several/7', 'several', '/7', '/v1/several'],
    ['/several/of/them/7', 'several', '/7', '/several/of/them'],
    ['/several/of/7', 'several', '/of/7', '/several'],
    ['/plain/own/7', 'plain', '/own/7', '/plain'],
    ['/plain/7', 'plain', '/plain/7', undefined],
    ['/replaced/7', 'replaced', '/v2/7', undefined],
    ['/kept/7', 'kept', '/7', '/kept'],
    ['/root/7', 'root', '/7', '/root'],
    ['/elsewhere', 'root', '/elsewhere', undefined],
  ])('from %s its prefix, and not what a client says of it', async (path, api, url, prefix) => {
    const headers = { 'X-Forwarded-Prefix': ['/admin', '/other'], 'X-Forwarded-Path': '/admin' };
    expect((await pair.call(turn++ % 2, path, { headers })).status).toBe(200);
    const [seen] = pair.pool(api).seen;
    expect([seen?.url, seen?.headers['x-forwarded-prefix']]).toEqual([url, prefix]);
    expect(seen?.headers).not.toHaveProperty('x-forwarded-path');
  });
});

describe('Location and Content-Location', () => {
  test.each([
    // Paths.
    ['/orders/7', '/8', '/orders/8'],
    ['/orders/7', '/', '/orders/'],
    ['/orders', '/', '/orders/'],
    ['/orders/7', '/8?next=/9#/x', '/orders/8?next=/9#/x'],
    ['/orders/7', '/?a', '/orders/?a'],
    ['/orders/7', '/ordersx/8', '/orders/ordersx/8'],
    ['/orders/7', '/Orders/8', '/orders/Orders/8'],
    ['/orders/7', '/8//orders/', '/orders/8//orders/'],
    ['/orders/7', '/\\evil.example', '/orders/\\evil.example'],
    ['/v1/deep/api/7', '/8', '/v1/deep/api/8'],
    ['/v1/deep/api/7', '/v1/8', '/v1/deep/api/v1/8'],
    // Paths of an API that heeds the prefix.
    ['/orders/7', '/orders/8', '/orders/8'],
    ['/orders/7', '/orders', '/orders'],
    ['/orders/7', '/orders/', '/orders/'],
    ['/orders/7', '/orders?a', '/orders?a'],
    ['/orders/7', '/orders#a', '/orders#a'],
    ['/v1/deep/api/7', '/v1/deep/api/8', '/v1/deep/api/8'],
    ['/v1/deep/api/7', '/v1/deep/api', '/v1/deep/api'],
    ['/v1/deep/api/7', '/v1/deep/apis', '/v1/deep/api/v1/deep/apis'],
    // The prefix by which the request came.
    ['/several/7', '/8', '/several/8'],
    ['/v1/several/7', '/8', '/v1/several/8'],
    ['/several/of/them/7', '/8', '/several/of/them/8'],
    ['/several/7', '/v1/several/8', '/several/v1/several/8'],
    ['/several/7', '/several/8', '/several/8'],
    ['/v1/several/7', '/v1/several/8', '/v1/several/8'],
    ['/v1/several/7', '/several/8', '/v1/several/several/8'],
    ['/several/of/them/7', '/several/of/them/8', '/several/of/them/8'],
    ['/several/of/7', '/of/of/8', '/several/of/of/8'],
    // Relative references: a client reads them right, but for those from the root.
    ['/orders/7/x', '8', '8'],
    ['/orders/7/x', './8', './8'],
    ['/orders/7/x', '../8', '../8'],
    ['/orders/7/x', '?page=2', '?page=2'],
    ['/orders/7/x', '#a', '#a'],
    ['/orders', '8', '/orders/8'],
    ['/orders', './8', '/orders/8'],
    ['/orders', '../8', '/orders/8'],
    ['/orders', '../../8/../9', '/orders/8/../9'],
    ['/orders', '.', '/orders/'],
    ['/orders', '..', '/orders/'],
    ['/orders', '..8', '/orders/..8'],
    ['/orders', 'orders/8', '/orders/orders/8'],
    ['/orders', '?page=2', '?page=2'],
    ['/orders', '#a', '#a'],
    ['/orders/', '8', '/orders/8'],
    ['/orders/', '../8', '/orders/8'],
    ['/v1/deep/api', '8?x=http://y', '/v1/deep/api/8?x=http://y'],
    ['/orders', 'mailto:a@b.example', 'mailto:a@b.example'],
    ['/orders', 'app+x-1.y:/8', 'app+x-1.y:/8'],
    // URLs of the host that was asked for, or of the environment's.
    ['/orders/7', 'https://api.test/8', 'https://api.test/orders/8'],
    ['/orders/7', 'HTTP://API.Test/8', 'HTTP://API.Test/orders/8'],
    ['/orders/7', 'https://api.test:443/8', 'https://api.test:443/orders/8'],
    ['/orders/7', 'http://api.test:80/8', 'http://api.test:80/orders/8'],
    ['/orders/7', 'https://api.test', 'https://api.test/orders'],
    ['/orders/7', 'https://api.test/', 'https://api.test/orders/'],
    ['/orders/7', 'https://api.test?a', 'https://api.test/orders?a'],
    ['/orders/7', 'https://api.test#a', 'https://api.test/orders#a'],
    ['/orders/7', '//api.test/8', '//api.test/orders/8'],
    ['/orders/7', 'https://www.test/8', 'https://www.test/orders/8'],
    ['/orders/7', 'https://name-70.test/8', 'https://name-70.test/orders/8'],
    ['/orders/7', 'https://api.test/orders/8', 'https://api.test/orders/8'],
    ['/orders/7', 'https://api.test/orders', 'https://api.test/orders'],
    ['/orders/7', 'https://api.test/orders?a', 'https://api.test/orders?a'],
    ['/orders/7', '//api.test/orders/8', '//api.test/orders/8'],
    ['/v1/several/7', 'https://api.test/v1/several/8', 'https://api.test/v1/several/8'],
    ['/v1/several/7', 'https://api.test/several/8', 'https://api.test/v1/several/several/8'],
    // Other URLs.
    ['/orders/7', 'https://other.example/8', 'https://other.example/8'],
    ['/orders/7', 'https://other.example/8/8/9', 'https://other.example/8/8/9'],
    ['/orders/7', '//other.example/8', '//other.example/8'],
    ['/orders/7', '//other.example/8/8', '//other.example/8/8'],
    ['/orders/7', 'https://shop.test/8', 'https://shop.test/8'],
    ['/orders/7', 'https://api.test:8443/8', 'https://api.test:8443/8'],
    ['/orders/7', 'https://api.test.example/8', 'https://api.test.example/8'],
    ['/orders/7', 'https://user@api.test/8', 'https://user@api.test/8'],
    ['/orders/7', 'https://api.test@other.example/8', 'https://api.test@other.example/8'],
    ['/orders/7', 'ftp://api.test/8', 'ftp://api.test/8'],
    // Where nothing is taken away.
    ['/replaced/7', '/v2/8', '/v2/8'],
    ['/plain/7', '/8', '/8'],
    ['/plain/own/7', '/8', '/plain/8'],
    ['/root/7', '/8', '/root/8'],
    ['/elsewhere', '/8', '/8'],
    ['/elsewhere', '/8/8/9', '/8/8/9'],
    ['/elsewhere', 'https://api.test/8/8', 'https://api.test/8/8'],
    ['/', '../8', '../8'],
  ])('at %s: %s becomes %s', async (path, said, becomes) => {
    expect(await location(path, said)).toBe(becomes);
  });

  test.each([
    ['shop.test', 'https://shop.test/8', 'https://shop.test/hosted/8'],
    ['shop.test', 'https://alias.test/8', 'https://alias.test/hosted/8'],
    ['SHOP.test:443', 'https://shop.test/8', 'https://shop.test/hosted/8'],
    ['shop.test:8443', 'https://shop.test:8443/8', 'https://shop.test:8443/hosted/8'],
    ['shop.test', 'https://api.test/8', 'https://api.test/8'],
    ['shop.test', 'https://shop.test:8443/8', 'https://shop.test:8443/8'],
  ])('an API with hosts of its own, asked for %s: %s becomes %s', async (host, said, becomes) => {
    expect(await location('/hosted/7', said, { headers: { Host: host } })).toBe(becomes);
  });

  test('an absent one stays absent, an empty one empty, and each is judged by itself', async () => {
    expect((await answered('/orders', {})).headers).not.toHaveProperty('location');
    expect((await answered('/orders', { Location: '' })).headers.location).toBe('');
    const reply = await answered('/orders/7', {
      Location: 'https://api.test/8',
      'Content-Location': 'https://other.example/8/8',
    });
    expect(reply.headers.location).toBe('https://api.test/orders/8');
    expect(reply.headers['content-location']).toBe('https://other.example/8/8');
  });
});

test('wherever a generated Location leads from the path that the API sees, it leads below the prefix for a client', async () => {
  const segment = fc.constantFrom('a', 'orders', 'v1', 'b.c', '..x', '7%20', 'x:y', 'deep');
  const tail = fc.array(segment, { maxLength: 3 }).map((all) => all.join('/'));
  const query = fc.constantFrom('', '', '?a=/b', '#/c', '?a#b');
  const start = fc.constantFrom('', '/', './', '../', 'https://api.test', 'https://api.test/', '//api.test/');
  const said = fc
    .tuple(start, tail, query)
    .map((parts) => parts.join(''))
    .filter((value) => URL.canParse(value, 'http://api.test'));
  const asked = fc.array(fc.constantFrom('7', 'x'), { maxLength: 3 }).map((all) => `/${all.join('/')}`);
  const prefixes = fc.constantFrom('/orders', '/v1/deep/api', '/several', '/several/of/them');
  const of = (url: string, base: string) => {
    const { host, pathname, search, hash } = new URL(url, base);
    return { host, pathname, search, hash };
  };
  let judged = 0;
  for (const [prefix, path, value] of fc.sample(fc.tuple(prefixes, asked, said), { numRuns: 600, seed: 8 })) {
    const right = of(value, `http://api.test${path}`);
    // Said by an API that heeds the prefix; or what climbs out of the API, to where no reference has to lead.
    if (value === '' || `${right.pathname}/`.startsWith(`${prefix}/`)) continue;
    if (value.startsWith('../') && path.split('/').length === 2 && path !== '/') continue;
    judged += 1;
    const becomes = (await location(`${prefix}${path}`, value)) ?? '';
    const given = [prefix, path, value, becomes];
    if (right.host !== 'api.test') {
      expect(given).toEqual([prefix, path, value, value]);
      continue;
    }
    const expected = { ...right, pathname: `${prefix}${right.pathname}`.replace(/^(.*)\/$/, '$1') };
    const led = of(becomes, `http://api.test${prefix}${path}`);
    expect([given, { ...led, pathname: led.pathname.replace(/\/$/, '') }]).toEqual([given, expected]);
  }
  expect(judged).toBeGreaterThan(400);
}, 30_000);

describe('Set-Cookie', () => {
  test.each([
    ['/orders/7', 'a=b; Path=/', 'a=b; Path=/orders'],
    ['/orders/7', 'a=b;path=/;HttpOnly', 'a=b;path=/orders;HttpOnly'],
    ['/orders/7', 'a=b; Path=/Orders/x', 'a=b; Path=/orders/Orders/x'],
    ['/orders/7', '__host-a=b; Path=/', '__host-a=b; Path=/'],
    ['/orders/7', 'a=b; PATH = /x ; Secure', 'a=b; PATH = /orders/x ; Secure'],
    ['/orders/7', 'a=b; Path=/x/; Max-Age=1', 'a=b; Path=/orders/x/; Max-Age=1'],
    ['/orders/7', 'a=b; Path=/orders', 'a=b; Path=/orders'],
    ['/orders/7', 'a=b; Path=/orders; Secure', 'a=b; Path=/orders; Secure'],
    ['/orders/7', 'a=b; Path=/orders ; Secure', 'a=b; Path=/orders ; Secure'],
    ['/orders/7', 'a=b; Path=/orders/', 'a=b; Path=/orders'],
    ['/orders/7', 'a=b; Path=/orders/x', 'a=b; Path=/orders/x'],
    ['/orders/7', 'a=b; Path=/ordersx', 'a=b; Path=/orders/ordersx'],
    ['/orders/7', 'a=b; Path=/y; Path=/x', 'a=b; Path=/y; Path=/orders/x'],
    ['/orders/7', 'a=path=/x', 'a=path=/x'],
    ['/orders/7', 'path=/x; Secure', 'path=/x; Secure'],
    ['/orders/7', 'a=b', 'a=b'],
    ['/orders/7', 'a=b; Path=x', 'a=b; Path=x'],
    ['/orders/7', 'a=b; Path=', 'a=b; Path='],
    ['/orders/7', 'a=b; Domain=example.test; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/', undefined],
    ['/orders/7', '__Host-a=b; Secure; Path=/', '__Host-a=b; Secure; Path=/'],
    ['/orders/7', '__Secure-a=b; Secure; Path=/', '__Secure-a=b; Secure; Path=/orders'],
    ['/v1/deep/api/7', 'a=b; Path=/', 'a=b; Path=/v1/deep/api'],
    ['/v1/deep/api/7', 'a=b; Path=/v1/deep/api', 'a=b; Path=/v1/deep/api'],
    ['/v1/deep/api/7', 'a=b; Path=/v1', 'a=b; Path=/v1/deep/api/v1'],
    ['/several/7', 'a=b; Path=/', 'a=b; Path=/several'],
    ['/several/of/them/7', 'a=b; Path=/x', 'a=b; Path=/several/of/them/x'],
    ['/several/of/them/7', 'a=b; Path=/several/of/them', 'a=b; Path=/several/of/them'],
    // By default for the folder: of the prefix itself that is the one above.
    ['/orders', 'a=b', 'a=b; Path=/orders'],
    ['/orders', 'a=b; Path=x', 'a=b; Path=x; Path=/orders'],
    ['/orders', 'a=b; Path=/', 'a=b; Path=/orders'],
    ['/orders', '__Host-a=b; Secure; Path=/', '__Host-a=b; Secure; Path=/'],
    ['/v1/deep/api', 'a=b; Secure', 'a=b; Secure; Path=/v1/deep/api'],
    ['/elsewhere', 'a=b; Path=/', 'a=b; Path=/'],
    ['/', 'a=b', 'a=b'],
    ['/replaced/7', 'a=b; Path=/', 'a=b; Path=/'],
  ])('at %s: %s becomes %s', async (path, said, becomes) => {
    const right = becomes ?? said.replace('Path=/', 'Path=/orders');
    expect(await cookies(path, said)).toEqual([right]);
  });

  test('each of several', async () => {
    const said = ['a=1; Path=/', 'b=2; Path=/orders/x', '__Host-c=3; Path=/', 'd=4'];
    expect(await cookies('/orders/7', ...said)).toEqual([
      'a=1; Path=/orders',
      'b=2; Path=/orders/x',
      '__Host-c=3; Path=/',
      'd=4',
    ]);
  });
});

test('a kept answer is put right each time it is given', async () => {
  pair.pool('kept').behaviour = () => ({ headers: { 'Content-Location': '/7.json' } });
  const replies = [
    await pair.call(0, '/kept/8'),
    await pair.call(1, '/kept/8'),
    await pair.call(0, '/kept/8'),
  ];
  expect(replies.map(({ headers }) => [headers['x-cache'], headers['content-location']])).toEqual([
    ['MISS', '/kept/7.json'],
    ['HIT', '/kept/7.json'],
    ['HIT', '/kept/7.json'],
  ]);
  expect(pair.pool('kept').seen.map(({ headers }) => headers['x-forwarded-prefix'])).toEqual(['/kept']);
  const post = await answered('/kept/7', { Location: '/8', 'Set-Cookie': 'a=b; Path=/' }, { method: 'POST' });
  expect([post.headers.location, post.headers['set-cookie']]).toEqual(['/kept/8', ['a=b; Path=/kept']]);
});

test('both versions of an API are told, and put right', async () => {
  const told = (name: string) => pair.pool(name).seen.map(({ headers }) => headers['x-forwarded-prefix']);
  for (let caller = 50; caller < 90; caller++) {
    const call = { from: `127.30.98.${caller}` };
    expect(await location('/changed/7', '/8', call)).toBe('/changed/8');
    expect(await location('/changed/7', 'https://api.test/changed/8', call)).toBe(
      'https://api.test/changed/8',
    );
  }
  expect(new Set(told('changed'))).toEqual(new Set(['/changed']));
  expect(new Set(told('changed-canary'))).toEqual(new Set(['/changed']));
});
