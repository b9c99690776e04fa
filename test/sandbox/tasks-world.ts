/** A small world around the tasks controller: an account and a load balancer in memory, real processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TasksController } from '../../sandbox/tasks/controller';
import type {
  Account,
  ContainerSpec,
  Registration,
  ServiceReport,
  ServiceView,
  TaskReport,
  TaskSpec,
} from '../../sandbox/tasks/types';
import { TaskCannotStart } from '../../sandbox/tasks/types';
import type { Balancer, TargetState } from '../../sandbox/types';

export const SERVICE_ARN = 'arn:aws:ecs:eu-central-1:123456789012:service/main/orders';
export const TARGET_GROUP = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/orders/1';
/** Answers every connection, and prints its environment first. Test files run side by side: each has its own port. */
export function server(port: number): string {
  return `
console.log(JSON.stringify(process.env));
require('node:net').createServer((s) => s.on('error', () => {}).end('hello')).listen(${port}, process.env.TASK_ADDRESS);`;
}

export function container(name: string, script: string, given: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name,
    command: [process.execPath, '-e', script],
    environment: {},
    secrets: {},
    ports: [],
    essential: true,
    dependsOn: [],
    stopTimeoutSeconds: 5,
    ...given,
  };
}

export function service(given: Partial<ServiceView> = {}): ServiceView {
  return {
    arn: SERVICE_ARN,
    name: 'orders',
    clusterName: 'main',
    active: true,
    desiredCount: 1,
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    graceSeconds: 0,
    breaker: { enabled: false, rollback: false },
    deployments: [{ id: 'ecs-svc/1', primary: true, taskDefinitionArn: 'td:1', failed: false }],
    loadBalancers: [],
    registries: [{ serviceId: 'srv-1' }],
    subnetIds: ['subnet-a', 'subnet-b'],
    ...given,
  };
}

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'stagecraft-tasks-'));
  /** What happened, in order: `register`, `deregister`, `drain`, with addresses. */
  readonly happened: string[] = [];
  readonly processes = new Map<number, string>();
  readonly targets = new Map<string, TargetState>();
  readonly logged = new Map<string, string[]>();
  readonly rollbacks: string[] = [];
  /** What the account does then. @returns the deployment that is the primary one again */
  goBack?: () => string;
  services: ServiceView[] = [];
  stopRequests: string[] = [];
  specs: Record<string, readonly ContainerSpec[]> = {};
  volumes: Record<string, readonly string[]> = {};
  reports: Readonly<Record<string, ServiceReport>> = {};
  /** Held back until it is called, when set. */
  finishDrain?: () => void;
  holdDrain = false;
  /** Of a target that is registered. */
  initialState: TargetState = 'initial';
  readonly controller: TasksController;
  private readonly listeners: (() => void)[] = [];
  private readonly stateListeners: (() => void)[] = [];

  /** @param unsafeUncheckedSeconds in place of ECS's 40 s, for tasks that nobody checks */
  constructor(unsafeUncheckedSeconds = 1) {
    this.controller = new TasksController({
      account: this.account(),
      balancer: this.balancer(),
      control: {
        putServices: async (reports) => {
          this.reports = reports;
          for (const listener of this.listeners) listener();
        },
        rollback: async (arn, reason) => {
          this.rollbacks.push(`${arn} ${reason}`);
          return this.goBack?.() ?? null;
        },
      },
      records: {
        add: (pid, what) => void this.processes.set(pid, what),
        remove: (pid) => void this.processes.delete(pid),
      },
      log: () => {},
      projectRoot: this.folder,
      logsFolder: join(this.folder, 'logs'),
      tasksFolder: join(this.folder, 'tasks'),
      path: process.env.PATH ?? '',
      dnsAddress: '127.0.0.1:6053',
      unsafeUncheckedSeconds,
    });
  }

  async close(): Promise<void> {
    await this.controller.close(0.2);
    rmSync(this.folder, { recursive: true });
  }

  async change(...services: ServiceView[]): Promise<void> {
    this.services = services;
    await this.controller.accountChanged();
  }

  say(address: string, state: TargetState): void {
    this.targets.set(address, state);
    for (const listener of this.stateListeners) listener();
  }

  get report(): ServiceReport {
    return this.reports[SERVICE_ARN] ?? { deployments: [], tasks: [], events: [] };
  }

  get running(): readonly TaskReport[] {
    return this.report.tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING');
  }

  /** Resolves at the first report (or drain) after which it holds. */
  until(holds: () => boolean, timeoutSeconds = 10): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`still not so: ${holds}\n${JSON.stringify(this.reports, null, 1)}`)),
        timeoutSeconds * 1000,
      );
      const check = () => {
        if (!holds()) return;
        clearTimeout(timer);
        resolve();
      };
      this.listeners.push(check);
      check();
    });
  }

  completed(id = 'ecs-svc/1'): Promise<void> {
    return this.until(() =>
      this.report.deployments.some((one) => one.id === id && one.rolloutState === 'COMPLETED'),
    );
  }

  private account(): Account {
    return {
      services: async () => this.services,
      stopRequests: async () => this.stopRequests,
      taskSpec: async (arn): Promise<TaskSpec> => {
        const containers = this.specs[arn];
        if (containers === undefined) throw new TaskCannotStart('there is no such task definition');
        return { arn, family: 'orders', containers, volumes: this.volumes[arn] };
      },
      subnets: async (ids) =>
        ids.map((id) => ({
          id,
          zone: `eu-central-1${id.slice(-1)}`,
          cidr: id === 'subnet-a' ? '127.50.1.0/24' : '127.50.2.0/24',
        })),
      secret: async (valueFrom) => `value of ${valueFrom}`,
      register: async ({ address, loadBalancers }: Registration, checked) => {
        this.happened.push(`register ${address}${checked ? ' until healthy' : ''}`);
        if (loadBalancers.length > 0) this.say(address, this.initialState);
      },
      reportHealth: async ({ address }: Registration, healthy) => {
        this.happened.push(`${healthy ? 'healthy' : 'unhealthy'} ${address}`);
      },
      deregister: async ({ address }: Registration) => {
        this.happened.push(`deregister ${address}`);
        this.targets.delete(address);
      },
      appendLog: async (group, stream, events) => {
        const key = `${group} ${stream.replace(/[0-9a-f]{32}$/, 'TASK')}`;
        this.logged.set(key, [...(this.logged.get(key) ?? []), ...events.map(({ message }) => message)]);
      },
    };
  }

  private balancer(): Balancer {
    return {
      reconcile: async () => {},
      targetState: (_, address) => this.targets.get(address),
      onStateChange: (listener) => void this.stateListeners.push(listener),
      drained: async (_, address) => {
        this.happened.push(`drain ${address}`);
        if (this.holdDrain) {
          await new Promise<void>((resolve) => {
            this.finishDrain = resolve;
            for (const listener of this.listeners) listener();
          });
        }
        this.happened.push(`drained ${address}`);
      },
      close: async () => {},
    };
  }
}

export async function answersSoon(host: string, port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await answers(host, port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.end();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
