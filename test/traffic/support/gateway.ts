/** A gateway member as a process: what the task definition says is run as it is, with the sandbox's two variables. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { GatewayContainer } from '../../../constructs/gateway';
import { type EngineValues, filledIn, Sidecars } from './sidecars';
import { until } from './until';

export interface LogLine {
  readonly [field: string]: string | number;
}

export interface MemberOptions {
  readonly name: string;
  readonly address: string;
  readonly dns: string;
  /** Where it makes its temporary folder. */
  readonly folder: string;
  readonly consumers?: string;
  readonly container: GatewayContainer;
  readonly engineValues?: EngineValues;
  /** More variables for the sidecars. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class Member {
  readonly log: LogLine[] = [];
  readonly errors: string[] = [];
  readonly exit: Promise<number | null>;
  readonly sidecars: Sidecars;
  private readonly child: ChildProcess;

  constructor(readonly options: MemberOptions) {
    const { container, address, dns, folder, consumers, engineValues = {} } = options;
    const own = { PATH: process.env.PATH ?? '', TASK_ADDRESS: address, DNS_ADDRESS: dns };
    this.sidecars = new Sidecars(container, engineValues, { ...own, ...options.environment });
    const [program = '', ...flags] = container.entryPoint;
    this.child = spawn(program, [...flags, ...container.command], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        TMPDIR: folder,
        ...container.environment,
        ...filledIn(container, engineValues),
        ...(consumers === undefined ? {} : { [container.consumersVariable]: consumers }),
        ...own,
        ...(this.sidecars.folder ? { TASK_FOLDER: this.sidecars.folder } : {}),
      },
    });
    this.exit = once(this.child, 'close').then(async ([code]) => {
      await this.sidecars.stop();
      return code as number | null;
    });
    this.read('stdout', (line) => {
      if (line.startsWith('{')) this.log.push(JSON.parse(line) as LogLine);
    });
    this.read('stderr', (line) => this.errors.push(line));
  }

  get name(): string {
    return this.options.name;
  }

  get address(): string {
    return this.options.address;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async health(): Promise<number> {
    try {
      return (await fetch(`http://${this.address}:9000/healthz`)).status;
    } catch {
      return 0;
    }
  }

  /** Resolves when it says that it is healthy. */
  async ready(): Promise<this> {
    const healthy = async () => {
      if (!this.running) throw new Error(`${this.name} ended: ${this.errors.join('\n')}`);
      return (await this.health()) === 200;
    };
    // It waits for a pool without an instance, but not for ever.
    await until(`${this.name} is healthy`, healthy, { withinSeconds: 30 });
    return this;
  }

  /** The line of the access log about a request, as soon as it is written. */
  async logged(requestId: string): Promise<LogLine> {
    const find = () => this.log.find(({ request_id }) => request_id === requestId);
    await until(`${this.name} has logged ${requestId}`, () => find() !== undefined);
    return find() as LogLine;
  }

  /** Whether anybody takes what it prints: if not, the pipe is soon full. */
  takeOutput(taken: boolean): void {
    if (taken) this.child.stdout?.resume();
    else this.child.stdout?.pause();
  }

  terminate(): void {
    process.kill(this.pid, 'SIGTERM');
  }

  /** At once, the whole process group. */
  async kill(): Promise<void> {
    if (this.running) process.kill(-this.pid, 'SIGKILL');
    await this.exit;
  }

  private read(stream: 'stdout' | 'stderr', take: (line: string) => void): void {
    const input = this.child[stream];
    if (input) createInterface({ input }).on('line', take);
  }
}
