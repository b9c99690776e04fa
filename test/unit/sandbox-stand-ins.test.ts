/** Proves what this machine runs in place of what stands in an account alone, and that what it cannot run is said before. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { cannotRun } from '../../cli/runs-here';
import { parseEnvironment } from '../../constructs/blueprint/load';
import type { Api, Environment } from '../../constructs/blueprint/schema';
import { formatPath } from '../../constructs/problems';
import { onThisMachine } from '../../sandbox/stand-ins';

const root = join(__dirname, '../..');
const sample = ['node', '/sample.js'];
const machine = { path: process.env.PATH ?? '', workingDirectory: root };

interface Here {
  readonly environment: Environment;
  readonly said: readonly string[];
}

function here(text: string, file = 'shop.yaml'): Here {
  const given = parse(text) as Record<string, unknown>;
  const options = { sample, folder: '.stagecraft/sandbox' };
  const { data, said } = onThisMachine(given, parseEnvironment(text, file), options);
  return { environment: parseEnvironment(JSON.stringify(data), file), said };
}

const problems = (text: string) =>
  cannotRun(here(text).environment, machine).map(({ code, path }) => `${code} ${formatPath(path)}`);

const SHOP = `name: shop
stage: load-balanced
region: eu-central-1
network: { cidr: 127.20.0.0/16 }
state: { kind: local, path: .stagecraft/sandbox/shop.eu-central-1.tfstate }
domain:
  name: api.example.com
  hostedZone: { id: Z0123456789ABC, name: example.com }
apis:
  orders:
    image: ghcr.io/example/orders:1
    port: 3000
    paths: [/orders]
    environment: { LEVEL: info }
    health: { command: [CMD, no-such-check], status: "204" }
    secrets:
      DATABASE_URL: arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-a1B2c3
`;
const withSandbox = (standIn: string) => `${SHOP}sandbox: { apis: { orders: ${standIn} } }\n`;

describe('what an account alone has', () => {
  test('a file that runs here as it is gets no stand-in', () => {
    const text = readFileSync(join(root, 'environments/sandbox.yaml'), 'utf8');
    expect(here(text, 'sandbox.yaml').said).toEqual([]);
    expect(here(SHOP).said).toEqual([]);
  });

  test.each([
    ['10.10.0.0/16', '127.10.0.0/16'],
    // Not the machine's own 127.0.0.0/16.
    ['10.0.0.0/16', '127.20.0.0/16'],
    ['192.168.8.0/22', '127.168.8.0/22'],
    ['172.16.4.0/23', '127.16.4.0/23'],
  ])('the network %s is %s here, with its zones', (cidr, block) => {
    const { environment, said } = here(SHOP.replace('127.20.0.0/16', `${cidr}, zones: [b, c]`));
    expect(environment.network).toEqual({ cidr: block, zones: ['b', 'c'], egress: 'nat-per-zone' });
    expect(said).toEqual([`network ${block} in place of ${cidr}`]);
  });

  test('for a VPC that exists a new network stands in', () => {
    const vpc = `vpc: vpc-0123456789abcdef0, cidr: 10.3.7.0/24, publicSubnets: { a: subnet-0123456789abcdef0, b: subnet-0123456789abcdef1 }, privateSubnets: { a: subnet-0123456789abcdef2, b: subnet-0123456789abcdef3 }`;
    const { environment, said } = here(SHOP.replace('cidr: 127.20.0.0/16', vpc));
    expect(environment.network).toEqual({ cidr: '127.3.0.0/16', zones: ['a', 'b'], egress: 'single-nat' });
    expect(said).toEqual(['network 127.3.0.0/16 in place of vpc-0123456789abcdef0']);
  });

  test('for a certificate that exists the sandbox issues one, in a zone that holds the names', () => {
    const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b';
    const text = SHOP.replace(/ {2}hostedZone.*/, `  certificateArn: ${arn}`).replace(
      'paths: [/orders]',
      'hosts: [orders.example.com]',
    );
    const { environment, said } = here(text);
    expect(environment.domain).toEqual({
      name: 'api.example.com',
      hostedZone: { id: 'Z00000000SANDBOX', name: 'example.com' },
    });
    expect(said).toEqual([`a certificate of the sandbox's in place of ${arn}`]);
  });

  test('for a cluster, a namespace and a listener that exist new ones stand in', () => {
    const arn = (rest: string) => `arn:aws:${rest}`;
    const cluster = arn('ecs:eu-central-1:123456789012:cluster/own');
    const listener = arn(
      'elasticloadbalancing:eu-central-1:123456789012:listener/app/own/0123456789abcdef/0123456789abcdef',
    );
    const vpc =
      'vpc: vpc-0123456789abcdef0, cidr: 10.3.0.0/16, publicSubnets: { a: subnet-0123456789abcdef0, b: subnet-0123456789abcdef1 }';
    const own = `cluster: { arn: "${cluster}" }\nnamespace: { id: ns-0123456789abcdef, name: own.internal }\nlistener: { arn: "${listener}", securityGroup: sg-0123456789abcdef0 }\n`;
    const text = SHOP.replace(/domain:.*?(?=apis:)/s, own).replace('cidr: 127.20.0.0/16', vpc);
    const { environment, said } = here(text);
    expect([environment.cluster, environment.namespace, environment.listener]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(environment.domain).toEqual({
      name: 'api.sandbox.test',
      hostedZone: { id: 'Z00000000SANDBOX', name: 'sandbox.test' },
    });
    expect(said).toEqual([
      'network 127.3.0.0/16 in place of vpc-0123456789abcdef0',
      "a certificate of the sandbox's in place of the listener's",
      `a cluster of its own in place of ${cluster}`,
      'a namespace of its own in place of own.internal',
      `a load balancer of its own in place of ${listener}`,
    ]);
  });

  test.each([
    ['{ kind: s3, bucket: shop-state }', 'bucket shop-state'],
    ['{ kind: local }', 'the one beside the project'],
  ])('the state %s is left alone', (state, place) => {
    const { environment, said } = here(SHOP.replace(/state: .*/, `state: ${state}`));
    const path = '.stagecraft/sandbox/terraform.shop.eu-central-1.tfstate';
    expect(environment.state).toEqual({ kind: 'local', path });
    expect(said).toEqual([`state in ${path} in place of ${place}`]);
  });
});

