/**
 * The environment file, as a schema: what a person writes under `environments/`.
 *
 * Only what one field can say of itself is checked here; what takes two fields to see is in `rules.ts`.
 * The JSON Schema that editors complete from is made of this file (`npm run schema`).
 */
import { z } from 'zod';
import { policies } from '../gateway/policies';
import { cidrBlock, domainName, duration, hostName, name, pathPrefix, portNumber } from './fields';

const healthCheck = z.strictObject({
  path: pathPrefix.default('/healthz').describe('Path that answers 200 when an instance can serve.'),
  status: z
    .string()
    .regex(/^[2-4]\d\d(-[2-4]\d\d)?$/)
    .default('200')
    .describe('Status, or range of statuses, that counts as healthy: 200, or 200-299.'),
  intervalSeconds: z.int().min(5).max(300).default(10).describe('Time between two checks.'),
  timeoutSeconds: z.int().min(2).max(120).default(4).describe('How long a check may take.'),
  healthyThreshold: z
    .int()
    .min(2)
    .max(10)
    .default(2)
    .describe('Successes in a row before a failed instance serves again.'),
  unhealthyThreshold: z
    .int()
    .min(2)
    .max(10)
    .default(2)
    .describe('Failures in a row before an instance serves no more.'),
  graceSeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(30)
    .describe('Time a new task has to start before checks count.'),
});

const secretArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:(secretsmanager:[a-z0-9-]+:\d{12}:secret:|ssm:[a-z0-9-]+:\d{12}:parameter\/)\S+$/)
  .describe('ARN of a Secrets Manager secret or of an SSM parameter.');

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

/** One API: a service with a pool of instances. */
const api = z.strictObject({
  image: z.string().min(1).max(255).regex(/^\S+$/).describe('Container image, with its tag or digest.'),
  command: z
    .array(z.string())
    .optional()
    .describe("The container's command, when it is not the image's own."),
  port: portNumber.default(8080).describe('Port that the container listens on.'),
  paths: z
    .array(pathPrefix)
    .min(1)
    .default(['/'])
    .describe('Path prefixes that belong to this API, on whole segments.'),
  hosts: z.array(hostName).default([]).describe('Host names that this API answers on; none means any.'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,40}$/), z.string().min(1).max(128))
    .default({})
    .describe('Request headers that a request must have to belong to this API.'),
  instances: z
    .strictObject({
      min: z.int().min(1).max(1000).default(2).describe('Fewest instances.'),
      max: z
        .int()
        .min(1)
        .max(1000)
        .optional()
        .describe('Most instances. By default as many as `min`: no autoscaling.'),
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
  environment: z
    .record(variableName, z.string().max(4096))
    .default({})
    .describe('Environment variables of the container.'),
  secrets: z
    .record(variableName, secretArn)
    .default({})
    .describe('Environment variables filled from secrets when a task starts.'),
  policies: policies
    .prefault({})
    .describe('What the gateway does for this API. Used from stage `gateway` on.'),
});

const newNetwork = z.strictObject({
  cidr: cidrBlock.default('10.0.0.0/16').describe('IPv4 block of the VPC, /16 to /24.'),
  zones: z
    .array(z.string().regex(/^[a-f]$/))
    .min(1)
    .max(6)
    .default(['a', 'b'])
    .describe('Availability zones by letter: `a` is eu-central-1a in eu-central-1.'),
  egress: z
    .enum(['nat-per-zone', 'single-nat', 'public'])
    .default('nat-per-zone')
    .describe(
      'How tasks reach the internet: a NAT gateway per zone, one for all, or public addresses and none.',
    ),
});

const subnetsByZone = z
  .record(z.string().regex(/^[a-f]$/), z.string().regex(/^subnet-[0-9a-f]{8,17}$/))
  .describe('Subnet ids by zone letter.');

const existingNetwork = z.strictObject({
  vpc: z
    .string()
    .regex(/^vpc-[0-9a-f]{8,17}$/)
    .describe('Id of a VPC that exists.'),
  cidr: cidrBlock.describe('IPv4 block of that VPC.'),
  publicSubnets: subnetsByZone,
  privateSubnets: subnetsByZone.optional(),
});

