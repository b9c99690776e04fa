/**
 * Proves that the engines provision the same facts: one environment, deployed by CDKTF with the real Terraform and
 * provider and by AWS CDK with the real CLI, each into an AWS of its own, and read back through AWS's APIs. All that
 * differs is in DIFFERENCES, each with its reason; one that is listed and is not there fails too.
 * Does not prove: what AWS makes of a setting that the emulator keeps as it is told.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { synthesize as synthesizeAwsCdk } from '../../stacks/aws-cdk/synthesize';
import { synthesize as synthesizeCdktf } from '../../stacks/cdktf/synthesize';
import { Cdk } from './support/cloudformation';
import { type Emulator, startEmulator } from './support/emulator';
import { facts } from './support/facts';
import type { Facts } from './support/inventory';
import { Terraform } from './support/terraform';

const SHOP = `
name: shop
stage: gateway
region: eu-central-1
tags: { team: platform, cost-center: "4711" }
network: { cidr: 10.20.0.0/16, zones: [a, b], egress: nat-per-zone }
domain: { name: api.shop.example, hostedZone: { id: Z0123456789SHOP, name: shop.example } }
logRetentionDays: 90
deregistrationDelaySeconds: 60
apis:
  orders:
    image: registry.example/orders:1
    paths: [/orders]
    instances: { min: 2, max: 4, targetCpuPercent: 55 }
    requestTimeoutSeconds: 20
    cpu: 512
    memoryMiB: 1024
    environment: { LOG_LEVEL: info, CURRENCY: EUR }
    secrets:
      DATABASE_URL: arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/orders/database-d4E5f6
    permissions:
      allow: [{ actions: [sqs:SendMessage], resources: ["arn:aws:sqs:eu-central-1:123456789012:orders"] }]
      managedPolicies: [arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess]
    policies:
      authentication: { apiKey: {}, jwt: { userPool: true, audience: any } }
      rateLimit: { windows: [{ requests: 20, perSeconds: 10 }, { requests: 5000, perSeconds: 3600 }] }
    routes:
      place: { methods: [POST], policies: { authorization: { scopes: [api/orders.write] } } }
  catalog:
    image: registry.example/catalog:1
    command: [serve, --verbose]
    port: 3000
    paths: [/catalog, /search]
    architecture: arm64
    health: { path: /alive, status: 200-299, intervalSeconds: 15 }
    policies: { authentication: public, cache: { ttlSeconds: 30 } }
gateway: { metrics: cloudwatch, usageMetrics: true }
consumers:
  acme: { apis: [orders] }
identity:
  cognito:
    domainPrefix: shop-api
    scopes: { orders.read: Read orders, orders.write: Place orders }
    machineClients: { reporting: { scopes: [orders.read, orders.write] } }
`;

const TAGS = { 'cost-center': '4711', 'stagecraft:environment': 'shop', team: 'platform' };

/** What legitimately differs at a place; `undefined` where nothing is. A pattern stands for all names that it fits. */
interface Difference {
  readonly at: readonly (string | RegExp)[];
  readonly cdktf: unknown;
  readonly awsCdk: unknown;
  readonly reason: string;
}

const noTags = (...at: Difference['at']): Difference => ({
  at: [...at, 'Tags'],
  cdktf: TAGS,
  awsCdk: undefined,
  reason: 'CloudFormation has no tags for these, or has them only of late and checkers refuse them.',
});
const oneTask = (cdktf: number, awsCdk: number, ...at: Difference['at']): Difference => ({
  at,
  cdktf,
  awsCdk,
  reason:
    'CloudFormation starts a pool that is autoscaled with one task, so that no deploy undoes what autoscaling did.',
});
const forUsers = (cdktf: unknown, awsCdk: unknown, ...at: Difference['at']): Difference => ({
  at: ['userPools', 'shop', ...at],
  cdktf,
  awsCdk,
  reason: 'CDK writes what people get who sign up or forget their password; the pool has none.',
});

const DEFAULT_TEXT = 'Your verification code is {####}. ';
const CDK_TEXT = 'The verification code to your new account is {####}';

