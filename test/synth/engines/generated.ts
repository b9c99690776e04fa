/** Environments of every shape: each field said or not, in one of the ways in which it decides what is provisioned. */
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { resolve } from '../../../constructs/blueprint/resolve';
import type { Stage } from '../../../constructs/blueprint/schema';
import { Problems } from '../../../constructs/problems';
import { parsedAt } from '../../unit/heed';
import { stages } from '../support/aws-cdk-template';

type Tree = Record<string, unknown>;
type Any = fc.Arbitrary<unknown>;

const pick = fc.constantFrom;

/** Each of the fields, or not. */
const some = (fields: Record<string, Any>): fc.Arbitrary<Tree> =>
  fc.record(fields, { requiredKeys: [] }).map((one) => one as Tree);

const ACCOUNT = '123456789012';
const secret = (name: string) => `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:${name}-a1B2c3`;
const key = (id: string) => `arn:aws:kms:eu-central-1:${ACCOUNT}:key/${id}`;
const zones = (letters: readonly string[], prefix: string) =>
  Object.fromEntries(letters.map((letter, index) => [letter, `subnet-${prefix}000000${index}`]));

const ZONES = [['a'], ['a', 'b'], ['a', 'b'], ['c', 'a'], ['b', 'c'], ['a', 'b', 'c']] as const;

const network = pick(...ZONES).chain((letters) =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: some({
        cidr: pick('10.20.0.0/16', '10.0.0.0/20', '100.64.0.0/16'),
        egress: pick('nat-per-zone', 'single-nat', 'public'),
      }).map((one): Tree => ({ ...one, zones: letters })),
    },
    {
      weight: 1,
      arbitrary: some({ privateSubnets: fc.constant(zones(letters, 'b')) }).map(
        (one): Tree => ({
          ...one,
          vpc: 'vpc-0a1b2c3d',
          cidr: '10.0.0.0/16',
          publicSubnets: zones(letters, 'a'),
        }),
      ),
    },
  ),
);

