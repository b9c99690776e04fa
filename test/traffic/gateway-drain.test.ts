/** Proves that a gateway comes and goes without a request that fails, and leaves nothing behind. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Member } from './support/gateway';
import { gatewayModel } from './support/model';
import { Pair, sha256 } from './support/pair';
import { until } from './support/until';

let pair: Pair;
const secret = 'a-key-that-nobody-may-see';

beforeAll(async () => {
  const model = gatewayModel(
    {
      orders: { requestTimeoutSeconds: 3 },
      cached: { requestTimeoutSeconds: 3, policies: { cache: { ttlSeconds: 60 } } },
      counted: { policies: { authentication: { apiKey: {} }, rateLimit: { requests: 100, perSeconds: 60 } } },
    },
    { graceSeconds: 2 },
  );
  pair = await Pair.start({ net: 6, model, keys: { [secret]: 'acme' } });
}, 20_000);

afterAll(() => pair?.stop());

const folders = () => readdirSync(pair.folder).map((name) => join(pair.folder, name));

const ps = (...options: string[]) => execFileSync('ps', options, { encoding: 'utf8' });

/** A process and all that it has started, and they. */
function familyOf(pid: number): string[] {
  const rows = ps('-e', '-o', 'pid=,ppid=').trim().split('\n');
  const pairs = rows.map((line) => line.trim().split(/\s+/));
  const descend = (parent: string): string[] => [
    parent,
    ...pairs.flatMap(([child = '', of]) => (of === parent ? descend(child) : [])),
  ];
  return descend(String(pid));
}

test('the secret is in no environment and no command of a running process, and in a file that only its user reads', () => {
  const family = familyOf(pair.member(0).pid);
  const [shell = '', ...others] = family.map((pid) => ps('eww', '-o', 'command=', '-p', pid));
  // HAProxy's master and its worker.
  expect(others).toHaveLength(2);
  expect(shell).toContain(`TMPDIR=${pair.folder}`);
  for (const environment of others) expect(environment).toContain('LISTEN=127.30.6.11');
  for (const one of [shell, ...others]) {
    expect(one).not.toContain(sha256(secret));
    // The script names the variables.
    expect(one).not.toMatch(/ (CONSUMERS|FILE_\w+)=/);
  }
  for (const folder of folders()) {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'keys.map')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'keys.map'), 'utf8')).toBe(`${sha256(secret)} acme\n`);
  }
});

describe('on SIGTERM', () => {
  test('whoever follows the health check loses nothing, and running requests end', async () => {
    pair.pool('orders').behaviour = async ({ url }) => setTimeout(url.includes('slow') ? 2500 : 0, {});
    const leaving = pair.member(0);
    const slow = pair.call(0, '/orders?slow');
    await until('the slow request has arrived', () => pair.pool('orders').seen.length > 0);
    const started = performance.now();
    leaving.terminate();

    // As the load balancer does: it sends to a gateway until the health check has failed.
    const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
    const statuses: number[] = [];
    const told: boolean[] = [];
    let target = 0;
    while (performance.now() - started < 2600) {
      if (target === 0 && performance.now() - started > 500) {
        expect(await leaving.health()).toBe(503);
        target = performance.now() - started > 1500 ? 1 : 0;
      }
      const reply = await pair.call(target, '/orders', { agent: agents[target] });
      statuses.push(reply.status);
      if (target === 0) told.push(reply.headers.connection === 'close');
    }
    expect(statuses.length).toBeGreaterThan(20);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(told.at(-1)).toBe(true);
    expect((await slow).status).toBe(200);
    expect(await leaving.exit).toBe(0);
    // Grace 2, the longest request 5, and 5 for the processes: then it would be killed.
    expect(leaving.options.container.stopTimeoutSeconds).toBe(12);
    expect(performance.now() - started).toBeLessThan(8500);
  }, 15_000);

  test('its folder is gone, and the folder of the other is not', () => {
    expect(folders()).toHaveLength(1);
  });

  test('the other one serves what both had, without a failure', async () => {
    const statuses: number[] = [];
    for (let number = 0; number < 20; number++) {
      statuses.push((await pair.call(1, `/cached/${number}`)).status);
      statuses.push((await pair.call(1, '/counted', { headers: { 'X-Api-Key': secret } })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('at any moment of its start it ends as well', async () => {
    for (let afterMs = 0; afterMs < 20; afterMs++) {
      const member = pair.startMember(0);
      await setTimeout(afterMs);
      member.terminate();
      await member.exit;
      expect(folders()).toHaveLength(1);
    }
    // On a fast machine some are served by then, and drain.
  }, 60_000);

  test('while it checks its configuration too', async () => {
    const member = pair.startMember(0);
    await until('it has a folder', () => folders().length === 2, { everyMs: 1 });
    member.terminate();
    await member.exit;
    expect(folders()).toHaveLength(1);
  });
});

describe('a configuration that HAProxy does not take', () => {
  test('ends with its message', async () => {
    const { options } = pair.member(1);
    const environment = { ...options.container.environment };
    delete environment.FILE_APIS_MAP;
    const script = options.container.command.map((text) => text.replace(/^.*FILE_APIS_MAP.*\n/m, ''));
    const broken = new Member({
      ...options,
      address: '127.30.6.13',
      container: { ...options.container, environment, command: script },
    });
    expect(await broken.exit).toBe(1);
    expect(broken.errors.join('\n')).toContain('apis.map');
  });
});
