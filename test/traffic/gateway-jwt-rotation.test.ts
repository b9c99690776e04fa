/** Proves that keys come and go while requests are served: no request fails, no count is lost. */
import { readdirSync } from 'node:fs';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Reply } from './support/client';
import { Issuer, issuerKey, jwkOf, nowSeconds, signed } from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { until } from './support/until';

const issuer = new Issuer('https://rotating.test', '127.30.61.2');
const [first, second] = [issuerKey('2026-01'), issuerKey('2026-02')];
/** Last known keys are taken for so long. */
const keepSeconds = 8;
const limit = 20;

let pair: Pair;

beforeAll(async () => {
  issuer.keys = [jwkOf(first)];
  await issuer.start();
  const jwt = { issuer: issuer.name, jwksUrl: issuer.jwksUrl, audience: 'any' };
  const model = gatewayModel(
    {
      orders: { policies: { authentication: { jwt } } },
      open: {},
      cached: { policies: { cache: { ttlSeconds: 1 } } },
      counted: { policies: { rateLimit: { requests: limit, perSeconds: 300, by: 'api' } } },
    },
    { graceSeconds: 2, keys: { refreshSeconds: 1, keepHours: keepSeconds / 3600 } },
  );
  pair = await Pair.start({ net: 61, model });
}, 30_000);

afterAll(async () => {
  await pair?.stop();
  await issuer.stop();
});

const ask = async (member: number, key: typeof first): Promise<number> => {
  const token = signed(key, { iss: issuer.name, sub: 'user', exp: nowSeconds() + 60 });
  return (await pair.call(member, '/orders', { headers: { Authorization: `Bearer ${token}` } })).status;
};
const both = async (key: typeof first): Promise<number[]> => [await ask(0, key), await ask(1, key)];
const becomes = (name: string, key: typeof first, status: number) =>
  until(name, async () => (await both(key)).every((one) => one === status), { withinSeconds: 40 });

/** Calls of several kinds of client, until `stop`; what was not as it should be. */
function load() {
  const wrong: string[] = [];
  let done = false;
  let calls = 0;
  const look = ({ status, body }: Reply) => status === 200 || wrong.push(`${status} ${body}`);
  const client = async (member: number, path: string, pauseMs: number, agent?: Agent) => {
    while (!done) {
      calls += 1;
      await pair
        .call(member, path, agent ? { agent } : {})
        .then(look, (error: Error) => wrong.push(`${path} ${error.message}`));
      await sleep(pauseMs);
    }
    agent?.destroy();
  };
  const health = async (member: number) => {
    while (!done) {
      const status = await pair.member(member).health();
      if (status !== 200) wrong.push(`health ${status}`);
      await sleep(20);
    }
  };
  const alive = () => new Agent({ keepAlive: true, maxSockets: 1 });
  void [0, 1].flatMap((member) => [
    client(member, '/open/busy', 2, alive()),
    client(member, '/open/calm', 1500, alive()),
    client(member, '/open/new', 10),
    client(member, '/cached', 20),
    health(member),
  ]);
  return {
    stop: async () => {
      done = true;
      await sleep(1600);
      return { wrong, calls };
    },
  };
}

test('a new key is taken and the old one is not, without a request that fails or a count that is lost', async () => {
  expect(await both(first)).toEqual([200, 200]);
  expect(await both(second)).toEqual([401, 401]);
  for (let number = 0; number < 6; number += 1) {
    for (const member of [0, 1]) expect((await pair.call(member, '/counted')).status).toBe(200);
  }
  // A worker that had to ask first would have no instance for a moment.
  pair.slowNames(400);
  const running = load();
  issuer.keys = [jwkOf(second)];
  await becomes('the new key is taken', second, 200);
  expect(await both(first)).toEqual([401, 401]);
  await sleep(1000);
  const { wrong, calls } = await running.stop();
  pair.slowNames(0);
  expect(wrong).toEqual([]);
  expect(calls).toBeGreaterThan(1000);

  // What was counted before is there: without it each member would let the whole limit pass. New workers tell each other
  // of new counts at once with HAProxy 2.6, and up to some seconds later with 3.2; until then each counts for itself.
  const statuses: number[] = [];
  for (let number = 0; number < 2 * limit; number += 1) {
    statuses.push((await pair.call(number % 2, '/counted')).status);
  }
  const passed = statuses.filter((status) => status === 200).length;
  expect(passed).toBeGreaterThanOrEqual(limit - 12);
  expect(passed).toBeLessThanOrEqual(2 * (limit - 12));
}, 60_000);

test('an issuer that does not answer: its last keys are taken for the time that was said, and no longer', async () => {
  issuer.answer = { status: 500, body: 'down' };
  const began = performance.now();
  await until('the helper has noticed', () =>
    pair
      .member(0)
      .sidecars.log.some(({ event, reason }) => event === 'issuer-fails' && reason === 'status 500'),
  );
  expect(await both(second)).toEqual([200, 200]);
  await becomes('the keys are gone', second, 401);
  expect(performance.now() - began).toBeGreaterThan((keepSeconds - 2) * 1000);
  // Nothing else is affected.
  expect((await pair.call(0, '/open')).status).toBe(200);
  issuer.answer = undefined;
  await becomes('the keys are back', second, 200);
  expect(pair.member(0).sidecars.log.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['keys-changed', 'issuer-fails', 'keys-expired', 'issuer-answers']),
  );
}, 60_000);

test('a gateway that has taken new keys leaves like any other', async () => {
  const leaving = pair.member(1);
  const before = readdirSync(pair.folder).length;
  leaving.terminate();
  await until('it says that it leaves', async () => (await leaving.health()) === 503, { everyMs: 10 });
  const reply = await pair.call(1, '/open');
  expect([reply.status, reply.headers.connection]).toEqual([200, 'close']);
  expect(await leaving.exit).toBe(0);
  expect(readdirSync(pair.folder)).toHaveLength(before - 1);
}, 20_000);
