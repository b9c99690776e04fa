import type { Container, Service } from '../blueprint/blueprint';
import { logDelivery } from '../blueprint/fargate';
import type { RoleLink } from './iam-role';
import type { LogGroupLink } from './observability';
import { type Resource, resource } from './resource';
import type { ContainerSettings } from './settings/task-definition';
import type { Value } from './value';

export interface ContainerSurroundings {
  readonly consumersSecretArn?: Value;
  /** Issuer of the environment's own user pool, `https://…`. */
  readonly userPoolIssuer?: Value;
}

interface TaskDefinitionInput extends ContainerSurroundings {
  readonly service: Service;
  readonly region: string;
}

/** What a task of a service runs, and as whom. */
export function taskDefinition(
  input: TaskDefinitionInput,
  log: LogGroupLink,
  executionRole: RoleLink,
  taskRole: RoleLink,
): Resource {
  const { id, taskDefinition: settings } = input.service;
  const { family, cpu, memoryMiB, architecture, containers, volumes = [] } = settings;
  return resource(
    'task-definition',
    'TaskDefinition',
    {
      family,
      cpu,
      memoryMiB,
      networkMode: 'awsvpc',
      launchType: 'FARGATE',
      operatingSystemFamily: 'LINUX',
      cpuArchitecture: architecture,
      executionRoleArn: executionRole.arn,
      taskRoleArn: taskRole.arn,
      volumes,
      containers: containers.map((container) => containerSettings(container, input)),
      log: { groupName: log.name, region: input.region, streamPrefix: id, ...logDelivery },
    },
    { transform: 'taskDefinition' },
  );
}

/**
 * A container, with what it is told by reference in its places.
 * @throws Error when it reads the consumers' secret or the user pool's issuer, and there is none
 */
export function containerSettings(
  container: Container,
  surroundings: ContainerSurroundings,
): ContainerSettings {
  const { environment, engineValues = {}, secrets, ...others } = container;
  return {
    ...others,
    environment: { ...environment, ...filled(container.name, engineValues, surroundings) },
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([variable, secret]) => [
        variable,
        'arn' in secret ? secret.arn : secretArn(container.name, surroundings),
      ]),
    ),
  };
}

function filled(
  container: string,
  engineValues: NonNullable<Container['engineValues']>,
  { userPoolIssuer }: ContainerSurroundings,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(engineValues).map(([variable, { ref: what }]) => {
      if (userPoolIssuer !== undefined) return [variable, userPoolIssuer];
      throw new Error(
        `Container "${container}" reads the ${what}, and there is none. Give it as userPoolIssuer.`,
      );
    }),
  );
}

function secretArn(container: string, { consumersSecretArn }: ContainerSurroundings): Value {
  if (consumersSecretArn !== undefined) return consumersSecretArn;
  throw new Error(
    `Container "${container}" reads the consumers' secret, and there is none. Give its ARN as consumersSecretArn.`,
  );
}
