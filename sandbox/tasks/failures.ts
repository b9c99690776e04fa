/** How often tasks of a deployment failed, and what follows from it. Pure. */

/** A task that failed earlier than this after it became healthy (or never did) failed fast. */
export const FAST_SECONDS = 10;
const MOST_DELAY_SECONDS = 60;

export interface Failures {
  /** Since the deployment started or a task of it last became healthy, until it completes. */
  readonly failedTasks: number;
  /** Fast failures in a row. */
  readonly inARow: number;
  readonly mayStartAtMs: number;
}

export const NO_FAILURES: Failures = { failedTasks: 0, inARow: 0, mayStartAtMs: 0 };

export interface Failure {
  /** How long the task had been healthy; undefined when it never was. */
  readonly healthySeconds: number | undefined;
  /** The deployment had completed before: the failure is not the deployment's. */
  readonly completed: boolean;
}

export function afterFailure(
  before: Failures,
  { healthySeconds, completed }: Failure,
  nowMs: number,
): Failures {
  const fast = healthySeconds === undefined || healthySeconds < FAST_SECONDS;
  const inARow = fast ? before.inARow + 1 : 0;
  return {
    failedTasks: before.failedTasks + (completed ? 0 : 1),
    inARow,
    mayStartAtMs: nowMs + restartDelaySeconds(inARow) * 1000,
  };
}

/**
 * A healthy task of the deployment: the circuit breaker counts anew.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html, resetOnHealthyTask
 */
export const afterHealthyTask = (before: Failures): Failures => ({ ...before, failedTasks: 0 });

/** The first failure costs no time; then 1, 2, 4 … seconds, at most a minute (ECS: up to 27 minutes). */
export function restartDelaySeconds(failuresInARow: number): number {
  return failuresInARow < 2 ? 0 : Math.min(MOST_DELAY_SECONDS, 2 ** (failuresInARow - 2));
}

/**
 * Half of the desired tasks, between 3 and 200.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
 */
export function breakerThreshold(desiredCount: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desiredCount / 2)));
}
