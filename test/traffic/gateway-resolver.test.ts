/**
 * Proves that the gateways find pools and each other through a resolver that keeps what it has heard: an address for
 * 5 s, that a name does not exist for 15 s, and eight of many instances at a time.
 */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Member } from './support/gateway';
import { gatewayModel } from './support/model';
import { Pair, serversUp } from './support/pair';
import { until } from './support/until';

const twenty = Array.from({ length: 20 }, (_, index) => `127.30.92.${100 + index}`);
const requests = 10;
let pair: Pair;
let grown: Promise<void>;

/** Instances that the first member can send to. */
const up = async (api: string) => (await serversUp(pair.member(0))).get(api);

beforeAll(async () => {
  pair = await Pair.start({
    net: 92,
    model: gatewayModel({
      // Forty places, as a deploy of twenty instances needs them.
      growing: { mostInstances: 40 },
      pooled: {},
      single: {},
      counted: { policies: { rateLimit: { by: 'api', requests, perSeconds: 60 } } },
    }),
    instances: { single: 1 },
  });
  const pool = pair.pool('growing');
  for (const address of twenty.slice(2)) await pool.add(address);
  pair.resolve('growing', pool.addresses);
  // While the other tests run. An instance is in none of 20 answers in a row with a chance of 0.00004.
  grown = until('all twenty instances are known', async () => (await up('growing')) === 20, {
    withinSeconds: 130,
    everyMs: 250,
  });
  // Whoever awaits it is told; until then it must not end the run.
  grown.catch(() => {});
}, 30_000);

afterAll(() => pair?.stop());

/** Calls without a pause until it is told to stop; resolves to the statuses. */
function traffic(path: string) {
  const statuses: number[] = [];
  let stopped = false;
  const sending = [0, 1].map(async (member) => {
    while (!stopped) {
      statuses.push((await pair.call(member, path)).status);
      await setTimeout(20);
    }
  });
  return async () => {
    stopped = true;
    await Promise.all(sending);
    return statuses;
  };
}

test('an instance that is replaced, the new one first, is not missed', async () => {
  const pool = pair.pool('pooled');
  const [gone = '', kept = ''] = pool.addresses;
  const fresh = '127.30.92.90';
  const stop = traffic('/pooled');
  await pool.add(fresh);
  pair.resolve('pooled', [gone, kept, fresh]);
  const begun = performance.now();
  await until('the new one is asked', () => pool.seen.some(({ instance }) => instance === fresh));
  // The TTL, the next question, and two checks.
  expect(performance.now() - begun).toBeLessThan(10_000);
  pair.resolve('pooled', [kept, fresh]);
  await pool.remove(gone);
  await setTimeout(3000);
  const statuses = await stop();
  expect(statuses.length).toBeGreaterThan(50);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
}, 30_000);

test('an only instance that is lost is found again, at a new address, when the resolver has forgotten that there was none', async () => {
  const pool = pair.pool('single');
  await pool.close();
  pair.resolve('single', []);
  await until('the resolver says that there is none', async () => (await up('single')) === 0, {
    withinSeconds: 30,
  });
  expect((await pair.call(0, '/single')).status).toBe(503);
  await pool.add('127.30.92.91');
  pair.resolve('single', ['127.30.92.91']);
  await until('it is found', async () => (await pair.call(0, '/single')).status === 200, {
    // 15 s, the next question, and two checks.
    withinSeconds: 20,
    everyMs: 200,
  });
}, 60_000);

test('members count together as soon as the one that was away is healthy, at a new address', async () => {
  const host = 'gateway-b';
  await pair.member(1).kill();
  pair.resolve(host, []);
  // Longer than its address was kept: from now on it is kept that it has none.
  await setTimeout(7000);
  const address = '127.30.92.95';
  pair.resolve(host, [address]);
  const { options } = pair.member(1);
  pair.members[1] = new Member({ ...options, address });
  await pair.member(1).ready();
  const statuses: number[] = [];
  for (let number = 0; number < 14; number++) {
    statuses.push((await pair.call(number % 2, '/counted')).status);
    await setTimeout(100);
  }
  expect(statuses).toEqual([...Array(requests).fill(200), ...Array(4).fill(429)]);
}, 60_000);

test('a pool that grows to twenty instances is found whole, eight at a time, and all of it is used', async () => {
  await grown;
  const pool = pair.pool('growing');
  const used = () => new Set(pool.seen.map(({ instance }) => instance)).size;
  await until('each has been asked', async () => {
    const { status } = await pair.call(0, '/growing');
    expect(status).toBe(200);
    return used() === 20;
  });
}, 160_000);
