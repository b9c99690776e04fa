import { z } from 'zod';
import { domainName } from '../fields';

const hostedZone = z.strictObject({
  id: z
    .string()
    .regex(/^Z[A-Z0-9]{4,31}$/, 'a hosted zone id, such as Z0123456789ABCDEFGHIJ')
    .describe('Id of a Route 53 hosted zone that exists.'),
  name: domainName.describe('Its name, such as example.com.'),
});

export const domain = z.strictObject({
  name: domainName.describe('Host name that clients use, such as api.example.com.'),
  hostedZone: hostedZone
    .optional()
    .describe('Zone that holds the name: the alias record and the certificate validation go there.'),
  certificateArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of an ACM certificate')
    .optional()
    .describe('An ACM certificate that exists, in the same region, instead of a new one.')
    .meta({
      examples: ['arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef'],
    }),
});
