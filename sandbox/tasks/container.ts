/** One container of a task: a process in a group of its own, with its output in a file. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { TaskCannotStart } from './types';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ContainerProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** To the main process only, as a container engine does. */
  terminate(): void;
  /** The whole group, at once. */
  kill(): void;
}

export interface ContainerCommand {
  readonly name: string;
  readonly command: readonly string[];
  /** The whole environment: nothing of the daemon's is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly logFile: string;
}

/** Told of each process, so that none outlives the sandbox. */
export interface ProcessRecords {
  add(pid: number, what: string): void;
  remove(pid: number): void;
}

/** Resolves when the process runs. @throws TaskCannotStart when there is no such program */
export async function startContainer(
  given: ContainerCommand,
  records: ProcessRecords,
): Promise<ContainerProcess> {
  mkdirSync(dirname(given.logFile), { recursive: true, mode: 0o700 });
  const log = openSync(given.logFile, 'a', 0o600);
  const [program, ...args] = given.command as [string, ...string[]];
  try {
    const child = spawn(program, args, {
      cwd: given.workingDirectory,
      env: { ...given.environment },
      detached: true,
      stdio: ['ignore', log, log],
    });
    const exited = new Promise<Exit>((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        const why =
          'code' in error && error.code === 'ENOENT' ? 'no such program or working directory' : error.message;
        reject(new TaskCannotStart(`container "${given.name}" cannot run "${program}": ${why}`));
      });
    });
    const pid = child.pid as number;
    records.add(pid, `container ${given.name}: ${program}`);
    child.once('exit', () => {
      // With its first process a container ends as a whole.
      killGroup(pid);
      records.remove(pid);
    });
    return { pid, exited, terminate: () => void child.kill('SIGTERM'), kill: () => killGroup(pid) };
  } finally {
    closeSync(log);
  }
}

/** Kills a process and all that are left of its group. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nobody is left; macOS says EPERM when only the remains of one are.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** As a container engine says it. */
export const exitCode = ({ code, signal }: Exit): number =>
  signal === null ? (code ?? 0) : 128 + constants.signals[signal];

export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
