import { z } from 'zod';

/** Name of a plan, as consumers and limits say it. */
export const planName = z
  .string()
  .max(20)
  .regex(/^[a-z](?:-?[a-z0-9])*$/, 'lower-case letters, digits and single hyphens, beginning with a letter');

const window = {
  requests: z.int().min(1).max(1_000_000).describe('Requests that may pass.'),
  perSeconds: z.int().min(1).max(86_400).describe('Window that they may pass in.'),
};

const windows = z
  .array(z.strictObject(window))
  .min(1)
  .max(3)
  .describe('Limits that all hold at once, each with a window of another length: one to three.');

const by = z
  .enum(['consumer', 'address', 'api'])
  .default('consumer')
  .describe('Who is counted: each consumer, each client address, or the API as a whole.');

const oneWindow = z.strictObject({ ...window, by });
const severalWindows = z.strictObject({ windows, by });
const byPlan = z.strictObject({
  plans: z
    .record(planName, windows)
    .refine((plans) => Object.keys(plans).length > 0, 'Name at least one plan.')
    .refine((plans) => Object.keys(plans).length <= 8, 'A limit has eight plans at most.')
    .describe("The windows of each plan. A consumer's plan is written under `consumers:`."),
  defaultPlan: planName
    .optional()
    .describe(
      'Plan of a consumer that has none, and of all that are known by a token (JWT). By default none.',
    ),
  by: z.literal('consumer').default('consumer').describe('Plans are for consumers: each is counted.'),
});

/** So many requests in such a time. */
export type Window = z.output<typeof severalWindows>['windows'][number];

export type RateLimit =
  | { readonly windows: readonly Window[]; readonly by: 'consumer' | 'address' | 'api' }
  | {
      readonly plans: Readonly<Record<string, readonly Window[]>>;
      readonly defaultPlan?: string;
      readonly by: 'consumer';
    };

/**
 * How many requests may pass in a time, counted over all gateways. Three ways to write it:
 *
 *     rateLimit: { requests: 600, perSeconds: 60 }
 *     rateLimit: { windows: [{ requests: 10, perSeconds: 1 }, { requests: 1000, perSeconds: 3600 }] }
 *     rateLimit: { plans: { free: [{ requests: 60, perSeconds: 60 }], gold: [{ requests: 600, perSeconds: 60 }] } }
 *
 * Of several windows all must have room. They are looked at before any is counted: a refused request (429) is counted
 * in none. With plans, a consumer whose plan is not among them may not call (403). What `validation` refuses counts, as it is
 * looked at after the limit; what was refused before, for want of a key or of a right, does not.
 *
 * Answers carry `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers), with an entry for each
 * window. A refusal says in `Retry-After` when a request is sure to pass all windows, if the caller makes none before.
 * The log's `limit` is `passed`, or `refused:` and the longest window that had no room, such as `refused:hour`.
 *
 * The window slides: what passed in the window before counts by the part of it that is still within reach. Over time
 * never more than `requests` per `perSeconds` pass; in a single stretch of `perSeconds`, whichever it is, less than twice
 * as many can.
 *
 * With N for `requests`, and M gateways:
 * - **Steady**: exact. Each gateway learns within milliseconds what the others let pass, and compares the sum.
 * - **A burst** that arrives at several gateways within those milliseconds: at most N x M pass. Nothing passes then
 *   until the excess is out of the window. Through one gateway at most N pass, however many come at once. (Both with
 *   one more for each CPU of a gateway beyond the first: requests of the same instant do not see each other.)
 * - **A gateway starts again**: exact. It learns the counts, its own too, within about two seconds, and says that it
 *   is healthy after three. A request that reached it before would make it forget what it had let pass itself.
 * - **A gateway is lost**: exact. The others know what it let pass, save for its last milliseconds.
 * - **The gateways do not reach each other**: each counts alone, at most N x M pass.
 * - **All are lost at once**: the counts are lost too, at most N more pass.
 * - **A flood of callers whom the environment does not name**: nothing changes for consumers with a key and for the API
 *   as a whole. Their counts stand apart, with a place for each. Addresses (IPv6: /64 blocks) and callers with a token
 *   are as many as they like: `gateway.countsMiB` bounds how many are counted at once. Exact up to one fewer than a table
 *   holds, over two windows and 10 s and all APIs with a window of that length. A full table forgets old counts first
 *   (HAProxy 2.6 the oldest; 3.x a hundred at once, from parts of the table by chance); whoever is forgotten gets N anew.
 *   None is refused because a table is full: whoever fills it could shut the others out.
 */
export const rateLimit = z.union([oneWindow, severalWindows, byPlan]).transform((limit): RateLimit => {
  if (!('requests' in limit)) return limit;
  const { requests, perSeconds, by: who } = limit;
  return { windows: [{ requests, perSeconds }], by: who };
});
