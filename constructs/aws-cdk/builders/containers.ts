import { Annotations, Duration, Size } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ContainerTies } from '../../containers';
import type { ResourceOf } from '../../graph/resource';
import type { ContainerLog, ContainerSettings } from '../../graph/settings/task-definition';
import { isOutside, isRef } from '../../graph/value';
import { type Accepted, accept } from '../suppressions';
import type { Values } from '../values';

/** A value that ECS reads by its ARN when the task starts. What may be read is in the execution role already. */
class SecretByArn extends ecs.Secret {
  readonly hasField = false;

  constructor(readonly arn: string) {
    super();
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.drop(grantee, 'the execution role has the statements of the graph');
  }
}

const FOR_A_SHELL: Accepted = {
  rule: 'E1029',
  reason:
    "What a variable or a command has for a shell is the container's own; CloudFormation reads it in Fn::Sub alone.",
};

const VARIABLES: Accepted = {
  rule: 'AwsSolutions-ECS2',
  reason:
    'Variables hold what is not secret and rolls with the revision; secrets are read by ARN at the start.',
};

/** Puts the containers into a task definition, those that others wait for before them. */
export function addContainers(
  taskDefinition: ecs.FargateTaskDefinition,
  { containers, log }: ResourceOf<'task-definition'>['settings'],
  values: Values,
): void {
  const added = new Map(
    containers.map((container) => [
      container.name,
      taskDefinition.addContainer(container.name, settings(container, log, values)),
    ]),
  );
  // Who attaches the service to something of their own means the program, not the probe beside it.
  taskDefinition.defaultContainer = added.get(containers[0]?.name ?? '');
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
  if (saidIn(containers).includes('${')) accept(taskDefinition, FOR_A_SHELL);
  if (containers.some(({ environment }) => Object.keys(environment).length > 0)) {
    accept(taskDefinition, VARIABLES);
  }
  // The execution role may pull what the graph says; CDK cannot see it in a role that is closed to its own grants.
  Annotations.of(taskDefinition).acknowledgeWarning('@aws-cdk/aws-ecs:ecrImageRequiresPolicy');
}

/** All texts of the containers, without those that are known when they are deployed. */
const saidIn = (containers: readonly ContainerSettings[]): string =>
  JSON.stringify(containers, (_, value) =>
    typeof value === 'object' && value !== null && (isRef(value) || isOutside(value)) ? undefined : value,
  );

function settings(
  container: ContainerSettings,
  log: ContainerLog,
  values: Values,
): ecs.ContainerDefinitionOptions {
  const { entryPoint, command, healthCheck } = container;
  return {
    containerName: container.name,
    image: ecs.ContainerImage.fromRegistry(container.image),
    essential: container.essential ?? true,
    ...(entryPoint && { entryPoint: [...entryPoint] }),
    ...(command && { command: [...command] }),
    portMappings: container.ports.map((port) => ({ containerPort: port, hostPort: port })),
    environment: byName(container.environment, (value) => values.text(value)),
    secrets: byName(container.secrets, (value) => new SecretByArn(values.text(value))),
    stopTimeout: Duration.seconds(container.stopTimeoutSeconds),
    ...(healthCheck && { healthCheck: checkSettings(healthCheck) }),
    logging: ecs.LogDrivers.awsLogs({
      logGroup: values.of('log-group', log.groupName),
      streamPrefix: log.streamPrefix,
      mode: log.mode as ecs.AwsLogDriverMode,
      maxBufferSize: Size.mebibytes(log.maxBufferMiB),
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

/** So that a moved line in an environment file changes nothing. */
function byName<Given, Taken>(
  record: Readonly<Record<string, Given>>,
  taken: (value: Given) => Taken,
): Record<string, Taken> {
  const sorted = Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, value]) => [name, taken(value)]));
}
