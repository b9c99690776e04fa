import { z } from 'zod';
import { balancing } from '../../gateway/balancing';
import { images } from '../../gateway/images';
import { policies, promises, route } from '../../gateway/policies';
import { healthCheckIntervalSeconds, healthCheckThreshold, healthCheckTimeoutSeconds } from '../aws-lists';
import {
  duration,
  hostAndPort,
  hostName,
  instanceCounts,
  MOST_SEED,
  name,
  pathPrefix,
  portNumber,
} from '../fields';
import { canary } from './canary';
import { permissions } from './permissions';

const image = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\S+$/, 'an image name without spaces, such as ghcr.io/example/orders:1.4.2');

const healthCommand = z
  .tuple([z.enum(['CMD', 'CMD-SHELL']), z.string().min(1)], z.string())
  .describe(
    "A check of the image's own in place of the probe: run in the API's container, it ends with 0 when the instance can serve. `[CMD, program, …]`, or `[CMD-SHELL, text]`. Without the probe, the API has to serve for 10 s after SIGTERM, as callers still have its address.",
  );

/**
 * How an instance is known to be healthy, at every stage: before a deploy counts it, and as long as it runs.
 *
 * A small probe container beside the API asks `http://127.0.0.1:<port><path>`, so the API has to listen on localhost,
 * too; its image needs no tool for it. The probe also tries the port once a second: when an API that has listened has ended,
 * the task is replaced three to four seconds later; one that ends before is found by the checks, after its grace. And when
 * the task is told to stop, the probe keeps the API serving for 10 s, until all have let go of its address. Or a `command`
 * runs in the API's own container, which then is the task's: such an API has to serve on by itself after SIGTERM. From stage `load-balanced` on the load balancer or the gateways ask the same.
 */
const healthCheck = z.strictObject({
  path: pathPrefix.default('/healthz').describe('Path that answers 200 when an instance can serve.'),
  status: z
    .string()
    .regex(/^[2-4]\d\d(-[2-4]\d\d)?$/, 'a status from 200 to 499, or a range such as 200-299')
    .default('200')
    .describe('Status, or range of statuses, that counts as healthy: 200, or 200-299.'),
  intervalSeconds: duration(...healthCheckIntervalSeconds)
    .default(10)
    .describe('Time between two checks.'),
  timeoutSeconds: duration(healthCheckTimeoutSeconds[0], 60)
    .default(4)
    .describe('How long a check may take.'),
  healthyThreshold: z
    .int()
    .min(healthCheckThreshold[0])
    .max(healthCheckThreshold[1])
    .default(2)
    .describe('Successes in a row before a failed instance serves again. From stage `load-balanced` on.'),
  unhealthyThreshold: z
    .int()
    .min(healthCheckThreshold[0])
    .max(healthCheckThreshold[1])
    .default(2)
    .describe('Failures in a row before an instance serves no more.'),
  graceSeconds: z
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe('Time a new task has to start before checks count.'),
  command: healthCommand.optional(),
  probeImage: image
    .default(images.haproxy)
    .describe('Image of the probe: any with /bin/bash and sleep. Not used with `command`.'),
});

const secretArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:(?:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+(?::[^:\s]*){0,3}|ssm:[a-z0-9-]+:\d{12}:parameter\/[\w./-]+)$/,
    'the ARN of a Secrets Manager secret or of an SSM parameter, never the secret itself',
  )
  .describe('ARN of a Secrets Manager secret or of an SSM parameter.');

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _, not beginning with a digit');

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,40}$/, 'letters, digits and hyphens, 40 at most')
  .describe('Name of a request header.');

/** Environment variables by name. */
export const variables = z.record(variableName, z.string().max(4096));

