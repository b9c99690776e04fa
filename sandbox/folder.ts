/** The sandbox's one folder, `.stagecraft/sandbox`: what is where, and who owns it. */
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Stage } from '../constructs/blueprint/schema';
import { identify, isAlive, type ProcessIdentity } from './processes';
import type { SandboxPorts } from './types';

/** A sandbox that is ready: the content of `sandbox.json`. */
export interface SandboxInfo extends ProcessIdentity {
  /** Of the emulator: another one means another, empty account. */
  readonly instance: string;
  /** Name of the environment that it was brought up for. */
  readonly environment: string;
  readonly stage: Stage;
  /** Name of what deployed into it; absent until something was about to. */
  readonly engine?: string;
  readonly region: string;
  /** The account that it is. */
  readonly account: string;
  readonly ports: SandboxPorts;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** Something that stops a sandbox from being started or stopped; the text says what to do. */
export class SandboxProblem extends Error {
  override readonly name = 'SandboxProblem';

  constructor(
    readonly code: 'busy' | 'port-in-use' | 'start-failed' | 'not-running' | 'not-ours' | 'damaged',
    message: string,
  ) {
    super(message);
  }
}

export class SandboxFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Tells a reader what the folder is, and `remove` that it is one. */
  private get about(): string {
    return join(this.path, 'ABOUT');
  }

  get info(): string {
    return join(this.path, 'sandbox.json');
  }

  /** What opens this sandbox's AWS: see credentials.ts. */
  get credentials(): string {
    return join(this.path, 'credentials.json');
  }

  /** Of the daemon, from its first moment on. */
  get lock(): string {
    return join(this.path, 'daemon.lock');
  }

  /** `daemon.log`, and a folder per service. */
  get logs(): string {
    return join(this.path, 'logs');
  }

  get daemonLog(): string {
    return join(this.logs, 'daemon.log');
  }

  /** A folder per task: its volumes and what is temporary. */
  get tasks(): string {
    return join(this.path, 'tasks');
  }

  /** A folder per daemon, a file per process. */
  get processes(): string {
    return join(this.path, 'processes');
  }

  get loadBalancer(): string {
    return join(this.path, 'load-balancer');
  }

  /** Certificate of the local authority: what clients on this machine trust. */
  get authority(): string {
    return join(this.path, 'ca.pem');
  }

  /** Readable for its owner only: keys and secrets pass through it. */
  make(): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    this.protect();
    mkdirSync(this.logs, { recursive: true, mode: 0o700 });
    const text = "State of stagecraft's sandbox. `stagecraft down` stops it and removes this folder.\n";
    writeFileSync(this.about, text, { mode: 0o600 });
  }

  /** What is there already may have wider modes: Terraform makes its state as the umask says. */
  private protect(): void {
    chmodSync(this.path, 0o700);
    for (const entry of readdirSync(this.path, { withFileTypes: true })) {
      const path = join(this.path, entry.name);
      if (entry.isDirectory()) chmodSync(path, 0o700);
      // A lock's draft may be gone by now: two may start at once.
      if (entry.isFile() && !entry.name.includes('.lock')) chmodSync(path, 0o600);
    }
  }

  /** @throws SandboxProblem when the folder is not one that the sandbox made */
  remove(): void {
    if (!existsSync(this.path)) return;
    const isDefault = basename(this.path) === 'sandbox' && basename(dirname(this.path)) === '.stagecraft';
    if (!isDefault && !existsSync(this.about)) {
      throw new SandboxProblem('not-ours', `${this.path} holds no sandbox; it is left as it is.`);
    }
    rmSync(this.path, { recursive: true, force: true });
  }

  /**
   * Undefined when no sandbox is ready: never started, stopped, or its daemon was killed.
   * @throws SandboxProblem when the file is damaged
   */
  readInfo(): SandboxInfo | undefined {
    const info = this.readLast();
    return info !== undefined && isAlive(info) ? info : undefined;
  }

  /** What was ready last, also when its daemon is gone. */
  readLast(): SandboxInfo | undefined {
    return readWhole(this.info, isInfo, 'Begin anew: npx stagecraft down');
  }

  writeInfo(info: SandboxInfo): void {
    writeAtomically(this.info, `${JSON.stringify(info, null, 2)}\n`);
  }

  /** The daemon, ready or not; undefined when there is none. */
  readOwner(): Owner | undefined {
    return readOwner(this.lock);
  }
}

export interface Owner extends ProcessIdentity {
  readonly what: string;
}

/** Who holds a lock; undefined when nobody does, or its holder is gone. */
export function readOwner(file: string): Owner | undefined {
  const owner = readJson<Owner>(file);
  return owner !== undefined && isAlive(owner) ? owner : undefined;
}

/**
 * Takes a lock file for this process. One whose holder is gone is taken over.
 *
 * @param what the holder, in words: `stagecraft up`
 * @returns gives it back
 * @throws SandboxProblem that names the holder
 */
export function takeLock(file: string, what: string): () => void {
  const mine: Owner = { ...identify(process.pid), what };
  const draft = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      try {
        // A link, as it fails when the name exists, and never shows a half-written file.
        linkSync(draft, file);
        return () => release(file, mine);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = readOwner(file);
      if (owner !== undefined) {
        throw new SandboxProblem(
          'busy',
          `${owner.what} (process ${owner.pid}) is at work in ${dirname(file)}. Wait for it, or end it with: npx stagecraft down`,
        );
      }
      removeStale(file);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Of two that find it stale, the second must not remove the lock that the first has taken since. */
function removeStale(file: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const owner = readOwner(aside);
  if (owner !== undefined) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one took it within these microseconds; a port can be listened on only once and decides.
    }
  }
  rmSync(aside, { force: true });
}

function release(file: string, mine: Owner): void {
  const owner = readJson<Owner>(file);
  if (owner?.pid === mine.pid && owner.startTime === mine.startTime) rmSync(file, { force: true });
}

function writeAtomically(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}

const isInfo = (value: unknown): value is SandboxInfo => {
  const { pid, environment, region, ports } = (value ?? {}) as Partial<SandboxInfo>;
  const numbers = [pid, ports?.emulator, ports?.https, ports?.http, ports?.dns];
  return (
    numbers.every((one) => Number.isInteger(one)) &&
    [environment, region].every((one) => typeof one === 'string')
  );
};

/**
 * What a file of the sandbox's says; undefined when there is none.
 *
 * @param wayOut what to do about one that is damaged
 * @throws SandboxProblem when it is not what the sandbox writes: cut off, edited, or another program's
 */
export function readWhole<T>(
  file: string,
  isWhole: (value: unknown) => value is T,
  wayOut: string,
): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const value = parsed(text);
  if (isWhole(value)) return value;
  throw new SandboxProblem('damaged', `${file} is damaged: it is not what the sandbox writes. ${wayOut}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
