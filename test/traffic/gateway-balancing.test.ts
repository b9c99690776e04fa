/** Proves what `balancing` says: who gets a request, how much of a gateway a slow API may hold, and for how long. */

import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Reply } from './support/client';
import { gatewayModel } from './support/model';
import { Pair, serversUp } from './support/pair';
import type { Pool } from './support/pool';
import { until } from './support/until';

let pair: Pair;

beforeAll(async () => {
  const inTurn = { algorithm: 'roundrobin' };
  const atOnce = { ...inTurn, slowStartSeconds: 0 };
  const model = gatewayModel({
    hangs: {
      balancing: {
        maxConnectionsPerInstance: 2,
        maxConcurrentRequests: 8,
        queueTimeoutSeconds: 3,
        // Else the instances' bound would be less at first.
        slowStartSeconds: 0,
      },
      requestTimeoutSeconds: 20,
    },
    fine: {},
    far: { balancing: { ...atOnce, connectTimeoutSeconds: 1, retries: 0 } },
    once: { balancing: { ...atOnce, retries: 0 } },
    slowly: { balancing: { ...inTurn, slowStartSeconds: 60 } },
    sudden: { balancing: atOnce },
    kept: { balancing: { maxConcurrentRequests: 1 }, policies: { cache: { ttlSeconds: 60 } } },
  });
  pair = await Pair.start({ net: 73, model });
}, 20_000);

afterAll(() => pair?.stop());

beforeEach(() => {
  for (const pool of Object.values(pair.pools)) {
    pool.seen.length = 0;
    pool.behaviour = () => ({});
  }
});

const instanceOf = ({ body }: Reply): string => JSON.parse(body).instance;

const timed = async (reply: Promise<Reply>) => {
  const start = performance.now();
  const { status, headers, body } = await reply;
  return { status, headers, body, milliseconds: performance.now() - start };
};

/** Requests of an API that the first gateway has, as the metrics say. */
async function underWay(api: string): Promise<number> {
  const text = await (await fetch(`http://${pair.member(0).address}:9000/metrics?scope=backend`)).text();
  const [, count] = text.match(`haproxy_backend_current_sessions{proxy="${api}"} (\\d+)`) ?? [];
  return Number(count);
}

/** From now on its requests wait until what comes back is called. */
function hang(pool: Pool): () => void {
  const released = new EventEmitter();
  const answer = once(released, 'now').then(() => ({}));
  pool.behaviour = () => answer;
  return () => void released.emit('now');
}

describe('an API that hangs', () => {
  test('holds no more of a gateway than its bound, and the others are as fast as before', async () => {
    const pool = pair.pool('hangs');
    const release = hang(pool);
    const within = Array.from({ length: 8 }, () => timed(pair.call(0, '/hangs')));
    // Two at each instance; the other four wait.
    await until('the instances are full', () => pool.seen.length === 4);
    await until('the others wait', async () => (await underWay('hangs')) === 8);

    const beyond = await Promise.all(Array.from({ length: 60 }, () => timed(pair.call(0, '/hangs'))));
    expect(new Set(beyond.map(({ status }) => status))).toEqual(new Set([503]));
    const [refused] = beyond;
    expect(refused?.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '1',
    });
    expect(JSON.parse(refused?.body ?? '')).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'The API has as many requests under way as it may.',
    });
    const line = await pair.member(0).logged(String(refused?.headers['x-request-id']));
    expect([line.status, line.deny]).toEqual([503, 'busy']);
    // By the gateway's own clock: this machine may have other work.
    for (const { headers } of beyond) {
      const { total_ms } = await pair.member(0).logged(String(headers['x-request-id']));
      expect(total_ms).toBeLessThan(500);
    }

    for (let turn = 0; turn < 20; turn++) {
      const { status, headers } = await pair.call(0, '/fine');
      expect(status).toBe(200);
      expect((await pair.member(0).logged(String(headers['x-request-id']))).total_ms).toBeLessThan(500);
    }
    // The bound is each gateway's own.
    const elsewhere = pair.call(1, '/hangs');
    await until('the other gateway asks', () => pool.seen.length === 5);

    // Those that wait do so for three seconds; then the ones at the instances get their answers.
    await until('nobody waits', async () => (await underWay('hangs')) === 4);
    release();
    const replies = await Promise.all(within);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 503, 503, 503, 503]);
    for (const { status, milliseconds } of replies) {
      if (status === 503) expect(milliseconds).toBeGreaterThan(2900);
    }
    expect((await elsewhere).status).toBe(200);
    expect(pool.seen).toHaveLength(5);
    expect((await pair.call(0, '/hangs')).status).toBe(200);
  }, 20_000);

  test('holds nothing of what is answered from the cache', async () => {
    const pool = pair.pool('kept');
    const paths = Array.from({ length: 12 }, (_, index) => `/kept/${index}`);
    for (const path of paths) expect((await pair.call(0, path)).status).toBe(200);
    const release = hang(pool);
    const before = pool.seen.length;
    const held = [pair.call(0, '/kept/held'), pair.call(1, '/kept/held', { method: 'POST' })];
    await until('it hangs', () => pool.seen.length > before);
    const known = await Promise.all(paths.map((path) => pair.call(0, path)));
    expect(known.map(({ status, headers }) => `${status} ${headers['x-cache']}`)).toEqual(
      paths.map(() => '200 HIT'),
    );
    const more = Array.from({ length: 8 }, (_, index) => timed(pair.call(0, `/kept/new-${index}`)));
    const first = await Promise.race(more);
    expect([first.status, first.headers['retry-after']]).toEqual([503, '1']);
    release();
    await Promise.all([...held, ...more]);
  });
});

