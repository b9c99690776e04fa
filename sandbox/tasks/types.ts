/** What the tasks controller needs of the rest of the sandbox, and the words it thinks in. */

export type RolloutState = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

export interface DeploymentReport {
  readonly id: string;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly failedTasks: number;
  readonly rolloutState: RolloutState;
  readonly rolloutStateReason: string;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
export type TaskStatus = 'PENDING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'STOPPED';

/** As a container's own health check says; `UNKNOWN` when it has none. */
export type ContainerHealth = 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';

/** Why a task stops, in ECS's words. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html */
export type StopCode =
  | 'EssentialContainerExited'
  | 'ServiceSchedulerInitiated'
  | 'TaskFailedToStart'
  | 'UserInitiated';

/** A container of a task that this machine runs. */
export interface ContainerReport {
  readonly name: string;
  readonly lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED';
  readonly healthStatus: ContainerHealth;
  /** As a container engine says it: 128 and the number of the signal that has ended it. Null before it ends. */
  readonly exitCode: number | null;
}

export interface TaskReport {
  readonly taskArn: string;
  readonly taskDefinitionArn: string;
  readonly deploymentId: string;
  readonly lastStatus: TaskStatus;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
  readonly healthStatus: ContainerHealth;
  readonly privateIpv4Address: string;
  readonly availabilityZone: string;
  readonly subnetId: string;
  /** ISO 8601; null before it runs. */
  readonly startedAt: string | null;
  readonly stoppedReason: string | null;
  readonly stopCode: StopCode | null;
  readonly containers: readonly ContainerReport[];
}

export interface ServiceReport {
  readonly deployments: readonly DeploymentReport[];
  readonly tasks: readonly TaskReport[];
  /** Oldest first. */
  readonly events: readonly string[];
}

/** The part of the emulator's control interface that says what is true of tasks. */
export interface TaskControl {
  putServices(reports: Readonly<Record<string, ServiceReport>>): Promise<unknown>;
  /** @returns the id of the deployment that is the primary one again; null when there is none to go back to */
  rollback(serviceArn: string, reason: string): Promise<string | null>;
}

export interface DeploymentView {
  readonly id: string;
  readonly primary: boolean;
  readonly taskDefinitionArn: string;
  /** The circuit breaker gave it up. */
  readonly failed: boolean;
}

export interface ServiceLoadBalancer {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

export interface ServiceRegistry {
  /** Id of the Cloud Map service. */
  readonly serviceId: string;
  readonly port?: number;
}

/** A service as ECS's API describes it. */
export interface ServiceView {
  readonly arn: string;
  readonly name: string;
  readonly clusterName: string;
  /** False: it is being deleted. */
  readonly active: boolean;
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly graceSeconds: number;
  readonly breaker: { readonly enabled: boolean; readonly rollback: boolean };
  readonly deployments: readonly DeploymentView[];
  readonly loadBalancers: readonly ServiceLoadBalancer[];
  readonly registries: readonly ServiceRegistry[];
  readonly subnetIds: readonly string[];
}

export interface Subnet {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
}

/** Where a task is known to others. */
export interface Registration {
  readonly taskId: string;
  readonly address: string;
  readonly zone: string;
  readonly serviceName: string;
  readonly clusterName: string;
  readonly family: string;
  readonly registries: readonly ServiceRegistry[];
  readonly loadBalancers: readonly ServiceLoadBalancer[];
}

/** What a task definition says about a container, as far as a process can honour it. */
export interface ContainerSpec {
  readonly name: string;
  /** Entry point and command; empty where the image's own are meant, which only some containers may. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Variable name to where its value is kept. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly essential: boolean;
  readonly dependsOn: readonly { readonly name: string; readonly condition: DependencyCondition }[];
  readonly stopTimeoutSeconds: number;
  readonly healthCheck?: HealthCommand;
  /** @default none */
  readonly mounts?: readonly { readonly volume: string; readonly path: string }[];
  readonly awslogs?: { readonly group: string; readonly streamPrefix: string };
}

export type DependencyCondition = 'START' | 'HEALTHY' | 'COMPLETE' | 'SUCCESS';

/** A health check that is run inside the container. */
export interface HealthCommand {
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly startPeriodSeconds: number;
}

export interface TaskSpec {
  readonly arn: string;
  readonly family: string;
  readonly containers: readonly ContainerSpec[];
  /** Names of its volumes: empty folders that containers share. @default none */
  readonly volumes?: readonly string[];
}

/** The emulated account: everything that the controller reads and writes there. */
export interface Account {
  services(): Promise<readonly ServiceView[]>;
  /** ARNs of tasks that StopTask was called for; tasks that have stopped since may be among them. */
  stopRequests(): Promise<readonly string[]>;
  /** @throws TaskCannotStart when a process cannot be made of it. */
  taskSpec(arn: string): Promise<TaskSpec>;
  subnets(ids: readonly string[]): Promise<readonly Subnet[]>;
  /** Value behind a container's `secrets[].valueFrom`. */
  secret(valueFrom: string): Promise<string>;
  /** @param checked a container's health check has still to pass: until then its names leave it out */
  register(registration: Registration, checked: boolean): Promise<void>;
  /** What the containers' health checks say; told to Cloud Map. */
  reportHealth(registration: Registration, healthy: boolean): Promise<void>;
  /** What is already gone (a deleted target group, an unknown instance) is not an error. */
  deregister(registration: Registration): Promise<void>;
  appendLog(
    group: string,
    stream: string,
    events: readonly { timestamp: number; message: string }[],
  ): Promise<void>;
}

/** The task definition or the account is wrong in a way that no second try repairs; the text says what to change. */
export class TaskCannotStart extends Error {
  override readonly name = 'TaskCannotStart';
}
