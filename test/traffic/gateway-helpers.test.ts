/** Proves that a gateway serves when what runs beside it does not: every request, and in time. */
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Member } from './support/gateway';
import { Issuer, issuerKey, jwkOf, nowSeconds, signed } from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';
import { until } from './support/until';

const issuer = new Issuer('https://helpers.test', '127.30.83.2');
const key = issuerKey('2026-01');
/** Far more than are sent: each request is to pass. */
const limit = 100_000;

let pair: Pair;
let running = false;

beforeAll(async () => {
  issuer.keys = [jwkOf(key)];
  await issuer.start();
  const jwt = { issuer: issuer.name, jwksUrl: issuer.jwksUrl, audience: 'any' };
  const model = gatewayModel(
    {
      tokens: { policies: { authentication: { jwt } } },
      open: {},
      kept: { requestTimeoutSeconds: 1, policies: { cache: { ttlSeconds: 60 } } },
      counted: { policies: { rateLimit: { requests: limit, perSeconds: 60, by: 'api' } } },
    },
    { graceSeconds: 1, keys: { refreshSeconds: 1, keepHours: 1 } },
  );
  pair = await Pair.start({ net: 83, model });
}, 40_000);

afterEach(() => {
  running = false;
});

afterAll(async () => {
  await pair?.stop();
  await issuer.stop();
});

interface Served {
  readonly calls: number;
  /** The first few that were not answered with 200. */
  readonly wrong: readonly string[];
  readonly slowestSeconds: number;
}

/** Requests of all kinds to the first member, for so long. */
async function served(seconds: number): Promise<Served> {
  const token = signed(key, { iss: issuer.name, sub: 'user', exp: nowSeconds() + 600 });
  const headers = { Authorization: `Bearer ${token}` };
  const wrong: string[] = [];
  let [calls, slowest] = [0, 0];
  running = true;
  const end = performance.now() + seconds * 1000;
  const client = async (api: string) => {
    while (running && performance.now() < end) {
      const began = performance.now();
      calls += 1;
      const status = await pair.call(0, `/${api}/${calls}`, api === 'tokens' ? { headers } : {}).then(
        (reply) => reply.status,
        (error: Error) => error.message,
      );
      slowest = Math.max(slowest, performance.now() - began);
      if (status !== 200) wrong.push(`${api}: ${status}`);
    }
  };
  await Promise.all(['tokens', 'open', 'kept', 'counted'].flatMap((api) => [client(api), client(api)]));
  return { calls, wrong: wrong.slice(0, 5), slowestSeconds: slowest / 1000 };
}

test('nobody takes its log', async () => {
  const member = pair.member(0);
  member.takeOutput(false);
  const before = member.log.length;
  const { calls, wrong, slowestSeconds } = await served(4);
  expect(wrong).toEqual([]);
  // Some 500 bytes each: much more than a pipe and the reader's buffer hold.
  expect(calls).toBeGreaterThan(500);
  expect(slowestSeconds).toBeLessThan(3);
  // Lines are lost then, and come again afterwards.
  expect(member.log.length - before).toBeLessThan(calls);
  member.takeOutput(true);
  const reply = await pair.call(0, '/open/again');
  expect((await member.logged(String(reply.headers['x-request-id']))).status).toBe(200);
}, 30_000);

test('whoever reads its metrics hangs, or goes away', async () => {
  const { address } = pair.member(0);
  const readers: Socket[] = Array.from({ length: 20 }, () => {
    const socket = connect(9000, address);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
    return socket;
  });
  const hanging = await served(2);
  for (const reader of readers) reader.destroy();
  const gone = await served(1);
  expect([...hanging.wrong, ...gone.wrong]).toEqual([]);
  expect(Math.max(hanging.slowestSeconds, gone.slowestSeconds)).toBeLessThan(3);
}, 30_000);

test('the other gateway hangs: its counts, its share of the cache, its helper', async () => {
  const other = pair.member(1);
  process.kill(-other.pid, 'SIGSTOP');
  other.sidecars.signal('SIGSTOP');
  try {
    const { wrong, slowestSeconds } = await served(8);
    expect(wrong).toEqual([]);
    // What it was asked for when nobody knew yet: as long as the API would be waited for, and 2 s.
    expect(slowestSeconds).toBeLessThan(6);
  } finally {
    process.kill(-other.pid, 'SIGCONT');
    other.sidecars.signal('SIGCONT');
  }
}, 40_000);

test('its key helper hangs, and then is killed', async () => {
  const { sidecars } = pair.member(0);
  sidecars.signal('SIGSTOP');
  const hanging = await served(2);
  sidecars.signal('SIGKILL');
  const gone = await served(3);
  // The platform ends the task with the helper, as one that is replaced: until then it drains.
  expect([...hanging.wrong, ...gone.wrong]).toEqual([]);
  expect(await pair.member(0).health()).toBe(200);
}, 30_000);

test('its key helper hangs: it says so, serves on, and leaves as one that is told to', async () => {
  const { options } = pair.member(0);
  await pair.member(0).kill();
  const [handOver = '', text = ''] = options.container.command;
  const short = text
    .replace('quiet=30 again=600 well=3600\nleave=300 ', 'quiet=3 again=60 well=3\nleave=12 ')
    .replace('|| sleep 15 ', '|| sleep 1 ');
  expect(short).toHaveLength(text.length - 7);
  const member = new Member({ ...options, container: { ...options.container, command: [handOver, short] } });
  pair.members[0] = member;
  await member.ready();
  const events = () => member.log.flatMap(({ event, seconds }) => (event ? [`${event} ${seconds}`] : []));
  const says = async (event: string) => {
    const begin = events().length;
    const said = () =>
      events()
        .slice(begin)
        .some((one) => one.startsWith(event));
    await until(`it says ${event}`, said, { withinSeconds: 40 });
  };

  const serving = served(60);
  member.sidecars.signal('SIGSTOP');
  await says('key-helper-silent');
  member.sidecars.signal('SIGCONT');
  await says('key-helper-answers');
  expect(await member.health()).toBe(200);
  member.sidecars.signal('SIGSTOP');
  await says('key-helper-silent');
  running = false;
  const { calls, wrong } = await serving;
  expect(wrong).toEqual([]);
  expect(calls).toBeGreaterThan(500);
  expect(await member.exit).toBe(0);
  // A machine that is busy may let it hang once more.
  expect(events().join(', ')).toMatch(
    /^(key-helper-silent 3, key-helper-answers \d+, )+key-helper-silent 3, leaves-with-key-helper 12$/,
  );
}, 120_000);
