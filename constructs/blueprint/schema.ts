/**
 * The environment file, as a schema: what a person writes under `environments/`.
 *
 * Only what one field can say of itself is checked here; what takes two fields to see is in `rules.ts`.
 * The JSON Schema that editors complete from is made of this file (`scripts/write-schema.ts`).
 * What a pattern allows is said beside it in words, for the error.
 */
import { z } from 'zod';
import { planName } from '../gateway/policies/rate-limit';
import { retentionDays } from './aws-lists';
import { accountId, cidrBlock, duration, EXTENDS, name, regionCode } from './fields';
import { cluster, listener, namespace } from './sections/adopted';
import { api } from './sections/api';
import { domain } from './sections/domain';
import { gateway } from './sections/gateway';
import { identity } from './sections/identity';
import { network } from './sections/network';
import { quotas } from './sections/quotas';
import { sandbox } from './sections/sandbox';
import { state } from './sections/state';

/** An environment file. One environment = one stack = one state. */
export const environmentSchema = z.strictObject({
  $schema: z.string().optional(),
  extends: z
    .string()
    .regex(EXTENDS, 'a file in a folder below that of the environment files, such as shared/base.yaml')
    .optional()
    .describe(
      'A file that says what this one does not: its path from the folder of the environment files. Mappings are merged; a list or a value takes the place of the one there; a key without a value takes it away.',
    ),
  name: name(24).describe('Name of the environment; begins every AWS name.'),
  stage: z.enum(['api', 'load-balanced', 'gateway']).describe('How far the architecture has grown.'),
  region: regionCode.describe('AWS region.'),
  account: accountId
    .optional()
    .describe(
      'AWS account that the environment belongs to, in quotes. A deploy with credentials of another one is refused. By default the one of the credentials.',
    ),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}).describe('Tags on everything.'),
  network,
  domain: domain.optional().describe('Needed from stage `load-balanced` on.'),
  cluster: cluster.optional().describe('An ECS cluster that exists. By default a new one.'),
  namespace: namespace
    .optional()
    .describe('A Cloud Map namespace that exists. By default a new one, <name>.internal.'),
  listener: listener
    .optional()
    .describe('A listener that exists, instead of a load balancer. Used from stage `load-balanced` on.'),
  state: state.prefault({ kind: 'local' }),
  logRetentionDays: z
    .union(retentionDays.map((days) => z.literal(days)))
    .default(30)
    .describe('How long logs are kept.'),
  deletionProtection: z
    .boolean()
    .default(false)
    .describe(
      "Whether the load balancer, the consumers' keys, the gateways' logs and the user pool refuse to be deleted. To delete the environment, deploy it with `false` first.",
    ),
  deregistrationDelaySeconds: duration(1, 3600)
    .default(60)
    .describe('How long a target that leaves may finish its requests. From stage `load-balanced` on.'),
  operatorCidrs: z
    .array(cidrBlock)
    .max(4)
    .default([])
    .describe(
      'Address blocks of operators. From there, and from nowhere else, the header `x-stagecraft-target` leads past the rules of the APIs to the target group that it names: `gateway`, or an API. From stage `load-balanced` on.',
    ),
  quotas: quotas.prefault({}).describe('Quotas that AWS has raised for the account.'),
  apis: z.record(name(20), api).describe('The APIs by name.'),
  gateway: gateway.prefault({}).describe('The pair of gateways. Used from stage `gateway` on.'),
  consumers: z
    .record(
      name(63),
      z.strictObject({
        apis: z.array(z.string()).min(1).optional().describe('APIs that it may call. By default all.'),
        plan: planName.optional().describe('Which of the plans of `rateLimit` is its own. By default none.'),
      }),
    )
    .default({})
    .describe('Who may call, by name. Keys are issued with `stagecraft consumers add`.'),
  identity: identity.optional().describe('A Cognito user pool of its own.'),
  sandbox: sandbox
    .prefault({})
    .describe('What `stagecraft up` runs on this machine in place of images. Of no effect in an account.'),
});

/** What a person writes. */
export type EnvironmentInput = z.input<typeof environmentSchema>;
/** The same, with every default filled in. */
export type Environment = z.output<typeof environmentSchema>;
/** An API of either kind. */
export type AnyApi = Environment['apis'][string];
/** An API whose instances are run here. */
export type Api = Extract<AnyApi, { readonly image: unknown }>;
/** An API whose instances someone else runs. */
export type ForeignApi = Extract<AnyApi, { readonly at: unknown }>;

/** The APIs whose instances are run here. */
export const ownApis = (apis: Environment['apis']): [string, Api][] =>
  Object.entries(apis).flatMap(([name, api]): [string, Api][] => ('image' in api ? [[name, api]] : []));

export type Stage = Environment['stage'];