test('the account that the environment belongs to is the sandbox here', () => {
  const { environment, said } = here(SHOP.replace('region:', 'account: "210987654321"\nregion:'));
  expect(environment.account).toBeUndefined();
  expect(said).toEqual(["the sandbox's account in place of 210987654321"]);
});

describe('what runs in place of an image', () => {
  test('the sample API listens where the image would, and is asked by the probe', () => {
    const { environment, said } = here(withSandbox('sample'));
    const orders = environment.apis.orders as Api;
    expect(orders.command).toEqual(sample);
    expect(orders.environment).toEqual({ LEVEL: 'info', API_NAME: 'orders', PORT: '3000' });
    expect(orders.secrets).toEqual({});
    expect(orders.health.command).toBeUndefined();
    expect(orders.health.status).toBe('200');
    expect(orders.image).toBe('ghcr.io/example/orders:1');
    expect(said).toEqual(['orders runs the sample API in place of its image']);
  });

  test('a command of this machine, with variables in place of secrets', () => {
    const text = withSandbox(
      '{ command: [node, server.js], environment: { DATABASE_URL: here, LEVEL: debug } }',
    );
    const orders = here(text).environment.apis.orders as Api;
    expect(orders.command).toEqual(['node', 'server.js']);
    expect(orders.environment).toEqual({ LEVEL: 'debug', DATABASE_URL: 'here' });
    expect(orders.secrets).toEqual({});
    expect(orders.health.command).toBeUndefined();
    expect(orders.health.status).toBe('204');
    expect(problems(text)).toEqual([]);
  });

  test('the sample API in place of a host that this machine does not know', () => {
    const at = SHOP.replace('stage: load-balanced', 'stage: gateway')
      .replace(
        / {4}image.*/s,
        '    at: orders.internal:8080\n    paths: [/orders]\n    policies: { authentication: public }\n',
      )
      .concat('sandbox: { apis: { orders: sample } }\n');
    const { environment, said } = here(at);
    expect(environment.apis.orders).toMatchObject({
      image: 'stagecraft/sample-api:1',
      command: sample,
      environment: { API_NAME: 'orders', PORT: '8080' },
      paths: ['/orders'],
    });
    expect(environment.apis.orders).not.toHaveProperty('at');
    expect(said).toEqual(['orders runs the sample API in place of orders.internal:8080']);
  });

  test('an API that is not in the file is refused', () => {
    expect(() => here(`${SHOP}sandbox: { apis: { order: sample } }\n`)).toThrow(
      /API_UNKNOWN {2}sandbox.apis.order\n/,
    );
  });
});

describe('what cannot run here is said before anything is deployed', () => {
  test('an image without a command, by its API', () => {
    const [found] = cannotRun(here(SHOP).environment, machine);
    expect(found?.message).toBe(
      'API orders runs what its image says, and the sandbox has no container engine.',
    );
    expect(found?.fix).toContain('`apis: { orders: sample }`');
    expect(problems(SHOP)).toEqual(['SANDBOX_IMAGE apis.orders.image']);
  });

  test('a program that is not on this machine, where it stands in the file', () => {
    const command = SHOP.replace('    port: 3000', '    command: [no-such-program]').replace(
      'CMD, no-such-check',
      'CMD, node',
    );
    expect(problems(command)).toEqual([
      'SANDBOX_PROGRAM apis.orders.command',
      'SANDBOX_SECRET apis.orders.secrets.DATABASE_URL',
    ]);
    expect(problems(SHOP.replace('    port: 3000', '    command: [node, server.js]'))).toEqual([
      'SANDBOX_PROGRAM apis.orders.health.command',
      'SANDBOX_SECRET apis.orders.secrets.DATABASE_URL',
    ]);
    expect(problems(withSandbox('{ command: [./no/such] }'))).toEqual([
      'SANDBOX_PROGRAM sandbox.apis.orders.command',
      'SANDBOX_SECRET apis.orders.secrets.DATABASE_URL',
    ]);
  });

  test.each(['dev', 'staging', 'prod', 'sandbox'])('%s, shipped here, runs', (name) => {
    const text = readFileSync(join(root, 'environments', `${name}.yaml`), 'utf8');
    const { environment } = here(text, `${name}.yaml`);
    expect(environment.network.cidr).toMatch(/^127\./);
    expect(environment.state).toEqual({
      kind: 'local',
      path: `.stagecraft/sandbox/terraform.${name === 'sandbox' ? '' : `${name}.`}eu-central-1.tfstate`,
    });
    expect(cannotRun(environment, machine)).toEqual([]);
  });
});
