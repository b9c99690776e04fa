/** Times that must fit each other: where they come from, and what is refused. */
import { resolve } from '../../constructs/blueprint/resolve';
import {
  DISCOVERY_TTL_SECONDS,
  deploySeconds,
  graceSeconds,
  LEAVE_SECONDS,
  lookupSeconds,
  unseenSeconds,
  waitMinutes,
} from '../../constructs/blueprint/resolving/timing';
import { startSeconds } from '../../constructs/gateway/haproxy/container/start';
import { balanced, type Edit, PORT, parsed, problemsOf, REGION, shop } from './environment-fixture';

test.each([
  [1, 20],
  [8, 20],
  [9, 30],
  [10, 30],
  [11, 60],
  [12, 60],
  [20, 90],
  [40, 210],
  [100, 510],
  [177, 900],
  [178, 930],
])('an instance of %d has gone when no answer had it for %d s', (instances, seconds) => {
  expect(unseenSeconds(instances, 2)).toBe(seconds);
});

/** The same numbers every time: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often a live instance is taken for gone, of `windows` that begin with an answer that has it not. */
function missed(instances: number, holdSeconds: number, windows: number): number {
  const next = random(instances);
  const answers = Math.floor(holdSeconds / 6);
  let gone = 0;
  for (let window = 0; window < windows; window++) {
    let seen = false;
    // An answer has a given one of n with the probability 8/n.
    for (let answer = 0; answer < answers && !seen; answer++) seen = next() < 8 / instances;
    if (!seen) gone += 1;
  }
  return gone / windows;
}

test.each([12, 20, 40, 100])('of %d live instances hardly one is taken for gone', (instances) => {
  expect(missed(instances, unseenSeconds(instances, 2), 100_000)).toBeLessThan(0.0015);
});

test('with 20 s for all, one of five would be', () => {
  expect(missed(20, 20, 100_000)).toBeGreaterThan(0.2);
});

test.each([
  [1, 2],
  [100, 2],
  [101, 3],
  [500, 10],
])('%d names are each asked for every %d s', (names, seconds) => {
  expect(lookupSeconds(names)).toBe(seconds);
});

test('a gateway has half as long again as its longest start and its checks', () => {
  const check = { intervalSeconds: 5, timeoutSeconds: 2, healthyThreshold: 2 };
  expect([startSeconds(false), startSeconds(true)]).toEqual([15, 36]);
  expect([graceSeconds(15, check), graceSeconds(36, check)]).toEqual([41, 72]);
});

test('the gateways of a blueprint have it, and wait for their drain', () => {
  const members = (...edits: Edit[]) =>
    (resolve(parsed(...edits)).gateway?.members ?? []).map(({ attachment, deployment }) => [
      attachment?.healthCheckGraceSeconds,
      deployment.waitMinutes,
    ]);
  expect(members()).toEqual([
    [41, 20],
    [41, 20],
  ]);
  // 4 × (120 + 41 + 12) + 2 × (3600 + the stop time-out) s.
  expect(members([REGION, `${REGION}deregistrationDelaySeconds: 3600\n`])).toEqual([
    [41, 134],
    [41, 134],
  ]);
});

const life = { graceSeconds: 60, checkSeconds: 20, deregistrationDelaySeconds: 60, stopTimeoutSeconds: 40 };

test('a deploy that fails takes four starts and two drains', () => {
  expect(deploySeconds(life)).toBe(1000);
  expect(waitMinutes(life)).toBe(20);
  expect(waitMinutes({ ...life, deregistrationDelaySeconds: 160 })).toBe(20);
  expect(waitMinutes({ ...life, deregistrationDelaySeconds: 161 })).toBe(21);
});

describe('what does not fit is refused', () => {
  const edit = (line: string): Edit => [PORT, `${PORT}    ${line}\n`];
  const codes = (...edits: Edit[]) => problemsOf(shop(...edits)).map(({ code }) => code);

  test('the largest that fits is taken', () => {
    const { apis } = parsed(edit('health: { intervalSeconds: 249, unhealthyThreshold: 10 }'));
    expect(apis.orders?.health.intervalSeconds).toBe(249);
    expect(parsed(edit('instances: { min: 2, max: 88 }')).apis.orders?.instances.max).toBe(88);
  });

  // 4 × (120 + 30 + 10 × 250 + 4) + 2 × (60 + 40) = 10,816 s are more than three hours.
  test('ten failures, 250 s apart', () => {
    expect(codes(edit('health: { intervalSeconds: 250, unhealthyThreshold: 10 }'))).toEqual([
      'DEPLOY_TOO_LONG',
    ]);
  });

  test('89 instances, where gateways look for them', () => {
    const many = edit('instances: { min: 2, max: 89 }');
    expect(codes(many)).toEqual(['POOL_TOO_LARGE']);
    expect(parsed(many, balanced).apis.orders?.instances.max).toBe(89);
  });

  test('and says the numbers', () => {
    const [problem] = problemsOf(shop(edit('instances: { min: 2, max: 89 }')));
    expect(problem).toMatchObject({
      given: '89 instances, 178 during a deploy',
      allowed: 'up to 88 instances',
    });
    expect(problem?.message).toContain('only after 930 s');
  });
});

test('an API serves on until a gateway that has just asked has a new answer, and time to check what is in it', () => {
  // Asked every 2 s: the answer that is kept for 5 s is asked for anew after 6.
  expect(LEAVE_SECONDS).toBeGreaterThan(2 * Math.ceil(DISCOVERY_TTL_SECONDS / 2) + 2);
});
