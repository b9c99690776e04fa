/** One task of a service, from its start to its end. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Balancer, Log } from '../types';
import type { Placement } from './addresses';
import type { ProcessRecords } from './container';
import { Containers } from './containers';
import { readEnvironments } from './environments';
import { nextHealth, UNCHECKED_SECONDS } from './health';
import { followLogs, type LogFollower } from './log-follower';
import type { Health, Phase, TaskState } from './plan';
import { type Runnable, runnable } from './runnable';
import { TaskFolder } from './task-folder';
import type {
  Account,
  ContainerHealth,
  Registration,
  ServiceView,
  StopCode,
  TaskReport,
  TaskSpec,
  TaskStatus,
} from './types';

/** What all tasks have in common. */
export interface TaskSurroundings {
  readonly account: Account;
  readonly balancer: Balancer;
  readonly records: ProcessRecords;
  readonly log: Log;
  /** Where relative paths of commands start. */
  readonly projectRoot: string;
  readonly logsFolder: string;
  /** A folder per task: its volumes and what is temporary. */
  readonly tasksFolder: string;
  /** Search path for programs: the only variable of the daemon's that tasks get. */
  readonly path: string;
  /** `127.0.0.1:5153` */
  readonly dnsAddress: string;
  /** For tests only: how long a task that nobody checks waits until it counts. @default 40, as in ECS */
  readonly unsafeUncheckedSeconds?: number;
  /** Where AWS's APIs are, for programs that call them. */
  readonly awsEndpoint?: string;
}

export interface TaskOptions {
  readonly service: ServiceView;
  readonly deploymentId: string;
  readonly spec: TaskSpec;
  readonly placement: Placement;
  /** The task's status or health has changed. */
  readonly onChange: () => void;
  /** A container is left out, and why. */
  readonly onNotRun: (reason: string) => void;
}

export interface Ending {
  /** In ECS's words. */
  readonly reason: string;
  /** What ECS says elsewhere. */
  readonly detail?: string;
  readonly code: StopCode;
  /** Nobody asked for it. */
  readonly failed: boolean;
}

export class Task {
  readonly id = randomBytes(16).toString('hex');
  readonly address: string;
  readonly zone: string;
  readonly deploymentId: string;
  readonly startedAtMs = Date.now();
  /** Resolves when no process of it is left. */
  readonly stopped: Promise<void>;
  /** When it became healthy for the first time. */
  healthySinceMs?: number;
  ending?: Ending;
  status: TaskStatus = 'PENDING';
  private runningAtMs?: number;
  private health: Health = 'unknown';
  private waited = false;
  private registered = false;
  private told?: ContainerHealth;
  /** Aborted when the task is to end, when it is not to be drained, when it is to be killed. */
  private readonly over = new AbortController();
  private readonly noDrain = new AbortController();
  private readonly noMercy = new AbortController();
  private environments: Readonly<Record<string, Readonly<Record<string, string>>>> = {};
  private readonly runnable: Runnable;
  private readonly folder: TaskFolder;
  private readonly containers: Containers;
  private readonly registration: Registration;

  constructor(
    private readonly options: TaskOptions,
    private readonly surroundings: TaskSurroundings,
  ) {
    const { service, spec, placement } = options;
    this.address = placement.address;
    this.zone = placement.subnet.zone;
    this.deploymentId = options.deploymentId;
    this.registration = {
      taskId: this.id,
      address: placement.address,
      zone: this.zone,
      serviceName: service.name,
      clusterName: service.clusterName,
      family: spec.family,
      registries: service.registries,
      loadBalancers: service.loadBalancers,
    };
    const { projectRoot, path, tasksFolder } = surroundings;
    this.runnable = runnable(spec.containers, { path, workingDirectory: projectRoot });
    this.folder = new TaskFolder(join(tasksFolder, this.id), spec);
    this.containers = new Containers({
      containers: this.runnable.run,
      environmentOf: (container) => this.environments[container] ?? {},
      workingDirectory: surroundings.projectRoot,
      address: placement.address,
      logFile: (container) => this.logFile(container),
      records: surroundings.records,
      onEnd: (reason, detail) => this.end({ reason, detail, code: 'EssentialContainerExited', failed: true }),
      onHealthChange: () => this.healthChanged(),
    });
    this.stopped = this.live();
  }

  stop(reason: string): void {
    this.end({ reason, code: 'ServiceSchedulerInitiated', failed: false });
  }

  /** As StopTask does: the stop signal comes at once. */
  stopNow(reason: string): void {
    this.noDrain.abort();
    this.end({ reason, code: 'UserInitiated', failed: false });
  }

  /** Stops without draining; what still runs after the bound is killed. */
  async close(boundSeconds: number): Promise<void> {
    this.stopNow('the sandbox is shutting down');
    const timer = setTimeout(() => this.noMercy.abort(), boundSeconds * 1000);
    await this.stopped;
    clearTimeout(timer);
  }

  /** Reads what others say of it; the scheduler decides on this. */
  look(): TaskState {
    const { service } = this.options;
    this.health = nextHealth(this.health, {
      targets: service.loadBalancers.map(({ targetGroupArn, containerPort }) =>
        this.surroundings.balancer.targetState(targetGroupArn, this.address, containerPort),
      ),
      waited: this.waited,
      containers: this.containers.health,
    });
    if (this.health === 'healthy') this.healthySinceMs ??= Date.now();
    return {
      id: this.id,
      deploymentId: this.deploymentId,
      zone: this.zone,
      phase: this.phase,
      health: this.health,
      startedAtMs: this.startedAtMs,
    };
  }

