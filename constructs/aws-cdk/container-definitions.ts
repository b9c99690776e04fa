import { Annotations, Duration, Size } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as blueprint from '../blueprint/blueprint';
import { logDelivery } from '../blueprint/fargate';
import { type ContainerTies, filledVariables } from '../containers';
import { accept } from './suppressions';

/** Engine values that a task's containers are told. */
export interface ContainerSurroundings {
  readonly logGroup: logs.ILogGroup;
  /** First part of the log streams' names. */
  readonly logStreamPrefix: string;
  readonly consumersSecretArn?: string;
  /** Issuer of the environment's own user pool, `https://…`. */
  readonly userPoolIssuer?: string;
}

/** A value that ECS reads by its ARN when the task starts. What may be read is in the execution role already. */
class SecretByArn extends ecs.Secret {
  readonly hasField = false;

  constructor(readonly arn: string) {
    super();
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.drop(grantee, 'the execution role has the statements of the blueprint');
  }
}

const FOR_A_SHELL = {
  rule: 'E1029',
  reason:
    "What a variable or a command has for a shell is the container's own; CloudFormation reads it in Fn::Sub alone.",
};

/**
 * Puts the containers into a task definition, those that others wait for before them.
 * @throws when a container reads the consumers' secret or the user pool's issuer, and there is none.
 */
export function addContainers(
  taskDefinition: ecs.FargateTaskDefinition,
  containers: readonly blueprint.Container[],
  surroundings: ContainerSurroundings,
): void {
  const added = new Map(
    containers.map((container) => [
      container.name,
      taskDefinition.addContainer(container.name, settings(container, surroundings)),
    ]),
  );
  for (const { name, mounts = [], dependsOn = [] } of containers) {
    const container = added.get(name) as ecs.ContainerDefinition;
    for (const { volume, path, readOnly } of mounts) {
      container.addMountPoints({ sourceVolume: volume, containerPath: path, readOnly });
    }
    for (const { container: other, condition } of dependsOn) {
      const before = added.get(other);
      if (before === undefined) {
        throw new Error(
          `Container "${name}" waits for "${other}", which is not in its task. Containers: ${[...added.keys()].join(', ')}.`,
        );
      }
      container.addContainerDependencies({
        container: before,
        condition: ecs.ContainerDependencyCondition[condition],
      });
    }
  }
  if (JSON.stringify(containers).includes('${')) accept(taskDefinition, FOR_A_SHELL);
  // The execution role may pull what the blueprint says; CDK cannot see it in a role that is closed to its own grants.
  Annotations.of(taskDefinition).acknowledgeWarning('@aws-cdk/aws-ecs:ecrImageRequiresPolicy');
}

function settings(
  container: blueprint.Container,
  surroundings: ContainerSurroundings,
): ecs.ContainerDefinitionOptions {
  const { entryPoint, command, healthCheck } = container;
  return {
    containerName: container.name,
    image: ecs.ContainerImage.fromRegistry(container.image),
    essential: container.essential ?? true,
    ...(entryPoint && { entryPoint: [...entryPoint] }),
    ...(command && { command: [...command] }),
    portMappings: container.ports.map((port) => ({ containerPort: port, hostPort: port })),
    environment: sorted(filledVariables(container, surroundings)),
    secrets: sorted(secrets(container, surroundings)),
    stopTimeout: Duration.seconds(container.stopTimeoutSeconds),
    ...(healthCheck && { healthCheck: checkSettings(healthCheck) }),
    logging: ecs.LogDrivers.awsLogs({
      logGroup: surroundings.logGroup,
      streamPrefix: surroundings.logStreamPrefix,
      mode: logDelivery.mode as ecs.AwsLogDriverMode,
      maxBufferSize: Size.mebibytes(logDelivery.maxBufferMiB),
    }),
  };
}

const checkSettings = (check: NonNullable<ContainerTies['healthCheck']>): ecs.HealthCheck => ({
  command: [...check.command],
  interval: Duration.seconds(check.intervalSeconds),
  timeout: Duration.seconds(check.timeoutSeconds),
  retries: check.retries,
  startPeriod: Duration.seconds(check.startPeriodSeconds),
});

function secrets(
  container: blueprint.Container,
  { consumersSecretArn }: ContainerSurroundings,
): Record<string, ecs.Secret> {
  return Object.fromEntries(
    Object.entries(container.secrets).map(([name, secret]) => {
      const arn = 'arn' in secret ? secret.arn : consumersSecretArn;
      if (arn !== undefined) return [name, new SecretByArn(arn)];
      throw new Error(
        `Container "${container.name}" reads the consumers' secret, and there is none. Give its ARN as consumersSecretArn.`,
      );
    }),
  );
}

/** So that a moved line in an environment file changes nothing. */
function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
