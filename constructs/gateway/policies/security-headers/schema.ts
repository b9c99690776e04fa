import { z } from 'zod';

const hsts = z
  .strictObject({
    maxAgeSeconds: z
      .int()
      .min(0)
      .max(63_072_000)
      .default(31_536_000)
      .describe('How long a browser keeps to HTTPS.'),
    includeSubDomains: z.boolean().default(false).describe('Whether all names below this one are meant too.'),
    preload: z
      .boolean()
      .default(false)
      .describe(
        "Whether browsers' makers may build it in; needs `includeSubDomains` and a year. It is hard to take back.",
      ),
  })
  .prefault({});

/**
 * What browsers are told to do for safety's sake, on every answer: of the API, of the cache and of the gateway itself.
 * What the API says itself of HSTS, frames, referrers and content security stays; `nosniff` is always said.
 * What names the API's software (`Server`, `X-Powered-By` and the like) is taken away.
 */
export const securityHeaders = z
  .union([
    z.literal('none'),
    z.strictObject({
      hsts: z
        .union([z.literal('none'), hsts])
        .prefault({})
        .describe('`Strict-Transport-Security` (RFC 6797).'),
      contentTypeOptions: z
        .enum(['nosniff', 'none'])
        .default('nosniff')
        .describe('`X-Content-Type-Options`.'),
      frameOptions: z
        .enum(['DENY', 'SAMEORIGIN'])
        .optional()
        .describe('`X-Frame-Options`. By default not said.'),
      referrerPolicy: z
        .enum([
          'no-referrer',
          'no-referrer-when-downgrade',
          'origin',
          'origin-when-cross-origin',
          'same-origin',
          'strict-origin',
          'strict-origin-when-cross-origin',
          'unsafe-url',
        ])
        .optional()
        .describe('`Referrer-Policy`. By default not said.'),
      contentSecurityPolicy: z
        .string()
        .regex(/^[!-~](?:[ -~]{0,1022}[!-~])?$/, 'printable ASCII, up to 1024 characters')
        .optional()
        .describe(
          "`Content-Security-Policy`, such as default-src 'none'; frame-ancestors 'none'. By default not said.",
        ),
      removeServerHeaders: z
        .boolean()
        .default(true)
        .describe("Whether the headers that name the API's software are taken away."),
    }),
  ])
  .describe('What browsers are told to do for safety; `none` says nothing.');