  /** In ECS's words. */
  get whyUnhealthy(): string {
    return this.containers.health === 'UNHEALTHY'
      ? 'failed container health checks'
      : 'failed ELB health checks';
  }

  get arn(): string {
    const { arn, clusterName } = this.options.service;
    return arn.replace(/:service\/.*$/, `:task/${clusterName}/${this.id}`);
  }

  report(): TaskReport {
    const { spec, placement } = this.options;
    return {
      taskArn: this.arn,
      taskDefinitionArn: spec.arn,
      deploymentId: this.deploymentId,
      lastStatus: this.status,
      desiredStatus: this.ending === undefined ? 'RUNNING' : 'STOPPED',
      healthStatus: this.containers.health ?? 'UNKNOWN',
      privateIpv4Address: this.address,
      availabilityZone: this.zone,
      subnetId: placement.subnet.id,
      startedAt: this.runningAtMs === undefined ? null : new Date(this.runningAtMs).toISOString(),
      stoppedReason: this.ending?.reason ?? null,
      stopCode: this.ending?.code ?? null,
      containers: this.containers.reports,
    };
  }

  private get phase(): Phase {
    if (this.ending !== undefined) return 'stopping';
    return this.status === 'RUNNING' ? 'running' : 'starting';
  }

  private end(ending: Ending): void {
    // It was being drained and died: there is nothing left to wait for.
    if (this.ending !== undefined) {
      this.noDrain.abort();
      return;
    }
    this.ending = ending;
    this.become('DEACTIVATING');
    this.over.abort();
  }

  private become(status: TaskStatus): void {
    this.status = status;
    this.surroundings.log('tasks', `${this.options.service.name}: task ${this.id} is ${status}`, {
      address: this.address,
      ...(this.ending && { reason: this.ending.reason }),
    });
    this.options.onChange();
  }

  private async live(): Promise<void> {
    // The caller has the task in its list before anything of it can change.
    await Promise.resolve();
    const { account, log } = this.surroundings;
    const logs = this.follow();
    const over = new Promise<void>((resolve) => this.over.signal.addEventListener('abort', () => resolve()));
    let registering: Promise<void> | undefined;
    try {
      for (const reason of this.runnable.notRun) this.options.onNotRun(reason);
      this.folder.make();
      this.environments = await this.readEnvironments();
      if (!this.over.signal.aborted) await Promise.race([this.containers.start(), over]);
      if (!this.over.signal.aborted) {
        this.runningAtMs = Date.now();
        this.become('RUNNING');
        void this.waitUnchecked();
        registering = account.register(this.registration, this.containers.health !== undefined);
        await registering;
        this.registered = true;
        this.healthChanged();
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.end({ reason, code: 'TaskFailedToStart', failed: true });
    }
    if (!this.over.signal.aborted) await over;
    if (registering !== undefined) {
      await account
        .deregister(this.registration)
        .catch((error: Error) => log('tasks', error.message, { task: this.id }));
      if (!this.ending?.failed) await this.drained();
    }
    this.become('STOPPING');
    await this.containers.stop(this.noMercy.signal);
    this.folder.remove();
    await logs.close();
    this.become('STOPPED');
  }

  private readEnvironments() {
    const { account, path, dnsAddress: DNS_ADDRESS, awsEndpoint } = this.surroundings;
    return readEnvironments(this.runnable.run, {
      account,
      common: { PATH: path, ...(awsEndpoint && { AWS_ENDPOINT_URL: awsEndpoint }) },
      own: (container) => {
        const TASK_FOLDER = this.folder.of(container);
        return {
          TASK_ADDRESS: this.address,
          DNS_ADDRESS,
          TMPDIR: this.folder.temporary,
          ...(TASK_FOLDER && { TASK_FOLDER }),
        };
      },
    });
  }

  private async waitUnchecked(): Promise<void> {
    const seconds = this.surroundings.unsafeUncheckedSeconds ?? UNCHECKED_SECONDS;
    await sleep(seconds * 1000, undefined, { signal: this.over.signal }).catch(() => {});
    if (this.over.signal.aborted) return;
    this.waited = true;
    this.options.onChange();
  }

  /** Cloud Map answers with healthy instances, and hears of a container's health from ECS. */
  private healthChanged(): void {
    this.options.onChange();
    const { health } = this.containers;
    if (!this.registered || health === undefined || health === 'UNKNOWN' || health === this.told) return;
    this.told = health;
    const { account, log } = this.surroundings;
    account
      .reportHealth(this.registration, health === 'HEALTHY')
      .catch((error: Error) => log('tasks', error.message, { task: this.id }));
  }

  /** No request is in flight any more in any of its target groups. */
  private async drained(): Promise<void> {
    const { balancer, log } = this.surroundings;
    const { signal } = this.noDrain;
    const impatient = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve());
    });
    const drained = Promise.all(
      this.registration.loadBalancers.map(({ targetGroupArn, containerPort }) =>
        balancer.drained(targetGroupArn, this.address, containerPort),
      ),
    );
    await Promise.race([
      drained.catch((error: Error) => log('tasks', error.message, { task: this.id })),
      impatient,
    ]);
  }

  private follow(): LogFollower {
    const { account, log } = this.surroundings;
    const files = this.runnable.run.map(({ name, awslogs }) => ({
      path: this.logFile(name),
      to: awslogs && { group: awslogs.group, stream: `${awslogs.streamPrefix}/${name}/${this.id}` },
    }));
    return followLogs(files, account, (message) => log('tasks', message, { task: this.id }));
  }

  private logFile(container: string): string {
    return join(this.surroundings.logsFolder, this.options.service.name, `${this.id}-${container}.log`);
  }
}
