import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MasterCli } from '../../sandbox/load-balancer/master-cli';
import { inFlight } from '../../sandbox/load-balancer/runtime';
import type { Action } from '../../sandbox/load-balancer/state';
import { startTimeOf } from '../../sandbox/processes';
import { ask, Bench, forward, group, holdPort, httpState, rule, Target } from './load-balancer-kit';

const ports = { https: 5921, http: 5920 };
const one = new Target('one', '127.40.4.1', 5922);
const two = new Target('two', '127.40.4.2', 5922);
const groups = [group('g', [one, two])];
let bench: Bench;

const reloads = () => bench.logged.filter(({ message }) => message === 'Reloaded').length;
const fixed = (body: string): Action => ({
  type: 'fixed-response',
  status: 200,
  contentType: 'text/plain',
  body,
});
/** A rule that nothing matches: it changes the structure only. */
const unmatched = (index: number) =>
  rule(index + 1, fixed('never'), { field: 'path-pattern', values: ['/never'] });
const cli = () => new MasterCli(join(bench.folder, 'load-balancer', 'master.sock'));

beforeAll(async () => {
  await Promise.all([one.listen(), two.listen()]);
  bench = await Bench.open(ports, httpState({ groups, defaultAction: forward('g') }));
  await bench.untilTarget('g', one, 'healthy');
  await bench.untilTarget('g', two, 'healthy');
});

afterAll(async () => {
  await bench.close();
  await Promise.all([one.stop(), two.stop()]);
});

/** Asks without pause, over kept and over new connections, until told to stop. */
function clientLoop(): { stop: () => Promise<{ answers: number; failures: string[] }> } {
  let running = true;
  let answers = 0;
  const failures: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const get = (kept: boolean, path: string) =>
    new Promise<void>((resolve) => {
      const fail = (error: Error) => {
        failures.push(error.message);
        resolve();
      };
      request({ host: '127.0.0.1', port: ports.http, path, agent: kept ? agent : false }, (response) => {
        if (response.statusCode === 200) answers++;
        else failures.push(String(response.statusCode));
        response.resume().once('error', fail).once('end', resolve);
      })
        .once('error', fail)
        .end();
    });
  const loops = [true, true, true, false].map(async (kept, index) => {
    while (running) await get(kept, `/${index}`);
  });
  return {
    stop: async () => {
      running = false;
      await Promise.all(loops);
      agent.destroy();
      return { answers, failures };
    },
  };
}

it('fails no request over 20 reloads', async () => {
  const before = reloads();
  const client = clientLoop();
  for (let index = 0; index < 20; index++)
    await bench.become(httpState({ groups, defaultAction: forward('g'), rules: [unmatched(index)] }));
  const { answers, failures } = await client.stop();
  expect(failures).toEqual([]);
  expect(reloads() - before).toBe(20);
  expect(answers).toBeGreaterThan(1000);
}, 120_000);

it('fails no request while targets come and go 20 times', async () => {
  const before = reloads();
  const client = clientLoop();
  for (let index = 0; index < 20; index++) {
    const [stays, goes] = index % 2 ? [one, two] : [two, one];
    await bench.become(httpState({ groups: [group('g', [stays])], defaultAction: forward('g') }));
    await bench.untilTarget('g', goes, undefined);
    await bench.become(httpState({ groups, defaultAction: forward('g') }));
    await bench.untilTarget('g', goes, 'healthy');
  }
  const { failures } = await client.stop();
  expect(failures).toEqual([]);
  expect(reloads() - before).toBeLessThanOrEqual(1);
}, 30_000);

it('knows after a reload at once which targets are out', async () => {
  two.healthStatus = 503;
  await bench.untilTarget('g', two, 'unhealthy');
  for (let index = 0; index < 5; index++) {
    await bench.become(httpState({ groups, defaultAction: forward('g'), rules: [unmatched(100 + index)] }));
    const bodies = await Promise.all(Array.from({ length: 10 }, () => ask(ports.http, '/')));
    expect(bodies.map(({ body }) => body)).toEqual(Array(10).fill('one'));
  }
  two.healthStatus = 200;
  await bench.untilTarget('g', two, 'healthy');
});

it('applies a new rule to the next request of a connection that was open before', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = () =>
    new Promise<string>((resolve, reject) => {
      request({ host: '127.0.0.1', port: ports.http, agent }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.once('end', () => resolve(body));
      })
        .once('error', reject)
        .end();
    });
  await bench.become(httpState({ groups, defaultAction: fixed('before') }));
  expect(await get()).toBe('before');
  await bench.become(httpState({ groups, defaultAction: fixed('after') }));
  expect(await get()).toBe('after');
  agent.destroy();
});