const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  // The default group is AWS's own.
  ec2: [noTags('securityGroupRules', /^shop-/)],
  ecs: [
    oneTask(2, 1, 'services', 'shop-orders', 'desiredCount'),
    oneTask(2, 1, 'services', 'shop-orders', 'runningCount'),
    oneTask(6, 5, 'clusters', 'shop', 'runningTasksCount'),
    {
      at: ['services', /^shop-(orders|catalog)$/, 'healthCheckGracePeriodSeconds'],
      cdktf: undefined,
      awsCdk: 0,
      reason: 'CloudFormation leaves what is not said, so the template says that there is none.',
    },
  ],
  // A listener's default rule has no tags in either.
  elbv2: [noTags('listeners', /^(80|443)$/), noTags('rules', /: \d+$/)],
  cloudMap: [
    {
      at: ['namespaces', 'shop.internal', 'Properties', 'DnsProperties', 'SOA', 'TTL'],
      cdktf: 15,
      awsCdk: 5,
      reason: "Terraform's provider has no argument for the SOA record.",
    },
  ],
  secretsManager: [
    {
      at: ['secrets', 'shop/consumers', 'VersionIdsToStages', '<currentVersions shop/consumers>'],
      cdktf: ['AWSCURRENT', 'INITIAL'],
      awsCdk: ['AWSCURRENT'],
      reason: 'CloudFormation cannot label the first version.',
    },
  ],
  cognito: [
    forUsers(
      [
        { Name: 'verified_email', Priority: 1 },
        { Name: 'verified_phone_number', Priority: 2 },
      ],
      [
        { Name: 'verified_email', Priority: 2 },
        { Name: 'verified_phone_number', Priority: 1 },
      ],
      'AccountRecoverySetting',
      'RecoveryMechanisms',
    ),
    forUsers(DEFAULT_TEXT, CDK_TEXT, /^(Email|Sms)VerificationMessage$/),
    forUsers('Your verification code', 'Verify your new account', 'EmailVerificationSubject'),
    forUsers(DEFAULT_TEXT, CDK_TEXT, 'VerificationMessageTemplate', /^(Email|Sms)Message$/),
    forUsers(
      'Your verification code',
      'Verify your new account',
      'VerificationMessageTemplate',
      'EmailSubject',
    ),
    {
      at: ['clients', 'shop-reporting', 'SupportedIdentityProviders'],
      cdktf: undefined,
      awsCdk: ['COGNITO'],
      reason: 'CDK names who lets people sign in; machines do not.',
    },
  ],
  route53: [
    {
      at: ['records', 'api.shop.example. A', 'AliasTarget', 'DNSName'],
      cdktf: '<loadBalancers shop-alb>',
      awsCdk: 'dualstack.<loadBalancers shop-alb>',
      reason: 'Two names of the same load balancer: an A record of either gives the same addresses.',
    },
  ],
  autoscaling: [noTags('targets', 'service/shop/shop-orders')],
};

/** How many of each kind there are: two zones, two APIs, two gateways. */
const COUNTS = {
  ec2: {
    vpcs: 1,
    // Of the public subnets, of each private one, and the VPC's own.
    routeTables: 4,
    subnets: 4,
    natGateways: 2,
    // Load balancer, gateways, two APIs, and the VPC's own.
    securityGroups: 5,
    // One way out of each group; 443 and 80; four ports of the gateways; one of each API.
    securityGroupRules: 14,
    internetGateways: 1,
    addresses: 2,
  },
  ecs: { clusters: 1, services: 4, taskDefinitions: 4 },
  // Two default rules, and the attach rule and the traffic rule of the gateways.
  elbv2: { loadBalancers: 1, listeners: 2, rules: 4, targetGroups: 1 },
  iam: { roles: 8 },
  // Of each service, and the collectors' metrics; six filters of each gateway.
  logs: { groups: 5, metricFilters: 12 },
  cloudMap: { namespaces: 1, services: 4 },
  secretsManager: { secrets: 1, currentVersions: 1 },
  cognito: { userPools: 1, clients: 1, resourceServers: 1, domains: 1 },
  // NS and SOA of both zones, the alias, and the certificate's proof.
  route53: { zones: 2, records: 6 },
  acm: { certificates: 1, validations: 1 },
  autoscaling: { targets: 1, policies: 1 },
};

