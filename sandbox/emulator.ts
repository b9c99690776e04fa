/** AWS's APIs on loopback: starts the launcher around moto, and speaks its control interface. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SandboxProblem } from './folder';
import type { Log } from './types';

export interface EmulatorOptions {
  readonly port: number;
  readonly region: string;
  /** Route 53 zones that exist from the start: id by name. */
  readonly hostedZones?: Readonly<Record<string, string>>;
  /** Python that has moto. @default python3 */
  readonly python?: string;
  readonly log: Log;
}

/** A call that the emulator could not do. */
export interface UnsupportedCall {
  readonly service: string;
  readonly action: string;
  readonly count: number;
  readonly detail?: string;
}

export interface Emulator {
  readonly endpoint: string;
  readonly control: EmulatorControl;
  /** Resolves with the reason when it has ended, asked or not. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** What the sandbox tells the emulator, and is told by it, beside AWS's APIs. */
export class EmulatorControl {
  constructor(private readonly endpoint: string) {}

  async health(signal?: AbortSignal): Promise<{ readonly instance: string }> {
    return (await this.call('GET', '/health', undefined, signal)) as { instance: string };
  }

  /** Waits until something has changed after that revision, at most so long. @returns the revision now */
  async changes(after: number, timeoutSeconds: number, signal?: AbortSignal): Promise<number> {
    const path = `/changes?after=${after}&timeoutSeconds=${timeoutSeconds}`;
    return ((await this.call('GET', path, undefined, signal)) as { revision: number }).revision;
  }

  putServices(reports: unknown): Promise<unknown> {
    return this.call('PUT', '/ecs/services', reports);
  }

  rollback(serviceArn: string, reason: string): Promise<unknown> {
    return this.call('PUT', '/ecs/rollback', { serviceArn, reason });
  }

  putTargetHealth(report: unknown): Promise<unknown> {
    return this.call('PUT', '/elbv2/health', report);
  }

  async unsupported(): Promise<readonly UnsupportedCall[]> {
    return (await this.call('GET', '/unsupported')) as UnsupportedCall[];
  }

  private async call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    const response = await fetch(`${this.endpoint}/_sandbox${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`the emulator answered ${response.status} to ${method} ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

const READY_SECONDS = 60;
const STOP_SECONDS = 5;

/** @throws SandboxProblem when it ends before it is ready, or is not ready within a minute */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { port, region, hostedZones = {}, python = 'python3', log } = options;
  const endpoint = `http://localhost:${port}`;
  const child = spawn(
    python,
    [
      join(__dirname, 'emulator', 'launcher.py'),
      ...['--port', String(port), '--region', region, '--parent-pid', String(process.pid)],
      ...Object.entries(hostedZones).flatMap(([name, id]) => ['--hosted-zone', `${name}=${id}`]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => log('emulator', line));
  }
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`the emulator did not start: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`the emulator ended with ${signal ?? `exit code ${code}`}`));
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000);
    await once(child, 'exit');
    clearTimeout(kill);
  };
  const control = new EmulatorControl(endpoint);
  const ended = await Promise.race([exited, ready(control)]);
  if (ended !== undefined) {
    await stop();
    throw new SandboxProblem('start-failed', ended);
  }
  return { endpoint, control, exited, stop };
}

/** Resolves with nothing when it is ready, with the reason when it is not. */
async function ready(control: EmulatorControl): Promise<string | undefined> {
  const deadline = Date.now() + READY_SECONDS * 1000;
  while (Date.now() < deadline) {
    const answer = await control.health(AbortSignal.timeout(2000)).catch(() => undefined);
    if (answer) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return `the emulator was not ready within ${READY_SECONDS} s`;
}
