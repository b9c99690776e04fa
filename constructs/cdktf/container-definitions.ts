import type * as blueprint from '../blueprint/blueprint';
import { literal } from './literal';

/** Engine values that a task's containers are told. */
export interface ContainerSurroundings {
  readonly region: string;
  readonly logGroupName: string;
  /** First part of the log streams' names. */
  readonly logStreamPrefix: string;
  readonly consumersSecretArn?: string;
}

/**
 * The `container_definitions` text of a task definition.
 * @throws when a container reads the consumers' secret and there is none.
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
    essential: true,
    ...(container.entryPoint && { entryPoint: container.entryPoint }),
    ...(container.command && { command: container.command }),
    portMappings: container.ports.map((port) => ({ containerPort: port, hostPort: port, protocol: 'tcp' })),
    environment: byName(container.environment).map(([name, value]) => ({ name, value })),
    secrets: byName(container.secrets).map(([name, secret]) => ({
      name,
      valueFrom: 'arn' in secret ? secret.arn : consumersSecret(container, surroundings),
    })),
    stopTimeout: container.stopTimeoutSeconds,
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': surroundings.logGroupName,
        'awslogs-region': surroundings.region,
        'awslogs-stream-prefix': surroundings.logStreamPrefix,
      },
    },
    // ECS adds these by itself: with them the text equals what it gives back, and no plan sees a change.
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
  };
}

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
