/** What the command line knows of the daemon: starts it, finds it, stops it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../constructs/blueprint/schema';
import { SANDBOX_ACCOUNT } from './credentials';
import { SandboxFolder, type SandboxInfo, SandboxProblem } from './folder';
import { leftRecords } from './guard';
import { end, endRecorded } from './processes';
import { programArguments } from './program';
import type { SandboxPorts } from './types';

export { type SandboxInfo, SandboxProblem } from './folder';

export interface StartOptions {
  /** The state folder: `.stagecraft/sandbox` at the project's root. */
  readonly folder: string;
  /** Where tasks' commands start. */
  readonly projectRoot: string;
  readonly environment: string;
  readonly stage: Stage;
  readonly region: string;
  /** The account that it is. @default 123456789012 */
  readonly account?: string;
  readonly ports: SandboxPorts;
  /** Route 53 zones that exist from the start: id by name. */
  readonly hostedZones?: Readonly<Record<string, string>>;
  /** Python that has moto. @default python3 */
  readonly python?: string;
  /** Gives up and ends what was started. */
  readonly signal?: AbortSignal;
}

/** What the daemon says to who started it. */
export type DaemonMessage =
  | { readonly ready: SandboxInfo }
  | { readonly failed: { readonly code: SandboxProblem['code']; readonly message: string } };

const LOG_LINES_SHOWN = 15;
/** A daemon that was asked to stop kills its tasks after two seconds; the rest takes no longer. */
const STOP_SECONDS = 20;

/**
 * Starts the daemon, detached, and resolves when all its parts are ready.
 *
 * @throws SandboxProblem `busy`: there is one in this folder; `port-in-use`: names the port and the option that changes
 * it; `start-failed`: ends with the last lines of its log
 */
export async function startDaemon(options: StartOptions): Promise<SandboxInfo> {
  const folder = new SandboxFolder(options.folder);
  const owner = folder.readOwner();
  if (owner !== undefined) {
    throw new SandboxProblem(
      'busy',
      `A sandbox runs in ${folder.path} already (process ${owner.pid}). End it with: npx stagecraft down`,
    );
  }
  folder.make();
  const log = openSync(folder.daemonLog, 'a', 0o600);
  const daemon = spawn(process.execPath, [...programArguments(daemonFile()), ...daemonArguments(options)], {
    cwd: options.projectRoot,
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const giveUp = () => daemon.kill('SIGTERM');
  options.signal?.addEventListener('abort', giveUp);
  try {
    return await firstWord(daemon, folder);
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
    if (daemon.connected) daemon.disconnect();
    daemon.unref();
  }
}

/** The sandbox that is ready in this folder; undefined when there is none. */
export async function readSandbox(folder: string): Promise<SandboxInfo | undefined> {
  return new SandboxFolder(folder).readInfo();
}

/** The sandbox that is or was ready last in this folder, also when its daemon was killed since. */
export async function lastSandbox(folder: string): Promise<SandboxInfo | undefined> {
  return new SandboxFolder(folder).readLast();
}

/** What deployed last in this folder, also when the daemon was killed since. */
export async function lastEngine(folder: string): Promise<string | undefined> {
  return new SandboxFolder(folder).readLast()?.engine;
}

/** Notes what the running sandbox was brought to, and with which engine. @throws SandboxProblem when none runs */
export async function updateSandbox(
  folder: string,
  change: Partial<Pick<SandboxInfo, 'stage' | 'environment' | 'engine'>>,
): Promise<SandboxInfo> {
  const place = new SandboxFolder(folder);
  const info = place.readInfo();
  if (info === undefined) throw new SandboxProblem('not-running', `No sandbox runs in ${place.path}.`);
  const { stage = info.stage, environment = info.environment, engine = info.engine } = change;
  const changed = { ...info, stage, environment, engine };
  place.writeInfo(changed);
  return changed;
}

/**
 * Stops the daemon, ends what a daemon that was killed has left, and removes the folder. May be repeated.
 *
 * @returns whether anything was running
 */
export async function stopDaemon(path: string): Promise<boolean> {
  const folder = new SandboxFolder(path);
  const daemon = folder.readOwner();
  if (daemon !== undefined) await end(daemon, STOP_SECONDS);
  const left = (await Promise.all(leftRecords(folder).map(endRecorded))).flat();
  folder.remove();
  return daemon !== undefined || left.length > 0;
}

function firstWord(daemon: ChildProcess, folder: SandboxFolder): Promise<SandboxInfo> {
  return new Promise((resolve, reject) => {
    daemon.once('message', (message) => {
      const word = message as DaemonMessage;
      if ('ready' in word) return resolve(word.ready);
      const { code, message: text } = word.failed;
      reject(new SandboxProblem(code, code === 'start-failed' ? `${text}\n${logEnd(folder)}` : text));
    });
    daemon.once('error', (error) => reject(new SandboxProblem('start-failed', error.message)));
    daemon.once('exit', (code, signal) =>
      reject(
        new SandboxProblem(
          'start-failed',
          `The sandbox's daemon ended with ${signal ?? `exit code ${code}`} before it was ready.\n${logEnd(folder)}`,
        ),
      ),
    );
  });
}

function logEnd(folder: SandboxFolder): string {
  try {
    const lines = readFileSync(folder.daemonLog, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN);
    return [`The end of ${folder.daemonLog}:`, ...lines.map((line) => `  ${line}`)].join('\n');
  } catch {
    return `There is no log in ${folder.logs}.`;
  }
}

function daemonFile(): string {
  return join(__dirname, __filename.endsWith('.ts') ? 'daemon.ts' : 'daemon.js');
}

function daemonArguments(options: StartOptions): string[] {
  const { folder, projectRoot, environment, stage, region, ports, hostedZones = {}, python } = options;
  const { account = SANDBOX_ACCOUNT } = options;
  return [
    ...['--folder', folder, '--project-root', projectRoot],
    ...['--environment', environment, '--stage', stage, '--region', region],
    ...['--account', account],
    ...['--emulator-port', String(ports.emulator), '--https-port', String(ports.https)],
    ...['--http-port', String(ports.http), '--dns-port', String(ports.dns)],
    ...Object.entries(hostedZones).flatMap(([name, id]) => ['--hosted-zone', `${name}=${id}`]),
    ...(python === undefined ? [] : ['--python', python]),
  ];
}