describe('the next request', () => {
  test('goes to the instance with the fewest under way', async () => {
    const pool = pair.pool('fine');
    const release = hang(pool);
    const held = pair.call(0, '/fine');
    await until('one is under way', () => pool.seen.length === 1);
    pool.behaviour = () => ({});
    const busy = pool.seen[0]?.instance;
    for (let turn = 0; turn < 6; turn++) expect(instanceOf(await pair.call(0, '/fine'))).not.toBe(busy);
    release();
    expect(instanceOf(await held)).toBe(busy);
  });

  test('goes to each in turn', async () => {
    const replies: string[] = [];
    for (let turn = 0; turn < 6; turn++) replies.push(instanceOf(await pair.call(0, '/once')));
    const [one, two] = replies;
    expect(one).not.toBe(two);
    expect(replies).toEqual([one, two, one, two, one, two]);
  });
});

describe('without retries', () => {
  test('a request that an instance hung up on is not sent again', async () => {
    pair.pool('once').behaviour = () => ({ hangUp: true });
    expect((await pair.call(0, '/once')).status).toBe(502);
    expect(pair.pool('once').seen).toHaveLength(1);
  });

  test('a connection that was refused is not tried again', async () => {
    const pool = pair.pool('once');
    const [gone = ''] = pool.addresses;
    await pool.remove(gone);
    const replies = [await pair.call(1, '/once'), await pair.call(1, '/once')];
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 503]);
    await pool.add(gone);
  });
});

test('an instance that takes no connection is waited for as long as it is said', async () => {
  const pool = pair.pool('far');
  const [address = ''] = pool.addresses;
  await pool.remove(address);
  // It listens, and never again does anything: beyond its queue, the kernel answers nothing.
  const program = `require('net').createServer().listen({ port: 8080, host: '${address}', backlog: 1 }, () => {
    require('fs').writeSync(1, 'listening');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  })`;
  const deaf = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const queue: Socket[] = [];
  try {
    await once(deaf.stdout, 'data');
    for (let place = 0; place < 4; place++) queue.push(connect({ host: address, port: 8080 }));
    const replies = [await pair.call(0, '/far'), await pair.call(0, '/far')];
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 503]);
    const refused = replies.find(({ status }) => status === 503);
    const { total_ms } = await pair.member(0).logged(String(refused?.headers['x-request-id']));
    // HAProxy counts whole milliseconds of its own clock.
    expect(total_ms).toBeGreaterThanOrEqual(990);
    expect(total_ms).toBeLessThan(1900);
  } finally {
    for (const socket of queue) socket.on('error', () => undefined).destroy();
    deaf.kill('SIGKILL');
    await once(deaf, 'close');
  }
  await pool.add(address);
});

describe('an instance that fails its checks', () => {
  test('gets nothing; when it is back, its share grows in the time of the slow start', async () => {
    const pools = [pair.pool('slowly'), pair.pool('sudden')];
    const up = async () => {
      const servers = await serversUp(pair.member(0));
      return pools.map(({ name }) => servers.get(name));
    };
    for (const pool of pools) pool.ill.add(pool.addresses[0] ?? '');
    await until('it is out', async () => (await up()).every((count) => count === 1), { withinSeconds: 20 });
    for (const { name, addresses } of pools) {
      for (const method of ['GET', 'POST', 'GET', 'PUT', 'GET', 'DELETE']) {
        expect(instanceOf(await pair.call(0, `/${name}`, { method }))).toBe(addresses[1]);
      }
    }
    for (const pool of pools) pool.ill.clear();
    await until('it is back', async () => (await up()).every((count) => count === 2), { withinSeconds: 30 });
    // Well within the minute.
    await setTimeout(2000);
    const shares: number[] = [];
    for (const pool of pools) {
      pool.seen.length = 0;
      for (let turn = 0; turn < 32; turn++) await pair.call(0, `/${pool.name}`);
      shares.push(pool.seen.filter(({ instance }) => instance === pool.addresses[0]).length);
    }
    const [slowly = 0, sudden = 0] = shares;
    // It takes part, with much less than half of them.
    expect(slowly).toBeGreaterThan(0);
    expect(slowly).toBeLessThan(10);
    expect(sudden).toBe(16);
  }, 60_000);
});
