import { z } from 'zod';
import { requestHeader } from './request-header';

/**
 * Answers that are kept and given again: one copy over all gateways.
 *
 * Kept is a 200 to a GET, whatever time the API itself gives it, and never one with Set-Cookie, with `no-store`,
 * `private` or `no-cache`, or with a Vary that names more than `varyBy.headers`. A request with Authorization or with
 * a body passes the cache by. The answer's `X-Cache` says HIT, MISS or BYPASS.
 */
export const cache = z.strictObject({
  ttlSeconds: z.int().min(1).max(86_400).describe('How long an answer is kept.'),
  varyBy: z
    .strictObject({
      headers: z
        .array(requestHeader)
        .max(4)
        .default([])
        .describe('Request headers that make another answer.'),
      query: z
        .array(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/, 'letters, digits and _ . -, 40 at most'))
        .max(8)
        .optional()
        .describe(
          'Query parameters that make another answer, in any order; others do not reach the API. By default the whole query.',
        ),
      consumer: z.boolean().default(true).describe('Whether each consumer has answers of its own.'),
    })
    .prefault({}),
  generation: z
    .int()
    .min(1)
    .default(1)
    .describe('Another number makes all gateways forget what they keep of this API.'),
});
