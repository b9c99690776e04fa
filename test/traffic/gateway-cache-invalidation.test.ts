/** Proves what a write makes both members forget, and what not. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Call } from './support/client';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { until } from './support/until';

const keys = { 'acme-key': 'acme', 'globex-key': 'globex' };
const acme = { 'X-Api-Key': 'acme-key' };
const globex = { 'X-Api-Key': 'globex-key' };
const cache = (rest = {}) => ({ cache: { ttlSeconds: 3600, ...rest } });

let pair: Pair;
beforeAll(async () => {
  pair = await Pair.start({
    net: 72,
    keys,
    model: gatewayModel({
      orders: {
        policies: cache(),
        routes: {
          admin: { paths: ['/orders/admin/{rest+}'], policies: { authentication: { apiKey: {} } } },
          write: { methods: ['POST', 'PUT', 'PATCH', 'DELETE'], policies: { cache: 'none' } },
          fixed: { paths: ['/orders/fixed/{id}'], policies: cache({ invalidation: 'none' }) },
        },
      },
      mine: {
        policies: {
          authentication: { apiKey: {} },
          ...cache({ varyBy: { headers: ['x-tenant'], query: ['page'] } }),
        },
      },
      whole: {
        policies: cache({ invalidation: 'api' }),
        routes: {
          path: { paths: ['/whole/path/{id}'], policies: cache({ invalidation: 'path' }) },
          fixed: { paths: ['/whole/fixed/{id}'], policies: cache({ invalidation: 'none' }) },
        },
      },
      never: { policies: cache({ invalidation: 'none' }) },
      // What these two have in common is written once.
      left: { policies: cache() },
      right: { policies: cache() },
    }),
  });
}, 30_000);
afterAll(() => pair?.stop());

/** What an API would answer to a GET; a write changes it. */
let version = 0;
beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = ({ method }) => ({ body: method === 'GET' ? `version ${version}` : '' });
  }
});

let number = 0;
const fresh = (start: string) => `${start}/${++number}`;
const outcome = async (member: number, path: string, options?: Call) =>
  (await pair.call(member, path, options)).headers['x-cache'];

/** Has both members keep it. */
async function keep(path: string, options?: Call) {
  expect([await outcome(0, path, options), await outcome(1, path, options)]).toEqual(['MISS', 'HIT']);
}

const isKept = async (path: string, options?: Call) =>
  expect([await outcome(0, path, options), await outcome(1, path, options)]).toEqual(['HIT', 'HIT']);

/** One member has taken the write: it has forgotten at once, and the other as soon as it has heard of it. */
async function isForgotten(member: number, path: string, options?: Call) {
  const [first, other] = [member, 1 - member];
  expect(await outcome(first, path, options)).toBe('MISS');
  const begun = performance.now();
  const now = (await pair.call(first, path, options)).body;
  const same = async () => (await pair.call(other, path, options)).body === now;
  await until('the other member has heard of it', same, { withinSeconds: 1, everyMs: 1 });
  expect(await same()).toBe(true);
  return performance.now() - begun;
}

const write = async (member: number, path: string, options: Call = {}, status = 200) => {
  version += 1;
  const method = options.method ?? 'PUT';
  const all = Object.values(pair.pools).map((pool) => pool.behaviour);
  for (const pool of Object.values(pair.pools)) pool.behaviour = () => ({ status });
  const reply = await pair.call(member, path, { ...options, method });
  expect([reply.status, reply.headers['x-cache']]).toEqual([status, 'BYPASS']);
  for (const [index, pool] of Object.values(pair.pools).entries())
    pool.behaviour = all[index] ?? pool.behaviour;
};

describe('forgotten', () => {
  test.each([0, 1])('on both members, whichever owns it, after a write through member %i', async (member) => {
    for (let round = 0; round < 8; round++) {
      const path = fresh('/orders');
      await keep(path);
      await write(member, path);
      await isForgotten(member, path);
      await isKept(path);
    }
  });

  test.each([
    ['POST', 200],
    ['POST', 303],
    ['PUT', 201],
    ['PATCH', 204],
    ['DELETE', 202],
    // Of unknown effect: RFC 9111, section 4.4.
    ['LINK', 200],
  ])('after %s answered %i', async (method, status) => {
    const path = fresh('/orders');
    await keep(path);
    await write(0, path, { method }, status);
    await isForgotten(0, path);
  });

  test('whatever the query, host, header and consumer', async () => {
    const path = fresh('/mine');
    const variants: [string, Call][] = [
      [path, { headers: acme }],
      [path, { headers: globex }],
      [`${path}?page=1`, { headers: acme }],
      [`${path}?page=2`, { headers: globex }],
      [path, { headers: { ...acme, 'X-Tenant': 'a' } }],
      [path, { headers: { ...acme, Host: 'other.test' } }],
    ];
    for (const [target, options] of variants) await keep(target, options);
    await write(1, `${path}?notify=true`, { headers: globex, body: '{}' });
    for (const [target, options] of variants) await isForgotten(1, target, options);
  });

  test.each([
    ['/orders/Caf%C3%A9', '/orders/caf%c3%a9'],
    ['/orders/slash', '/orders/slash/'],
    ['/orders/SLASH2/', '/orders/slash2'],
  ])('%s, written as %s', async (path, written) => {
    await keep(path);
    await write(0, written);
    await isForgotten(0, path);
  });

  test('once more after each write', async () => {
    const path = fresh('/orders');
    await keep(path);
    for (let round = 0; round < 6; round++) {
      await write(round % 2, path);
      await isForgotten(round % 2, path);
    }
  });

  test('the whole API, where one of its places says so', async () => {
    const paths = [fresh('/whole'), fresh('/whole'), fresh('/whole/path')];
    for (const path of paths) await keep(path);
    await write(0, fresh('/whole/other'));
    for (const path of paths) await isForgotten(0, path);
  });
});

