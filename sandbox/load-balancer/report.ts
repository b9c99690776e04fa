import type { TargetState } from '../types';
import type { HealthOf } from './health-monitor';
import type { Health } from './health-state';
import type { SlotTable } from './slots';

export interface ReportedTarget {
  readonly id: string;
  readonly port: number;
  readonly state: TargetState;
  readonly reason: string | null;
  readonly description: string | null;
}

/** The body of `PUT /_sandbox/elbv2/health`, by target group ARN. */
export type HealthReport = Readonly<Record<string, readonly ReportedTarget[]>>;

/** Every target's state, in the words of DescribeTargetHealth. */
export function healthReport(
  tables: ReadonlyMap<string, SlotTable>,
  inUse: ReadonlySet<string>,
  healthOf: HealthOf,
): HealthReport {
  return Object.fromEntries(
    [...tables].map(([arn, table]) => [
      arn,
      table.all
        .filter((seat) => seat.cutAtMilliseconds === undefined || !table.registered(seat.target))
        .map(({ target, cutAtMilliseconds }) => ({
          id: target.address,
          port: target.port,
          ...(cutAtMilliseconds === undefined
            ? registeredState(inUse.has(arn), healthOf(arn, target))
            : { state: 'draining' as const, ...draining }),
        })),
    ]),
  );
}

const draining = {
  reason: 'Target.DeregistrationInProgress',
  description: 'Target deregistration is in progress',
};

function registeredState(inUse: boolean, health: Health | undefined): Omit<ReportedTarget, 'id' | 'port'> {
  if (!inUse)
    return {
      state: 'unused',
      reason: 'Target.NotInUse',
      description: 'Target group is not configured to receive traffic from the load balancer',
    };
  return {
    state: health?.state ?? 'initial',
    reason: health?.reason ?? null,
    description: health?.description ?? null,
  };
}
