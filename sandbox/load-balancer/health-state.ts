import type { HealthCheckSettings } from './state';

/** One health check's outcome, in the words of DescribeTargetHealth. */
export type CheckResult =
  | { readonly passed: true }
  | { readonly passed: false; readonly reason: string; readonly description: string };

export interface Health {
  readonly state: 'initial' | 'healthy' | 'unhealthy';
  /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-reason-codes */
  readonly reason?: string;
  readonly description?: string;
  /** In a row. */
  readonly passed: number;
  /** In a row. */
  readonly failed: number;
  /** When a failure last counted, or the target was registered. */
  readonly countedAtMilliseconds: number;
}

export function registered(nowMilliseconds: number): Health {
  return {
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
    passed: 0,
    failed: 0,
    countedAtMilliseconds: nowMilliseconds,
  };
}

/**
 * The target's health after one more check.
 *
 * A new target is admitted by one success. It is checked more often than the interval says until then, so a failure
 * counts only once per interval: the sandbox gives a slow starter as much time as AWS does.
 */
export function nextHealth(
  health: Health,
  result: CheckResult,
  settings: Pick<HealthCheckSettings, 'healthyThreshold' | 'unhealthyThreshold' | 'intervalSeconds'>,
  nowMilliseconds: number,
): Health {
  if (result.passed) {
    const passed = health.passed + 1;
    if (health.state === 'unhealthy' && passed < settings.healthyThreshold)
      return { ...health, passed, failed: 0 };
    return { state: 'healthy', passed, failed: 0, countedAtMilliseconds: nowMilliseconds };
  }
  if (
    health.state === 'initial' &&
    nowMilliseconds - health.countedAtMilliseconds < settings.intervalSeconds * 1000
  )
    return {
      ...health,
      reason: 'Elb.InitialHealthChecking',
      description: 'Initial health checks in progress',
      passed: 0,
    };
  const failed = health.failed + 1;
  const counted = { ...health, passed: 0, failed, countedAtMilliseconds: nowMilliseconds };
  if (health.state !== 'unhealthy' && failed < settings.unhealthyThreshold) return counted;
  return { ...counted, state: 'unhealthy', reason: result.reason, description: result.description };
}

/** Whether a status is one of `200`, `200,202` or `200-299`. */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [from, to] = part.split('-').map(Number);
    return from !== undefined && status >= from && status <= (to ?? from);
  });
}
