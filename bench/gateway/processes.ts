/**
 * Programs that a bench starts, each with its children in a process group of its own and bound to a core. However the
 * bench ends, Ctrl-C and an error included, they end too.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';

export interface StartOptions {
  /** As `taskset` has it: `0`, or `1-3`. */
  readonly cores: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const running = new Set<Running>();

/** For all that the bench writes; gone when it ends. */
export const folder = mkdtempSync(path.join(tmpdir(), 'stagecraft-bench-'));

process.once('exit', () => {
  for (const one of running) one.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(128 + constants.signals[signal]));

export class Running {
  private readonly child: ChildProcess;
  private readonly errors: string[] = [];
  private readonly output: string[] = [];
  private readonly end: Promise<unknown>;
  private cores: string;

  /** Standard output goes nowhere, unless it is asked for. */
  constructor(
    readonly name: string,
    [program = '', ...parameters]: readonly string[],
    { cores, environment = {} }: StartOptions,
    keepOutput = false,
  ) {
    this.cores = cores;
    this.child = spawn('taskset', ['-c', cores, program, ...parameters], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', keepOutput ? 'pipe' : 'ignore', 'pipe'],
      env: {
        PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin`,
        HOME: folder,
        TMPDIR: folder,
        ...environment,
      },
    });
    this.child.stderr?.on('data', (chunk) => this.errors.push(String(chunk)));
    this.child.stdout?.on('data', (chunk) => this.output.push(String(chunk)));
    running.add(this);
    this.end = once(this.child, 'close').then(() => running.delete(this));
  }

  /** What it has written, when it has ended. */
  async finished(): Promise<string> {
    await this.end;
    if (this.child.exitCode !== 0) throw this.failure();
    return this.output.join('');
  }

  /** @throws when it has ended. */
  mustRun(): void {
    if (this.child.exitCode !== null || this.child.signalCode !== null) throw this.failure();
  }

  /** The whole group, at once. */
  kill(): void {
    try {
      process.kill(-(this.child.pid ?? Number.NaN), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }

  /** Time that it has spent on a core until now, with its children. */
  cpuSeconds(): number {
    return this.group().reduce((sum, { ticks }) => sum + ticks, 0) / 100;
  }

  move(cores: string): void {
    if (cores === this.cores) return;
    this.cores = cores;
    for (const { pid } of this.group()) execFileSync('taskset', ['-a', '-p', '-c', cores, String(pid)]);
  }

  private group(): Stat[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.flatMap(stat).filter(({ group }) => group === this.child.pid);
  }

  private failure(): Error {
    return new Error(`${this.name} ended: ${this.errors.join('').trim()}`);
  }
}

interface Stat {
  readonly pid: number;
  readonly group: number;
  /** A hundredth of a second each, on every Linux. */
  readonly ticks: number;
}

/** Of proc(5): the process group, and the time in user and in kernel mode. */
function stat(pid: string): Stat[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(pid), group: Number(fields[2]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    // It ended meanwhile.
    return [];
  }
}
