import { z } from 'zod';
import { zoneLetter } from '../fields';

export const gateway = z.strictObject({
  members: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z]$/, 'one lower-case letter')
          .describe('Letter of the member: `a` makes gateway-a.'),
        zone: zoneLetter.describe('Zone that it is pinned to.'),
      }),
    )
    .min(2)
    .max(6)
    .optional()
    .describe('The gateways by name. By default one in each of the first two zones.'),
  image: z
    .string()
    .regex(/^\S+$/, 'an image name without spaces')
    .default('public.ecr.aws/docker/library/haproxy:lts')
    .describe('Image of the data plane.'),
  cpu: z.int().default(512).describe('CPU units of one gateway.'),
  memoryMiB: z.int().default(1024).describe('Memory of one gateway.'),
  cacheMiB: z.int().min(8).max(4095).default(64).describe('Memory of one gateway that the cache may take.'),
  graceSeconds: z
    .int()
    .min(1)
    .max(60)
    .default(20)
    .describe('How long a stopping gateway still accepts connections.'),
});
