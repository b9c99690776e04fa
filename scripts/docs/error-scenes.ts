/** Problems that no environment file has alone: it takes a folder, a state, or a program. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadEnvironment, parseEnvironment } from '../../constructs/blueprint/load';
import { localStatePath } from '../../constructs/blueprint/names';
import { resolve } from '../../constructs/blueprint/resolve';
import { parseConsumersText } from '../../constructs/gateway/haproxy/callers/consumers';
import { textProblem } from '../../constructs/gateway/haproxy/language/text';
import { type Problem, Problems } from '../../constructs/problems';
import { gatewayPairPart } from '../../constructs/words/gateway-pair';
import { resourceFindings, templateFindings } from '../../stacks/aws-cdk/limits';
import { blueprints } from '../../stacks/blueprints';
import { leftInOtherRegions } from '../../stacks/cdktf/other-regions';
import { deployedBlueprint } from '../../stacks/pulumi/blueprint';

const SHOP = `name: shop
stage: api
region: eu-central-1
apis:
  orders: { image: ghcr.io/example/orders:1 }
`;

/** A program that tells a pair of gateways, in which one value is known later. */
const LATER = Symbol('later');
const PROGRAM = { at: 'shop/Gateway', isLater: (value: unknown) => value === LATER };
const PAIR = {
  name: 'shop',
  region: 'eu-central-1',
  network: {
    vpc: LATER,
    cidr: '10.0.0.0/16',
    privateSubnets: { a: 'subnet-00000001', b: 'subnet-00000002' },
  },
  cluster: { arn: LATER },
  listener: { arn: LATER, securityGroup: LATER },
  apis: { orders: { at: 'orders.internal:8080' } },
};

const LOOPBACK = `${SHOP}network: { cidr: 127.20.0.0/16 }\n`;

/** What is wrong in a folder with these files. */
function inFolder(
  files: Readonly<Record<string, string>>,
  act: (folder: string) => unknown,
): readonly Problem[] {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-docs-'));
  try {
    mkdirSync(join(folder, 'environments'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return thrown(() => act(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The problems that something has; none when it has none. */
export function thrown(act: () => unknown): readonly Problem[] {
  try {
    act();
    return [];
  } catch (error) {
    if (error instanceof Problems) return error.problems;
    throw error;
  }
}

/** As in an account, whatever the caller's variables say. */
function withoutEndpoint<Result>(act: () => Result): Result {
  const { AWS_ENDPOINT_URL: before } = process.env;
  delete process.env.AWS_ENDPOINT_URL;
  try {
    return act();
  } finally {
    if (before !== undefined) process.env.AWS_ENDPOINT_URL = before;
  }
}

const word = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('-')).digest('hex').slice(0, 40);

/** Routes that have nothing in common, so that they do not compress. */
function manyRoutes(): string {
  const routes = Array.from({ length: 900 }, (_, index) => {
    const header = `{ x-key: { pattern: "${word('value', index)}" } }`;
    return `      r${index}: { paths: [/orders/${word('path', index)}], policies: { validation: { requiredHeaders: ${header} } } }`;
  });
  return `name: shop
stage: gateway
region: eu-central-1
domain: { name: api.example.com, hostedZone: { id: Z0123456789ABC, name: example.com } }
apis:
  orders:
    image: ghcr.io/example/orders:1
    paths: [/orders]
    routes:
${routes.join('\n')}
`;
}

/** A stack with as many APIs as do not fit into one, each of eight resources. */
const stackOf = (apis: number) => ({
  resources: 69 + 8 * apis,
  apis: new Map(Array.from({ length: apis }, (_, index) => [`api-${index + 1}`, 8] as const)),
  largest: 8,
});
const template = { parameters: 0, outputs: 0, bytes: 0 };

/** By code: what makes it. */
export const scenes: Readonly<Record<string, () => readonly Problem[]>> = {
  FILE_UNREADABLE: () => thrown(() => loadEnvironment('environments/absent/shop.yaml')),
  EXTENDS_FILE: () =>
    inFolder({ 'environments/shop.yaml': `extends: shared/base.yaml\n${SHOP}` }, (at) =>
      loadEnvironment(join(at, 'environments/shop.yaml')),
    ),
  EXTENDS_CIRCLE: () =>
    inFolder(
      {
        'environments/shop.yaml': `extends: shared/base.yaml\n${SHOP}`,
        'environments/shared/base.yaml': 'extends: shared/network.yaml\n',
        'environments/shared/network.yaml': 'extends: shared/base.yaml\n',
      },
      (at) => loadEnvironment(join(at, 'environments/shop.yaml')),
    ),
  NAME_NOT_FILE: () =>
    inFolder({ 'environments/store.yaml': SHOP }, (at) =>
      loadEnvironment(join(at, 'environments/store.yaml')),
    ),
  ENVIRONMENT_TWICE: () =>
    inFolder({ 'environments/shop.yaml': SHOP, 'environments/shop.yml': SHOP }, (at) =>
      loadEnvironment(join(at, 'environments/shop.yaml')),
    ),
  ENVIRONMENT_UNKNOWN: () =>
    inFolder({ 'environments/shop.yaml': SHOP }, (at) =>
      blueprints({ environments: join(at, 'environments'), only: ['store'] }),
    ),
  FOLDER_MISSING: () => thrown(() => blueprints({ environments: 'absent' })),
  STATE_OTHER_REGION: () => {
    let found: readonly Problem[] = [];
    const state = { [localStatePath('shop', 'us-east-1')]: '{"resources": [{}]}' };
    inFolder(state, (at) => {
      found = leftInOtherRegions(resolve(parseEnvironment(SHOP, 'shop.yaml')), at);
    });
    return found;
  },
  LOOPBACK_NETWORK: () =>
    inFolder({ 'environments/shop.yaml': LOOPBACK }, (at) =>
      withoutEndpoint(() => deployedBlueprint(join(at, 'environments'), 'shop')),
    ),
  LATER_VALUE: () => thrown(() => gatewayPairPart('Gateway', { ...PAIR, name: LATER }, PROGRAM)),
  POOL_OF_ITS_OWN: () =>
    thrown(() => gatewayPairPart('Gateway', { ...PAIR, apis: { orders: { image: 'orders:1' } } }, PROGRAM)),
  GATEWAY_TOO_LARGE: () => thrown(() => parseEnvironment(manyRoutes(), 'shop.yaml')),
  STACK_RESOURCES: () => resourceFindings([stackOf(54)]),
  STACK_PARAMETERS: () =>
    templateFindings([{ ...stackOf(50), ...template, nestedStack: 'b', parameters: 210 }]),
  STACK_OUTPUTS: () => templateFindings([{ ...stackOf(50), ...template, outputs: 210 }]),
  STACK_BYTES: () => templateFindings([{ ...stackOf(50), ...template, bytes: 1_050_000 }]),
  GATEWAY_TEXT: () => textProblem('headerValue', 'a\nb', ['apis', 'orders', 'headers', 'x-tenant']),
  CONSUMER_KEY: () => thrown(() => parseConsumersText('acme 3fa9c2d41b07')),
};
