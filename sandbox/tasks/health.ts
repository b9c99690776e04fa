/** Whether a task serves, from what the load balancer, its port and its own checks say. Pure. */
import type { TargetState } from '../types';
import type { Health } from './plan';
import type { ContainerHealth } from './types';

export interface Observed {
  /** State in each target group of the service; undefined where it is not known yet. */
  readonly targets: readonly (TargetState | undefined)[];
  /** Its ports accept connections: what counts when there is no target group. */
  readonly listens: boolean;
  /** Undefined when no essential container has a health check. */
  readonly containers: ContainerHealth | undefined;
}

/**
 * A task that was healthy stays so until somebody says that it is not: while a target group moves to another rule, its
 * targets are `unused` or unknown for a moment, and nobody should be replaced for that.
 */
export function nextHealth(before: Health, { targets, listens, containers }: Observed): Health {
  if (targets.includes('unhealthy') || containers === 'UNHEALTHY') return 'unhealthy';
  const serves = targets.length > 0 ? targets.every((state) => state === 'healthy') : listens;
  if (serves && (containers === undefined || containers === 'HEALTHY')) return 'healthy';
  return before === 'healthy' ? 'healthy' : 'unknown';
}
