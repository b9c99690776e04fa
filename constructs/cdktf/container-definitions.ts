import type * as blueprint from '../blueprint/blueprint';
import { logDelivery } from '../blueprint/fargate';
import { type ContainerTies, filledVariables } from '../containers';
import { literal } from './literal';

/** Engine values that a task's containers are told. */
export interface ContainerSurroundings {
  readonly region: string;
  readonly logGroupName: string;
  /** First part of the log streams' names. */
  readonly logStreamPrefix: string;
  readonly consumersSecretArn?: string;
  /** Issuer of the environment's own user pool, `https://…`. */
  readonly userPoolIssuer?: string;
}

/**
 * The `container_definitions` text of a task definition.
 * @throws when a container reads the consumers' secret or the user pool's issuer, and there is none.
 */
export function containerDefinitions(
  containers: readonly blueprint.Container[],
  surroundings: ContainerSurroundings,
): string {
  return JSON.stringify(literal(containers).map((container) => definition(container, surroundings)));
}

function definition(container: blueprint.Container, surroundings: ContainerSurroundings): object {
  return {
    name: container.name,
    image: container.image,
    essential: container.essential ?? true,
    ...(container.entryPoint && { entryPoint: container.entryPoint }),
    ...(container.command && { command: container.command }),
    portMappings: container.ports.map((port) => ({ containerPort: port, hostPort: port, protocol: 'tcp' })),
    environment: byName(filledVariables(container, surroundings)).map(([name, value]) => ({ name, value })),
    secrets: byName(container.secrets).map(([name, secret]) => ({
      name,
      valueFrom: 'arn' in secret ? secret.arn : consumersSecret(container, surroundings),
    })),
    stopTimeout: container.stopTimeoutSeconds,
    ...(container.dependsOn && {
      dependsOn: container.dependsOn.map((one) => ({
        containerName: one.container,
        condition: one.condition,
      })),
    }),
    ...(container.healthCheck && { healthCheck: healthCheck(container.healthCheck) }),
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': surroundings.logGroupName,
        'awslogs-region': surroundings.region,
        'awslogs-stream-prefix': surroundings.logStreamPrefix,
        mode: logDelivery.mode,
        'max-buffer-size': `${logDelivery.maxBufferMiB * 2 ** 20}b`,
      },
    },
    // ECS adds these by itself: with them the text equals what it gives back, and no plan sees a change.
    mountPoints: (container.mounts ?? []).map(({ volume, path, readOnly }) => ({
      sourceVolume: volume,
      containerPath: path,
      readOnly,
    })),
    volumesFrom: [],
    systemControls: [],
  };
}

const healthCheck = (check: NonNullable<ContainerTies['healthCheck']>): object => ({
  command: check.command,
  interval: check.intervalSeconds,
  timeout: check.timeoutSeconds,
  retries: check.retries,
  startPeriod: check.startPeriodSeconds,
});

/** In the order in which ECS gives them back, so that a moved line in an environment file changes nothing. */
function byName<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}

function consumersSecret(container: blueprint.Container, surroundings: ContainerSurroundings): string {
  if (surroundings.consumersSecretArn === undefined) {
    throw new Error(
      `Container "${container.name}" reads the consumers' secret, and there is none. Give its ARN as consumersSecretArn.`,
    );
  }
  return surroundings.consumersSecretArn;
}