describe('kept', () => {
  test('by other paths and other APIs', async () => {
    const path = '/orders/one';
    const others = ['/orders', '/orders/one/more', '/orders/on', '/orders/one.', '/mine/one', '/whole/one'];
    const options = { headers: acme };
    for (const other of others) await keep(other, options);
    await write(0, path);
    for (const other of others) await isKept(other, options);
  });

  test('by an API with the same policies, which forgets its own', async () => {
    for (const api of ['left', 'right']) await keep(`/${api}/same`);
    await write(1, '/left/same');
    await isForgotten(1, '/left/same');
    await isKept('/right/same');
  });

  test.each([400, 401, 404, 409, 429, 500, 503])('when the write was answered %i', async (status) => {
    const path = fresh('/orders');
    await keep(path);
    await write(0, path, { method: 'DELETE' }, status);
    await isKept(path);
  });

  test.each(['HEAD', 'OPTIONS', 'GET'])('after %s, which is safe', async (method) => {
    const path = fresh('/orders');
    await keep(path);
    await pair.call(0, path, { method });
    await isKept(path);
  });

  test('when the writer may not write', async () => {
    const path = fresh('/orders/admin/x');
    const options = { headers: acme };
    await keep(path, options);
    for (const method of ['PUT', 'DELETE']) expect((await pair.call(0, path, { method })).status).toBe(401);
    await isKept(path, options);
  });

  test.each(['/never', '/orders/fixed', '/whole/fixed'])('where the policy says so: %s', async (start) => {
    const path = fresh(start);
    await keep(path);
    await write(0, path);
    await isKept(path);
  });
});

test('an answer that was under way during the write is not given after it', async () => {
  const path = fresh('/orders');
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { seen } = pair.pool('orders');
  pair.pool('orders').behaviour = async ({ method }) => {
    if (method === 'GET') await held;
    return { body: 'old' };
  };
  const reading = pair.call(1, path);
  await until('the read has arrived', () => seen.length === 1);
  expect((await pair.call(0, path, { method: 'PUT' })).status).toBe(200);
  answer();
  expect((await reading).body).toBe('old');
  pair.pool('orders').behaviour = () => ({ body: 'new' });
  expect((await pair.call(0, path)).body).toBe('new');
  await until('both know', async () => (await pair.call(1, path)).body === 'new', { withinSeconds: 1 });
});

test('the other member hears of a write within milliseconds', async () => {
  const times: number[] = [];
  for (let round = 0; round < 40; round++) {
    const path = fresh('/orders');
    await keep(path);
    await write(round % 2, path);
    times.push(await isForgotten(round % 2, path));
  }
  times.sort((one, other) => one - other);
  process.stderr.write(
    `heard of after ${times[20]?.toFixed(1)} ms, at most ${times.at(-1)?.toFixed(1)} ms\n`,
  );
  expect(times.at(-1)).toBeLessThan(500);
}, 20_000);

/** The last one: a member is lost. */
test('a member that starts again knows what was written while it was away, and before', async () => {
  const paths = () => Array.from({ length: 12 }, () => fresh('/orders'));
  const [before, during] = [paths(), paths()];
  const versions = async (member: number, all: readonly string[]) =>
    (await Promise.all(all.map((path) => pair.call(member, path)))).map(({ body }) => Number(body.slice(8)));
  for (const path of [...before, ...during]) await keep(path);
  for (const path of before) {
    await write(0, path);
    await isForgotten(0, path);
  }
  const written = await versions(1, before);
  await pair.member(0).kill();
  for (const path of during) await write(1, path);
  await pair.startMember(0).ready();
  await until(
    'it has found the instances',
    async () => (await pair.call(0, fresh('/orders'))).status === 200,
  );
  // What the other member owns it has kept, under the tags of then.
  const same = async () => (await versions(0, before)).filter((one, index) => one === written[index]).length;
  await until('it has found the other member', async () => (await same()) > 0);
  // What the lost one owned is read anew; nothing is older than the write.
  expect((await versions(0, before)).filter((one, index) => one < (written[index] ?? 0))).toEqual([]);
  expect(await versions(0, during)).toEqual(during.map(() => version));
  expect(await versions(1, during)).toEqual(during.map(() => version));
}, 30_000);
