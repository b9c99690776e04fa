/** How ECS knows that a task of an API can serve, at every stage: its load balancer, if any, says the same once more. */
import { probeCommand, probeRuns } from '../../gateway';
import type { Container } from '../blueprint';
import { probeName } from '../names';
import type { Api } from '../schema';
import { LEAVE_SECONDS } from './timing';

/** What the probe has to end, once it has waited. */
const PROBE_MARGIN_SECONDS = 2;

const checkOf = ({ health }: Api, command: readonly string[]): NonNullable<Container['healthCheck']> => ({
  command,
  intervalSeconds: health.intervalSeconds,
  timeoutSeconds: health.timeoutSeconds,
  retries: health.unhealthyThreshold,
  startPeriodSeconds: health.graceSeconds,
});

/**
 * The API's container and, unless the API checks itself, its probe. The probe starts after it, so that the grace time is
 * the API's, and on the way out ends before it, when callers have let go of the task's address.
 *
 * ECS counts a task as healthy when all its essential containers have passed their checks, and one without a check never
 * does. So the probe alone is essential, and ends when the API has; see `probeRuns`.
 */
export function withHealthCheck(container: Container, api: Api): Container[] {
  const { command, probeImage, path, status } = api.health;
  if (command) return [{ ...container, healthCheck: checkOf(api, command) }];
  return [
    { ...container, essential: false },
    {
      name: probeName(container.name),
      image: probeImage,
      ...probeRuns(api, LEAVE_SECONDS),
      ports: [],
      environment: {},
      secrets: {},
      dependsOn: [{ container: container.name, condition: 'START' }],
      healthCheck: checkOf(api, probeCommand({ port: api.port, path, status })),
      stopTimeoutSeconds: LEAVE_SECONDS + PROBE_MARGIN_SECONDS,
    },
  ];
}
