/**
 * The processes that a sandbox has started, written down, so that whoever comes after it can end those that it could
 * not end itself. A process id alone is not enough: the system gives it to others later.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words: the same id with another start is another process. */
  readonly startTime: string;
}

interface ProcessRecord extends ProcessIdentity {
  readonly what: string;
}

/** Undefined when there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
}

/** The 22nd field: clock ticks since the system's start. A zombie is no process any more. */
function startTimeFromProc(pid: number): string | undefined {
  const fields = statusFields(String(pid));
  return fields === undefined || hasEnded(fields) ? undefined : fields[19];
}

/**
 * A zombie, or less. Not while it has threads, of which the 20th field tells: the first one may have ended before the
 * others, and what the process has open is closed with the last.
 */
export const hasEnded = (fields: readonly string[]): boolean =>
  /^[ZX]/.test(fields[0] ?? '') && Number(fields[17]) <= 1;

/** From the third on: state, parent, group, … Containers often have no `ps`. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statusFields(pid: string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, in parentheses, may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    });
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}

export function identify(pid: number): ProcessIdentity {
  return { pid, startTime: startTimeOf(pid) ?? 'gone' };
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startTime;
}

const LOOK_EVERY_MS = 25;

/** SIGTERM, and SIGKILL when that did not end it in time. For a process that is not our child: its end is no event. */
export async function end(given: ProcessIdentity, boundSeconds: number): Promise<void> {
  if (!signal(given, 'SIGTERM')) return;
  const deadline = Date.now() + boundSeconds * 1000;
  while (isAlive(given) && Date.now() < deadline) await sleep(LOOK_EVERY_MS);
  if (!signal(given, 'SIGKILL')) return;
  while (isAlive(given)) await sleep(LOOK_EVERY_MS);
}

function signal(given: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(given)) return false;
  try {
    return process.kill(given.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** One file per process, in a folder of the daemon that started it. All of them lead a process group. */
export class ProcessRecords {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  add(pid: number, what: string): void {
    const record: ProcessRecord = { ...identify(pid), what };
    writeFileSync(join(this.folder, String(pid)), JSON.stringify(record), { mode: 0o600 });
  }

  remove(pid: number): void {
    rmSync(join(this.folder, String(pid)), { force: true });
  }
}

/** A process that waits for a device does not end before the device has answered. */
const KILL_SECONDS = 5;

/**
 * Kills what is recorded in the folder and still lives, each with its whole group, and waits until all of it is gone: a
 * signal is sent at once, and the end of a process comes later.
 *
 * @returns what that was
 */
export async function endRecorded(folder: string): Promise<string[]> {
  const alive = readRecords(folder).filter(isAlive);
  for (const { pid } of alive) {
    for (const target of [-pid, pid]) {
      try {
        process.kill(target, 'SIGKILL');
      } catch {
        // Already gone, or not a group.
      }
    }
  }
  const deadline = Date.now() + KILL_SECONDS * 1000;
  while (anyAlive(alive) && Date.now() < deadline) await sleep(LOOK_EVERY_MS);
  rmSync(folder, { recursive: true, force: true });
  return alive.map(({ what }) => what);
}

/**
 * Waits until no process of a group lives: those that its leader has started may outlive it, with the ports that they
 * listen on.
 *
 * @returns whether that came in time
 */
export async function groupEnded(leader: number, boundSeconds: number): Promise<boolean> {
  const deadline = Date.now() + boundSeconds * 1000;
  while (livingGroups().has(leader)) {
    if (Date.now() > deadline) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

/** Of the processes themselves or of their groups. */
function anyAlive(leaders: readonly ProcessIdentity[]): boolean {
  if (leaders.length === 0) return false;
  const groups = livingGroups();
  return leaders.some((leader) => isAlive(leader) || groups.has(leader.pid));
}

/** Ids of the process groups that have a member which is no zombie. */
function livingGroups(): ReadonlySet<number> {
  const lines =
    process.platform === 'linux'
      ? statesFromProc()
      : statesFromPs().filter(([state]) => !/^[ZX]/.test(state));
  return new Set(lines.map(([, group]) => group));
}

type StateAndGroup = readonly [state: string, group: number];

const statesFromProc = (): StateAndGroup[] =>
  readdirSync('/proc').flatMap((pid): StateAndGroup[] => {
    const fields = /^\d+$/.test(pid) ? statusFields(pid) : undefined;
    return fields === undefined || hasEnded(fields) ? [] : [[fields[0] ?? '', Number(fields[2])]];
  });

const statesFromPs = (): StateAndGroup[] =>
  execFileSync('ps', ['-axo', 'stat=,pgid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line): StateAndGroup => {
      const [state = '', group] = line.trim().split(/\s+/);
      return [state, Number(group)];
    });

function readRecords(folder: string): ProcessRecord[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProcessRecord];
      } catch {
        // The daemon was killed while it wrote.
        return [];
      }
    });
  } catch {
    return [];
  }
}
