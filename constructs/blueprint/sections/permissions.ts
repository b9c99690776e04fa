import { z } from 'zod';

const action = z
  .string()
  .max(128)
  .regex(/^[a-z][a-z0-9-]*:[A-Za-z0-9*?]+$/, 'a service and an action, such as dynamodb:GetItem');

const resource = z
  .string()
  .max(2048)
  .regex(
    /^(?:\*|arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9*-]*:(?:\d{12}|aws|\*)?:\S+)$/,
    'an ARN, such as arn:aws:dynamodb:eu-central-1:123456789012:table/orders, or * where an action knows none narrower',
  );

const statement = z.strictObject({
  actions: z.array(action).min(1).max(100).describe('What may be done: `dynamodb:GetItem`.'),
  resources: z.array(resource).min(1).max(100).describe('With what, by ARN.'),
  because: z
    .string()
    .min(10)
    .max(200)
    .optional()
    .describe(
      'Why it is as wide as it is, in a sentence. Needed where an action or a resource has a * or ?.',
    ),
});

/** An AWS managed policy, or one of one's own. */
const managedPolicy = z
  .string()
  .max(2048)
  .regex(
    /^arn:aws[a-z-]*:iam::(?:aws|\d{12}):policy\/[\w+=,.@/-]+$/,
    'the ARN of a managed policy, such as arn:aws:iam::123456789012:policy/orders',
  );

/** AWS's quota of managed policies of a role. */
const MOST_MANAGED = 10;

/** What the programs in an API's tasks may do in AWS. */
export const permissions = z.strictObject({
  allow: z.array(statement).max(50).default([]).describe('Statements of a policy of its own.'),
  managedPolicies: z
    .array(managedPolicy)
    .max(MOST_MANAGED)
    .default([])
    .describe('ARNs of managed policies that exist.'),
});
