/** The whole sandbox as the command line starts it, with a service behind its load balancer. */

import { execFileSync } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  readSandbox,
  type SandboxInfo,
  type StartOptions,
  startDaemon,
  stopDaemon,
} from '../../sandbox/client';
import { sandboxAccess } from '../../sandbox/credentials';
import { SandboxFolder } from '../../sandbox/folder';
import { isAlive, type ProcessIdentity } from '../../sandbox/processes';
import { until } from '../traffic/support/until';
import { DaemonAccount } from './daemon-account';
import { type Answer, ask, instancesOf, Traffic } from './daemon-traffic';

jest.setTimeout(60_000);

const PORTS = { emulator: 6020, https: 6021, http: 6022, dns: 6023 };
const URL = `http://127.0.0.1:${PORTS.http}/orders`;

const top = mkdtempSync(join(tmpdir(), 'stagecraft-daemon-'));
const folder = new SandboxFolder(join(top, 'state'));
const options: StartOptions = {
  folder: folder.path,
  projectRoot: resolve(__dirname, '../..'),
  environment: 'sandbox',
  stage: 'load-balanced',
  region: 'eu-central-1',
  ports: PORTS,
};

const access = () => sandboxAccess(folder.path, 'eu-central-1', PORTS.emulator);

afterAll(async () => {
  await stopDaemon(folder.path);
  rmSync(top, { recursive: true });
});

describe('before it runs', () => {
  test('a port in use is named with the option that changes it, and nothing is left running', async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(PORTS.http, '127.0.0.1', listening));
    try {
      await expect(startDaemon(options)).rejects.toMatchObject({
        code: 'port-in-use',
        message:
          'TCP port 6022 on 127.0.0.1, for HTTP, is in use: stop what listens there, or choose another with --http-port.',
      });
    } finally {
      await new Promise((closed) => taken.close(closed));
    }
    expect(folder.readOwner()).toBeUndefined();
  });

  test('what does not start is told with the end of the log', async () => {
    await expect(startDaemon({ ...options, python: 'no-such-python' })).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('no-such-python'),
    });
    expect(folder.readOwner()).toBeUndefined();
  });

  test('one that is called off leaves nothing', async () => {
    const off = new AbortController();
    const starting = startDaemon({ ...options, signal: off.signal });
    setTimeout(() => off.abort(), 300);
    await expect(starting).rejects.toThrow('before it was ready');
    expect(folder.readOwner()).toBeUndefined();
    expect(await listeners()).toEqual([]);
  });
});

describe('a running sandbox', () => {
  let account: DaemonAccount;
  let info: SandboxInfo;

  beforeAll(async () => {
    info = await startDaemon(options);
    account = new DaemonAccount(access());
    await account.provision();
    await account.completed();
  });

  test('says what it is, and is the only one in its folder', async () => {
    expect(await readSandbox(folder.path)).toEqual(info);
    expect(info).toMatchObject({ environment: 'sandbox', stage: 'load-balanced', ports: PORTS });
    await expect(startDaemon(options)).rejects.toMatchObject({ code: 'busy' });
  });

  test('serves from two tasks, one per zone, through the load balancer and under their name', async () => {
    expect(await account.targets()).toEqual(['127.50.16.4 healthy', '127.50.17.4 healthy']);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(URL)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(instancesOf(answers).map((name) => name.replace(/-.*/, ''))).toEqual([
      '127.50.16.4',
      '127.50.17.4',
    ]);
    expect(await namedAddresses()).toEqual(['127.50.16.4', '127.50.17.4']);
  });

  test('replaces a task that is killed, and the other one serves meanwhile', async () => {
    const before = instancesOf(await Promise.all(Array.from({ length: 10 }, () => ask(URL))));
    const traffic = new Traffic(URL);
    await traffic.until((answers) => answers.length > 10);
    const killed = recorded().find(({ what }) => what.startsWith('container')) as ProcessIdentity;
    const killedAtMs = Date.now();
    process.kill(killed.pid, 'SIGKILL');
    const another = (name: string) => !before.includes(name);
    await traffic.until((answers) => instancesOf(answers).some(another));
    const answers = await traffic.stop();

    const targets = await account.targets();
    expect(targets.filter((target) => target.endsWith(' healthy'))).toHaveLength(2);
    const survivor = before.find((name) => targets.includes(`${name.replace(/-.*/, '')} healthy`));
    const meanwhile = answers.filter(({ atMs }) => atMs > killedAtMs);
    const fresh = meanwhile.findIndex(({ instance }) => instance !== '' && another(instance));
    expect(meanwhile.slice(0, fresh).filter(({ instance }) => instance === survivor).length).toBeGreaterThan(
      10,
    );
    // A load balancer does not retry: until it has heard of it, what it sends to the dead task fails.
    const lastFailureMs = Math.max(
      0,
      ...meanwhile.filter(({ status }) => status !== 200).map(({ atMs }) => atMs - killedAtMs),
    );
    expect(lastFailureMs).toBeLessThan(5000);
    expect((await account.deployments()).map(({ rolloutState }) => rolloutState)).toEqual(['COMPLETED']);
  });

  test('rolls to another task definition without a failed request', async () => {
    const traffic = new Traffic(URL);
    await traffic.until((answers) => answers.length > 10);
    await account.deploy('2');
    expect((await account.deployments()).map(({ status }) => status)).toEqual(['PRIMARY', 'ACTIVE']);
    await account.completed();
    const answers = await traffic.stop();
    expect(failures(answers)).toEqual([]);
    expect(answers.filter(({ version }) => version === '1').length).toBeGreaterThan(10);
    const after = await Promise.all(Array.from({ length: 10 }, () => ask(URL)));
    expect(new Set(after.map(({ version }) => version))).toEqual(new Set(['2']));
    const addresses = (await account.targets()).map((target) => target.replace(' healthy', ''));
    // The addresses from before are kept for their TTL, 5 s.
    await until(
      'the name has the new addresses',
      async () => String(await namedAddresses()) === `${addresses}`,
      {
        withinSeconds: 8,
      },
    );
    expect(await account.deployments()).toMatchObject([{ runningCount: 2, rolloutState: 'COMPLETED' }]);
  });

  test('goes back to the last good deployment when the tasks of a new one keep failing, unseen by clients', async () => {
    const traffic = new Traffic(URL);
    await traffic.until((answers) => answers.length > 10);
    const [good] = await account.deployments();
    const before = await account.targets();
    const instances = instancesOf(traffic.answers.slice(-10));
    await account.deploy('3', ['false']);
    await account.completed();
    const answers = await traffic.stop();
    expect(failures(answers)).toEqual([]);
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set(['2']));
    const [back, ...others] = await account.deployments();
    expect(others).toEqual([]);
    expect(back).toMatchObject({ id: good?.id, taskDefinition: good?.taskDefinition, runningCount: 2 });
    // The tasks that served go on: none is replaced by another of the same version.
    expect(await account.targets()).toEqual(before);
    expect(instancesOf(answers.slice(-10))).toEqual(instances);
  });

  test('stops with all its processes and ports, and removes its folder', async () => {
    const alive = [info, ...recorded()];
    // The daemon, its HAProxy and two tasks.
    expect(alive).toHaveLength(4);
    const startedAt = Date.now();
    expect(await stopDaemon(folder.path)).toBe(true);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(alive.filter(isAlive)).toEqual([]);
    expect(await listeners()).toEqual([]);
    expect(existsSync(folder.path)).toBe(false);
    expect(await stopDaemon(folder.path)).toBe(false);
  });
});

