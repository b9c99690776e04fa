import { z } from 'zod';

/** How a caller proves who it is. */
export const authentication = z
  .union([
    z.literal('public'),
    z.strictObject({
      apiKey: z.strictObject({
        header: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,39}$/)
          .default('x-api-key')
          .describe('Request header that carries the key, in lower case.'),
      }),
    }),
  ])
  .default('public')
  .describe('`public`, or how a caller proves who it is.');
