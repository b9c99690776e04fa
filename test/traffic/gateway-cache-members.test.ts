/**
 * Proves what a member does for the others: it answers for those alone that carry out what it carries out, once it knows
 * the pools and until it leaves. Where it does not, whoever asks it goes to the API, and no request fails.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startSeconds } from '../../constructs/gateway/haproxy/container/start';
import { gatewayModel } from './support/model';
import { Pair, serversUp } from './support/pair';
import { until } from './support/until';

const cached = { cache: { ttlSeconds: 60 } };
const rest = { graceSeconds: 2 };
const first = gatewayModel({ steady: { policies: cached }, later: {}, changed: { policies: cached } }, rest);
/** A cache is switched on, the path of another API is changed, and one is added. */
const second = gatewayModel(
  {
    steady: { policies: cached },
    later: { policies: cached },
    changed: { policies: { ...cached, transformation: { path: { stripPrefix: true } } } },
    added: { policies: cached },
  },
  rest,
);

let pair: Pair;

beforeAll(async () => {
  pair = await Pair.start({ net: 81, model: first });
  // Its pool is there from the beginning, the API only with the second model.
  pair.resolve('added', pair.pool('steady').addresses);
}, 30_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) pool.behaviour = ({ url }) => ({ body: url });
});

let number = 0;
/** Paths that nobody has asked for: each asks its owner anew. */
const fresh = (api: string) => `/${api}/${++number}`;

/** What has to end with a test, also when it fails. */
const running = new Set<{ done: boolean }>();
afterEach(() => {
  for (const one of running) one.done = true;
  running.clear();
});

/** Requests to a member until `stop`, which gives those that were not answered with 200, and whatever `look` finds. */
function load(
  member: number,
  apis: readonly string[],
  look: (url: string, body: string) => boolean = () => true,
) {
  const wrong: string[] = [];
  const state = { done: false };
  running.add(state);
  let calls = 0;
  const client = async (api: string) => {
    while (!state.done) {
      const path = fresh(api);
      calls += 1;
      await pair.call(member, path).then(
        ({ status, body }) =>
          (status === 200 && look(path, body)) || wrong.push(`${path}: ${status} ${body}`),
        (error: Error) => wrong.push(`${path}: ${error.message}`),
      );
      await sleep(10);
    }
  };
  const clients = apis.flatMap((api) => [client(api), client(api)]);
  return {
    stop: async () => {
      state.done = true;
      await Promise.all(clients);
      // The first few say all.
      return { wrong: wrong.slice(0, 5), calls };
    },
  };
}

const replaced = async (member: number, model = pair.model) => {
  const leaving = pair.member(member);
  leaving.terminate();
  await leaving.exit;
  return pair.startMember(member, model);
};

const seesOther = async (member: number, up: number) =>
  until(
    `member ${member} counts ${up} other`,
    async () => (await serversUp(pair.member(member))).get('gateway.members') === up,
    { withinSeconds: 20 },
  );

/** How often one member is answered from what the other one had asked for: with one cache always. */
async function shared(api: string): Promise<number> {
  let hits = 0;
  for (let turn = 0; turn < 12; turn += 1) {
    const path = fresh(api);
    expect((await pair.call(0, path)).headers['x-cache']).toBe('MISS');
    if ((await pair.call(1, path)).headers['x-cache'] === 'HIT') hits += 1;
  }
  return hits;
}

describe('what an API answers', () => {
  test('comes through the owner as it is, whatever the status, and is asked for once', async () => {
    const pool = pair.pool('steady');
    for (let status = 200; status < 600; status += 1) {
      pool.behaviour = () => ({ status });
      const paths = [fresh('steady'), fresh('steady'), fresh('steady')];
      pool.seen.length = 0;
      const statuses = await Promise.all(
        paths.map(async (path, index) => (await pair.call(index % 2, path)).status),
      );
      expect(statuses).toEqual([status, status, status]);
      expect(pool.seen.map(({ url }) => url).sort()).toEqual([...paths].sort());
    }
  }, 60_000);
});

describe('a member that is replaced', () => {
  test('while each answer of the name server takes long: no request to the other fails', async () => {
    const others = load(0, ['steady', 'changed']);
    pair.slowNames(2500);
    const member = await replaced(1);
    await member.ready();
    await sleep(1000);
    pair.slowNames(0);
    const { wrong, calls } = await others.stop();
    expect(wrong).toEqual([]);
    expect(calls).toBeGreaterThan(200);
    await seesOther(0, 1);
    expect(await shared('steady')).toBe(12);
  }, 60_000);

  test('and does not know a pool that the other one knows: that one asks the pool itself', async () => {
    pair.failNames('silent', 'changed.test.internal');
    const member = await replaced(1);
    const began = performance.now();
    await member.ready();
    // One API does not keep it from the others.
    expect(performance.now() - began).toBeLessThan(startSeconds(false) * 1000);
    await seesOther(0, 1);
    // Nobody else is asked for this one.
    expect((await pair.call(1, fresh('changed'), { method: 'POST' })).status).toBe(503);
    const others = load(0, ['steady', 'changed']);
    await sleep(2000);
    expect((await others.stop()).wrong).toEqual([]);
    expect(await shared('steady')).toBe(12);
    pair.failNames(undefined, 'changed.test.internal');
    await until('it is known', async () => (await pair.call(1, fresh('changed'))).status === 200);
  }, 60_000);

  test('while no name is answered does not say that it is healthy, and the other one serves', async () => {
    const others = load(0, ['steady', 'later', 'changed']);
    pair.failNames('silent');
    const member = await replaced(1);
    await until('it says why', () => member.log.some(({ event }) => event === 'waits-for-names'), {
      withinSeconds: 20,
    });
    const began = performance.now();
    while (performance.now() - began < startSeconds(false) * 1000) {
      expect(await member.health()).not.toBe(200);
      await sleep(200);
    }
    pair.failNames('servfail');
    await sleep(3000);
    expect(await member.health()).toBe(503);
    pair.failNames(undefined);
    await member.ready();
    expect((await others.stop()).wrong).toEqual([]);
    for (const api of ['steady', 'later', 'changed']) {
      expect((await pair.call(1, fresh(api))).status).toBe(200);
    }
  }, 90_000);

  test('by another revision: each does what its own says, and no request fails', async () => {
    const old = load(1, ['steady', 'later', 'changed'], (path, body) => path === body);
    const member = await replaced(0, second);
    await member.ready();
    const now = load(0, ['steady', 'later', 'changed', 'added'], (path, body) =>
      path.startsWith('/changed') ? body === path.slice('/changed'.length) : body === path,
    );
    // Also when it is found by the other one at last.
    await sleep(6000);
    await seesOther(0, 0);
    await seesOther(1, 0);
    expect((await now.stop()).wrong).toEqual([]);
    expect((await old.stop()).wrong).toEqual([]);
    const still = load(0, ['steady', 'later', 'changed', 'added']);
    await (await replaced(1, second)).ready();
    await seesOther(0, 1);
    await seesOther(1, 1);
    expect((await still.stop()).wrong).toEqual([]);
    for (const api of ['steady', 'later', 'changed', 'added']) expect(await shared(api)).toBe(12);
  }, 90_000);
});
