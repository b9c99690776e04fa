import { z } from 'zod';

/** How many requests may pass in a time. Counted over all gateways. */
export const rateLimit = z.strictObject({
  requests: z.int().min(1).max(1_000_000).describe('Requests that may pass.'),
  perSeconds: z.int().min(1).max(86_400).describe('Window that they may pass in.'),
  by: z
    .enum(['consumer', 'address', 'api'])
    .default('consumer')
    .describe('Who is counted: each consumer, each client address, or the API as a whole.'),
});
