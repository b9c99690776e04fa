/**
 * Projects as people begin them, one for each engine: with the settings that the engine's own `init` writes, that engine's
 * packages alone, and our example of it as what they deploy.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const example = (path: string): string => readFileSync(join(root, 'examples', path), 'utf8');

/** A file that a package brings for new projects. */
const template = (name: string, path: string): string =>
  readFileSync(join(dirname(require.resolve(`${name}/package.json`)), path), 'utf8');

export interface Project {
  readonly engine: string;
  /** What it installs beside the tarball. */
  readonly packages: readonly string[];
  /** By path in the project. */
  readonly files: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  /** Brings an environment up from here: ports of its own, so that a sandbox that runs is left alone. */
  readonly up?: { readonly cidr: string; readonly ports: number };
}

export interface Step {
  readonly does: string;
  /** Of npx, from the project's own packages. */
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Files that are there then, each with a text in it. */
  readonly writes?: Readonly<Record<string, string>>;
}

const CHECK = ['tsc', '--noEmit', '--skipLibCheck'] as const;
const SHOP = { 'environments/shop.yaml': shop() };

/** What `cdktf init --template=typescript` writes; TypeScript 5 is the newest that ts-node and ts-jest take. */
const cdktf: Project = {
  engine: 'cdktf',
  packages: [
    ...['cdktf@0.21', 'constructs@10', '@cdktf/provider-aws@21', 'cdktf-cli@0.21'],
    ...['typescript@5', 'ts-node@10', 'ts-jest@29', 'jest@29', '@types/jest@29', '@types/node@20'],
  ],
  files: {
    ...SHOP,
    'tsconfig.json': template('@cdktf/cli-core', 'templates/typescript/tsconfig.json'),
    'jest.config.js': template('@cdktf/cli-core', 'templates/typescript/jest.config.js'),
    'setup.js': template('@cdktf/cli-core', 'templates/typescript/setup.js'),
    'cdktf.json': JSON.stringify({ language: 'typescript', app: 'npx ts-node app.ts', projectId: 'own' }),
    'app.ts': "import 'stagecraft/cdktf/app';\n",
    'main.ts': example('cdktf-own-stack/main.ts'),
    '__tests__/main.test.ts': `import { Testing } from 'cdktf';
import { OwnService } from '../main';

test('the service is made', () => {
  const app = Testing.app();
  expect(Testing.synth(new OwnService(app, 'own'))).toContain('"aws_ecs_service"');
});
`,
  },
  steps: [
    { does: 'types, as `cdktf init` sets them', command: [...CHECK, 'true'] },
    { does: 'types, of all libraries too', command: [...CHECK, 'false'] },
    { does: 'jest, as `cdktf init` sets it', command: ['jest'] },
    {
      does: 'a stack of its own, with ts-node',
      command: ['ts-node', 'main.ts'],
      writes: { 'cdktf.out/stacks/own-listener/cdk.tf.json': 'shop-gateway-a' },
    },
    {
      does: 'cdktf synth of environments/',
      command: ['cdktf', 'synth'],
      writes: { 'cdktf.out/stacks/shop/cdk.tf.json': 'shop-gateway-a' },
    },
  ],
  up: { cidr: '127.211.0.0/16', ports: 21_100 },
};

/** What `cdk init app --language typescript` writes. */
const awsCdk: Project = {
  engine: 'aws-cdk',
  packages: [
    ...['aws-cdk-lib@2', 'constructs@10', 'aws-cdk@2', 'typescript@7.0', 'tsx@4'],
    ...['@swc/core@1', '@swc/jest@0.2', 'jest@30', '@types/jest@30', '@types/node@24'],
  ],
  files: {
    ...SHOP,
    'tsconfig.json': template('aws-cdk', 'lib/init-templates/app/typescript/tsconfig.json'),
    'jest.config.js': template('aws-cdk', 'lib/init-templates/app/typescript/jest.config.js'),
    'cdk.json': JSON.stringify({ app: 'npx tsc && npx tsx bin/app.ts' }),
    'bin/app.ts': "import 'stagecraft/aws-cdk/app';\n",
    'lib/own-stack.ts': example('aws-cdk-own-stack/main.ts'),
    'test/own.test.ts': `import * as cdk from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { OwnStack } from '../lib/own-stack';

test('gateways and the API are made', () => {
  const template = Template.fromStack(new OwnStack(new cdk.App(), 'own'));
  template.resourceCountIs('AWS::ECS::Service', 3);
});
`,
  },
  steps: [
    { does: 'types, as `cdk init` sets them', command: [...CHECK, 'true'] },
    { does: 'types, of all libraries too', command: [...CHECK, 'false'] },
    { does: 'jest, as `cdk init` sets it', command: ['jest'] },
    {
      does: 'a stack of its own',
      command: ['cdk', 'synth', '--quiet', '--app', 'npx tsx lib/own-stack.ts', '--output', 'own.out'],
      writes: { 'own.out/own.template.json': 'shop-gateway-a' },
    },
    {
      does: 'cdk synth of environments/',
      command: ['cdk', 'synth', '--quiet'],
      writes: { 'cdk.out/shop.template.json': 'shop-gateway-a' },
    },
  ],
  up: { cidr: '127.212.0.0/16', ports: 21_200 },
};