/** An API whose instances are run here. */
const ownApi = z.strictObject({
  image: image.describe('Container image, with its tag or digest.'),
  canary: canary(image, variables)
    .optional()
    .describe('A new version that some of the callers get. For stage `gateway`.'),
  command: z
    .array(z.string())
    .optional()
    .describe("The container's command, when it is not the image's own."),
  port: portNumber.default(8080).describe('Port that the container listens on.'),
  paths: z
    .array(pathPrefix)
    .min(1)
    .default(['/'])
    .describe('Path prefixes that belong to this API, on whole segments. From stage `load-balanced` on.'),
  hosts: z
    .array(hostName)
    .default([])
    .describe('Host names that this API answers on; none means any. From stage `load-balanced` on.'),
  headers: z
    .record(headerName, z.string().min(1).max(128))
    .default({})
    .describe(
      'Request headers that a request must have to belong to this API. From stage `load-balanced` on.',
    ),
  listenerSeed: z
    .int()
    .min(0)
    .max(MOST_SEED)
    .default(0)
    .describe(
      "Gives this API's listener rules other numbers. Only needed when a number is another rule's already: the error then says which to write. From stage `load-balanced` on.",
    ),
  nestedStack: name(20)
    .optional()
    .describe(
      "With AWS CDK: name of the nested stacks that it stands in with others, as a stack of CloudFormation holds 500 resources. By default it stands in the environment's own stack. Say it when you add the API: it cannot be changed of one that is deployed. Means nothing to the other engines.",
    ),
  instances: z
    .strictObject({
      ...instanceCounts(2),
      targetCpuPercent: z.int().min(10).max(95).default(60).describe('Average CPU that autoscaling holds.'),
    })
    .prefault({})
    .describe('How many instances run.'),
  cpu: z.int().default(256).describe('CPU units of one instance; 1024 is one vCPU.'),
  memoryMiB: z.int().default(512).describe('Memory of one instance.'),
  architecture: z
    .enum(['x86_64', 'arm64'])
    .default('x86_64')
    .describe('Processor that the image is built for.'),
  health: healthCheck.prefault({}).describe('How an instance is known to be healthy.'),
  requestTimeoutSeconds: duration(1, 3600).default(30).describe('Longest time that a request may take.'),
  balancing: balancing
    .prefault({})
    .describe('How requests are spread over the instances. Used from stage `gateway` on.'),
  environment: variables.default({}).describe('Environment variables of the container.'),
  secrets: z
    .record(variableName, secretArn)
    .default({})
    .describe('Environment variables filled from secrets when a task starts.'),
  kmsKeys: z
    .array(
      z
        .string()
        .regex(
          /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
          'the ARN of a KMS key, such as arn:aws:kms:eu-central-1:123456789012:key/…, and not of an alias',
        ),
    )
    .max(20)
    .default([])
    .describe(
      'ARNs of the KMS keys of your own that `secrets` are encrypted with: the task may decrypt with these. None for the keys aws/secretsmanager and aws/ssm.',
    ),
  permissions: permissions
    .prefault({})
    .describe('What the programs of this API may do in AWS. By default nothing.'),
  policies: policies
    .prefault({})
    .describe('What the gateway does for this API. Used from stage `gateway` on.'),
  unenforcedBeforeGateway: z
    .array(z.enum(promises))
    .default([])
    .describe(
      'Policies of this API and of its routes, and `balancing`, that it goes without at the stages before `gateway`. What is said and not named here is refused there. At stage `gateway` all are enforced.',
    ),
  routes: z
    .record(name(40), route)
    .default({})
    .describe(
      'Requests of this API, by methods and paths, that have policies of their own. From stage `gateway` on.',
    ),
});

const { path, status, intervalSeconds, timeoutSeconds } = healthCheck.shape;
const { paths, hosts, headers, listenerSeed, requestTimeoutSeconds, policies: _, ...others } = ownApi.shape;

/** Addresses that a name leads to by default: as many as one answer of Cloud Map has. */
const MOST_ADDRESSES = 8;

/**
 * An API whose instances someone else runs, found by name: an ECS service with a Cloud Map name, an internal load
 * balancer, a server of one's own. Nothing of it is made here. It has to let the gateways in.
 */
const foreignApi = z.strictObject({
  at: hostAndPort.describe(
    'Where instances that are not ours are found: host name and port, such as orders.internal:8080. In place of `image`, at stage `gateway`. They speak HTTP/1.1, and let the gateways in.',
  ),
  paths,
  hosts,
  headers,
  listenerSeed,
  instances: z
    .strictObject({
      max: z
        .int()
        .min(1)
        .max(1000)
        .default(MOST_ADDRESSES)
        .describe('Most addresses that the name has at once, those of a deploy included.'),
    })
    .prefault({})
    .describe('How many instances there may be.'),
  health: z
    .strictObject({ path, status, intervalSeconds, timeoutSeconds })
    .prefault({})
    .describe('How the gateways know that an instance is healthy.'),
  requestTimeoutSeconds,
  balancing: others.balancing,
  policies: ownApi.shape.policies,
  routes: others.routes,
});

/** One API: a pool of instances that is run here, or one that exists. */
export const api = z.union([ownApi, foreignApi]);
