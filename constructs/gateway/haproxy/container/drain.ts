/** How long a gateway takes to leave. */
import type { Problem } from '../../../problems';
import { longestSeconds } from '../../balancing';
import type { GatewayApi, GatewayModel } from '../../model';
import { line } from '../language/text';

/** Fargate waits no longer between the stop signal and the kill. */
const longestStopSeconds = 120;
/** Time for the processes themselves. */
const marginSeconds = 5;

/** Told to leave: takes requests as before until nobody sends any. See `start-script.ts`. */
export const draining = line`{ var(proc.draining) -m bool }`;
/** The same, or a new worker has taken over. */
export const leaving = line`${draining} || { stopping }`;

export interface Drain {
  /** Connections are still accepted, since the load balancer takes a while to notice. */
  readonly graceSeconds: number;
  /** Then what runs may end; counted after the grace. */
  readonly hardStopSeconds: number;
  readonly stopTimeoutSeconds: number;
}

export function drain({ graceSeconds, apis }: Pick<GatewayModel, 'graceSeconds' | 'apis'>): Drain {
  const hardStopSeconds = Math.max(1, ...apis.map(longestSeconds));
  return {
    graceSeconds,
    hardStopSeconds,
    stopTimeoutSeconds: graceSeconds + hardStopSeconds + marginSeconds,
  };
}

const waiting = (api: GatewayApi) =>
  longestSeconds(api) > api.requestTimeoutSeconds ? ', balancing.queueTimeoutSeconds included' : '';

export function drainProblems(model: Pick<GatewayModel, 'graceSeconds' | 'apis'>): Problem[] {
  const longest = longestStopSeconds - marginSeconds - model.graceSeconds;
  return model.apis
    .filter((api) => longestSeconds(api) > longest)
    .map((api) => ({
      code: 'DRAIN_TOO_LONG',
      path: ['apis', api.name, 'requestTimeoutSeconds'],
      message:
        `A gateway that stops would cut this API's requests: Fargate gives it ${longestStopSeconds} s, ` +
        `of which ${model.graceSeconds} s are gateway.graceSeconds.`,
      given: `${longestSeconds(api)} s${waiting(api)}`,
      allowed: `up to ${longest} s`,
      fix: `Set it to ${longest - longestSeconds(api) + api.requestTimeoutSeconds} or less, or lower gateway.graceSeconds.`,
    }));
}
