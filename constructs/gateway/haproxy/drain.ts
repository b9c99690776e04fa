/** How long a gateway takes to leave. */
import type { Problem } from '../../problems';
import type { GatewayModel } from '../model';

/** Fargate waits no longer between the stop signal and the kill. */
const longestStopSeconds = 120;
/** Time for the processes themselves. */
const marginSeconds = 5;

export interface Drain {
  /** Connections are still accepted, since the load balancer takes a while to notice. */
  readonly graceSeconds: number;
  /** Then what runs may end; counted after the grace. */
  readonly hardStopSeconds: number;
  readonly stopTimeoutSeconds: number;
}

export function drain({ graceSeconds, apis }: Pick<GatewayModel, 'graceSeconds' | 'apis'>): Drain {
  const hardStopSeconds = Math.max(1, ...apis.map((api) => api.requestTimeoutSeconds));
  return {
    graceSeconds,
    hardStopSeconds,
    stopTimeoutSeconds: graceSeconds + hardStopSeconds + marginSeconds,
  };
}

export function drainProblems(model: Pick<GatewayModel, 'graceSeconds' | 'apis'>): Problem[] {
  const longest = longestStopSeconds - marginSeconds - model.graceSeconds;
  return model.apis
    .filter((api) => api.requestTimeoutSeconds > longest)
    .map((api) => ({
      code: 'DRAIN_TOO_LONG',
      path: ['apis', api.name, 'requestTimeoutSeconds'],
      message:
        `A gateway that stops would cut this API's requests: Fargate gives it ${longestStopSeconds} s, ` +
        `of which ${model.graceSeconds} s are gateway.graceSeconds.`,
      given: `${api.requestTimeoutSeconds} s`,
      allowed: `up to ${longest} s`,
      fix: `Set it to ${longest} or less, or lower gateway.graceSeconds.`,
    }));
}
