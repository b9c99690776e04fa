import type { ProcessRecords } from '../processes';
import type { Balancer, Log, SandboxPorts, TargetState } from '../types';
import { type CertificateFile, certificateFiles, withCertificates } from './certificate-files';
import { Configuration } from './configuration';
import { DrainWatch } from './drain';
import { ErrorLog } from './error-log';
import { HAProxy } from './haproxy';
import { HealthMonitor, type HealthOf, type WatchedTarget } from './health-monitor';
import { type HealthReport, healthReport } from './report';
import { type Slot, SlotTable } from './slots';
import { type BalancerState, groupsInUse } from './state';

export interface BalancerOptions {
  /** A folder of its own inside the sandbox's state folder. */
  readonly folder: string;
  readonly ports: Pick<SandboxPorts, 'https' | 'http'>;
  /** What Elastic Load Balancing says now: `() => readBalancer(clients)`. */
  readonly read: () => Promise<BalancerState>;
  /** PEM files with key and certificate, by ARN of the ACM certificate; none for one that is not issued. */
  readonly certificateFiles: (certificateArns: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Tells the emulator the body of `PUT /_sandbox/elbv2/health`. */
  readonly reportHealth: (body: HealthReport) => Promise<void>;
  readonly log: Log;
  /** @default haproxy, as found in PATH */
  readonly program?: string;
  /** Where HAProxy is written down, for whoever has to end it when the daemon cannot. */
  readonly records?: Pick<ProcessRecords, 'add' | 'remove'>;
}

/**
 * An Application Load Balancer carried by HAProxy. Nothing runs before the first `reconcile()` that finds a listener.
 *
 * `reconcile()` rejects with SandboxProblem `port-in-use` when a listener's port is taken, and with the emulator's or HAProxy's own
 * error when those fail; what ran before goes on, and the next call tries again.
 */
export function createBalancer(options: BalancerOptions): Balancer {
  return new LoadBalancer(options);
}

const restartMilliseconds = 1_000;

class LoadBalancer implements Balancer {
  private state: BalancerState = { listeners: [], targetGroups: [], problems: [] };
  /** Without the listeners that wait for a certificate; their target groups are in use all the same. */
  private carried = this.state;
  private certificates: ReadonlyMap<string, CertificateFile> = new Map();
  private readonly tables = new Map<string, SlotTable>();
  private readonly haproxy: HAProxy;
  private readonly configuration: Configuration;
  private readonly monitor = new HealthMonitor(() => this.refresh());
  private readonly drains: DrainWatch;
  private readonly listeners: (() => void)[] = [];
  private readonly told = new Set<string>();
  private turn: Promise<void> = Promise.resolve();
  private waitingReconcile?: Promise<void>;
  private refreshing = false;
  private report: HealthReport = {};
  private closed = false;

  constructor(private readonly options: BalancerOptions) {
    const errors = new ErrorLog(options.log);
    this.haproxy = new HAProxy({
      folder: options.folder,
      program: options.program,
      records: options.records,
      onLog: (line) => errors.line(line),
      onExit: (reason) => this.restart(reason),
    });
    this.configuration = new Configuration(this.haproxy, options.log);
    this.drains = new DrainWatch(this.haproxy, this.tables, () => this.refresh());
  }

  /** Calls that come while one waits for its turn share it: it will read what they want seen. */
  reconcile(): Promise<void> {
    this.waitingReconcile ??= this.inTurn(async () => {
      this.waitingReconcile = undefined;
      if (!this.closed) await this.readAndApply();
    });
    return this.waitingReconcile;
  }

  /** As last told: HAProxy already follows it. */
  targetState(targetGroupArn: string, address: string, port: number): TargetState | undefined {
    return this.report[targetGroupArn]?.find((target) => target.id === address && target.port === port)
      ?.state;
  }

  onStateChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** A target that is still registered is waited for too: its deregistration may not have been read yet. */
  async drained(targetGroupArn: string, address: string, port: number): Promise<void> {
    const target = { address, port };
    await this.reconcile();
    const table = this.tables.get(targetGroupArn);
    const draining = table?.draining(target) ?? [];
    const registered = draining.length === 0 ? table?.registered(target) : undefined;
    await Promise.all([...draining, ...(registered ? [registered] : [])].map(({ left }) => left));
  }

  async close(): Promise<void> {
    this.closed = true;
    this.monitor.close();
    await this.turn;
    this.drains.close();
    await this.configuration.stop();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async readAndApply(): Promise<void> {
    const read = await this.options.read();
    this.certificates = await certificateFiles(read, this.options.certificateFiles);
    this.state = read;
    this.carried = withCertificates(read, this.certificates);
    for (const problem of this.carried.problems) {
      if (!this.told.has(problem)) this.options.log('load balancer', problem);
      this.told.add(problem);
    }
    this.syncTables();
    this.monitor.watch(this.watched());
    await this.apply();
  }

  private syncTables(): void {
    const known = new Map(this.state.targetGroups.map((group) => [group.arn, group]));
    for (const arn of known.keys()) if (!this.tables.has(arn)) this.tables.set(arn, new SlotTable());
    for (const [arn, table] of this.tables) {
      const group = known.get(arn);
      table.sync(group?.targets ?? [], group?.deregistrationDelaySeconds ?? 0);
      if (!group && table.all.length === 0) this.tables.delete(arn);
    }
  }

  private watched(): WatchedTarget[] {
    const used = groupsInUse(this.state);
    const sourceAddress = this.state.loadBalancer?.sourceAddress;
    return this.state.targetGroups
      .filter(({ arn }) => used.has(arn))
      .flatMap(({ arn, targets, healthCheck: settings }) =>
        targets.map((target) => ({ ...target, targetGroupArn: arn, settings, sourceAddress })),
      );
  }

  private async apply(): Promise<void> {
    const { carried, certificates, options } = this;
    const healthOf = this.monitor.snapshot();
    try {
      await this.configuration.become({
        state: carried,
        certificates,
        ports: options.ports,
        slots: this.slots(healthOf),
      });
    } finally {
      await this.drains.look();
      await this.tell(healthOf);
    }
  }

  /** Requests go to healthy targets; where there is none, to all: the load balancer fails open. */
  private slots(healthOf: HealthOf): ReadonlyMap<string, readonly Slot[]> {
    return new Map(
      this.state.targetGroups.map(({ arn, targets }) => {
        const healthy = targets.filter((target) => healthOf(arn, target)?.state === 'healthy');
        const admitted = healthy.length > 0 ? healthy : targets;
        const slots = this.tables
          .get(arn)
          ?.slots((target) =>
            admitted.some(({ address, port }) => address === target.address && port === target.port),
          );
        return [arn, slots ?? []];
      }),
    );
  }

  /** Tells the emulator all states, and the listeners when one has changed. */
  private async tell(healthOf: HealthOf): Promise<void> {
    const report = healthReport(this.tables, groupsInUse(this.state), healthOf);
    const changed = JSON.stringify(report) !== JSON.stringify(this.report);
    this.report = report;
    if (changed) for (const listener of this.listeners) listener();
    await this.options
      .reportHealth(report)
      .catch((error: Error) =>
        this.options.log('load balancer', 'Cannot report target health', { error: error.message }),
      );
  }

  /** Without reading anew; several causes share one turn. */
  private refresh(): void {
    if (this.refreshing || this.closed) return;
    this.refreshing = true;
    this.inTurn(async () => {
      this.refreshing = false;
      if (!this.closed) await this.apply();
    }).catch((error: Error) =>
      this.options.log('load balancer', 'Cannot follow a change', { error: error.message }),
    );
  }

  private restart(reason: string): void {
    if (this.closed) return;
    this.options.log('load balancer', 'HAProxy ended', { reason });
    setTimeout(() => this.refresh(), restartMilliseconds).unref();
  }
}
