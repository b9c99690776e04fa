/**
 * What became of the services' deployments in a deploy, as ECS says it. An engine knows no reason, and may even report success
 * although the circuit breaker has gone back to the version before: Terraform's provider 5 does, and only the constructs' own
 * condition lets the apply fail (`constructs/terraform/service.ts`).
 */
import {
  DescribeServiceDeploymentsCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  paginateListServices,
  type ServiceDeployment,
  type Task,
} from '@aws-sdk/client-ecs';
import { UserError } from '../stacks/user-error';

export interface FailedRollout {
  /** The service's name. */
  readonly service: string;
  /** In ECS's words. */
  readonly reason: string;
  /** Whether the version before serves, again or still; `failed`: ECS tried to go back to it, and gave that up too. */
  readonly wayBack: 'serves' | 'failed' | 'none';
  /** Why tasks of it were stopped, each reason once, with the containers that had a part in it. */
  readonly stoppedTasks: readonly string[];
}

/** DescribeTasks takes so many. */
const TASKS_PER_CALL = 100;

const nameOf = (arn = ''): string => arn.split('/').pop() ?? '';

const isRollback = (status?: string): boolean => status?.startsWith('ROLLBACK') ?? false;

const hasFailed = ({ status, deploymentCircuitBreaker }: ServiceDeployment): boolean =>
  isRollback(status) || (status === 'STOPPED' && deploymentCircuitBreaker?.status === 'TRIGGERED');

/** The deployments of a cluster's services that began at `since` or later and failed, by service name. */
export async function failedRollouts(ecs: ECSClient, cluster: string, since: Date): Promise<FailedRollout[]> {
  const failed: FailedRollout[] = [];
  for (const service of await serviceNames(ecs, cluster)) {
    const [worst] = (await deploymentsOf(ecs, cluster, service, since)).filter(hasFailed);
    if (worst === undefined) continue;
    failed.push({
      service,
      reason: worst.rollback?.reason ?? worst.statusReason ?? `${worst.status}`,
      wayBack: wayBack(worst.status),
      stoppedTasks: await stoppedReasons(ecs, cluster, service, since),
    });
  }
  return failed;
}

/**
 * Applies, then asks ECS what became of it.
 * @throws UserError that names each service whose deployment failed, and why; else what `apply` throws
 */
export async function applyAndCheck(
  ecs: ECSClient,
  cluster: string,
  apply: () => Promise<void>,
): Promise<void> {
  const since = new Date();
  const error = await apply().then(
    () => undefined,
    (reason: unknown) => reason ?? new Error('the deploy failed'),
  );
  // What the engine says comes first; where ECS cannot be asked, it is all there is.
  const failed = await failedRollouts(ecs, cluster, since).catch((reason: unknown) => {
    if (error === undefined) throw reason;
    return [];
  });
  if (failed.length === 0) {
    if (error !== undefined) throw error;
    return;
  }
  const said = error instanceof Error ? [error.message] : [];
  throw new UserError([...said, ...failed.map(describe)].join('\n'));
}

const wayBack = (status?: string): FailedRollout['wayBack'] =>
  !isRollback(status) ? 'none' : status === 'ROLLBACK_FAILED' ? 'failed' : 'serves';

const WAY_BACK = {
  serves: 'The version before serves.',
  failed: 'ECS could not go back to the version before either: those of its tasks that still run serve.',
  none: 'There is no version before to go back to.',
} as const;

function describe({ service, reason, wayBack: way, stoppedTasks }: FailedRollout): string {
  return [
    `The deploy of service ${service} failed: ${reason}`,
    ...stoppedTasks.map((why) => `  ${why}`),
    `  ${WAY_BACK[way]}`,
  ].join('\n');
}

async function serviceNames(ecs: ECSClient, cluster: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { serviceArns = [] } of paginateListServices({ client: ecs }, { cluster }))
    names.push(...serviceArns.map(nameOf));
  return names.sort();
}

async function deploymentsOf(
  ecs: ECSClient,
  cluster: string,
  service: string,
  since: Date,
): Promise<ServiceDeployment[]> {
  const after = new Date(since.getTime() - 1);
  const listed = await ecs.send(
    new ListServiceDeploymentsCommand({ cluster, service, createdAt: { after, before: new Date() } }),
  );
  const serviceDeploymentArns = (listed.serviceDeployments ?? []).flatMap(
    ({ serviceDeploymentArn }) => serviceDeploymentArn ?? [],
  );
  if (serviceDeploymentArns.length === 0) return [];
  const described = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
  return described.serviceDeployments ?? [];
}

async function stoppedReasons(
  ecs: ECSClient,
  cluster: string,
  serviceName: string,
  since: Date,
): Promise<string[]> {
  const { taskArns = [] } = await ecs.send(
    new ListTasksCommand({ cluster, serviceName, desiredStatus: 'STOPPED' }),
  );
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await ecs.send(
    new DescribeTasksCommand({ cluster, tasks: taskArns.slice(0, TASKS_PER_CALL) }),
  );
  const reasons = tasks
    .filter(({ createdAt }) => createdAt === undefined || createdAt >= since)
    .filter(({ stoppedReason }) => stoppedReason && !stoppedReason.startsWith('Scaling activity'))
    .map(reasonOf);
  return [...new Set(reasons)];
}

/**
 * ECS's reason does not say which container; their own states do. Who has ended by itself cannot be told from who was
 * stopped with the task, so beside one that is UNHEALTHY only codes other than 0 are said.
 */
function reasonOf({ stoppedReason = '', stopCode, containers = [] }: Task): string {
  const ended = stopCode === 'EssentialContainerExited';
  const said = containers.flatMap(({ name, healthStatus, exitCode }) => {
    const states = [
      ...(healthStatus === 'UNHEALTHY' ? ['UNHEALTHY'] : []),
      ...(exitCode !== undefined && (ended || exitCode !== 0) ? [`exit code ${exitCode}`] : []),
    ];
    return states.length > 0 ? [`${name}: ${states.join(', ')}`] : [];
  });
  return said.length > 0 ? `${stoppedReason} (${said.join('; ')})` : stoppedReason;
}
