/**
 * Waits beside the daemon until the daemon is gone. When that happens without a word (it was killed), ends the tasks and
 * the HAProxy that it has left behind.
 *
 * The waiting is done by a shell that reads from a pipe which only the daemon holds open: no polling, nothing that a
 * crash can forget, and hardly any memory.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxFolder } from './folder';
import { endRecorded } from './processes';
import { programArguments } from './program';

const WAIT = 'read -r word; [ "$word" = done ] || exec "$@"';

/** @returns tells the guard that there is nothing to do; resolves when it has ended */
export function startGuard(folder: SandboxFolder, records: string): () => Promise<void> {
  const log = openSync(folder.daemonLog, 'a', 0o600);
  const child = spawn(
    '/bin/sh',
    ['-c', WAIT, 'guard', process.execPath, ...programArguments(__filename), folder.path, records],
    {
      cwd: folder.path,
      env: { PATH: process.env.PATH ?? '' },
      detached: true,
      stdio: ['pipe', log, log],
    },
  );
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin?.on('error', () => {});
  return () => {
    child.stdin?.end('done\n');
    return ended;
  };
}

/** A folder of records per daemon that did not end well. */
export function leftRecords(folder: SandboxFolder): string[] {
  try {
    return readdirSync(folder.processes).map((name) => join(folder.processes, name));
  } catch {
    return [];
  }
}

async function main(path: string, records: string): Promise<void> {
  const ended = await endRecorded(records);
  const message = 'the daemon is gone; ended what it had left';
  const line = { time: new Date().toISOString(), part: 'guard', message, ended };
  appendFileSync(new SandboxFolder(path).daemonLog, `${JSON.stringify(line)}\n`);
}

if (require.main === module) {
  const [path = '', records = ''] = process.argv.slice(2);
  void main(path, records);
}
