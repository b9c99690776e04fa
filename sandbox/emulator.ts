/** AWS's APIs on loopback: starts the launcher around moto, and speaks its control interface. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { withoutForeign } from './aws-variables';
import { type Credentials, SANDBOX_ACCOUNT, type SandboxAccess } from './credentials';
import { SandboxProblem } from './folder';
import type { HealthReport } from './load-balancer/report';
import { signedFetch } from './signed-fetch';
import type { ServiceReport } from './tasks/types';
import type { Log } from './types';

export interface EmulatorOptions {
  readonly port: number;
  readonly region: string;
  /** The account that it is. @default 123456789012 */
  readonly account?: string;
  /** What every caller has to sign with. */
  readonly credentials: Credentials;
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
  readonly detail: string;
}

/** A resource of a CloudFormation stack that was taken, and does nothing here. */
export interface InertResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
}

export interface EmulatorHealth {
  readonly ready: true;
  /** Version of moto. */
  readonly moto: string;
  /** Another instance is another, empty account. */
  readonly instance: string;
}

export interface Emulator {
  readonly endpoint: string;
  readonly access: SandboxAccess;
  readonly control: EmulatorControl;
  /** Resolves with the reason when it has ended, asked or not. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** What the sandbox tells the emulator, and is told by it, beside AWS's APIs. */
export class EmulatorControl {
  constructor(private readonly access: SandboxAccess) {}

  async health(signal?: AbortSignal): Promise<EmulatorHealth> {
    return (await this.call('GET', '/health', undefined, signal)) as EmulatorHealth;
  }

  /** Waits until something has changed after that revision, at most so long. @returns the revision now */
  async changes(after: number, timeoutSeconds: number, signal?: AbortSignal): Promise<number> {
    const path = `/changes?after=${after}&timeoutSeconds=${timeoutSeconds}`;
    return ((await this.call('GET', path, undefined, signal)) as { revision: number }).revision;
  }

  /** What is true of the services' tasks, by service ARN. It replaces the report before as a whole. */
  async putServices(reports: Readonly<Record<string, ServiceReport>>): Promise<void> {
    await this.call('PUT', '/ecs/services', reports);
  }

  /**
   * The circuit breaker tripped: the primary deployment has failed.
   *
   * @returns id of the deployment that goes back; null when none ever completed
   */
  async rollback(serviceArn: string, reason: string): Promise<string | null> {
    const answer = await this.call('PUT', '/ecs/rollback', { serviceArn, reason });
    return (answer as { deploymentId: string | null }).deploymentId;
  }

  /** State of every target, by target group ARN. It replaces the report before as a whole. */
  async putTargetHealth(report: HealthReport): Promise<void> {
    await this.call('PUT', '/elbv2/health', report);
  }

  async unsupported(): Promise<readonly UnsupportedCall[]> {
    return (await this.call('GET', '/unsupported')) as UnsupportedCall[];
  }

  async inert(): Promise<readonly InertResource[]> {
    return (await this.call('GET', '/inert')) as InertResource[];
  }

  private async call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    const response = await signedFetch(this.access, 'sandbox', `/_sandbox${path}`, {
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

/** Importing moto takes 2 s on an idle machine, and much longer on a busy one. */
const READY_SECONDS = 60;
const STOP_SECONDS = 5;

/** Of launcher.py. */
const EXIT_PORT_IN_USE = 3;

/** The lines of a Python traceback that say what went wrong. */
const LAST_WORDS = 3;

/** @throws SandboxProblem when the port is in use, it ends before it is ready, or is not ready within a minute */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { port, region, credentials, hostedZones = {}, python = 'python3', log } = options;
  const { account = SANDBOX_ACCOUNT } = options;
  const endpoint = `http://localhost:${port}`;
  const access = { region, endpoint, credentials };
  const instance = randomUUID();
  const child = spawn(
    python,
    [
      join(__dirname, 'emulator', 'launcher.py'),
      ...['--port', String(port), '--region', region, '--account', account],
      ...['--instance', instance],
      ...['--parent-pid', String(process.pid)],
      ...Object.entries(hostedZones).flatMap(([name, id]) => ['--hosted-zone', `${name}=${id}`]),
    ],
    // Without the variable, Python writes compiled files beside the launcher: outside the state folder.
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...withoutForeign(process.env),
        PYTHONDONTWRITEBYTECODE: '1',
        // A thread per request would fragment a heap per thread, and calls are taken one after the other anyway.
        MALLOC_ARENA_MAX: '1',
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    },
  );
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.splice(0, lines.length - LAST_WORDS + 1);
      lines.push(line);
      log('emulator', line);
    });
  }
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`the emulator did not start: ${error.message}`));
    // Not `exit`: its last words may still be under way then.
    child.once('close', (code, signal) =>
      resolve(
        [`the emulator ended with ${signal ?? `exit code ${code}`}`, ...(code === 0 ? [] : lines)].join('\n'),
      ),
    );
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000);
    await once(child, 'exit');
    clearTimeout(kill);
  };
  const control = new EmulatorControl(access);
  const giveUp = new AbortController();
  const ended = await Promise.race([exited, ready(control, instance, giveUp.signal)]);
  giveUp.abort();
  if (ended !== undefined) {
    await stop();
    if (child.exitCode !== EXIT_PORT_IN_USE) throw new SandboxProblem('start-failed', ended);
    throw new SandboxProblem(
      'port-in-use',
      `TCP port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another with --emulator-port.`,
    );
  }
  return { endpoint, access, control, exited, stop };
}

/**
 * Resolves with nothing when it is ready, with the reason when it is not. Another emulator may be what answers on the
 * port, while ours is about to find it in use.
 */
async function ready(
  control: EmulatorControl,
  instance: string,
  giveUp: AbortSignal,
): Promise<string | undefined> {
  const deadline = Date.now() + READY_SECONDS * 1000;
  while (Date.now() < deadline && !giveUp.aborted) {
    const signal = AbortSignal.any([giveUp, AbortSignal.timeout(2000)]);
    const answer = await control.health(signal).catch(() => undefined);
    if (answer?.instance === instance) return undefined;
    await delay(100);
  }
  return `the emulator was not ready within ${READY_SECONDS} s`;
}
