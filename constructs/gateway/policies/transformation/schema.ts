import { z } from 'zod';
import { requestHeader, responseHeader } from '../header';
import { pathTemplate } from '../route';

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
 * With `stripPrefix` the API gets `X-Forwarded-Prefix: /orders`, and its `Location`, `Content-Location` and cookie paths
 * are put right for clients. A path gets the prefix before it, unless it begins with the prefix: then the API heeds the
 * header. (An API that does not, and has a path of its own that begins with its prefix, cannot point to it.) A URL is
 * treated alike when its host is the one that was asked for, one of the API's `hosts` or, where it has none, the
 * environment's that no other API has; with another port it is left alone, as are all other URLs. A relative reference is
 * left as it is, but for an answer to the prefix itself, where clients would look beside the API: there `8` becomes `/orders/8`. One that climbs
 * out of the API with `..` from any other path is left too. A cookie for `/` becomes one for `/orders`; one without a path
 * that answers the prefix itself gets it, as it would else be for the paths beside; one whose name begins with `__Host-`
 * stays. The cache keeps what the API said, and it is put right each time. Bodies, `Link` and `Refresh` are not read. With
 * `replacePrefix` and `rewrite` nothing of this is done.
 *
 * A parameter that is set or removed is taken from the query in whatever way a client wrote it: in either case,
 * percent-encoded, as `name[]`. A semicolon, which some programs read as the end of a parameter, then reaches the API
 * as `%3B`; a query of more than 4096 bytes, each semicolon counted as three, is refused (414).
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
    .prefault({})
    .describe('What is changed of the request that the API gets.'),
  response: z
    .strictObject(headers(responseHeader))
    .prefault({})
    .describe('What is changed of the answer that the client gets.'),
});
export type Transformation = z.output<typeof transformation>;
