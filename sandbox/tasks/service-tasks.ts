/** The tasks of one service: makes them agree with what the service says, and reports what is true. */
import type { Addresses, Placement } from './addresses';
import { afterFailure, afterHealthyTask, breakerThreshold, type Failures, NO_FAILURES } from './failures';
import { isSteady, plan, type ServiceState, type StopReason } from './plan';
import { ServiceEvents } from './service-events';
import { type Ending, Task, type TaskSurroundings } from './task';
import {
  type DeploymentView,
  type RolloutState,
  type ServiceReport,
  type ServiceView,
  TaskCannotStart,
  type TaskControl,
  type TaskReport,
} from './types';

/** Stopped tasks that DescribeTasks still knows. */
const MOST_STOPPED = 10;

interface Deployment {
  failures: Failures;
  completed: boolean;
  failed: boolean;
}

const newDeployment = (): Deployment => ({ failures: NO_FAILURES, completed: false, failed: false });

export class ServiceTasks {
  private tasks: Task[] = [];
  private stopped: TaskReport[] = [];
  private readonly deployments = new Map<string, Deployment>();
  private readonly failuresTold = new Set<Task>();
  private readonly healthTold = new WeakSet<Task>();
  private readonly events: ServiceEvents;
  /** Told once for all tasks of a task definition. */
  private readonly notRunTold = new Set<string>();
  private steady = false;

  constructor(
    public view: ServiceView,
    private readonly surroundings: TaskSurroundings,
    private readonly addresses: Addresses,
    private readonly control: Pick<TaskControl, 'rollback'>,
    private readonly onChange: () => void,
  ) {
    this.events = new ServiceEvents(view.name, (message) => surroundings.log('tasks', message));
  }

  /** The service is gone and so are its tasks. */
  get finished(): boolean {
    return !this.view.active && this.tasks.length === 0;
  }

  /** One step. Starting and stopping go on by themselves and call `onChange`. */
  async step(): Promise<{ readonly wakeAtMs?: number; readonly rolledBack: boolean }> {
    const nowMs = Date.now();
    for (const task of this.tasks) if (task.ending?.failed) this.countFailure(task, told(task.ending), nowMs);
    this.forgetStopped();
    const states = this.tasks.map((task) => task.look());
    for (const task of this.tasks) if (task.healthySinceMs !== undefined) this.countHealthy(task);
    for (const task of this.tasks) if (task.ending?.failed) this.countFailure(task, told(task.ending), nowMs);
    const primary = this.view.deployments.find((deployment) => deployment.primary);
    const rolledBack = primary !== undefined && (await this.breakCircuit(primary));
    const next = plan(this.state(primary), states, nowMs);
    for (const { taskId, reason } of next.stop) {
      const task = this.tasks.find(({ id }) => id === taskId);
      if (task !== undefined) this.stop(task, reason, primary, nowMs);
    }
    if (primary !== undefined && next.start > 0) await this.start(next.start, primary);
    if (next.blocked) {
      this.events.add(
        'was unable to stop or start tasks during a deployment because of the service deployment configuration. ' +
          'Update the minimumHealthyPercent or maximumPercent value and try again.',
      );
    }
    this.settle(primary);
    // What failed to start in this step is due for another try.
    const dueMs = next.start > 0 ? this.state(primary).primary?.mayStartAtMs : undefined;
    const wakeUps = [next.wakeAtMs, dueMs].filter((time) => time !== undefined && time > nowMs) as number[];
    return { wakeAtMs: wakeUps.length > 0 ? Math.min(...wakeUps) : undefined, rolledBack };
  }

  /** @param arns tasks that StopTask was called for */
  stopRequested(arns: readonly string[]): void {
    for (const task of this.tasks) {
      if (task.ending === undefined && arns.includes(task.arn)) task.stopNow('Task stopped by user');
    }
  }

  report(): ServiceReport {
    const running = this.tasks.map((task) => ({ task: task.report(), status: task.status }));
    return {
      deployments: this.view.deployments.map(({ id }) => {
        const own = running.filter(({ task }) => task.deploymentId === id);
        const { state, reason } = this.rollout(id);
        return {
          id,
          runningCount: own.filter(({ status }) => status === 'RUNNING').length,
          pendingCount: own.filter(({ status }) => status === 'PENDING').length,
          failedTasks: this.deployment(id).failures.failedTasks,
          rolloutState: state,
          rolloutStateReason: reason,
        };
      }),
      tasks: [...running.map(({ task }) => task), ...this.stopped],
      events: this.events.list(),
    };
  }

