import { z } from 'zod';
import { methods } from '../route';

const origin = z
  .string()
  .regex(
    /^(null|(?!https:\/\/[^:]*:443$|http:\/\/[^:]*:80$)[a-z][a-z0-9+.-]{0,20}:\/\/([a-z0-9._-]{1,253}|\[[0-9a-f:]{2,39}\])(:[1-9][0-9]{0,4})?)$/,
    'an origin as browsers send it: https://app.example.com, in lower case, without a path and without the usual port',
  );

const header = z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'letters, digits and hyphens, 40 at most');

/**
 * Which web pages of other origins may call, as their users' browsers ask (the Fetch standard's CORS protocol).
 *
 * A preflight is answered by the gateway before any other policy, as it carries no key: 204, and 403 for an origin that
 * is not allowed. The policy of the route counts that the announced method would take. An actual request goes on
 * whatever its origin is: CORS protects a browser's user and keeps no one from calling. Every answer says which origin
 * may read it, the gateway's own (401, 429) and those from the cache too; the API's own `Access-Control-` headers are
 * taken away. An OPTIONS request that is no preflight is one like any other.
 */
export const cors = z.strictObject({
  origins: z
    .union([z.literal('any'), z.array(origin).min(1).max(20)])
    .describe('`any`, or the origins that may call; they are compared character by character.'),
  methods: z
    .array(z.enum(methods))
    .min(1)
    .default(['GET', 'HEAD', 'POST'])
    .describe('Methods that a page may use.'),
  headers: z
    .array(header)
    .max(40)
    .default(['content-type'])
    .describe("Request headers that a page may set; the API key's too, where there is one."),
  exposeHeaders: z
    .array(header)
    .max(40)
    .default([])
    .describe('Response headers that a page may read, beside those that it always may.'),
  credentials: z
    .boolean()
    .default(false)
    .describe('Whether a browser may send cookies and client certificates. Not with `any`.'),
  maxAgeSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(600)
    .describe('How long a browser keeps the answer to a preflight. Browsers cut it, to 2 hours or to 24.'),
});
export type Cors = z.output<typeof cors>;
