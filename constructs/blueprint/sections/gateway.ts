import { z } from 'zod';
import { images } from '../../gateway/images';
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
    .default(images.haproxy)
    .describe('Image of the data plane: HAProxy 2.6 or newer, with bash.'),
  keysImage: z
    .string()
    .regex(/^\S+$/, 'an image name without spaces')
    .default(images.node)
    .describe('Image of the key helper: Node 20 or newer. Used when an API takes JWTs.'),
  keysRefreshSeconds: z
    .int()
    .min(30)
    .max(3600)
    .default(300)
    .describe("How often the issuers' keys are fetched."),
  keepKeysHours: z
    .int()
    .min(1)
    .max(168)
    .default(24)
    .describe('How long the last known keys are taken while their issuer does not answer.'),
  cpu: z.int().default(512).describe('CPU units of one gateway.'),
  memoryMiB: z.int().default(1024).describe('Memory of one gateway.'),
  cacheMiB: z.int().min(8).max(4095).default(64).describe('Memory of one gateway that the cache may take.'),
  countsMiB: z
    .int()
    .min(8)
    .max(4095)
    .default(48)
    .describe(
      'Memory of one gateway for the counts of rate limits by address, and of callers with a token: at 230 and 406 bytes a count, shared alike by all gateways and lengths of windows. With two gateways and one length, 48 MiB count 109,000 addresses. Consumers with a key are not in it.',
    ),
  graceSeconds: z
    .int()
    .min(1)
    .max(60)
    .default(20)
    .describe('How long a stopping gateway still accepts connections.'),
  metrics: z
    .union([
      z.literal('none'),
      z.literal('cloudwatch'),
      z.strictObject({
        prometheus: z
          .string()
          .max(500)
          .regex(
            /^(?:arn:[a-z-]+:aps:[a-z0-9-]+:\d{12}:workspace\/ws-[0-9a-f-]+|https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?\/[\w.~!$&'()*+,;=:@%/-]*)$/,
            'the ARN of a workspace of Amazon Managed Service for Prometheus, or the address that remote write goes to (https://…)',
          )
          .describe(
            'ARN or remote write address of a workspace of Amazon Managed Service for Prometheus, which is signed for; or the address of any other Prometheus, which is not.',
          ),
      }),
    ])
    .default('none')
    .describe(
      'Where the metrics of the data plane go, by a collector beside each gateway: `cloudwatch`, or a Prometheus. Its heap takes up to 160 MiB of `memoryMiB`. Cost in CloudWatch: (7 x APIs + 6 x gateways) x 0.30 USD a month (us-east-1): with 3 APIs and 2 gateways 9.90 USD.',
    ),
  metricsImage: z
    .string()
    .regex(/^\S+$/, 'an image name without spaces')
    .default(images.collector)
    .describe('Image of the collector: the AWS Distro for OpenTelemetry. Used with `metrics`.'),
  usageMetrics: z
    .boolean()
    .default(true)
    .describe(
      'Whether CloudWatch gets metrics of the usage: for each API Requests, Errors5xx, Refused, CacheHits and Latency, and for each consumer of an API Requests. Cost: a metric is 0.30 USD a month (us-east-1, the first 10,000) while it gets values, so at most (5 x APIs + pairs of API and consumer) x 0.30 USD: 3 APIs with 4 consumers each are (15 + 12) x 0.30 = 8.10 USD a month. `stagecraft usage` does not need them.',
    ),
});
