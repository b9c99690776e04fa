/** Proves that a name server which fails takes nothing away: the last addresses are kept, and checks decide. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Fault } from './support/dns';
import { inTurn } from './support/in-turn';
import { gatewayModel } from './support/model';
import { Pair, serversUp } from './support/pair';
import { until } from './support/until';

/** Ways to fail, each of which an API's name is answered in. HAProxy takes an empty answer for a failure, too. */
const failing: readonly Fault[] = [
  'silent',
  'servfail',
  'refused',
  'formerr',
  'notimp',
  'garbage',
  'other-question',
  'truncated',
  'empty',
  'dead-alias',
];
/** An answer that says that the API has no instance. */
const denying: Fault = 'nxdomain';
/** Longer than HAProxy would keep addresses by the times that its manual shows. */
const silenceSeconds = 70;
/** As `unseenSeconds` says for so few instances. */
const unseenSeconds = 20;
const limit = 20;

let pair: Pair;

beforeAll(async () => {
  const apis = Object.fromEntries([...failing, denying].map((name) => [name, {}]));
  const counted = { policies: { rateLimit: { requests: limit, perSeconds: 600, by: 'api' } } };
  pair = await Pair.start({ net: 80, model: gatewayModel({ ...apis, counted }) });
}, 60_000);

afterAll(() => pair?.stop());

describe('while names are not answered as they should be', () => {
  /** Statuses other than 200, with the second since the beginning. */
  const wrong = new Map<string, [number, number][]>();
  let calls = 0;

  beforeAll(async () => {
    const { members } = pair.model;
    for (const fault of [...failing, denying]) pair.failNames(fault, `${fault}.test.internal`);
    // The members' own names, too.
    for (const { host } of members) pair.failNames('silent', host);
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    const client = async (api: string, member: number) => {
      while (seconds() < silenceSeconds) {
        calls += 1;
        const status = await pair.call(member, `/${api}`).then(
          (reply) => reply.status,
          () => 0,
        );
        if (status !== 200) wrong.set(api, [...(wrong.get(api) ?? []), [status, Math.floor(seconds())]]);
        await sleep(250);
      }
    };
    const instancesGo = async () => {
      await sleep(30_000);
      await Promise.all(failing.map((api) => pair.pool(api).remove(pair.pool(api).addresses[0] ?? '')));
    };
    const clients = [...failing, denying].flatMap((api) => [client(api, 0), client(api, 1)]);
    await Promise.all([...clients, instancesGo()]);
  }, 100_000);

  test.each(failing)('%s: no request fails, not even when an instance goes meanwhile', (api) => {
    expect(calls).toBeGreaterThan(2000);
    const { length, 0: first } = wrong.get(api) ?? [];
    expect({ length, first }).toEqual({ length: 0 });
  });

  test('nxdomain: a pool whose instances answer is kept as long as one instance that no answer has', () => {
    const [first] = wrong.get(denying) ?? [];
    expect(first?.[0]).toBe(503);
    // Since the last answer that had it, which was up to a lookup before the beginning.
    expect(first?.[1]).toBeGreaterThanOrEqual(unseenSeconds - 3);
    expect(first?.[1]).toBeLessThanOrEqual(unseenSeconds + 6);
  });

  test('the members still count together', async () => {
    const statuses = await inTurn(pair, 2 * limit, '/counted');
    expect(statuses.filter((status) => status === 200)).toHaveLength(limit);
  });

  test('all are found again when names are answered', async () => {
    for (const api of [...failing, denying]) {
      pair.failNames(undefined, `${api}.test.internal`);
      pair.resolve(api, pair.pool(api).addresses);
    }
    const known = async (member: number) => {
      const up = await serversUp(pair.member(member));
      return Object.values(pair.pools).every(({ name, addresses }) => up.get(name) === addresses.length);
    };
    await until('both know them', async () => (await known(0)) && (await known(1)), { withinSeconds: 40 });
  }, 60_000);
});
