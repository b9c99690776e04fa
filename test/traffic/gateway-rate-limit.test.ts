/** Proves limits of several windows and of plans, and when a caller that was refused is told to come back. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { inTurn } from './support/in-turn';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const apiKey = { authentication: { apiKey: {} } };
const names = Array.from({ length: 9 }, (_, index) => `caller-${index}`);
const consumers = [
  ...names.map((name) => ({ name })),
  { name: 'small', plan: 'free' },
  { name: 'large', plan: 'gold' },
  { name: 'foreign', plan: 'elsewhere' },
];
const balancer = '127.30.69.241';
const plans = {
  free: [{ requests: 2, perSeconds: 60 }],
  gold: [
    { requests: 50, perSeconds: 90 },
    { requests: 4, perSeconds: 60 },
  ],
};
let pair: Pair;

beforeAll(async () => {
  const two = (short: number, long: number) => ({
    windows: [
      { requests: long, perSeconds: 3600 },
      { requests: short, perSeconds: 2 },
    ],
  });
  const model = gatewayModel(
    {
      two: { policies: { ...apiKey, rateLimit: two(3, 5) } },
      hourly: { policies: { ...apiKey, rateLimit: two(20, 6) } },
      three: {
        policies: {
          rateLimit: {
            windows: [
              { requests: 3, perSeconds: 60 },
              { requests: 2, perSeconds: 1 },
              { requests: 4, perSeconds: 86_400 },
            ],
            by: 'api',
          },
        },
      },
      both: { policies: { rateLimit: { ...two(3, 3), by: 'api' } } },
      planned: { policies: { ...apiKey, rateLimit: { plans } } },
      defaulted: { policies: { ...apiKey, rateLimit: { plans, defaultPlan: 'free' } } },
      lone: { policies: { rateLimit: { requests: 1, perSeconds: 2, by: 'address' } } },
      few: { policies: { rateLimit: { requests: 4, perSeconds: 2, by: 'address' } } },
    },
    { consumers, balancerCidrs: ['127.30.69.240/28'] },
  );
  const keys = Object.fromEntries(consumers.map(({ name }) => [`${name}-key`, name]));
  pair = await Pair.start({ net: 69, model, keys });
}, 20_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) pool.seen.length = 0;
});

const as = (name: string) => ({ headers: [['X-Api-Key', `${name}-key`]] as const });

const passed = (statuses: readonly number[]) => statuses.filter((status) => status === 200).length;
const reached = (api: string) => pair.pool(api).seen.length;
const detail = (body: string) => JSON.parse(body).detail;

describe('several windows', () => {
  test('the short one refills while the long one holds, and a refusal is counted in neither', async () => {
    const caller = as('caller-0');
    expect(await inTurn(pair, 9, '/two', caller)).toEqual([200, 200, 200, 429, 429, 429, 429, 429, 429]);
    expect(reached('two')).toBe(3);
    const short = await pair.call(0, '/two', caller);
    expect(short.headers['ratelimit-policy']).toBe('"two-2s";q=3;w=2, "two-hour";q=5;w=3600');
    const wait = Number(short.headers['retry-after']);
    expect(short.headers.ratelimit).toBe(`"two-2s";r=0;t=${wait}, "two-hour";r=2`);
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(3);
    expect(detail(short.body)).toBe('The limit is 3 requests in 2 seconds.');

    // The only event here is the passing of time.
    await setTimeout(wait * 1000);
    expect((await pair.call(1, '/two', caller)).headers.ratelimit).toMatch(/, "two-hour";r=1$/);
    await setTimeout(2000);
    expect(await inTurn(pair, 9, '/two', caller)).toEqual([200, 429, 429, 429, 429, 429, 429, 429, 429]);
    expect(reached('two')).toBe(5);

    await setTimeout(4000);
    const long = await pair.call(1, '/two', { headers: [...caller.headers, ['X-Request-Id', 'over-hour']] });
    const hour = Number(long.headers['retry-after']);
    expect(long.headers.ratelimit).toBe(`"two-2s";r=3, "two-hour";r=0;t=${hour}`);
    expect(hour).toBeGreaterThan(3500);
    expect(hour).toBeLessThanOrEqual(3601);
    expect(detail(long.body)).toBe('The limit is 5 requests per hour.');
    expect(await pair.member(1).logged('over-hour')).toMatchObject({
      limit: 'refused:hour',
      deny: 'rate-limit',
    });
  }, 30_000);

  test('each is exact over the pair, and each consumer has its own', async () => {
    expect(passed(await inTurn(pair, 12, '/hourly', as('caller-0')))).toBe(6);
    expect(passed(await inTurn(pair, 12, '/hourly', as('caller-1')))).toBe(6);
    expect(reached('hourly')).toBe(12);
  });

  test('when several are over, all say for how long, and Retry-After is the longest', async () => {
    expect(await inTurn(pair, 4, '/both')).toEqual([200, 200, 200, 429]);
    const refused = await pair.call(0, '/both');
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThan(3500);
    expect(refused.headers.ratelimit).toMatch(/^"both-2s";r=0;t=[123], "both-hour";r=0;t=\d+$/);
    expect(refused.headers.ratelimit).toContain(`t=${wait}`);
    expect(detail(refused.body)).toBe('The limit is 3 requests per hour.');
  });

  test('three at once, the shortest first in the headers; the longest that is over is named', async () => {
    const calls = [await pair.call(0, '/three')];
    expect(calls[0]?.headers).toMatchObject({
      'ratelimit-policy': '"three-second";q=2;w=1, "three-minute";q=3;w=60, "three-day";q=4;w=86400',
      ratelimit: '"three-second";r=1, "three-minute";r=2, "three-day";r=3',
    });
    for (const member of [1, 0, 1]) {
      await setTimeout(2500);
      calls.push(await pair.call(member, '/three'));
    }
    expect(calls.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(calls[3]?.headers.ratelimit).toMatch(
      /^"three-second";r=2, "three-minute";r=0;t=\d+, "three-day";r=1$/,
    );
    expect(detail(calls[3]?.body ?? '')).toBe('The limit is 3 requests per minute.');
    expect(reached('three')).toBe(3);
  }, 20_000);
});

describe('plans', () => {
  test('a consumer has the windows of its plan', async () => {
    expect(passed(await inTurn(pair, 6, '/planned', as('small')))).toBe(2);
    expect(passed(await inTurn(pair, 6, '/planned', as('large')))).toBe(4);
    expect(reached('planned')).toBe(6);
    const free = await pair.call(0, '/planned', as('small'));
    expect([free.status, free.headers['ratelimit-policy']]).toEqual([429, '"planned";q=2;w=60']);
    const gold = await pair.call(0, '/planned', as('large'));
    expect(gold.headers['ratelimit-policy']).toBe('"planned-minute";q=4;w=60, "planned-90s";q=50;w=90');
    expect(gold.headers.ratelimit).toMatch(/^"planned-minute";r=0;t=\d+, "planned-90s";r=46$/);
  });

  test.each([
    ['no plan', 'caller-0'],
    ['a plan that the limit does not know', 'foreign'],
  ])('a consumer with %s is refused', async (_, name) => {
    for (const member of [0, 1]) {
      const id = `without-plan-${name}-${member}`;
      const headers = [...as(name).headers, ['X-Request-Id', id]] as const;
      const reply = await pair.call(member, '/planned', { headers });
      expect([reply.status, detail(reply.body)]).toEqual([403, 'This consumer has no plan for this API.']);
      expect(reply.headers).not.toHaveProperty('ratelimit');
      expect(await pair.member(member).logged(id)).toMatchObject({ deny: 'no-plan', limit: '-' });
    }
    expect(reached('planned')).toBe(0);
  });

  test('a default plan is for who has none, not for who has another one', async () => {
    expect(passed(await inTurn(pair, 4, '/defaulted', as('caller-0')))).toBe(2);
    expect(passed(await inTurn(pair, 6, '/defaulted', as('large')))).toBe(4);
    expect((await pair.call(0, '/defaulted', as('foreign'))).status).toBe(403);
    expect(reached('defaulted')).toBe(6);
  });
});

describe('Retry-After', () => {
  interface History {
    readonly address: string;
    /** After each a request. */
    readonly pauses: readonly number[];
    /** Members that are asked, in turn. */
    readonly members: readonly number[];
  }

  /** Whatever a caller has done before: how long it is told to wait, and whether it passes then. */
  async function waitedFor(path: string, { address, pauses, members }: History) {
    const options = { headers: [['X-Forwarded-For', address]] as const, from: balancer };
    let asked = 0;
    const ask = () => pair.call(members[asked++ % members.length] ?? 0, path, options);
    for (const pause of pauses) {
      await ask();
      await setTimeout(pause * 1000);
    }
    let seconds = 0;
    for (let number = 0; seconds === 0 && number < 40; number++) {
      seconds = Number((await ask()).headers['retry-after'] ?? 0);
      if (seconds === 0) await setTimeout(20);
    }
    await setTimeout(seconds * 1000);
    return { seconds, status: (await ask()).status };
  }

  test('is long enough after any history, and not longer than two windows', async () => {
    const pauses = [0.3, 1.2, 2.2, 2.6, 3.4, 4.4];
    const histories = pauses
      .flatMap((one) => pauses.map((other) => [one, other]))
      .flatMap((both, index): History[] => [
        { address: `203.0.113.${index}`, pauses: both, members: [0, 1] },
        { address: `198.51.100.${index}`, pauses: both, members: [index % 2] },
      ]);
    const [few, lone] = await Promise.all([
      Promise.all(histories.map((history) => waitedFor('/few', history))),
      Promise.all(histories.map((history) => waitedFor('/lone', history))),
    ]);
    const odd = [...few, ...lone].filter(({ status }) => status !== 200);
    expect(odd).toEqual([]);
    for (const { seconds } of few) expect([1, 2, 3]).toContain(seconds);
    for (const { seconds } of lone) expect([1, 2, 3, 4, 5]).toContain(seconds);
  }, 40_000);
});
