import { z } from 'zod';
import { regionCode } from '../fields';

export const state = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('local').describe('Where: in a file (`local`), or in a bucket (`s3`).'),
      path: z
        .string()
        .min(1)
        .optional()
        .describe(
          'File, from the project folder. By default terraform.<name>.<region>.tfstate. It must say the region.',
        ),
    }),
    z.strictObject({
      kind: z.literal('s3'),
      bucket: z
        .string()
        .regex(
          /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
          'a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens',
        )
        .describe('Bucket that exists, with versioning.'),
      key: z
        .string()
        .min(1)
        .max(1024)
        .optional()
        .describe('Object key. By default stagecraft/<name>.<region>.tfstate. It must say the region.'),
      region: regionCode.optional().describe("The bucket's region. By default the environment's."),
    }),
  ])
  .describe('Where Terraform keeps its state. `s3` locks with a lock file in the bucket.');
