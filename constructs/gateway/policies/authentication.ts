import { z } from 'zod';
import { requestHeader } from './request-header';

/**
 * How a caller proves who it is. A key is known by its SHA-256 only; it does not reach the API, which is told the
 * consumer's name in `X-Consumer-Id`. Without a key that is valid: 401. Without the right to call this API: 403.
 */
export const authentication = z
  .union([
    z.literal('public'),
    z.strictObject({
      apiKey: z.strictObject({
        header: requestHeader
          .default('x-api-key')
          .describe('Request header that carries the key, in lower case.'),
      }),
    }),
  ])
  .default('public')
  .describe('`public`, or how a caller proves who it is.');
