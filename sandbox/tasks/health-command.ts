/** A container's own health check, run as its command says. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerHealth, HealthCommand } from './types';

export interface HealthWatch {
  readonly health: ContainerHealth;
  /** Resolves at the first success; never when the watch is stopped before. */
  readonly healthy: Promise<void>;
  stop(): void;
}

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
    while (!stopped.signal.aborted) {
      const passed = await runOnce(check, environment, workingDirectory, stopped.signal);
      const starting = health === 'UNKNOWN' && Date.now() - startedAt < check.startPeriodSeconds * 1000;
      failures = passed || starting ? 0 : failures + 1;
      if (passed) become('HEALTHY');
      if (failures >= check.retries) become('UNHEALTHY');
      await sleep(check.intervalSeconds * 1000, undefined, { signal: stopped.signal }).catch(() => {});
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

function runOnce(
  check: HealthCommand,
  environment: Readonly<Record<string, string>>,
  workingDirectory: string,
  signal: AbortSignal,
): Promise<boolean> {
  const [program, ...args] = check.command as [string, ...string[]];
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      {
        env: { ...environment },
        cwd: workingDirectory,
        timeout: check.timeoutSeconds * 1000,
        killSignal: 'SIGKILL',
        signal,
      },
      (error) => resolve(error === null),
    );
  });
}