it('takes at once that there is no such worker, though the master of 3.x may keep the connection', async () => {
  const path = join(bench.folder, 'master');
  const opened: Socket[] = [];
  const master = createServer({ allowHalfOpen: true }, (socket) => {
    opened.push(socket);
    socket
      .on('error', () => {})
      .resume()
      .write("Can't find the target PID matching the prefix '@!7'\n");
  });
  await new Promise<void>((listening) => master.listen(path, listening));
  try {
    const begun = performance.now();
    expect(await new MasterCli(path).run(7, ['show info'])).toMatch(/^Can't find the target PID/);
    expect(performance.now() - begun).toBeLessThan(2000);
  } finally {
    for (const socket of opened) socket.destroy();
    await new Promise((closed) => master.close(closed));
  }
});

it('answers a request that reaches the old worker after the reload', async () => {
  await bench.become(httpState({ groups, defaultAction: forward('g') }));
  const accepted = connect(join(bench.folder, 'load-balancer', 'requests-80.sock'));
  accepted.write('PROXY TCP4 127.0.0.1 127.0.0.1 1000 80\r\n');
  const old = (await cli().processes()).workers.find(({ current }) => current)?.pid ?? 0;
  const connections = async () =>
    inFlight(await cli().run(old, ['show stat requests-80 1 -1'])).get('FRONTEND');
  while ((await connections()) !== 1) await delay(10);
  await bench.become(httpState({ groups, defaultAction: forward('g'), rules: [unmatched(150)] }));
  accepted.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  let text = '';
  for await (const chunk of accepted) text += chunk;
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(text.toLowerCase()).toContain('connection: close');
});

it('lets a long answer that began before a reload end', async () => {
  await bench.become(httpState({ groups, defaultAction: forward('g') }));
  let finish = () => {};
  const begun = new Promise<void>((resolve) => {
    one.answer = (_, response) => {
      response.write('begun ');
      finish = () => response.end('ended');
      resolve();
    };
    two.answer = one.answer;
  });
  const answer = ask(ports.http, '/');
  await begun;
  await bench.become(httpState({ groups, defaultAction: forward('g'), rules: [unmatched(200)] }));
  finish();
  expect(await answer).toMatchObject({ status: 200, body: 'begun ended' });
  one.answer = (_, response) => response.end('one');
  two.answer = (_, response) => response.end('two');
});

it('does nothing when nothing has changed', async () => {
  const before = reloads();
  const { workers } = await cli().processes();
  await Promise.all([bench.balancer.reconcile(), bench.balancer.reconcile(), bench.balancer.reconcile()]);
  expect(reloads()).toBe(before);
  expect((await cli().processes()).workers.filter(({ current }) => current)).toEqual(
    workers.filter(({ current }) => current),
  );
});

it('goes on with what it has when the new state cannot be carried', async () => {
  const bad = rule(1, forward('g'), { field: 'http-header', name: 'bad)name', values: ['x'] });
  await expect(
    bench.become(httpState({ groups, defaultAction: forward('g'), rules: [bad] })),
  ).rejects.toThrow('bad)name');
  expect((await ask(ports.http, '/')).status).toBe(200);
  await bench.become(httpState({ groups, defaultAction: forward('g') }));
  expect((await ask(ports.http, '/')).status).toBe(200);
});

it('starts HAProxy again when its master was killed, and ends the workers that were left', async () => {
  const { master, workers } = await cli().processes();
  expect([...bench.recorded]).toEqual([master]);
  process.kill(master, 'SIGKILL');
  const started = () => bench.logged.filter(({ message }) => message === 'Started').length;
  await bench.until(() => started() === 2);
  expect((await ask(ports.http, '/')).status).toBe(200);
  // One that has ended and that nobody has waited for is gone, too.
  await bench.until(() => workers.every(({ pid }) => startTimeOf(pid) === undefined));
  expect([...bench.recorded]).toEqual([(await cli().processes()).master]);
});

it('keeps its files to their owner', async () => {
  const folder = join(bench.folder, 'load-balancer');
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'haproxy.cfg'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, 'haproxy.cfg'), 'utf8')).not.toContain('0.0.0.0');
});

it('stops listening when the last listener goes, and starts when one comes', async () => {
  await bench.become({ listeners: [], targetGroups: groups, problems: [] });
  await expect(ask(ports.http, '/')).rejects.toThrow('ECONNREFUSED');
  await bench.become(httpState({ groups, defaultAction: forward('g') }));
  expect((await ask(ports.http, '/')).status).toBe(200);
});

describe('at the start', () => {
  const other = { https: 5924, http: 5923 };

  it('names the port and the option when the port is in use', async () => {
    const held = await holdPort(other.http);
    const state = httpState({ groups, defaultAction: forward('g') });
    await expect(Bench.open(other, state)).rejects.toMatchObject({
      code: 'port-in-use',
      message:
        'TCP port 5923 on 127.0.0.1, for HTTP, is in use: stop what listens there, or choose another with --http-port.',
    });
    await held.release();
  });

  it('leaves no worker and no port behind when it is closed', async () => {
    const lone = await Bench.open(other, httpState({ groups, defaultAction: forward('g') }));
    for (const index of [1, 2, 3])
      await lone.become(httpState({ groups, defaultAction: forward('g'), rules: [unmatched(300 + index)] }));
    const { workers } = await new MasterCli(join(lone.folder, 'load-balancer', 'master.sock')).processes();
    await lone.close();
    expect(workers.filter(({ pid }) => startTimeOf(pid) !== undefined)).toEqual([]);
    const held = await holdPort(other.http);
    await held.release();
  });

  it('takes the place of a HAProxy that an earlier daemon left behind', async () => {
    const first = await Bench.open(other, httpState({ defaultAction: fixed('first') }));
    const folder = join(first.folder, 'load-balancer');
    await first.balancer.close();
    const orphan = spawn('haproxy', ['-W', '-db', '-S', 'unix@master.sock,mode,600', '-f', 'haproxy.cfg'], {
      cwd: folder,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => orphan.once('exit', resolve));
    try {
      const left = new MasterCli(join(folder, 'master.sock'));
      while (!(await left.processes().catch(() => undefined))?.workers.length) await delay(20);
      const second = await Bench.open(
        other,
        httpState({ defaultAction: fixed('second') }),
        undefined,
        first.folder,
      );
      await ended;
      expect((await ask(other.http, '/')).body).toBe('second');
      await second.close();
    } finally {
      orphan.kill('SIGKILL');
    }
  });
});
