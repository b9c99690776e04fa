import { z } from 'zod';

/**
 * How many requests may pass in a time, counted over all gateways.
 *
 * The window slides: what passed in the window before counts by the part of it that is still within reach. Over time
 * never more than `requests` per `perSeconds` pass; in a single stretch of `perSeconds`, whichever it is, less than twice as
 * many can. Refused requests (429) are not counted, and say in `Retry-After` when a request is sure to pass again.
 *
 * A gateway learns of what the others let pass within milliseconds. Requests that arrive at several gateways at once
 * are not yet known to each other: in the worst case each gateway lets `requests` pass. A gateway that starts learns
 * the counts before it is healthy; if all stop at once, the counts are lost.
 */
export const rateLimit = z.strictObject({
  requests: z.int().min(1).max(1_000_000).describe('Requests that may pass.'),
  perSeconds: z.int().min(1).max(86_400).describe('Window that they may pass in.'),
  by: z
    .enum(['consumer', 'address', 'api'])
    .default('consumer')
    .describe('Who is counted: each consumer, each client address, or the API as a whole.'),
});
