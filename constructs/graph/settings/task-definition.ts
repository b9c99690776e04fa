import type { Container } from '../../blueprint/blueprint';
import type { Value } from '../value';

/** Where a task's containers log. */
export interface ContainerLog {
  readonly groupName: Value;
  readonly region: string;
  readonly streamPrefix: string;
  readonly mode: 'non-blocking';
  readonly maxBufferMiB: number;
}

/** A container, with what it is told by reference in its places. */
export interface ContainerSettings extends Omit<Container, 'environment' | 'engineValues' | 'secrets'> {
  readonly environment: Readonly<Record<string, Value>>;
  readonly secrets: Readonly<Record<string, Value>>;
}

export interface TaskDefinitionResources {
  readonly 'task-definition': {
    readonly family: string;
    readonly cpu: number;
    readonly memoryMiB: number;
    readonly networkMode: 'awsvpc';
    readonly launchType: 'FARGATE';
    readonly operatingSystemFamily: 'LINUX';
    readonly cpuArchitecture: 'X86_64' | 'ARM64';
    readonly executionRoleArn: Value;
    readonly taskRoleArn: Value;
    readonly volumes: readonly string[];
    readonly containers: readonly ContainerSettings[];
    readonly log: ContainerLog;
  };
}
