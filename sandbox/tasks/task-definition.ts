/** From ECS's task definition to what a process needs. Pure. */
import type { ContainerDefinition, HealthCheck, TaskDefinition, Volume } from '@aws-sdk/client-ecs';
import { neededNames } from './runnable';
import { type ContainerSpec, type HealthCommand, TaskCannotStart, type TaskSpec } from './types';

/** Fargate's default. */
const STOP_TIMEOUT_SECONDS = 30;

/** @throws TaskCannotStart */
export function toTaskSpec(definition: TaskDefinition): TaskSpec {
  const containers = (definition.containerDefinitions ?? []).map(toContainerSpec);
  if (containers.length === 0) throw new TaskCannotStart('the task definition has no container');
  checkDependencies(containers);
  checkCommands(definition.containerDefinitions ?? [], neededNames(containers));
  const volumes = (definition.volumes ?? []).map(toVolumeName);
  return {
    arn: definition.taskDefinitionArn ?? '',
    family: definition.family ?? '',
    containers,
    ...(volumes.length > 0 && { volumes }),
  };
}

function toVolumeName(volume: Volume): string {
  const { name = '', efsVolumeConfiguration, fsxWindowsFileServerVolumeConfiguration } = volume;
  if (efsVolumeConfiguration ?? fsxWindowsFileServerVolumeConfiguration ?? volume.host?.sourcePath) {
    throw new TaskCannotStart(
      `volume "${name}" is a file system outside of the task: the sandbox has only empty volumes`,
    );
  }
  return name;
}

function toContainerSpec(definition: ContainerDefinition): ContainerSpec {
  const name = definition.name ?? '';
  const command = [...(definition.entryPoint ?? []), ...(definition.command ?? [])];
  const essential = definition.essential ?? true;
  const log = definition.logConfiguration;
  const mounts = (definition.mountPoints ?? []).map((mount) => ({
    volume: mount.sourceVolume ?? '',
    path: mount.containerPath ?? '',
  }));
  const group = log?.logDriver === 'awslogs' ? log.options?.['awslogs-group'] : undefined;
  const streamPrefix = log?.options?.['awslogs-stream-prefix'] ?? '';
  return {
    name,
    command,
    environment: Object.fromEntries(
      (definition.environment ?? []).map((item) => [item.name, item.value ?? '']),
    ),
    secrets: Object.fromEntries((definition.secrets ?? []).map((item) => [item.name, item.valueFrom ?? ''])),
    ports: (definition.portMappings ?? []).flatMap(({ containerPort, protocol }) =>
      containerPort !== undefined && protocol !== 'udp' ? [containerPort] : [],
    ),
    essential,
    dependsOn: (definition.dependsOn ?? []).map((item) => ({
      name: item.containerName ?? '',
      condition: item.condition ?? 'START',
    })),
    stopTimeoutSeconds: definition.stopTimeout ?? STOP_TIMEOUT_SECONDS,
    healthCheck: definition.healthCheck && toHealthCommand(name, definition.healthCheck),
    ...(mounts.length > 0 && { mounts }),
    awslogs: group === undefined ? undefined : { group, streamPrefix },
  };
}

/** Defaults: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html */
function toHealthCommand(container: string, check: HealthCheck): HealthCommand | undefined {
  const [kind, ...rest] = check.command ?? [];
  if (kind === 'NONE') return undefined;
  const command =
    kind === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : kind === 'CMD' ? rest : [kind, ...rest];
  if (command[0] === undefined)
    throw new TaskCannotStart(`container "${container}" has a health check without command`);
  return {
    command: command as string[],
    intervalSeconds: check.interval ?? 30,
    timeoutSeconds: check.timeout ?? 5,
    retries: check.retries ?? 3,
    startPeriodSeconds: check.startPeriod ?? 0,
  };
}

/** Only what no essential container needs may be left to its image: the task can do without it. */
function checkCommands(definitions: readonly ContainerDefinition[], needed: ReadonlySet<string>): void {
  for (const { name = '', image = 'no image', entryPoint = [], command = [] } of definitions) {
    if (entryPoint.length + command.length > 0 || !needed.has(name)) continue;
    throw new TaskCannotStart(
      `container "${name}" (${image}) has no command: the sandbox has no container engine ` +
        "and cannot know what the image would run; give `command`, as a path from the project's root",
    );
  }
}

function checkDependencies(containers: readonly ContainerSpec[]): void {
  const byName = new Map(containers.map((container) => [container.name, container]));
  const visit = (container: ContainerSpec, path: readonly string[]): void => {
    if (path.includes(container.name)) {
      throw new TaskCannotStart(`containers wait for each other: ${[...path, container.name].join(' -> ')}`);
    }
    for (const { name, condition } of container.dependsOn) {
      const other = byName.get(name);
      if (other === undefined) {
        throw new TaskCannotStart(
          `container "${container.name}" depends on "${name}", which is not in the task definition`,
        );
      }
      if (condition === 'HEALTHY' && other.healthCheck === undefined) {
        throw new TaskCannotStart(
          `container "${container.name}" waits until "${name}" is healthy, which has no health check`,
        );
      }
      visit(other, [...path, container.name]);
    }
  };
  for (const container of containers) visit(container, []);
}
