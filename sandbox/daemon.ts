/**
 * The sandbox's daemon: AWS on this machine, until SIGTERM.
 *
 * `client.ts` starts it, detached, and waits for its first word over the IPC channel. A daemon whose starter goes away
 * before that word stops by itself.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Stage } from '../constructs/blueprint/schema';
import type { Assembly } from './assembly';
import type { DaemonMessage } from './client';
import { ownCredentials } from './credentials';
import { daemonLog } from './daemon-log';
import { startEmulator } from './emulator';
import { SandboxFolder, type SandboxInfo, SandboxProblem, takeLock } from './folder';
import { assertPortsFree } from './free-ports';
import { leftRecords, startGuard } from './guard';
import { endRecorded, identify, ProcessRecords } from './processes';
import type { Log, SandboxPorts } from './types';

interface Arguments {
  readonly folder: SandboxFolder;
  readonly projectRoot: string;
  readonly environment: string;
  readonly stage: Stage;
  readonly region: string;
  readonly account: string;
  readonly ports: SandboxPorts;
  readonly hostedZones: Readonly<Record<string, string>>;
  readonly python?: string;
}

const text = { type: 'string' } as const;

function readArguments(argv: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      folder: text,
      'project-root': text,
      environment: text,
      stage: text,
      region: text,
      account: text,
      'emulator-port': text,
      'https-port': text,
      'http-port': text,
      'dns-port': text,
      'hosted-zone': { type: 'string', multiple: true },
      python: text,
    },
  });
  const given = (name: keyof typeof values): string => {
    const value = values[name];
    if (typeof value !== 'string') throw new SandboxProblem('start-failed', `--${name} is missing`);
    return value;
  };
  return {
    folder: new SandboxFolder(given('folder')),
    projectRoot: given('project-root'),
    environment: given('environment'),
    stage: given('stage') as Stage,
    region: given('region'),
    account: given('account'),
    ports: {
      emulator: Number(given('emulator-port')),
      https: Number(given('https-port')),
      http: Number(given('http-port')),
      dns: Number(given('dns-port')),
    },
    hostedZones: Object.fromEntries(
      (values['hosted-zone'] ?? []).map((zone) => zone.split('=') as [string, string]),
    ),
    python: values.python,
  };
}

/** Runs until it is asked to stop or cannot go on. @returns the exit code */
async function run(given: Arguments, log: Log): Promise<number> {
  const { folder, ports } = given;
  const release = takeLock(folder.lock, 'stagecraft sandbox');
  const identity = identify(process.pid);
  const records = join(folder.processes, `${identity.pid}-${identity.startTime.replace(/\W+/g, '-')}`);
  let guard: (() => Promise<void>) | undefined;
  let parts: Assembly | undefined;
  const stopped = whenAskedToStop();
  try {
    for (const left of leftRecords(folder)) {
      const ended = await endRecorded(left);
      if (ended.length > 0) log('daemon', 'ended what an earlier daemon left', { ended });
    }
    await assertPortsFree(ports);
    guard = startGuard(folder, records);
    const { projectRoot, region, account, hostedZones, python } = given;
    const emulator = startEmulator({
      port: ports.emulator,
      region,
      account,
      credentials: ownCredentials(folder),
      hostedZones,
      python,
      log,
    });
    // Whoever waits for it below hears of a failure.
    emulator.catch(() => {});
    // The AWS clients take a second to load, which the emulator needs too. Not `import()`: `tsx/cjs` does not hook it.
    const { assemble } = require('./assembly') as typeof import('./assembly');
    const starting = assemble({
      folder,
      projectRoot,
      region,
      ports,
      emulator,
      records: new ProcessRecords(records),
      log,
    });
    parts = await Promise.race([starting, stopped.then(() => undefined)]);
    if (parts === undefined) {
      // Asked to stop while it was starting: what has been started is closed all the same.
      parts = await starting.catch(() => undefined);
      return 0;
    }
    const { environment, stage } = given;
    const startedAt = new Date().toISOString();
    const info: SandboxInfo = {
      ...identity,
      instance: parts.instance,
      environment,
      stage,
      region,
      account,
      ports,
      startedAt,
    };
    folder.writeInfo(info);
    log('daemon', 'ready', { ports });
    tell({ ready: info });
    const broken = await Promise.race([parts.broken, stopped.then(() => undefined)]);
    if (broken === undefined) return 0;
    log('daemon', `cannot go on: ${broken}`);
    return 1;
  } finally {
    rmSync(folder.info, { force: true });
    await parts?.close();
    const ended = await endRecorded(records);
    if (ended.length > 0) log('daemon', 'ended what its parts had left', { ended });
    await guard?.();
    release();
    log('daemon', 'stopped');
  }
}

/** SIGTERM, SIGINT, or the end of who started it before it was ready. */
function whenAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve());
    process.on('SIGINT', () => resolve());
    process.on('SIGHUP', () => resolve());
    if (process.channel !== undefined) process.once('disconnect', () => toldSomebody || resolve());
  });
}

let toldSomebody = false;

function tell(message: DaemonMessage): void {
  toldSomebody = true;
  process.send?.(message);
}

async function main(): Promise<void> {
  process.umask(0o077);
  const given = readArguments(process.argv.slice(2));
  given.folder.make();
  const log = daemonLog(given.folder.daemonLog);
  const die = (error: unknown) => {
    log('daemon', `a defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    // The guard ends what is left.
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  try {
    process.exit(await run(given, log));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log('daemon', `cannot start: ${message}`);
    const failed = { code: error instanceof SandboxProblem ? error.code : 'start-failed', message } as const;
    if (process.send === undefined) process.exit(1);
    process.send({ failed }, () => process.exit(1));
  }
}

void main();
