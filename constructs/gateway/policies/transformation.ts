import { z } from 'zod';
import { requestHeader, responseHeader } from './header';
import { pathTemplate } from './route';

/** What may stand in a value, in braces. */
export const placeholders = ['consumer', 'requestId', 'clientAddress', 'api', 'route'] as const;

const text = z
  .string()
  .regex(/^[!-~](?:[ -~]{0,254}[!-~])?$/, 'printable ASCII, up to 256 characters, no space at either end');

const headerText = text.describe(
  'Text; {consumer}, {requestId}, {clientAddress}, {api} and {route} stand for what they say.',
);

const parameter = z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/, 'letters, digits and _ . -, 40 at most');

const headers = (name: z.ZodString) => ({
  setHeaders: z
    .record(name, headerText)
    .default({})
    .describe('Headers and their values; one that is there already is replaced.'),
  removeHeaders: z.array(name).default([]).describe('Headers that are taken away.'),
  renameHeaders: z
    .record(name, name)
    .default({})
    .describe('Headers and their new names; of one that was sent several times, the first four are kept.'),
});

const path = z.union([
  z.strictObject({
    stripPrefix: z.literal(true).describe('The API gets /7 for /orders/7, and / for /orders.'),
  }),
  z.strictObject({
    replacePrefix: z
      .string()
      .regex(/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+){1,8}$/, 'a path such as /v2/orders')
      .describe('What stands in the place of the prefix: with /v2, the API gets /v2/7 for /orders/7.'),
  }),
  z.strictObject({
    rewrite: pathTemplate.describe(
      "Another path, with the placeholders of the route's own: /items/{id} for /orders/{id}.",
    ),
  }),
]);

/**
 * Another form of what the API gets, and of what it answers.
 *
 * All other policies see the request as the client sent it: routes, cache keys and logs are of the original. What a
 * request is changed to reaches the API only; an answer is changed on its way out, whether it came from the API or from
 * the cache, which keeps the original. The gateway's own answers (401, 429 and the like) are as they are.
 *
 * The prefix is the one of `paths` by which the request came to the API. Headers that say who calls and from where, and
 * those that belong to the connection or to another policy, cannot be changed. Values are no place for secrets.
 *
 * A parameter that is set or removed is taken from the query in whatever way a client wrote it: in either case,
 * percent-encoded, as `name[]`. A semicolon, which some programs read as the end of a parameter, then reaches the API
 * as `%3B`; a query of more than 4096 bytes is refused (414).
 */
export const transformation = z.strictObject({
  path: path.optional().describe('By default the path stays as it is.'),
  request: z
    .strictObject({
      ...headers(requestHeader),
      setQuery: z
        .record(
          parameter,
          z
            .string()
            .regex(/^\P{C}{1,256}$/u, 'characters that can be printed, up to 256')
            .describe('Text, which is percent-encoded; the same placeholders as in headers.'),
        )
        .default({})
        .describe('Query parameters and their values.'),
      removeQuery: z.array(parameter).default([]).describe('Query parameters that are taken away.'),
    })
    .prefault({}),
  response: z.strictObject(headers(responseHeader)).prefault({}),
});
