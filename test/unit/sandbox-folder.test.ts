import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readSandbox, stopDaemon, updateSandbox } from '../../sandbox/client';
import { ownCredentials, sandboxAccess } from '../../sandbox/credentials';
import { SandboxFolder, type SandboxInfo, takeLock } from '../../sandbox/folder';
import { endRecorded, identify, isAlive, ProcessRecords } from '../../sandbox/processes';

let top: string;
let folder: SandboxFolder;
const children: ChildProcess[] = [];

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'stagecraft-folder-'));
  folder = new SandboxFolder(join(top, 'state'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(top, { recursive: true });
});

function sleeper(): ChildProcess & { readonly pid: number } {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  children.push(child);
  return child as ChildProcess & { readonly pid: number };
}

function info(identity: { pid: number; startTime: string }): SandboxInfo {
  return {
    ...identity,
    instance: 'one',
    environment: 'sandbox',
    stage: 'gateway',
    region: 'eu-central-1',
    account: '123456789012',
    ports: { emulator: 6000, https: 6001, http: 6002, dns: 6003 },
    startedAt: '2026-01-01T00:00:00.000Z',
  };
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once('exit', resolve));
}

describe('the folder', () => {
  test('is readable for its owner only', () => {
    folder.make();
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    folder.writeInfo(info(identify(process.pid)));
    expect(statSync(folder.info).mode & 0o777).toBe(0o600);
  });

  test('and mended when it was not', () => {
    const state = join(folder.path, 'terraform.tfstate');
    mkdirSync(join(folder.path, 'cdktf.out'), { recursive: true });
    writeFileSync(state, '{}');
    chmodSync(folder.path, 0o755);
    chmodSync(join(folder.path, 'cdktf.out'), 0o755);
    chmodSync(state, 0o644);
    folder.make();
    const modes = [folder.path, join(folder.path, 'cdktf.out'), state].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  test('keeps its credentials, for its owner only, and has others than another folder', () => {
    folder.make();
    const credentials = ownCredentials(folder);
    expect(statSync(folder.credentials).mode & 0o777).toBe(0o600);
    expect(ownCredentials(folder)).toEqual(credentials);
    expect(sandboxAccess(folder.path, 'eu-central-1', 6000)).toEqual({
      region: 'eu-central-1',
      endpoint: 'http://localhost:6000',
      credentials,
    });
    const other = new SandboxFolder(join(top, 'other'));
    expect(() => sandboxAccess(other.path, 'eu-central-1', 6000)).toThrow('has no credentials');
    other.make();
    expect(ownCredentials(other)).not.toEqual(credentials);
  });

  test('says what runs, and that nothing does when the daemon is dead or its id has gone to another process', async () => {
    folder.make();
    expect(await readSandbox(folder.path)).toBeUndefined();
    folder.writeInfo(info(identify(process.pid)));
    expect((await readSandbox(folder.path))?.ports.https).toBe(6001);
    expect((await updateSandbox(folder.path, { stage: 'api' })).stage).toBe('api');
    expect((await readSandbox(folder.path))?.stage).toBe('api');
    folder.writeInfo(info({ pid: process.pid, startTime: 'another time' }));
    expect(await readSandbox(folder.path)).toBeUndefined();
    const child = sleeper();
    const identity = identify(child.pid);
    child.kill('SIGKILL');
    await gone(child);
    folder.writeInfo(info(identity));
    expect(await readSandbox(folder.path)).toBeUndefined();
  });

  test('is not removed when it is none of ours', async () => {
    writeFileSync(join(top, 'precious'), '');
    await expect(stopDaemon(top)).rejects.toThrow(`${top} holds no sandbox; it is left as it is.`);
    expect(existsSync(join(top, 'precious'))).toBe(true);
  });

  test('stopping what does not run is no error, and can be repeated', async () => {
    folder.make();
    expect(await stopDaemon(folder.path)).toBe(false);
    expect(existsSync(folder.path)).toBe(false);
    expect(await stopDaemon(folder.path)).toBe(false);
  });
});

describe('the lock', () => {
  test('has one holder, and names it to the second', () => {
    const release = takeLock(folder.lock, 'stagecraft up');
    expect(() => takeLock(folder.lock, 'stagecraft up')).toThrow(
      `stagecraft up (process ${process.pid}) is at work in ${folder.path}. Wait for it, or end it with: npx stagecraft down`,
    );
    release();
    takeLock(folder.lock, 'stagecraft up')();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('is taken over from a holder that is gone', () => {
    folder.make();
    writeFileSync(folder.lock, JSON.stringify({ pid: process.pid, startTime: 'another time', what: 'x' }));
    expect(folder.readOwner()).toBeUndefined();
    takeLock(folder.lock, 'stagecraft up');
    expect(folder.readOwner()?.pid).toBe(process.pid);
  });

  test('that is half written counts as nobody’s', () => {
    folder.make();
    writeFileSync(folder.lock, '{"pid":');
    takeLock(folder.lock, 'stagecraft up')();
    expect(existsSync(folder.lock)).toBe(false);
  });
});

describe('what a daemon left behind', () => {
  test('is ended with its whole group; what ended by itself, and a process that got its id, are left alone', async () => {
    const group = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; wait'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(group);
    const grandchild = Number(await new Promise((resolve) => group.stdout?.once('data', resolve)));
    const [ended, other] = [sleeper(), sleeper()];
    const records = new ProcessRecords(folder.processes);
    records.add(group.pid as number, 'container main: sh');
    records.add(ended.pid, 'container ended: sleep');
    records.remove(ended.pid);
    const file = join(folder.processes, String(other.pid));
    writeFileSync(file, JSON.stringify({ pid: other.pid, startTime: 'another time', what: 'x' }));
    const grandchildBefore = identify(grandchild);

    expect(await endRecorded(folder.processes)).toEqual(['container main: sh']);
    expect(isAlive(grandchildBefore)).toBe(false);
    expect(isAlive(identify(ended.pid))).toBe(true);
    expect(isAlive(identify(other.pid))).toBe(true);
    expect(existsSync(folder.processes)).toBe(false);
  });
});
