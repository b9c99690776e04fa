/** Proves what a member does when the other one, which keeps half of the answers, hangs: it neither answers nor ends. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gatewayModel } from './support/model';
import { Pair, serversUp } from './support/pair';
import { until } from './support/until';

const requestTimeoutSeconds = 2;
let pair: Pair;
beforeAll(async () => {
  pair = await Pair.start({
    net: 72,
    shift: 100,
    model: gatewayModel({
      orders: {
        requestTimeoutSeconds,
        policies: { cache: { ttlSeconds: 60 } },
        routes: { never: { paths: ['/orders/never/{id}'], policies: { cache: 'none' } } },
      },
    }),
  });
}, 30_000);
afterAll(() => pair?.stop());

const paths = (start: string, count: number) =>
  Array.from({ length: count }, (_, id) => `/orders/${start}${id}`);
const timed = async (path: string) => {
  const begun = performance.now();
  const { status, headers } = await pair.call(0, path);
  return { status, cache: headers['x-cache'], seconds: (performance.now() - begun) / 1000 };
};

test('requests to a member that hangs are served all the same, and soon no more go there', async () => {
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => process.kill(-pair.member(1).pid, name);
  const kept = paths('kept-', 12);
  for (const path of kept) expect((await timed(path)).cache).toBe('MISS');
  signal('SIGSTOP');
  try {
    const asked = await Promise.all([...kept, ...paths('new-', 12), ...paths('never/', 12)].map(timed));
    const [bypassed, cached] = [asked.slice(24), asked.slice(0, 24)];
    // These need no other member, nor do those of which this one is the owner.
    expect(bypassed.map(({ status, cache }) => [status, cache])).toEqual(bypassed.map(() => [200, 'BYPASS']));
    expect(Math.max(...bypassed.map(({ seconds }) => seconds))).toBeLessThan(2);
    expect(cached.map(({ status }) => status)).toEqual(cached.map(() => 200));
    const late = cached.filter(({ seconds }) => seconds > 1);
    expect(late.length).toBeGreaterThan(0);
    expect(late.length).toBeLessThan(cached.length);
    // Two seconds more than the API would be waited for; then it is asked itself.
    expect(Math.max(...late.map(({ seconds }) => seconds))).toBeLessThan(requestTimeoutSeconds + 3);

    const up = async () => (await serversUp(pair.member(0))).get('gateway.members');
    await until('it counts as down', async () => (await up()) === 0, { withinSeconds: 4 });
    const again = await Promise.all(kept.map(timed));
    expect(again.map(({ status }) => status)).toEqual(kept.map(() => 200));
    expect(Math.max(...again.map(({ seconds }) => seconds))).toBeLessThan(2);
  } finally {
    signal('SIGCONT');
  }
  const last = async () => (await timed('/orders/kept-0')).status === 200;
  await until(
    'it takes part again',
    async () => (await serversUp(pair.member(0))).get('gateway.members') === 1,
  );
  expect(await last()).toBe(true);
}, 30_000);
