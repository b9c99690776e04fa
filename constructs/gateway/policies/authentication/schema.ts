import { z } from 'zod';
import { requestHeader } from '../request-header';
import { jwt } from './jwt';

/**
 * How a caller proves who it is: by a key, by a token, or by either. A key is known by its SHA-256 only. Neither reaches
 * the API, which is told the consumer's name in `X-Consumer-Id`. Without a valid one: 401. Without the right to call this
 * API: 403. A request with both a key and a token is refused (400): it is not for the gateway to choose who calls.
 */
export const authentication = z
  .union([
    z.literal('public'),
    z.strictObject({
      apiKey: z
        .strictObject({
          header: requestHeader
            .default('x-api-key')
            .describe('Request header that carries the key, in lower case.'),
        })
        .optional()
        .describe('A key that `stagecraft consumers add` has issued.'),
      jwt: jwt.optional().describe('A token of an issuer, in `Authorization: Bearer`.'),
    }),
  ])
  .describe('`public`, or how a caller proves who it is.');
export type Authentication = z.output<typeof authentication>;

/** The ways to prove who one is; none where all are let in. */
export const waysOf = (authentication: Authentication): Exclude<Authentication, 'public'> =>
  authentication === 'public' ? {} : authentication;
