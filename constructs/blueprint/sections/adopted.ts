/** What exists and is used instead of one of the environment's own. None of it is changed, but for the rules of a listener. */
import { z } from 'zod';
import { domainName } from '../fields';

const ARN = 'arn:aws[a-z-]*';

export const cluster = z.strictObject({
  arn: z
    .string()
    .regex(
      new RegExp(String.raw`^${ARN}:ecs:[a-z0-9-]+:\d{12}:cluster/[A-Za-z0-9_-]+$`),
      'the ARN of an ECS cluster, such as arn:aws:ecs:eu-central-1:123456789012:cluster/own',
    )
    .describe('ARN of the cluster.'),
});

export const namespace = z.strictObject({
  id: z
    .string()
    .regex(/^ns-[a-z0-9]+$/, 'the id of a Cloud Map namespace, such as ns-0123456789abcdef')
    .describe('Id of the namespace: a private DNS namespace of the VPC.'),
  name: domainName.describe(
    'Its name, such as own.internal. Services are found in it as <environment>-<service>.',
  ),
});

export const listener = z.strictObject({
  arn: z
    .string()
    .regex(
      new RegExp(
        String.raw`^${ARN}:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener/app/[A-Za-z0-9-]+/[0-9a-f]+/[0-9a-f]+$`,
      ),
      'the ARN of a listener of an Application Load Balancer',
    )
    .describe(
      'ARN of the listener. It ends TLS, and its load balancer closes idle connections no later than the longest request and 5 s, or after 60 s.',
    )
    .meta({
      examples: [
        'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/own/0123456789abcdef/0123456789abcdef',
      ],
    }),
  securityGroup: z
    .string()
    .regex(/^sg-[0-9a-f]{8,17}$/, 'a security group id, such as sg-0123456789abcdef0')
    .describe('Security group of its load balancer: what it calls lets it in.'),
});
