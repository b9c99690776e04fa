import { longestSeconds } from '../../gateway/balancing';
import type { Environment } from '../schema';

/** AWS's default. */
const IDLE_SECONDS = 60;
const IDLE_MARGIN_SECONDS = 5;

/**
 * Time after which the load balancer closes a connection on which nothing moves. Longer than the longest request:
 * else the client would get the load balancer's 504 while the API still works on its answer.
 */
export function balancerIdleTimeoutSeconds({ apis }: Environment): number {
  const longest = Math.max(0, ...Object.values(apis).map(longestSeconds));
  return Math.max(IDLE_SECONDS, longest + IDLE_MARGIN_SECONDS);
}