  async close(boundSeconds: number): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.close(boundSeconds)));
  }

  private state(primary: DeploymentView | undefined): ServiceState {
    const deployment = primary && this.deployment(primary.id);
    return {
      ...this.view,
      primary: primary &&
        deployment && {
          id: primary.id,
          failed: primary.failed || deployment.failed,
          mayStartAtMs: deployment.failures.mayStartAtMs,
        },
    };
  }

  private deployment(id: string): Deployment {
    const known = this.deployments.get(id) ?? newDeployment();
    this.deployments.set(id, known);
    return known;
  }

  private rollout(id: string): { state: RolloutState; reason: string } {
    const { completed, failed } = this.deployment(id);
    if (failed) return { state: 'FAILED', reason: 'ECS deployment circuit breaker: tasks failed to start.' };
    if (completed) return { state: 'COMPLETED', reason: `ECS deployment ${id} completed.` };
    return { state: 'IN_PROGRESS', reason: `ECS deployment ${id} in progress.` };
  }

  private forgetStopped(): void {
    for (const task of this.tasks.filter(({ status }) => status === 'STOPPED')) {
      this.addresses.release(task.address);
      this.stopped.unshift(task.report());
      this.failuresTold.delete(task);
    }
    this.tasks = this.tasks.filter(({ status }) => status !== 'STOPPED');
    this.stopped.splice(MOST_STOPPED);
  }

  private async start(count: number, primary: DeploymentView): Promise<void> {
    const { account } = this.surroundings;
    const started: Task[] = [];
    try {
      const spec = await account.taskSpec(primary.taskDefinitionArn);
      const subnets = await account.subnets(this.view.subnetIds);
      for (let number = 0; number < count; number += 1) {
        const zonesInUse = this.tasks.filter(({ ending }) => ending === undefined).map(({ zone }) => zone);
        const placement: Placement = this.addresses.take(subnets, zonesInUse);
        const task = new Task(
          {
            service: this.view,
            deploymentId: primary.id,
            spec,
            placement,
            onChange: this.onChange,
            onNotRun: (reason) => this.notRun(spec.arn, reason),
          },
          this.surroundings,
        );
        this.tasks.push(task);
        started.push(task);
      }
    } catch (error) {
      if (!(error instanceof TaskCannotStart)) throw error;
      this.events.add(`was unable to place a task. Reason: ${error.message}.`);
      this.fail(primary.id, undefined, Date.now());
      this.onChange();
    }
    if (started.length > 0) this.events.add(`has started ${started.length} tasks: ${names(started)}.`);
  }

  private notRun(taskDefinition: string, reason: string): void {
    const told = `${taskDefinition} ${reason}`;
    if (this.notRunTold.has(told)) return;
    this.notRunTold.add(told);
    this.events.add(`${reason}.`);
  }

  private stop(task: Task, reason: StopReason, primary: DeploymentView | undefined, nowMs: number): void {
    if (reason === 'unhealthy') this.countFailure(task, task.whyUnhealthy, nowMs);
    const cause = primary === undefined ? 'the service' : `deployment ${primary.id}`;
    task.stop(
      reason === 'unhealthy'
        ? `Task ${task.whyUnhealthy}`
        : reason === 'service-deleted'
          ? 'The service was deleted'
          : `Scaling activity initiated by (${cause})`,
    );
    this.events.add(`has stopped 1 running tasks: ${names([task])}.`);
  }

  private countHealthy(task: Task): void {
    if (this.healthTold.has(task)) return;
    this.healthTold.add(task);
    const deployment = this.deployment(task.deploymentId);
    deployment.failures = afterHealthyTask(deployment.failures);
  }

  private countFailure(task: Task, reason: string, nowMs: number): void {
    if (this.failuresTold.has(task)) return;
    this.failuresTold.add(task);
    this.events.add(`${names([task])} failed: ${reason}.`);
    const healthySeconds =
      task.healthySinceMs === undefined ? undefined : (nowMs - task.healthySinceMs) / 1000;
    this.fail(task.deploymentId, healthySeconds, nowMs);
  }

  private fail(deploymentId: string, healthySeconds: number | undefined, nowMs: number): void {
    const deployment = this.deployment(deploymentId);
    const { completed } = deployment;
    deployment.failures = afterFailure(deployment.failures, { healthySeconds, completed }, nowMs);
    if (deployment.failures.inARow === 3)
      this.events.add('is unable to consistently start tasks successfully.');
  }

  /** @returns whether the account has another deployment now */
  private async breakCircuit({ id }: DeploymentView): Promise<boolean> {
    const { enabled, rollback } = this.view.breaker;
    const deployment = this.deployment(id);
    const { failures, completed, failed } = deployment;
    if (!enabled || completed || failed || failures.failedTasks < breakerThreshold(this.view.desiredCount))
      return false;
    deployment.failed = true;
    this.events.add(`(deployment ${id}) deployment failed: tasks failed to start.`);
    if (!rollback) return false;
    const back = await this.control.rollback(this.view.arn, this.rollout(id).reason);
    if (back === null) return true;
    // It was complete, and has to become so again: with those of its tasks that are left, and others.
    this.deployments.set(back, newDeployment());
    this.events.add(`rolling back to (deployment ${back}).`);
    return true;
  }

  /** A deployment that once completed stays so, even when a task of it is replaced later. */
  private settle(primary: DeploymentView | undefined): void {
    const before = this.steady;
    this.steady =
      this.view.active &&
      isSteady(
        this.state(primary),
        this.tasks.map((task) => task.look()),
      );
    if (!this.steady || primary === undefined) return;
    const deployment = this.deployment(primary.id);
    if (!deployment.completed && !deployment.failed) {
      deployment.completed = true;
      this.events.add(`(deployment ${primary.id}) deployment completed.`);
    }
    if (!before) this.events.add('has reached a steady state.');
  }
}

const told = ({ reason, detail }: Ending): string => (detail === undefined ? reason : `${reason}: ${detail}`);

function names(tasks: readonly Task[]): string {
  return tasks.map(({ id }) => `(task ${id})`).join(' ');
}