const hostedZone = { id: 'Z0123456789SHOP', name: 'shop.example' };
const certificateArn = `arn:aws:acm:eu-central-1:${ACCOUNT}:certificate/0a1b`;
const domain = fc.record({
  name: pick('api.shop.example', 'shop.example'),
  more: pick({ hostedZone }, { hostedZone }, { hostedZone, certificateArn }, { certificateArn }),
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: marks of the engines, which are text here
const texts = pick('info', '', '${HOME} %{ if } $${x}', '${aws_vpc.x.id}', '"quoted" \\ \n', 'Token', 'é');
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: marks of the engines, which are text here
const variables = fc.dictionary(pick('LEVEL', 'TEXT', 'A_1'), texts, { maxKeys: 3 });

const health = some({
  path: pick('/ready', '/'),
  status: pick('204', '200-299'),
  intervalSeconds: pick(10, 30),
  timeoutSeconds: pick(3, 5),
  healthyThreshold: pick(2, 5),
  unhealthyThreshold: pick(2, 4),
  graceSeconds: pick(0, 60, 300),
  command: pick(['CMD', '/bin/check', '--quick'], ['CMD-SHELL', 'test -f "$HOME/ok"']),
});

const sizes = pick<Tree>(
  {},
  { cpu: 256, memoryMiB: 1024 },
  { cpu: 1024, memoryMiB: 2048 },
  { cpu: 4096, memoryMiB: 8192 },
);
const instances = pick<Tree>(
  { min: 1 },
  { min: 2, max: 2 },
  { min: 1, max: 2 },
  { min: 2, max: 9, targetCpuPercent: 40 },
);

const authentication = pick<unknown>(
  'public',
  { apiKey: {} },
  { jwt: { userPool: true, audience: 'any' } },
  { jwt: { issuer: 'https://id.shop.example', audience: ['shop'], jwksUrl: 'https://id.shop.example/jwks' } },
  { apiKey: { header: 'x-key' }, jwt: { userPool: true, audience: 'any' } },
);
const policies = some({
  authentication,
  rateLimit: pick({ requests: 10, perSeconds: 60, by: 'address' }, { requests: 5, perSeconds: 1, by: 'api' }),
  cache: pick({ ttlSeconds: 30 }),
  compression: fc.constant(true),
});

const secrets = (name: string) =>
  pick<Tree>(
    {},
    {},
    { secrets: { PASSWORD: secret(name) } },
    { secrets: { PASSWORD: secret('all'), TOKEN: secret('all') }, kmsKeys: [key('0123')] },
    { secrets: { PASSWORD: secret(name) }, kmsKeys: [key('0123'), key('4567')] },
  );

const NAMES = ['orders', 'catalog', 'a', 'users-of-eu'] as const;

const api = (name: string, image: string) =>
  fc
    .tuple(
      some({
        command: pick(['serve'], ['sh', '-c', 'echo "$HOME"'], []),
        port: pick(3000, 80, 8081),
        nestedStack: pick('b', 'c'),
        hosts: pick([`${name}.shop.example`], [`${name}.shop.example`, `x-${name}.shop.example`]),
        headers: pick({ 'x-version': '1' }, { 'x-a': 'b*', 'x-c': 'd' }),
        instances,
        architecture: pick('arm64', 'x86_64'),
        health,
        requestTimeoutSeconds: pick(5, 50),
        balancing: pick({ algorithm: 'roundrobin', retries: 1 }, { maxConnectionsPerInstance: 50 }),
        environment: variables,
        policies,
        canary: fc
          .record({ image: fc.constant('registry.example/api:2'), percent: pick(5, 50) })
          .chain((one) =>
            some({ instances: pick({ min: 1 }, { min: 1, max: 3 }), environment: variables }).map(
              (more): Tree => ({ ...one, ...more }),
            ),
          ),
      }),
      sizes,
      secrets(name),
      pick([`/${name}`], [`/${name}`, `/v2/${name}/all`]),
    )
    .map(([one, size, kept, paths]): Tree => ({ ...one, ...size, ...kept, image, paths }));

const images = pick(
  'registry.example/api:1',
  `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/team/api:1`,
  'public.ecr.aws/shop/api:1',
  `ghcr.io/shop/api@sha256:${'0123456789abcdef'.repeat(4)}`,
);

const apis = fc
  .uniqueArray(pick(...NAMES), { minLength: 1, maxLength: 3 })
  .chain((all) =>
    fc.record(Object.fromEntries(all.map((name) => [name, images.chain((image) => api(name, image))]))),
  );

const gateway = some({
  image: pick('registry.example/haproxy:3', `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/haproxy:3`),
  keysImage: fc.constant('registry.example/node:22'),
  cacheMiB: pick(32, 128),
  graceSeconds: pick(1, 10),
  metrics: pick(
    'none',
    'cloudwatch',
    { prometheus: `arn:aws:aps:eu-central-1:${ACCOUNT}:workspace/ws-0123` },
    { prometheus: 'https://prometheus.shop.example/write' },
  ),
  usageMetrics: fc.boolean(),
});

/** As many as are wanted, each in the next of the zones. */
const members = (letters: readonly string[], count: number) =>
  ['a', 'b', 'c', 'd']
    .slice(0, count)
    .map((name, index) => ({ name, zone: letters[index % letters.length] }));

const identity = fc.record({
  cognito: some({
    resourceServer: fc.constant('shop.example'),
    machineClients: pick(
      { reader: { scopes: ['read'] } },
      { reader: { scopes: ['read'] }, writer: { scopes: ['write', 'read'] } },
    ),
  }).map((one): Tree => ({ ...one, domainPrefix: 'shop', scopes: { read: 'Read', write: 'Write' } })),
});

export const tree: fc.Arbitrary<Tree> = fc
  .tuple(
    some({
      tags: pick({ team: 'web' }, { team: 'web', 'cost-center': '4711' }),
      state: pick({ kind: 's3', bucket: 'shop-state' }, { kind: 'local' }),
      logRetentionDays: pick(7, 365),
      deletionProtection: fc.boolean(),
      operatorCidrs: pick(['198.51.100.0/24'], ['198.51.100.0/24', '203.0.113.7/32']),
      consumers: pick<Tree>({ acme: {} }, { acme: {}, globex: {} }),
    }),
    pick(...stages, 'load-balanced', 'gateway', 'gateway'),
    network,
    domain,
    apis,
    gateway,
    pick(0, 0, 2, 3, 4),
    pick(60, 90, 300),
    identity,
    fc.boolean(),
  )
  .map(
    ([
      more,
      stage,
      own,
      { name, more: zone },
      all,
      gateways,
      count,
      deregistrationDelaySeconds,
      pool,
      hasPool,
    ]) => ({
      ...more,
      // What their APIs ask for.
      ...(JSON.stringify(all).includes('userPool') || hasPool ? { identity: pool } : {}),
      ...(JSON.stringify(all).includes('apiKey') && { consumers: more.consumers ?? { acme: {} } }),
      name: 'shop',
      stage,
      region: 'eu-central-1',
      network: own,
      domain: { name, ...zone },
      deregistrationDelaySeconds,
      apis: stage === 'gateway' ? all : withoutCanaries(all as Record<string, Tree>),
      gateway: {
        ...gateways,
        ...(count > 0 && {
          members: members((own.zones ?? Object.keys(own.publicSubnets as Tree)) as string[], count),
        }),
      },
    }),
  );

/** A canary is for gateways alone. */
const withoutCanaries = (all: Readonly<Record<string, Tree>>): Tree =>
  Object.fromEntries(Object.entries(all).map(([name, { canary: _, ...rest }]) => [name, rest]));

export interface Generated {
  /** The environment file. */
  readonly text: string;
  readonly blueprint: Blueprint;
}

export function generatedOf(one: Tree): Generated | undefined {
  const text = stringify(one, { aliasDuplicateObjects: false });
  try {
    return { text, blueprint: resolve(parsedAt(text, one.stage as Stage)) };
  } catch (error) {
    if (error instanceof Problems) return undefined;
    throw error;
  }
}

/** Environments that the product takes. */
export const environment: fc.Arbitrary<Generated> = tree
  .map(generatedOf)
  .filter((one): one is Generated => one !== undefined);
