/**
 * Whether ECS counts a task as healthy, from what the load balancer and its containers' checks say. Pure.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html, minimumHealthyPercent
 */
import type { TargetState } from '../types';
import type { Health } from './plan';
import type { ContainerHealth } from './types';

export interface Observed {
  /** State in each target group of the service; undefined where it is not known yet. */
  readonly targets: readonly (TargetState | undefined)[];
  /** It has been RUNNING for as long as ECS waits: what counts when nobody checks it. */
  readonly waited: boolean;
  /** Undefined when no essential container has a health check. */
  readonly containers: ContainerHealth | undefined;
}

/** How long after RUNNING a task counts that neither a load balancer nor a container's health check looks at. */
export const UNCHECKED_SECONDS = 40;

/**
 * A task that was healthy stays so until somebody says that it is not: while a target group moves to another rule, its
 * targets are `unused` or unknown for a moment, and nobody should be replaced for that.
 */
export function nextHealth(before: Health, { targets, waited, containers }: Observed): Health {
  if (targets.includes('unhealthy') || containers === 'UNHEALTHY') return 'unhealthy';
  const unchecked = targets.length === 0 && containers === undefined;
  const passed = targets.every((state) => state === 'healthy') && (containers ?? 'HEALTHY') === 'HEALTHY';
  if (unchecked ? waited : passed) return 'healthy';
  return before === 'healthy' ? 'healthy' : 'unknown';
}
