/** Proves that a gateway that starts while an issuer is down has the keys that another one has, or does not take its place. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startSeconds } from '../../constructs/gateway/haproxy/container/start';
import { Issuer, issuerKey, jwkOf, nowSeconds, signed } from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { until } from './support/until';

const issuer = new Issuer('https://down.test', '127.30.82.2');
const key = issuerKey('2026-01');
const withinMs = startSeconds(true) * 1000;

let pair: Pair;

beforeAll(async () => {
  issuer.keys = [jwkOf(key)];
  await issuer.start();
  const jwt = { issuer: issuer.name, jwksUrl: issuer.jwksUrl, audience: 'any' };
  const model = gatewayModel(
    { orders: { policies: { authentication: { jwt } } }, open: {} },
    { graceSeconds: 1, keys: { refreshSeconds: 1, keepHours: 1 } },
  );
  pair = await Pair.start({ net: 82, model });
}, 40_000);

afterAll(async () => {
  await pair?.stop();
  await issuer.stop();
});

const ask = async (member: number, path: string): Promise<number> => {
  const token = signed(key, { iss: issuer.name, sub: 'user', exp: nowSeconds() + 60 });
  return (await pair.call(member, path, { headers: { Authorization: `Bearer ${token}` } })).status;
};
const answers = async (member: number) => [await ask(member, '/orders'), await ask(member, '/open')];
const events = (member: number) => pair.member(member).sidecars.log.map(({ event }) => event);

async function replace(member: number): Promise<void> {
  await pair.member(member).kill();
  pair.startMember(member);
}

const instead = (status: number, body: string) => () => {
  issuer.answer = { status, body };
};
const failures: [string, () => void | Promise<void>][] = [
  ['does not listen', () => issuer.stop()],
  ['fails', instead(503, 'down')],
  ['has no keys', instead(200, '{"keys":[]}')],
  ['answers something else', instead(200, '<html>')],
];

test.each(failures)(
  'while the issuer %s, a roll leaves every member with its keys',
  async (_, fail) => {
    await fail();
    for (const member of [0, 1]) {
      await replace(member);
      await pair.member(member).ready();
      expect(await answers(member)).toEqual([200, 200]);
      expect(await answers(1 - member)).toEqual([200, 200]);
      expect(events(member)).toContain('keys-adopted');
    }
    issuer.answer = undefined;
    await issuer.stop();
    await issuer.start();
  },
  60_000,
);

test('while the other one does not say what it has, it is not healthy: a roll goes no further', async () => {
  await until('both have heard of the issuer', () => issuer.asked > 0);
  await issuer.stop();
  pair.member(1).sidecars.signal('SIGSTOP');
  try {
    await replace(0);
    await until('it says why', () => events(0).includes('waits-for-keys'), { withinSeconds: 30 });
    const began = performance.now();
    while (performance.now() - began < withinMs) {
      expect(await pair.member(0).health()).not.toBe(200);
      expect(await answers(1)).toEqual([200, 200]);
      await sleep(500);
    }
  } finally {
    pair.member(1).sidecars.signal('SIGCONT');
  }
  await pair.member(0).ready();
  expect(await answers(0)).toEqual([200, 200]);
  expect(pair.member(0).sidecars.log.find(({ event }) => event === 'waits-for-keys')).toMatchObject({
    silent: ['gateway-b.test.internal'],
  });
}, 120_000);

test('when nobody has keys, both serve what needs no token, and the rest as soon as the issuer answers', async () => {
  await Promise.all([pair.member(0).kill(), pair.member(1).kill()]);
  const began = performance.now();
  await Promise.all([pair.startMember(0).ready(), pair.startMember(1).ready()]);
  expect(performance.now() - began).toBeLessThan(withinMs);
  for (const member of [0, 1]) {
    expect(await answers(member)).toEqual([401, 200]);
    expect(events(member)).toContain('starts-without-keys');
  }
  await issuer.start();
  const served = async (member: number) => (await ask(member, '/orders')) === 200;
  await until('both have the keys', async () => (await served(0)) && (await served(1)), {
    withinSeconds: 40,
  });
}, 120_000);

test('and when there is no other one', async () => {
  await issuer.stop();
  await Promise.all([pair.member(0).kill(), pair.member(1).kill()]);
  pair.resolve('gateway-b', []);
  await pair.startMember(0).ready();
  expect(await answers(0)).toEqual([401, 200]);
}, 60_000);
