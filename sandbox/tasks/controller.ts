/**
 * What ECS does: keeps the tasks of all services as the services say, and tells the emulator what is true.
 *
 * One pass at a time; a pass is made when the account has changed, a task has, a target's state has, or a time has come
 * that the planner named. A pass that finds all as it should be does nothing.
 */
import { rmSync } from 'node:fs';
import { Addresses } from './addresses';
import { ServiceTasks } from './service-tasks';
import type { TaskSurroundings } from './task';
import type { ServiceReport, TaskControl } from './types';

export interface TasksControllerOptions extends TaskSurroundings {
  readonly control: TaskControl;
}

/** After an error of the emulator. */
const RETRY_SECONDS = 1;

export class TasksController {
  private readonly services = new Map<string, ServiceTasks>();
  private readonly addresses = new Addresses();
  private wanted: 'nothing' | 'look' | 'read' = 'nothing';
  private passing?: Promise<void>;
  private timer?: NodeJS.Timeout;
  private lastReport = '{}';
  private closed = false;

  constructor(private readonly options: TasksControllerOptions) {
    // What an earlier daemon may have left; its processes are gone.
    rmSync(options.tasksFolder, { recursive: true, force: true });
    options.balancer.onStateChange(() => this.look());
  }

  /** The account has changed. Resolves when the passes that follow from it have been made. */
  async accountChanged(): Promise<void> {
    this.wanted = 'read';
    await this.run();
  }

  /** Stops all tasks without draining; what still runs after the bound is killed. */
  async close(boundSeconds: number): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.passing;
    await Promise.all([...this.services.values()].map((service) => service.close(boundSeconds)));
  }

  private look(): void {
    if (this.wanted === 'nothing') this.wanted = 'look';
    void this.run();
  }

  private run(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.passing ??= this.passes().finally(() => {
      this.passing = undefined;
    });
    return this.passing;
  }

  private async passes(): Promise<void> {
    // Who called `run` may have more to say at once.
    await Promise.resolve();
    while (this.wanted !== 'nothing' && !this.closed) {
      const read = this.wanted === 'read';
      this.wanted = 'nothing';
      try {
        await this.pass(read);
      } catch (error) {
        this.options.log('tasks', `pass failed: ${error instanceof Error ? error.message : String(error)}`);
        this.wakeAt(Date.now() + RETRY_SECONDS * 1000, 'read');
        return;
      }
    }
  }

  private async pass(read: boolean): Promise<void> {
    if (read) await this.read();
    if (this.closed) return;
    let wakeAtMs = Number.POSITIVE_INFINITY;
    for (const service of this.services.values()) {
      const step = await service.step();
      wakeAtMs = Math.min(wakeAtMs, step.wakeAtMs ?? Number.POSITIVE_INFINITY);
      if (step.rolledBack) this.wanted = 'read';
    }
    await this.tell();
    const finished = [...this.services].filter(([, service]) => service.finished);
    for (const [arn] of finished) this.services.delete(arn);
    if (finished.length > 0) await this.tell();
    this.wakeAt(wakeAtMs, 'look');
  }

  private async read(): Promise<void> {
    const views = await this.options.account.services();
    for (const view of views) {
      const known = this.services.get(view.arn);
      if (known !== undefined) known.view = view;
      else this.services.set(view.arn, this.serviceTasks(view));
    }
    const toStop = this.services.size > 0 ? await this.options.account.stopRequests() : [];
    for (const service of this.services.values()) service.stopRequested(toStop);
    const named = new Set(views.map(({ arn }) => arn));
    for (const [arn, service] of this.services) {
      if (!named.has(arn)) service.view = { ...service.view, active: false, desiredCount: 0 };
    }
  }

  private serviceTasks(view: ServiceTasks['view']): ServiceTasks {
    return new ServiceTasks(view, this.options, this.addresses, this.options.control, () => this.look());
  }

  private async tell(): Promise<void> {
    const reports: Record<string, ServiceReport> = {};
    for (const [arn, service] of this.services) reports[arn] = service.report();
    const text = JSON.stringify(reports);
    if (text === this.lastReport) return;
    await this.options.control.putServices(reports);
    this.lastReport = text;
  }

  private wakeAt(timeMs: number, wanted: 'look' | 'read'): void {
    clearTimeout(this.timer);
    if (timeMs === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(
      () => {
        if (this.wanted !== 'read') this.wanted = wanted;
        void this.run();
      },
      Math.max(0, timeMs - Date.now()),
    );
  }
}
