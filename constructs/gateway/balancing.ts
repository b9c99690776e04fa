/** How the requests of an API are spread over its instances, and how much of a gateway a slow API may hold. */
import { z } from 'zod';

/**
 * ```yaml
 * apis:
 *   orders:
 *     balancing: { maxConnectionsPerInstance: 50, maxConcurrentRequests: 400, queueTimeoutSeconds: 2 }
 * ```
 * It is the API's as a whole: its routes share the instances. All bounds are those of one gateway; a pair lets twice
 * as much through, and while one of the two is away all of it comes by the other.
 */
export const balancing = z.strictObject({
  algorithm: z
    .enum(['leastconn', 'roundrobin'])
    .default('leastconn')
    .describe(
      'Who gets the next request: the instance with the fewest under way, or each in turn. ' +
        'In turn only suits requests that all take the same time.',
    ),
  slowStartSeconds: z
    .int()
    .min(0)
    .max(600)
    .default(10)
    .describe(
      'Time in which an instance that has come back or is new gets its full share. ' +
        'Its `maxConnectionsPerInstance` grows with it. 0: its full share at once.',
    ),
  maxConnectionsPerInstance: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'Most requests that a gateway has under way at one instance; more wait in the gateway, in the order that they ' +
        'came, for `queueTimeoutSeconds`. By default no bound.',
    ),
  maxConcurrentRequests: z
    .int()
    .min(1)
    .max(20_000)
    .optional()
    .describe(
      'Most requests of this API that a gateway has under way or waiting; one more is answered with 503 and ' +
        '`Retry-After` at once. What a gateway answers by itself (from the cache, or because it refuses) is not ' +
        'counted. By default no bound.',
    ),
  queueTimeoutSeconds: z
    .int()
    .min(1)
    .max(30)
    .default(5)
    .describe('How long a request may wait for an instance before it is answered with 503.'),
  connectTimeoutSeconds: z
    .int()
    .min(1)
    .max(30)
    .default(2)
    .describe('How long one try to connect to an instance may take.'),
  retries: z
    .int()
    .min(0)
    .max(5)
    .default(2)
    .describe(
      'How often a request is tried again, at another instance where there is one: when no connection came about, ' +
        'whatever the method; when an instance hung up without an answer, GET and HEAD only. 0: never.',
    ),
});

export type Balancing = z.output<typeof balancing>;

/** Longest time that a request can be in a gateway once its API's turn has come: waiting, then being answered. */
export const longestSeconds = (api: {
  readonly requestTimeoutSeconds: number;
  readonly balancing: Balancing;
}): number =>
  api.requestTimeoutSeconds +
  (api.balancing.maxConnectionsPerInstance === undefined ? 0 : api.balancing.queueTimeoutSeconds);