const hostedZone = z.strictObject({
  id: z
    .string()
    .regex(/^Z[A-Z0-9]{4,31}$/)
    .describe('Id of a Route 53 hosted zone that exists.'),
  name: domainName.describe('Its name, such as example.com.'),
});

const domain = z.strictObject({
  name: domainName.describe('Host name that clients use, such as api.example.com.'),
  hostedZone: hostedZone
    .optional()
    .describe('Zone that holds the name: the alias record and the certificate validation go there.'),
  certificateArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/\S+$/)
    .optional()
    .describe('An ACM certificate that exists, in the same region, instead of a new one.'),
});

const state = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('local'),
      path: z
        .string()
        .min(1)
        .optional()
        .describe('File, from the project folder. By default terraform.<name>.tfstate.'),
    }),
    z.strictObject({
      kind: z.literal('s3'),
      bucket: z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
        .describe('Bucket that exists, with versioning.'),
      key: z
        .string()
        .min(1)
        .max(1024)
        .optional()
        .describe('Object key. By default stagecraft/<name>.tfstate.'),
      region: z.string().optional().describe("The bucket's region. By default the environment's."),
    }),
  ])
  .describe('Where Terraform keeps its state. `s3` locks with a lock file in the bucket.');

const gateway = z.strictObject({
  members: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z]$/)
          .describe('Letter of the member: `a` makes gateway-a.'),
        zone: z
          .string()
          .regex(/^[a-f]$/)
          .describe('Zone that it is pinned to.'),
      }),
    )
    .min(2)
    .max(6)
    .optional()
    .describe('The gateways by name. By default one in each of the first two zones.'),
  image: z
    .string()
    .regex(/^\S+$/)
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

const cognito = z.strictObject({
  domainPrefix: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
    .describe('Prefix of the token endpoint, unique in the region.'),
  resourceServer: z
    .string()
    .min(1)
    .max(256)
    .regex(/^\S+$/)
    .default('api')
    .describe('Identifier that scopes begin with.'),
  scopes: z
    .record(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), z.string().min(1).max(256))
    .describe('Scopes and what each allows.'),
  machineClients: z
    .record(name(32), z.strictObject({ scopes: z.array(z.string()).min(1) }))
    .default({})
    .describe('Clients that get tokens with the client credentials grant.'),
});

/** An environment file. One environment = one stack = one state. */
export const environmentSchema = z.strictObject({
  $schema: z.string().optional(),
  name: name(24).describe('Name of the environment; begins every AWS name.'),
  stage: z.enum(['api', 'load-balanced', 'gateway']).describe('How far the architecture has grown.'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
    .describe('AWS region.'),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}).describe('Tags on everything.'),
  network: z
    .union([existingNetwork, newNetwork])
    .prefault({})
    .describe('A new network, or a VPC that exists.'),
  domain: domain.optional().describe('Needed from stage `load-balanced` on.'),
  state: state.prefault({ kind: 'local' }),
  logRetentionDays: z
    .union(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827].map((days) =>
        z.literal(days),
      ),
    )
    .default(30)
    .describe('How long logs are kept.'),
  deletionProtection: z.boolean().default(false).describe('Whether the load balancer refuses to be deleted.'),
  deregistrationDelaySeconds: duration(1, 3600)
    .default(60)
    .describe('How long a target that leaves may finish its requests.'),
  apis: z.record(name(20), api).describe('The APIs by name.'),
  gateway: gateway.prefault({}),
  consumers: z
    .record(
      name(63),
      z.strictObject({
        apis: z.array(z.string()).min(1).optional().describe('APIs that it may call. By default all.'),
      }),
    )
    .default({})
    .describe('Who may call, by name. Keys are issued with `stagecraft consumers add`.'),
  identity: z.strictObject({ cognito }).optional().describe('A Cognito user pool of its own.'),
});

/** What a person writes. */
export type EnvironmentInput = z.input<typeof environmentSchema>;
/** The same, with every default filled in. */
export type Environment = z.output<typeof environmentSchema>;
export type Api = Environment['apis'][string];
export type Stage = Environment['stage'];
