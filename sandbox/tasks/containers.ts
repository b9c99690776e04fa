/** The containers of one task: started as they depend on each other, stopped the other way round. */
import {
  type ContainerProcess,
  describeExit,
  type Exit,
  exitCode,
  type ProcessRecords,
  startContainer,
} from './container';
import { atAddress, type HealthWatch, watchHealth } from './health-command';
import { type ContainerHealth, type ContainerReport, type ContainerSpec, TaskCannotStart } from './types';

export interface ContainersOptions {
  readonly containers: readonly ContainerSpec[];
  /** All that a container's process gets. */
  readonly environmentOf: (container: string) => Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** The task's own: what `localhost` means in the commands of its containers and their health checks. */
  readonly address: string;
  readonly logFile: (container: string) => string;
  readonly records: ProcessRecords;
  /** An essential container has ended, or all have: the task is over. In ECS's words, and with what it does not say. */
  readonly onEnd: (reason: string, detail: string) => void;
  readonly onHealthChange: () => void;
}

interface Member {
  readonly spec: ContainerSpec;
  /** Rejects when it cannot be started. */
  readonly started: Promise<ContainerProcess>;
  /** From the moment that its process is being made. */
  process?: Promise<ContainerProcess>;
  exit?: Exit;
  health?: HealthWatch;
}

export class Containers {
  private readonly members = new Map<string, Member>();
  private stopping = false;

  constructor(private readonly options: ContainersOptions) {}

  /** Resolves when all containers have been started. @throws TaskCannotStart */
  async start(): Promise<void> {
    for (const spec of inOrder(this.options.containers)) {
      const member: Member = { spec, started: Promise.resolve().then(() => this.launch(member)) };
      // Whoever waits for it hears of a failure; so does the caller, below.
      member.started.catch(() => {});
      this.members.set(spec.name, member);
    }
    await Promise.all([...this.members.values()].map((member) => member.started));
  }

  /**
   * The worst of the essential containers: one that nobody checks is UNKNOWN, and so is the task, whatever the checks of
   * the others say. Undefined when no essential container has a health check.
   *
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
   */
  get health(): ContainerHealth | undefined {
    const essential = [...this.members.values()].filter(({ spec }) => spec.essential);
    if (essential.every(({ spec }) => spec.healthCheck === undefined)) return undefined;
    const known = essential.map(({ health }) => health?.health ?? 'UNKNOWN');
    return (
      known.find((health) => health === 'UNHEALTHY') ??
      known.find((health) => health === 'UNKNOWN') ??
      'HEALTHY'
    );
  }

  get reports(): readonly ContainerReport[] {
    return [...this.members.values()].map(({ spec, process, exit, health }) => ({
      name: spec.name,
      lastStatus: exit !== undefined ? 'STOPPED' : process === undefined ? 'PENDING' : 'RUNNING',
      healthStatus: health?.health ?? 'UNKNOWN',
      exitCode: exit === undefined ? null : exitCode(exit),
    }));
  }

  /**
   * SIGTERM to each container once those that depend on it have ended, SIGKILL after its stop timeout.
   * @param hurry when it is aborted, all get SIGKILL
   */
  async stop(hurry: AbortSignal): Promise<void> {
    this.stopping = true;
    const ends = new Map<string, Promise<void>>();
    // Dependents come after what they depend on, so from the end each finds its dependents' ends.
    for (const member of [...this.members.values()].reverse()) {
      const dependents = this.options.containers
        .filter(({ dependsOn }) => dependsOn.some(({ name }) => name === member.spec.name))
        .map(({ name }) => ends.get(name));
      ends.set(
        member.spec.name,
        Promise.all(dependents).then(() => stopMember(member, hurry)),
      );
    }
    await Promise.all(ends.values());
  }

  private async launch(member: Member): Promise<ContainerProcess> {
    const { spec } = member;
    await Promise.all(spec.dependsOn.map(({ name, condition }) => this.reached(name, condition)));
    if (this.stopping)
      throw new TaskCannotStart('the task was stopped before all its containers had started');
    const environment = this.options.environmentOf(spec.name);
    const { workingDirectory, logFile, records, address } = this.options;
    const { name } = spec;
    const command = atAddress(spec.command, address);
    member.process = startContainer(
      { name, command, environment, workingDirectory, logFile: logFile(name) },
      records,
    );
    const container = await member.process;
    if (spec.healthCheck !== undefined) {
      member.health = watchHealth(
        { ...spec.healthCheck, command: atAddress(spec.healthCheck.command, address) },
        environment,
        workingDirectory,
        this.options.onHealthChange,
      );
    }
    void container.exited.then((exit) => this.ended(member, exit));
    return container;
  }

  private async reached(
    name: string,
    condition: ContainerSpec['dependsOn'][number]['condition'],
  ): Promise<void> {
    const member = this.members.get(name) as Member;
    const container = await member.started;
    if (condition === 'HEALTHY') await Promise.race([member.health?.healthy, container.exited]);
    if (condition === 'COMPLETE') await container.exited;
    if (condition === 'SUCCESS') {
      const exit = await container.exited;
      if (exit.code !== 0) {
        throw new TaskCannotStart(`container "${name}" had to succeed but ended with ${describeExit(exit)}`);
      }
    }
  }

  private ended(member: Member, exit: Exit): void {
    member.exit = exit;
    member.health?.stop();
    const { name, essential } = member.spec;
    const end = `${name}, ${describeExit(exit)}`;
    if (essential) this.options.onEnd('Essential container in task exited', end);
    else if ([...this.members.values()].every((other) => other.exit !== undefined)) {
      this.options.onEnd('All containers of the task have exited', end);
    }
  }
}

async function stopMember(member: Member, hurry: AbortSignal): Promise<void> {
  member.health?.stop();
  const container = await member.process?.catch(() => undefined);
  if (container === undefined || member.exit !== undefined) return;
  const kill = () => container.kill();
  const timer = setTimeout(kill, member.spec.stopTimeoutSeconds * 1000);
  hurry.addEventListener('abort', kill);
  container.terminate();
  if (hurry.aborted) kill();
  await container.exited;
  clearTimeout(timer);
  hurry.removeEventListener('abort', kill);
}

/** What others depend on comes first. `task-definition.ts` has refused circles. */
function inOrder(containers: readonly ContainerSpec[]): ContainerSpec[] {
  const ordered: ContainerSpec[] = [];
  const visit = (container: ContainerSpec): void => {
    for (const { name } of container.dependsOn) {
      const other = containers.find((candidate) => candidate.name === name);
      if (other !== undefined) visit(other);
    }
    if (!ordered.includes(container)) ordered.push(container);
  };
  for (const container of containers) visit(container);
  return ordered;
}
