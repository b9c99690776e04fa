/**
 * Proves how far what a pair lets pass is from what one counter would, for calls that arrive by chance at both members.
 * `npm run bench:counting` measures the same over a million.
 */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CountedCaller } from './support/counted';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const limit = { requests: 20, perSeconds: 2 };
const callers = [0.5, 4].flatMap((load) =>
  Array.from({ length: 4 }, (_, nth) => new CountedCaller(`caller-${load * 10}-${nth}`, load, limit)),
);
let pair: Pair;

beforeAll(async () => {
  const policies = { authentication: { apiKey: {} }, rateLimit: limit };
  pair = await Pair.start({
    net: 99,
    model: gatewayModel({ counted: { policies } }, { consumers: callers.map(({ name }) => ({ name })) }),
    keys: Object.fromEntries(callers.map(({ name }) => [`key-${name}`, name])),
  });
}, 20_000);

afterAll(() => pair?.stop());

/** Each of a caller's calls after a time by chance, over six windows. */
async function calls(caller: CountedCaller): Promise<void> {
  const meanMs = (limit.perSeconds * 1000) / limit.requests / caller.load;
  const end = performance.now() + 6 * limit.perSeconds * 1000;
  const answers: Promise<void>[] = [];
  while (performance.now() < end) {
    await setTimeout(-Math.log(1 - Math.random()) * meanMs);
    const headers = { 'X-Api-Key': `key-${caller.name}` };
    caller.arrives(performance.now());
    const answer = pair.call(Math.random() < 0.5 ? 0 : 1, '/counted', { headers });
    answers.push(answer.then(({ status }) => caller.answered(status)));
  }
  await Promise.all(answers);
}

test('what passes is within a tenth of what one counter lets pass, and nobody who asks for little is refused', async () => {
  await Promise.all(callers.map(calls));
  expect(callers.reduce((sum, { other }) => sum + other, 0)).toBe(0);
  const sum = (load: number, value: (caller: CountedCaller) => number) =>
    callers.filter((caller) => caller.load === load).reduce((all, one) => all + value(one), 0);
  expect(sum(4, ({ arrived }) => arrived)).toBeGreaterThan(sum(4, ({ exact }) => exact) * 2);
  const error = sum(4, ({ passed }) => passed) / sum(4, ({ exact }) => exact) - 1;
  expect(Math.abs(error)).toBeLessThan(0.1);
  // Half of the limit by chance: ten in a window, and twice as many now and then.
  expect(sum(0.5, ({ passed }) => passed) / sum(0.5, ({ arrived }) => arrived)).toBeGreaterThan(0.95);
}, 30_000);
