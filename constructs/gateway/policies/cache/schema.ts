import { z } from 'zod';
import { requestHeader } from '../request-header';

const seconds = z.int().min(1).max(86_400);

/**
 * Answers that are kept and given again: one copy over all gateways.
 *
 * Kept is a 200 to a GET of up to 1 MiB, or another one of `statuses`, and never one with Set-Cookie, with `no-store`,
 * `private` or `no-cache`, with a Vary that names more than `varyBy.headers`, nor a stream (text/event-stream), nor one whose
 * Cache-Control or Vary has more than 256 bytes.
 * HEAD is answered from what a GET has left. `X-Cache` of an answer says HIT, MISS or BYPASS; `Age` of a HIT, how many
 * seconds old it is. No answer is given after its time: there is nothing that `must-revalidate` could forbid. What a
 * client says with Cache-Control counts for nothing.
 *
 * What the API gets of a request whose answer may be kept is what the key holds: path, query, host, scheme, port, the
 * headers of `varyBy.headers`, the consumer unless `varyBy.consumer` is false; and the names that logs know it by
 * (X-Request-Id, traceparent, tracestate, X-Amzn-Trace-Id). All other headers are taken away, the client's address among
 * them, so nobody can change what others are given. An API that answers by Accept, Accept-Language or User-Agent has
 * them in `varyBy.headers`. Conditions (If-None-Match, If-Modified-Since) and Range are taken away too: the whole answer
 * is fetched, given and kept, and conditions are answered by what is kept. Files beyond 1 MiB, which clients fetch in
 * parts, belong to a route with `cache: none`.
 *
 * A request passes the cache by, whole, when its answer is for one: with Cookie (see `cookies`), with Authorization (see
 * below), with Origin where no `cors` policy answers for the API, with If-Match or If-Unmodified-Since, with a body, or
 * when it accepts text/event-stream or upgrades.
 *
 * What was authorized: who may not call gets nothing from the cache, since callers are asked for their key or token
 * before it. What the gateway has checked and keeps to itself does not stand in the way, and each consumer has answers
 * of its own unless `varyBy.consumer` is false: that says that all who may call get the same. A request that still has
 * an Authorization header, which the API itself will judge, passes the cache by (RFC 9111, section 3.5).
 * With `authorization` among `varyBy.headers` it does not: each value then has answers of its own, which are given
 * until their time is over, even if the API would no longer take that value. Nor with `varyBy.scope` and a valid token.
 *
 * Cost: a GET that is not answered from the cache, also one of a route without a cache in an API with one, passes two
 * gateways or one gateway twice, and a write is told to all; each takes about 0.15 ms of processor time more.
 */
export const cache = z.strictObject({
  ttlSeconds: seconds.describe('How long an answer is kept; with `freshness: respect`, at most.'),
  freshness: z
    .enum(['override', 'respect'])
    .default('override')
    .describe(
      'Who says how long: with `override` this policy, whatever the API says of it. With `respect` the API, up to `ttlSeconds`: `s-maxage` of its Cache-Control, or else `max-age`, or else Expires, less its Age (RFC 9111, section 4.2). CDN-Cache-Control takes the place of both (RFC 9213). What says none of them is not kept, unless `defaultTtlSeconds` is set.',
    ),
  defaultTtlSeconds: seconds
    .optional()
    .describe(
      'With `freshness: respect`: how long an answer is kept that has none of s-maxage, max-age and Expires. By default not at all.',
    ),
  statuses: z
    .array(
      z
        .int()
        .min(200)
        .max(599)
        .refine(
          (status) => ![206, 304, 428, 429, 431, 511].includes(status),
          'no part (206, 304), and none that no cache may keep (428, 429, 431, 511)',
        ),
    )
    .min(1)
    .max(20)
    .refine((statuses) => new Set(statuses).size === statuses.length, 'each status once')
    .default([200])
    .describe(
      'Statuses of answers that are kept, for the same time as a 200: with 404 also that nothing is there. Redirects and errors of the API are kept for all, as any other answer is.',
    ),
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
      scope: z
        .boolean()
        .default(false)
        .describe(
          "Whether each set of a token's scopes (`scope`, or `scp` where it is text) has answers of its own. It also says that answers may be kept to requests whose token the API gets (`jwt.forward`).",
        ),
      consumer: z.boolean().default(true).describe('Whether each consumer has answers of its own.'),
    })
    .prefault({})
    .describe('What makes another answer, beside path, host, scheme and port.'),
  cookies: z
    .enum(['bypass', 'drop'])
    .default('bypass')
    .describe(
      'What becomes of a request with a Cookie: with `bypass` it passes the cache by and reaches the API as it is, with `drop` the API does not get the cookies, and the answer is for all. With `cookie` among `varyBy.headers` each value has answers of its own.',
    ),
  invalidation: z
    .enum(['path', 'api', 'none'])
    .default('path')
    .describe(
      'What a write (any method but GET, HEAD, OPTIONS and TRACE, answered 2xx or 3xx) makes the gateways forget: with `path` all answers of its path, whatever their query, host, consumer or headers (RFC 9111, section 4.4); with `api` all of this API, for all of its routes; with `none` nothing. The gateway that took the write forgets before it answers, the others within milliseconds, as long as they reach each other.',
    ),
  generation: z
    .int()
    .min(1)
    .default(1)
    .describe(
      'Another number makes all gateways forget what they keep of this API, or of the route that it is written for.',
    ),
});
export type Cache = z.output<typeof cache>;
