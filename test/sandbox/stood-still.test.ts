/**
 * A process that stood still takes no target and no task for unhealthy. Each check here is under way while the process
 * stands still, and is answered well meanwhile.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { checkHealth } from '../../sandbox/load-balancer/health-check';
import { noteStart } from '../../sandbox/stall';
import { watchHealth } from '../../sandbox/tasks/health-command';

jest.setTimeout(20_000);

const PORT = 6071;
const SERVER = `
  require('node:http').createServer((request, response) => {
    setTimeout(() => response.end(), request.url === '/never' ? 60_000 : 600);
  }).listen(${PORT}, '127.0.0.1', () => console.log('listens'));
`;
const settings = {
  protocol: 'HTTP',
  port: 'traffic-port',
  path: '/slow',
  matcher: '200',
  intervalSeconds: 1,
  timeoutSeconds: 1,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
} as const;
const target = { address: '127.0.0.1', port: PORT };

let server: ChildProcess;

beforeAll(async () => {
  server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout as NodeJS.ReadableStream, 'data');
});
afterAll(() => {
  server.kill();
});

/** As SIGSTOP and SIGCONT do: nothing of this process happens, the world goes on, and on waking timers come first. */
function standStill(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
      resolve();
    });
  });
}

describe('a load balancer', () => {
  /** As often as this machine does not let us tell, it is asked again. */
  async function known(path: string) {
    for (;;) {
      const result = await checkHealth(target, { ...settings, path }, undefined);
      if (result) return result;
    }
  }

  test('says nothing of a target whose answer it could not read', async () => {
    const checking = checkHealth(target, settings, undefined);
    await sleep(100);
    await standStill(2);
    expect(await checking).toBeUndefined();
  });

  test('still finds one that hangs, and one that answers', async () => {
    expect(await known('/slow')).toEqual({ passed: true });
    expect(await known('/never')).toMatchObject({
      passed: false,
      reason: 'Target.Timeout',
    });
  });
});

describe('a container’s health check', () => {
  const watching = (command: string, timeoutSeconds: number) => {
    const seen: string[] = [];
    const check = { command: ['/bin/sh', '-c', command], startPeriodSeconds: 0, retries: 1 };
    const watch = watchHealth(
      { ...check, intervalSeconds: 0.2, timeoutSeconds },
      { PATH: process.env.PATH ?? '' },
      process.cwd(),
      () => seen.push(watch.health),
    );
    return { watch, seen };
  };

  test('that was cut off when the process went on does not count', async () => {
    // It takes longer than its time, but for the time that the process stands still.
    const { watch, seen } = watching('sleep 8', 2);
    await sleep(700);
    await standStill(3);
    await sleep(300);
    expect(seen).toEqual([]);
    watch.stop();
  });

  test('that takes too long while the process runs does', async () => {
    const { watch, seen } = watching('sleep 4', 0.3);
    for (let tenth = 0; seen.length === 0 && tenth < 100; tenth++) await sleep(100);
    expect(seen).toEqual(['UNHEALTHY']);
    watch.stop();
  });
});

test('only what no timer explains is a standstill', async () => {
  const brief = noteStart(1);
  const long = noteStart(0.1);
  await standStill(0.6);
  expect([brief(), long()]).toEqual([false, true]);
});
