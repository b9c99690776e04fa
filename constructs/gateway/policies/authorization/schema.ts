import { z } from 'zod';
import { claimName } from '../authentication/jwt';

/** RFC 6749, section 3.3. */
const scope = z
  .string()
  .max(200)
  .regex(
    /^[\x21\x23-\x5b\x5d-\x7e]+$/,
    'a scope, such as orders/read: printable ASCII without space, " and \\',
  );

const scopes = z.array(scope).min(1).max(16);

/**
 * What a caller needs beside being known. All that is written must hold; what is not there denies.
 *
 * Scopes and claims are those of the token: a caller with a key has none. Scopes stand in the claim `scope` or `scp`,
 * between spaces or as a list; a claim's value is one of those that are written, or a list of which one is. Values are
 * compared as JSON has them: `true` is not the text `"true"`. Refused requests get 403 and, for scopes and claims,
 * `WWW-Authenticate` as RFC 6750 says.
 *
 * Which APIs a consumer with a key may call at all is said under `consumers`.
 */
export const authorization = z.strictObject({
  scopes: scopes.optional().describe('Scopes that a token needs, all of them.'),
  anyScope: scopes.optional().describe('Scopes of which a token needs one.'),
  claims: z
    .record(
      claimName,
      z
        .array(z.union([z.string().min(1).max(200), z.boolean(), z.int()]))
        .min(1)
        .max(16),
    )
    .optional()
    .describe('Claims that a token needs, each with the values that it may have.'),
  consumers: z
    .array(
      z
        .string()
        .regex(
          /^(jwt:([A-Za-z0-9._:@|-]{1,60}|#\d{1,15})|[a-z][a-z0-9-]{0,62})$/,
          'a consumer of this file, or jwt: and what the token says',
        ),
    )
    .min(1)
    .max(32)
    .optional()
    .describe(
      'Who may call: consumers of this file, or `jwt:` and the value of the consumer claim (`jwt:#7` for the number 7), of the issuer whose tokens are taken here. By default all.',
    ),
});
export type Authorization = z.output<typeof authorization>;
