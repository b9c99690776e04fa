import { z } from 'zod';
import { name } from '../fields';

const cognito = z.strictObject({
  domainPrefix: z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
      'up to 63 lower-case letters, digits and hyphens, with no hyphen at either end',
    )
    .describe('Prefix of the token endpoint, unique in the region.'),
  resourceServer: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'printable ASCII without space, " and \\')
    .default('api')
    .describe('Identifier that scopes begin with.'),
  scopes: z
    .record(
      z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'letters, digits and . _ -, 64 at most'),
      z.string().min(1).max(256),
    )
    .describe('Scopes and what each allows.'),
  machineClients: z
    .record(
      name(32),
      z.strictObject({
        scopes: z.array(z.string()).min(1).describe('Scopes that it may ask for, of those above.'),
      }),
    )
    .default({})
    .describe('Clients that get tokens with the client credentials grant.'),
});

export const identity = z.strictObject({
  cognito: cognito.describe('An Amazon Cognito user pool for machine clients.'),
});
