/** Proves what a limit comes to over the pair when many call at once, and when a gateway is lost or starts again. */
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { NameServer } from './support/dns';
import { Member } from './support/gateway';
import { apartMs, inTurn } from './support/in-turn';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { until } from './support/until';

const consumers = Array.from({ length: 6 }, (_, index) => ({ name: `caller-${index}` }));
let pair: Pair;

beforeAll(async () => {
  const limit = { rateLimit: { requests: 10, perSeconds: 60 } };
  const model = gatewayModel(
    { counted: { policies: { authentication: { apiKey: {} }, ...limit } } },
    { consumers },
  );
  const keys = Object.fromEntries(consumers.map(({ name }) => [`${name}-key`, name]));
  pair = await Pair.start({ net: 69, shift: 100, model, keys });
}, 20_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  pair.pool('counted').seen.length = 0;
});

const as = (name: string) => ({ headers: [['X-Api-Key', `${name}-key`]] as const });

const passed = (statuses: readonly number[]) => statuses.filter((status) => status === 200).length;
const reached = (api: string) => pair.pool(api).seen.length;
/** Resolves when a member that has started has been told the counts: its own, and the other's. */
const learned = (member: Member) =>
  until(`${member.name} has learned the counts`, async () => {
    const metrics = await (await fetch(`http://${member.address}:9000/metrics?scope=sticktable`)).text();
    const used = (name: string) =>
      Number(new RegExp(`_used\\{name="gateway/${name}\\.60"[^}]*\\} (\\d+)`).exec(metrics)?.[1]);
    return used('gateway-a') > 0 && used('gateway-b') > 0;
  });

describe('bounds', () => {
  const most = (members: number) => members * (10 + availableParallelism() - 1);
  const atOnce = (count: number, caller: string, member?: number) =>
    Promise.all(
      Array.from({ length: count }, (_, number) => pair.call(member ?? number % 2, '/counted', as(caller))),
    );

  test('a burst: what one gateway may let pass, through one', async () => {
    const count = passed((await atOnce(80, 'caller-1', 0)).map(({ status }) => status));
    expect(count).toBeGreaterThanOrEqual(10);
    expect(count).toBeLessThanOrEqual(most(1));
    expect(reached('counted')).toBe(count);
    await setTimeout(apartMs);
    expect((await pair.call(1, '/counted', as('caller-1'))).status).toBe(429);
  });

  test('a burst: once per gateway, through both; the excess delays what follows', async () => {
    const count = passed((await atOnce(80, 'caller-2')).map(({ status }) => status));
    expect(count).toBeGreaterThanOrEqual(10);
    expect(count).toBeLessThanOrEqual(most(2));
    expect(reached('counted')).toBe(count);
    await setTimeout(apartMs);
    const refused = await pair.call(1, '/counted', as('caller-2'));
    const excess = count - 10;
    const least = 59 + Math.floor((60 * excess) / (9 + excess));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(least);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(least + 3);
  });

  test('a gateway that starts again knows what it and the other have let pass', async () => {
    const caller = as('caller-3');
    expect(passed(await inTurn(pair, 6, '/counted', caller))).toBe(6);
    await pair.member(0).kill();
    const restarted = pair.startMember(0).ready().then(learned);
    expect((await pair.call(1, '/counted', caller)).status).toBe(200);
    await restarted;
    expect(await inTurn(pair, 6, '/counted', caller)).toEqual([200, 200, 200, 429, 429, 429]);
    expect(reached('counted')).toBe(10);
  }, 20_000);

  test('a gateway that is lost: the other keeps its count; when all are lost the counts are', async () => {
    const caller = as('caller-4');
    expect(passed(await inTurn(pair, 6, '/counted', caller))).toBe(6);
    await pair.member(0).kill();
    const statuses: number[] = [];
    for (let number = 0; number < 8; number++) statuses.push((await pair.call(1, '/counted', caller)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429, 429, 429]);
    expect(reached('counted')).toBe(10);

    await pair.member(1).kill();
    await Promise.all([pair.startMember(0).ready(), pair.startMember(1).ready()]);
    expect(passed(await inTurn(pair, 14, '/counted', caller))).toBe(10);
    expect(reached('counted')).toBe(20);
  }, 30_000);

  test('gateways that do not reach each other count alone', async () => {
    // A name server that knows the pools, and no gateway.
    const cut = await NameServer.start('127.30.69.102', 5730);
    try {
      for (const { name, addresses } of Object.values(pair.pools))
        cut.set(`${name}.test.internal`, addresses);
      for (const member of pair.members) await member.kill();
      for (const [index, { options }] of pair.members.entries())
        pair.members[index] = new Member({ ...options, dns: cut.address });
      for (const member of pair.members) await member.ready();
      expect(passed(await inTurn(pair, 24, '/counted', as('caller-5')))).toBe(20);
      expect(reached('counted')).toBe(20);
    } finally {
      await cut.close();
    }
  }, 30_000);
});