/** What `pulumi new aws-typescript` writes. Its CLI need not be on the machine: the SDK's mocks stand for its engine. */
const pulumi: Project = {
  engine: 'pulumi',
  packages: [...['@pulumi/pulumi@3', '@pulumi/aws@7', 'typescript@5', 'ts-node@10', '@types/node@20']],
  files: {
    ...SHOP,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        ...{ strict: true, outDir: 'bin', target: 'es2020', module: 'commonjs', moduleResolution: 'node' },
        ...{ sourceMap: true, experimentalDecorators: true, pretty: true, noImplicitReturns: true },
        ...{ noFallthroughCasesInSwitch: true, forceConsistentCasingInFileNames: true },
      },
      files: ['index.ts', 'mocked.ts'],
    }),
    'Pulumi.yaml': example('pulumi-own-stack/Pulumi.yaml'),
    'index.ts': example('pulumi-own-stack/index.ts'),
    'main.ts': example('pulumi-own-stack/main.ts'),
    'app.js': "module.exports = require('stagecraft/pulumi/app');\n",
    'mocked.ts': `import { writeFileSync } from 'node:fs';
import * as pulumi from '@pulumi/pulumi';

const made: string[] = [];
const [, , program = '', stack = '', file = ''] = process.argv;
pulumi.runtime.setMocks(
  {
    newResource: ({ name, type, inputs }) => {
      made.push(type);
      const told = [inputs.domainName].map((domainName) => ({ domainName }));
      return { id: name, state: { ...inputs, arn: name, domainValidationOptions: told } };
    },
    call: ({ inputs }) => inputs,
  },
  'stagecraft',
  stack,
);
for (const name of ['clusterArn', 'namespaceId', 'listenerArn', 'balancerSecurityGroupId'])
  pulumi.runtime.setConfig('stagecraft:' + name, 'arn:aws:ecs:eu-central-1:123456789012:cluster/own');
void pulumi.runtime
  .runInPulumiStack(async () => require(program))
  .then(() => pulumi.runtime.disconnect())
  .then(() => writeFileSync(file, made.sort().join('\\n')));
`,
  },
  steps: [
    { does: 'types, as `pulumi new` sets them', command: [...CHECK, 'true'] },
    { does: 'types, of all libraries too', command: [...CHECK, 'false'] },
    {
      does: 'a program of its own, with mocks',
      command: ['ts-node', 'mocked.ts', './index', 'own', 'own.txt'],
      writes: { 'own.txt': 'aws:ecs/service:Service' },
    },
    {
      does: 'the program of environments/, with mocks',
      command: ['ts-node', 'mocked.ts', './app.js', 'shop', 'shop.txt'],
      writes: { 'shop.txt': 'aws:ecs/service:Service' },
    },
  ],
};

export const projects: readonly Project[] = [cdktf, awsCdk, pulumi];

function shop(): string {
  return `name: shop
stage: gateway
region: eu-central-1
domain: { name: api.shop.example, hostedZone: { id: Z0123456789SHOP, name: shop.example } }
apis:
  orders: { image: "registry.example/orders:1", paths: [/orders] }
`;
}

/** What `stagecraft up` brings up from a project: an API of the project's own. */
export const sandboxOf = (cidr: string): string => `name: sandbox
stage: gateway
region: eu-central-1
network: { cidr: ${cidr}, zones: [a, b] }
domain:
  name: api.sandbox.test
  hostedZone: { id: Z00000000SANDBOX, name: sandbox.test }
deregistrationDelaySeconds: 15
apis:
  orders:
    image: own/orders:1
    command: [node, orders.js]
    paths: [/orders]
    health: { path: /orders, intervalSeconds: 5, timeoutSeconds: 2 }
    requestTimeoutSeconds: 10
    policies: { authentication: { apiKey: {} } }
gateway: { graceSeconds: 1 }
consumers: { acme: {} }
`;

export const ORDERS = `const { createServer } = require('node:http');
const server = createServer((_, response) => response.end('orders'));
server.keepAliveTimeout = 75_000;
server.listen(Number(process.env.PORT ?? 8080), process.env.TASK_ADDRESS);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;