test('a daemon that is killed is not outlived by what it started', async () => {
  const info = await startDaemon(options);
  const account = new DaemonAccount(access());
  await account.provision();
  await account.completed();
  const alive = [info, ...recorded()];
  // The daemon, its HAProxy and two tasks.
  expect(alive).toHaveLength(4);
  process.kill(info.pid, 'SIGKILL');
  await gone(alive);
  expect(alive.filter(isAlive)).toEqual([]);
  expect(await listeners()).toEqual([]);
  expect(await readSandbox(folder.path)).toBeUndefined();
  // What they had in their temporary folders is below the sandbox's, where nobody else comes.
  expect(readdirSync(folder.tasks)).toHaveLength(2);
});

test('and the next one removes what they had written', async () => {
  await startDaemon(options);
  expect(existsSync(folder.tasks)).toBe(false);
  expect(await stopDaemon(folder.path)).toBe(true);
  expect(existsSync(folder.path)).toBe(false);
});

test('an emulator that is killed takes the sandbox down with it, and the log says why', async () => {
  const info = await startDaemon(options);
  process.kill(emulatorPid(), 'SIGKILL');
  await gone([info]);
  expect(isAlive(info)).toBe(false);
  expect(await listeners()).toEqual([]);
  expect(readFileSync(folder.daemonLog, 'utf8')).toContain('cannot go on: the emulator ended with SIGKILL');
});

async function gone(alive: readonly ProcessIdentity[]): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((alive.some(isAlive) || (await listeners()).length > 0) && Date.now() < deadline) await sleep(100);
}

function emulatorPid(): number {
  const processes =
    process.platform === 'linux'
      ? readdirSync('/proc').flatMap((pid) => (/^\d+$/.test(pid) ? `${pid} ${commandLine(pid)}` : []))
      : execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  const line = processes.find((text) => text.includes(`launcher.py --port ${PORTS.emulator} `));
  return Number(line?.trim().split(' ')[0]);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function failures(answers: readonly Answer[]): readonly number[] {
  return answers.map(({ status }) => status).filter((status) => status !== 200);
}

async function namedAddresses(): Promise<readonly string[]> {
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${PORTS.dns}`]);
  return (await resolver.resolve4('orders.test.internal')).sort();
}

/** Processes that the running daemon has written down. */
function recorded(): (ProcessIdentity & { readonly what: string })[] {
  const files = readdirSync(folder.processes).flatMap((daemon) =>
    readdirSync(join(folder.processes, daemon)).map((name) => join(folder.processes, daemon, name)),
  );
  return files.map((file) => JSON.parse(readFileSync(file, 'utf8'))).filter(isAlive);
}

/** The sandbox's TCP ports that something listens on. */
async function listeners(): Promise<number[]> {
  const tcp = [PORTS.emulator, PORTS.https, PORTS.http];
  const open = await Promise.all(tcp.map(listens));
  return tcp.filter((_, index) => open[index]);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.end();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
