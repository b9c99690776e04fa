import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ProcessRecords } from '../processes';
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
const run = promisify(execFile);

/** A HAProxy master with its workers: started, reloaded without losing a request, stopped. */
export class HAProxy {
  private readonly cli: MasterCli;
  private child?: ChildProcess;
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

  /** A daemon that was killed leaves its HAProxy behind; it still answers on the socket in this folder. */
  async stopLeftover(): Promise<void> {
    const left = await this.cli.processes().catch(() => undefined);
    if (!left) return;
    process.kill(left.master, 'SIGTERM');
    for (let tries = 0; tries < 250; tries++) {
      if (!(await this.cli.processes().catch(() => undefined))) return;
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
      // Workers outlive a master that was killed, and would hold the ports.
      killGroup(child);
      if (child.pid) this.options.records?.remove(child.pid);
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

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => killGroup(child), 5_000);
  await exited;
  clearTimeout(timer);
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
