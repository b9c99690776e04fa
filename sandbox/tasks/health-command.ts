/**
 * A container's own health check, run as its command says.
 *
 * The first check comes one interval after the start, and each of the others one interval after the end of the one before.
 * https://docs.docker.com/reference/dockerfile/#healthcheck, which ECS's health check is mapped to.
 */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { noteStart } from '../stall';
import { killGroup } from './container';
import type { ContainerHealth, HealthCommand } from './types';

export interface HealthWatch {
  readonly health: ContainerHealth;
  /** Resolves at the first success; never when the watch is stopped before. */
  readonly healthy: Promise<void>;
  stop(): void;
}

const LOOPBACK = /(?<![\w.-])(?:127\.0\.0\.1|localhost)(?![\w.-])/g;

/** The command, asking the task's own address: a container's localhost is its task's, a process's is the machine's. */
export const atAddress = (command: readonly string[], address: string): readonly string[] =>
  command.map((part) => part.replace(LOOPBACK, address));

/** @param onChange called when `health` has changed */
export function watchHealth(
  check: HealthCommand,
  environment: Readonly<Record<string, string>>,
  workingDirectory: string,
  onChange: () => void,
): HealthWatch {
  const stopped = new AbortController();
  let health: ContainerHealth = 'UNKNOWN';
  let announce: () => void;
  const healthy = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const become = (next: ContainerHealth) => {
    if (health === next || stopped.signal.aborted) return;
    health = next;
    if (next === 'HEALTHY') announce();
    onChange();
  };
  const watch = async () => {
    const startedAt = Date.now();
    let failures = 0;
    for (;;) {
      await sleep(check.intervalSeconds * 1000, undefined, { signal: stopped.signal }).catch(() => {});
      if (stopped.signal.aborted) return;
      const passed = await runOnce(check, environment, workingDirectory, stopped.signal);
      // It cannot be told.
      if (passed === undefined) continue;
      const starting = health === 'UNKNOWN' && Date.now() - startedAt < check.startPeriodSeconds * 1000;
      failures = passed || starting ? 0 : failures + 1;
      if (passed) become('HEALTHY');
      if (failures >= check.retries) become('UNHEALTHY');
    }
  };
  void watch();
  return {
    get health() {
      return health;
    },
    healthy,
    stop: () => stopped.abort(),
  };
}

/** Whether it ends with 0 in time; what it has started ends with it. Undefined when we stood still, and cut it off so. */
function runOnce(
  check: HealthCommand,
  environment: Readonly<Record<string, string>>,
  workingDirectory: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const stoodStill = noteStart(check.timeoutSeconds);
  const [program, ...args] = check.command as [string, ...string[]];
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...environment },
      cwd: workingDirectory,
      detached: true,
      stdio: 'ignore',
    });
    const kill = () => killGroup(child.pid);
    const timer = setTimeout(kill, check.timeoutSeconds * 1000);
    const end = (passed: boolean | undefined) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      kill();
      resolve(passed);
    };
    signal.addEventListener('abort', kill);
    child.once('error', () => end(false));
    child.once('exit', (code) => end(code === 0 || (stoodStill() ? undefined : false)));
  });
}
