import { checkHealth } from './health-check';
import { type Health, nextHealth, registered } from './health-state';
import type { HealthCheckSettings, TargetAddress } from './state';

export interface WatchedTarget extends TargetAddress {
  readonly targetGroupArn: string;
  readonly settings: HealthCheckSettings;
  readonly sourceAddress?: string;
}

export type HealthOf = (targetGroupArn: string, target: TargetAddress) => Health | undefined;

interface Watch {
  target: WatchedTarget;
  health: Health;
  /** Ends the pause before the next check. */
  wake: () => void;
  stopped: boolean;
}

/**
 * Checks the health of all targets that it was told of.
 *
 * The interval is the configured one, except that a target which was never admitted is checked every 250 ms: this only
 * shortens the wait for its first success.
 */
export class HealthMonitor {
  private readonly watches = new Map<string, Watch>();
  private static readonly admissionMilliseconds = 250;

  constructor(private readonly onChange: () => void) {}

  /** From now on exactly these are checked. A target that stays keeps its health. */
  watch(targets: readonly WatchedTarget[]): void {
    const wanted = new Map(targets.map((target) => [targetKey(target.targetGroupArn, target), target]));
    for (const [key, watch] of this.watches)
      if (!wanted.has(key)) {
        watch.stopped = true;
        watch.wake();
        this.watches.delete(key);
      }
    for (const [key, target] of wanted) {
      const known = this.watches.get(key);
      if (!known) this.start(key, target);
      else {
        const changed = JSON.stringify(known.target) !== JSON.stringify(target);
        known.target = target;
        if (changed) known.wake();
      }
    }
  }

  /** What is known at this moment; later checks do not change it. */
  snapshot(): HealthOf {
    const known = new Map([...this.watches].map(([key, { health }]) => [key, health]));
    return (targetGroupArn, target) => known.get(targetKey(targetGroupArn, target));
  }

  close(): void {
    this.watch([]);
  }

  private start(key: string, target: WatchedTarget): void {
    const watch: Watch = { target, health: registered(Date.now()), wake: () => {}, stopped: false };
    this.watches.set(key, watch);
    void this.check(watch);
  }

  private async check(watch: Watch): Promise<void> {
    while (!watch.stopped) {
      const startedAt = Date.now();
      const { target } = watch;
      const result = await checkHealth(target, target.settings, target.sourceAddress);
      if (watch.stopped) return;
      if (result) this.take(watch, nextHealth(watch.health, result, target.settings, Date.now()));
      if (watch.target === target) await this.pause(watch, startedAt);
    }
  }

  private take(watch: Watch, health: Health): void {
    const before = watch.health;
    watch.health = health;
    if (before.state !== health.state || before.reason !== health.reason) this.onChange();
  }

  private pause(watch: Watch, startedAt: number): Promise<void> {
    const interval =
      watch.health.state === 'initial'
        ? HealthMonitor.admissionMilliseconds
        : watch.target.settings.intervalSeconds * 1000;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, startedAt + interval - Date.now())).unref();
      watch.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A target's identity: one address and port may be in several groups. */
function targetKey(targetGroupArn: string, { address, port }: TargetAddress): string {
  return `${targetGroupArn}|${address}|${port}`;
}
