import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { groupEnded, identify, isAlive, type ProcessRecords } from '../processes';
import { MasterCli, type Worker } from './master-cli';
import { sockets } from './render';

export interface HAProxyOptions {
  /** Configuration and sockets live here; nothing else may. */
  readonly folder: string;
  /** @default haproxy, as found in PATH */
  readonly program?: string;
  /** Lines of its own log: what clients were answered in place of a target's answer. */
  readonly onLog: (line: string) => void;
  /** It ended without being asked to. */
  readonly onExit: (reason: string) => void;
  /** Told of the master, which leads a process group, from its first moment to its end. */
  readonly records?: Pick<ProcessRecords, 'add' | 'remove'>;
}

const loadTimeoutMilliseconds = 15_000;
const pollMilliseconds = 20;
const endSeconds = 5;
const run = promisify(execFile);

/** A HAProxy master with its workers: started, reloaded without losing a request, stopped. */
export class HAProxy {
  private readonly cli: MasterCli;
  private child?: ChildProcess;
  /** Ids of the groups of masters that have ended, whose workers may be about to. */
  private readonly ended = new Set<number>();
  private complaints: string[] = [];

  constructor(private readonly options: HAProxyOptions) {
    this.cli = new MasterCli(join(options.folder, sockets.master));
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  /**
   * Makes the text the running configuration: starts HAProxy, or reloads it.
   *
   * @param generation the one in the text's `description`
   * @throws when HAProxy refuses the text, or cannot bind; what ran before goes on.
   */
  async load(text: string, generation: number): Promise<void> {
    const { folder, program = 'haproxy' } = this.options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await writeFile(join(folder, 'next.cfg'), text, { mode: 0o600 });
    await run(program, ['-c', '-q', '-f', 'next.cfg'], { cwd: folder }).catch(
      (error: NodeJS.ErrnoException & { stderr?: string }) => {
        if (error.code === 'ENOENT')
          throw new Error(`HAProxy is not installed: there is no ${program} in PATH`);
        throw new Error(`HAProxy refuses the configuration: ${error.stderr ?? error.message}`);
      },
    );
    await rename(join(folder, 'next.cfg'), join(folder, 'haproxy.cfg'));
    this.complaints = [];
    if (this.child) this.child.kill('SIGUSR2');
    else await this.start();
    await this.becomes(generation);
  }

  /**
   * A daemon that was killed leaves its HAProxy behind; it still answers on the socket in this folder. And what this one
   * had started before may still be ending. When this resolves none of them holds a port.
   */
  async stopLeftover(): Promise<void> {
    for (const group of this.ended) await endGroup(group);
    this.ended.clear();
    const left = await this.cli.processes().catch(() => undefined);
    if (!left) return;
    const all = [left.master, ...left.workers.map(({ pid }) => pid)].map(identify);
    process.kill(left.master, 'SIGTERM');
    for (let tries = 0; tries < 250; tries++) {
      if (!all.some(isAlive)) return;
      await delay(pollMilliseconds);
    }
    throw new Error(`HAProxy of an earlier run, process ${left.master}, does not stop`);
  }

  /** Workers that may have requests in flight, the current one first. */
  async workers(): Promise<readonly Worker[]> {
    if (!this.child) return [];
    const { workers } = await this.cli.processes();
    return [...workers].sort((one, other) => Number(other.current) - Number(one.current));
  }

  async run(worker: Worker, commands: readonly string[]): Promise<string> {
    return this.cli.run(worker.pid, commands);
  }

  /** Ends it at once; requests in flight are cut. */
  async stop(): Promise<void> {
    const child = this.child;
    if (!child) return;
    this.child = undefined;
    await end(child);
  }

  private async start(): Promise<void> {
    const { folder, program = 'haproxy' } = this.options;
    const master = `unix@${sockets.master},mode,600,level,admin`;
    const child = spawn(program, ['-W', '-db', '-S', master, '-f', 'haproxy.cfg'], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    if (child.pid) this.options.records?.add(child.pid, 'the load balancer');
    createInterface({ input: child.stdout }).on('line', (line) => this.options.onLog(line));
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.startsWith('[ALERT]')) this.complaints = [...this.complaints.slice(-9), line];
    });
    const gone = (reason: string) => {
      if (child.pid) {
        // Workers outlive a master that was killed, and would hold the ports.
        killGroup(child.pid);
        this.ended.add(child.pid);
        this.options.records?.remove(child.pid);
      }
      if (this.child !== child) return;
      this.child = undefined;
      this.options.onExit([reason, ...this.complaints].join('\n'));
    };
    child.once('error', (error) => gone(error.message));
    child.once('exit', (code, signal) => gone(`HAProxy ended with ${signal ?? `exit code ${code}`}`));
  }

  /** Before 2.7 a reload has no answer; the new worker tells its generation. */
  private async becomes(generation: number): Promise<void> {
    const deadline = Date.now() + loadTimeoutMilliseconds;
    while (Date.now() < deadline) {
      if (!this.child) throw new Error(['HAProxy did not start', ...this.complaints].join('\n'));
      if (await this.isCurrent(generation).catch(() => false)) return;
      await delay(pollMilliseconds);
    }
    throw new Error([`HAProxy did not load its configuration in time`, ...this.complaints].join('\n'));
  }

  private async isCurrent(generation: number): Promise<boolean> {
    const { workers } = await this.cli.processes();
    const current = workers.filter((worker) => worker.current);
    if (current.length !== 1 || !current[0]) return false;
    const info = await this.cli.run(current[0].pid, ['show info']);
    return info.split('\n').includes(`description: generation-${generation}`);
  }
}

/** The master, and then what of its workers is left: with 3.x it does not wait for them. */
async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => killGroup(pid), 1000 * endSeconds);
    await exited;
    clearTimeout(timer);
  }
  await endGroup(pid);
}

/** Its workers have been killed, at the latest when the master ended; the end of a process comes later. */
async function endGroup(leader: number): Promise<void> {
  if (!(await groupEnded(leader, endSeconds)))
    throw new Error(`Workers of HAProxy, in process group ${leader}, do not end`);
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