const PORTS = { cdktf: 5821, awsCdk: 5822 };

jest.setTimeout(400_000);

const root = mkdtempSync(path.join(tmpdir(), 'stagecraft-parity-'));
const emulators: Emulator[] = [];
let cdktf: Facts;
let awsCdk: Facts;

async function emulator(port: number): Promise<Emulator> {
  const started = await startEmulator(port, 'shop.example=Z0123456789SHOP');
  emulators.push(started);
  return started;
}

async function deployCdktf(): Promise<Facts> {
  const { access, environment } = await emulator(PORTS.cdktf);
  const terraform = new Terraform(environment);
  try {
    const outdir = path.join(root, 'cdktf');
    const [stack] = synthesizeCdktf({ environments: root, outdir, root, awsProviderVersion: '>= 5.100' });
    const folder = stack?.workingFolder as string;
    await terraform.init(folder);
    await terraform.plan(folder);
    await terraform.apply(folder);
    return await facts(access);
  } finally {
    terraform.dispose();
  }
}

async function deployAwsCdk(): Promise<Facts> {
  const { access } = await emulator(PORTS.awsCdk);
  const cdk = new Cdk(access);
  try {
    const outdir = path.join(root, 'aws-cdk');
    synthesizeAwsCdk({ environments: root, outdir });
    await cdk.bootstrap(outdir);
    await cdk.prepare(outdir, 'shop');
    await cdk.execute(outdir, 'shop');
    return await facts(access);
  } finally {
    cdk.dispose();
  }
}

beforeAll(async () => {
  writeFileSync(path.join(root, 'shop.yaml'), SHOP);
  [cdktf, awsCdk] = await Promise.all([deployCdktf(), deployAwsCdk()]);
});

afterAll(async () => {
  await Promise.all(emulators.map((one) => one.close()));
  rmSync(root, { recursive: true, force: true });
});

type Node = Record<string, unknown>;

/** CDKTF's facts as AWS CDK's must be. Fails where CDKTF has not what is listed. */
function withDifferences(service: string): unknown {
  const expected = structuredClone(cdktf[service]) as Node;
  for (const { at, cdktf: from, awsCdk: to } of DIFFERENCES[service] ?? []) {
    const key = at.at(-1) as string | RegExp;
    for (const parent of at.slice(0, -1).reduce(within, [expected])) {
      for (const name of typeof key === 'string' ? [key] : matching(parent, key)) {
        expect({ at, cdktf: parent[name] }).toEqual({ at, cdktf: from });
        if (to === undefined) delete parent[name];
        else parent[name] = to;
      }
    }
  }
  return expected;
}

function within(parents: readonly Node[], key: string | RegExp): Node[] {
  return parents.flatMap((parent) =>
    (typeof key === 'string' ? [key] : matching(parent, key)).map((name) => {
      if (!(name in parent)) throw new Error(`Listed, and CDKTF has no ${name}.`);
      return parent[name] as Node;
    }),
  );
}

function matching(parent: Node, pattern: RegExp): string[] {
  const names = Object.keys(parent).filter((name) => pattern.test(name));
  if (names.length === 0) throw new Error(`Listed, and CDKTF has nothing like ${pattern}.`);
  return names;
}

const counts = (found: Facts) =>
  Object.fromEntries(
    Object.entries(found).map(([service, kinds]) => [
      service,
      Object.fromEntries(Object.entries(kinds).map(([kind, things]) => [kind, Object.keys(things).length])),
    ]),
  );

test.each(['cdktf', 'awsCdk'] as const)('%s provisions so many of each kind', (engine) => {
  expect(counts({ cdktf, awsCdk }[engine])).toEqual(COUNTS);
});

test.each(Object.keys(COUNTS))('both provision the same of %s', (service) => {
  expect(awsCdk[service]).toEqual(withDifferences(service));
});

test('no emulator was asked for anything that it cannot do', async () => {
  expect(await Promise.all(emulators.map((one) => one.unsupported()))).toEqual([[], []]);
});
