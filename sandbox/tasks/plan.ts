/**
 * What ECS's service scheduler does next, as a pure function of the service and its tasks.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */

export type Phase = 'starting' | 'running' | 'stopping';
export type Health = 'unknown' | 'healthy' | 'unhealthy';

/** A task that has not stopped yet. */
export interface TaskState {
  readonly id: string;
  readonly deploymentId: string;
  readonly zone: string;
  readonly phase: Phase;
  readonly health: Health;
  readonly startedAtMs: number;
}

export interface ServiceState {
  /** False: the service is deleted, all tasks go. */
  readonly active: boolean;
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** How long after its start a task may be unhealthy without being replaced. */
  readonly graceSeconds: number;
  /** The deployment that tasks are started for. */
  readonly primary?: {
    readonly id: string;
    /** Given up by the circuit breaker: no more tasks. */
    readonly failed: boolean;
    /** No task before this time: the ones before failed fast. */
    readonly mayStartAtMs: number;
  };
}

export type StopReason = 'deployment' | 'scale-in' | 'unhealthy' | 'service-deleted';

export interface Plan {
  readonly start: number;
  readonly stop: readonly { readonly taskId: string; readonly reason: StopReason }[];
  /** Nothing else may change until then, but then something must be done. */
  readonly wakeAtMs?: number;
  /** The two percentages leave no way forward. */
  readonly blocked: boolean;
}

/** Fewest healthy tasks: the percentage rounds up. */
export function leastHealthy(service: Pick<ServiceState, 'desiredCount' | 'minimumHealthyPercent'>): number {
  return Math.ceil((service.desiredCount * service.minimumHealthyPercent) / 100);
}

/** Most tasks at once, the stopping ones included: the percentage rounds down. */
export function mostTasks(service: Pick<ServiceState, 'desiredCount' | 'maximumPercent'>): number {
  return Math.floor((service.desiredCount * service.maximumPercent) / 100);
}

/** The deployment is complete: what is wanted runs and is healthy, and nothing else is left. */
export function isSteady(service: ServiceState, tasks: readonly TaskState[]): boolean {
  const own = tasks.filter((task) => task.deploymentId === service.primary?.id);
  const standing = own.filter((task) => task.phase !== 'stopping');
  return (
    own.length === tasks.length &&
    standing.length === service.desiredCount &&
    standing.every((task) => task.phase === 'running' && task.health === 'healthy')
  );
}

export function plan(service: ServiceState, tasks: readonly TaskState[], nowMs: number): Plan {
  const standing = tasks.filter((task) => task.phase !== 'stopping');
  if (!service.active) {
    return { start: 0, stop: standing.map((task) => stop(task, 'service-deleted')), blocked: false };
  }
  const primary = service.primary;
  const graceEndsMs = (task: TaskState) => task.startedAtMs + service.graceSeconds * 1000;
  const sick = (task: TaskState) => task.health === 'unhealthy' && nowMs >= graceEndsMs(task);
  const old = standing.filter((task) => task.deploymentId !== primary?.id);
  const fit = standing.filter((task) => task.deploymentId === primary?.id && !sick(task));
  const sickOnes = standing.filter((task) => task.deploymentId === primary?.id && sick(task));
  const surplus = leastMissed(fit).slice(0, Math.max(0, fit.length - service.desiredCount));
  const kept = fit.filter((task) => !surplus.includes(task));

  const missing = primary === undefined || primary.failed ? 0 : service.desiredCount - kept.length;
  const room = Math.max(0, mostTasks(service) - tasks.length);
  const throttled = primary !== undefined && nowMs < primary.mayStartAtMs;
  const start = throttled ? 0 : Math.max(0, Math.min(missing, room));

  // Old tasks that never served are not missed; neither are those that are too many.
  const stops = [
    ...surplus.map((task) => stop(task, 'scale-in')),
    ...old.filter((task) => task.health === 'unknown').map((task) => stop(task, 'deployment')),
  ];
  const healthy = standing.filter(isHealthy).length - surplus.filter(isHealthy).length;
  /** Starts that wait for a place, beyond the places that are being made already. */
  const placesMissing = () => missing - room - (tasks.length - standing.length) - stops.length;

  // The sick go when their replacements serve, or when the replacements lack the place.
  const sickAndOld = [...sickOnes, ...old.filter((task) => task.health === 'unhealthy')];
  const replaced = kept.filter(isHealthy).length >= service.desiredCount;
  for (const task of sickAndOld) {
    if (replaced || placesMissing() > 0) stops.push(stop(task, 'unhealthy'));
  }
  // Healthy old tasks go as others replace them, or before that when the replacements lack the place.
  const spare = Math.max(0, healthy - service.desiredCount);
  const dispensable = Math.max(0, healthy - leastHealthy(service));
  const leaving = Math.min(dispensable, Math.max(spare, placesMissing()));
  stops.push(
    ...leastMissed(old.filter(isHealthy))
      .slice(0, leaving)
      .map((task) => stop(task, 'deployment')),
  );

  const graceEnds = standing.filter((task) => task.health === 'unhealthy' && !sick(task)).map(graceEndsMs);
  const wakeUps = [...graceEnds, ...(throttled && missing > 0 ? [primary.mayStartAtMs] : [])];
  return {
    start,
    stop: stops,
    wakeAtMs: wakeUps.length > 0 ? Math.min(...wakeUps) : undefined,
    blocked:
      missing > 0 &&
      room === 0 &&
      stops.length === 0 &&
      standing.length === tasks.length &&
      standing.every(isHealthy),
  };
}

function isHealthy(task: TaskState): boolean {
  return task.health === 'healthy';
}

function stop(task: TaskState, reason: StopReason): { taskId: string; reason: StopReason } {
  return { taskId: task.id, reason };
}

/** First the tasks that serve nobody, then those of the fullest zone, then the newest. */
function leastMissed(tasks: readonly TaskState[]): TaskState[] {
  let left = [...tasks];
  const ordered: TaskState[] = [];
  while (left.length > 0) {
    const size = new Map<string, number>();
    for (const { zone } of left) size.set(zone, (size.get(zone) ?? 0) + 1);
    const [next, ...others] = left.sort(
      (a, b) =>
        Number(isHealthy(a)) - Number(isHealthy(b)) ||
        (size.get(b.zone) ?? 0) - (size.get(a.zone) ?? 0) ||
        b.startedAtMs - a.startedAtMs ||
        a.id.localeCompare(b.id),
    );
    ordered.push(next as TaskState);
    left = others;
  }
  return ordered;
}
