/**
 * Proves with the real cdk CLI against the emulator's CloudFormation: an environment goes through the stages and back,
 * one deploy each, in the order that lets no request fail; the change sets replace nothing; a second deploy has no
 * changes. Does not prove: that AWS's CloudFormation does the same in every detail, and how long it takes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Change } from '@aws-sdk/client-cloudformation';
import type { Stage } from '../../constructs/blueprint/schema';
import { signedFetch } from '../../sandbox/signed-fetch';
import { synthesize } from '../../stacks/aws-cdk/synthesize';
import { Cdk, type Operation } from './support/cloudformation';
import { type Emulator, type Registrations, SHOP_REGISTRATIONS, startEmulator } from './support/emulator';
import { Account, expectUsed, type Holdings } from './support/holdings';

const SHOP = `
name: shop
stage: api
region: eu-central-1
network: { cidr: 10.20.0.0/16, zones: [a, b], egress: single-nat }
domain: { name: api.shop.example, hostedZone: { id: Z0123456789SHOP, name: shop.example } }
apis:
  orders: { image: "registry.example/orders:1", paths: [/orders], instances: { min: 2, max: 4 } }
  catalog: { image: "registry.example/catalog:1", paths: [/catalog], port: 3000 }
consumers: { acme: {} }
identity:
  cognito: { domainPrefix: shop-tokens, scopes: { read: Read }, machineClients: { reporting: { scopes: [read] } } }
`;

const PORT = 5811;

jest.setTimeout(120_000);

const root = mkdtempSync(path.join(tmpdir(), 'stagecraft-cdk-evolution-'));
let emulator: Emulator;
let account: Account;
/** What people have since the first stage. */
let had: Holdings;
let cdk: Cdk;

function synthesized(stage: Stage): string {
  const outdir = path.join(root, stage);
  synthesize({ environments: root, outdir, stages: { shop: stage } });
  return outdir;
}

beforeAll(async () => {
  writeFileSync(path.join(root, 'shop.yaml'), SHOP);
  emulator = await startEmulator(PORT, 'shop.example=Z0123456789SHOP');
  account = new Account(emulator);
  cdk = new Cdk(emulator.access);
});

afterAll(async () => {
  account?.close();
  cdk?.dispose();
  await emulator?.close();
  rmSync(root, { recursive: true, force: true });
});

interface Step {
  readonly planned: readonly Change[];
  readonly done: readonly Operation[];
  /** Undefined when the CLI says that there is nothing to do. */
  readonly left: readonly Change[] | undefined;
  readonly registrations: Registrations;
}

async function goTo(stage: Stage): Promise<Step> {
  const assembly = synthesized(stage);
  const planned = (await cdk.prepare(assembly, 'shop')) ?? [];
  const done = await cdk.execute(assembly, 'shop');
  if (had !== undefined) expect(await account.holdings()).toEqual(had);
  const registrations = await emulator.registrations();
  return { planned, done, left: await cdk.prepare(assembly, 'shop'), registrations };
}

/** `create GatewaygatewayaService`: the logical id without CDK's hash. */
const words = ({ action, logicalId }: Pick<Operation, 'action' | 'logicalId'>): string =>
  `${action} ${logicalId.replace(/[0-9A-F]{8}$/, '')}`;

/** Each operation begins after the one before has ended. */
function expectOneAfterTheOther(done: readonly Operation[], expected: readonly string[]): void {
  const found = expected.map((name) => {
    const operation = done.find((each) => words(each) === name);
    if (operation === undefined) throw new Error(`There was no "${name}" in:\n${done.map(words).join('\n')}`);
    return operation;
  });
  const byTime = found.toSorted((one, other) => one.began - other.began);
  expect(byTime.map(words)).toEqual(expected);
  for (const [index, operation] of found.slice(1).entries()) {
    expect(operation.began).toBeGreaterThan((found[index] as Operation).ended);
  }
}

const count = ({ planned }: Step) => {
  const changes = planned.map(({ ResourceChange }) => ResourceChange);
  const actions = (action: string) => changes.filter((one) => one?.Action === action).length;
  return { add: actions('Add'), modify: actions('Modify'), remove: actions('Remove') };
};

/** What the change set says of each resource that it would change: all updated in place. */
const modified = ({ planned }: Step): string[] =>
  planned
    .filter(({ ResourceChange }) => ResourceChange?.Action === 'Modify')
    .map(({ ResourceChange: one }) =>
      [one?.LogicalResourceId?.replace(/[0-9A-F]{8}$/, ''), one?.Replacement].join(' '),
    )
    .toSorted();

/** At the end of the id of each API's traffic rule: of its path. */
const RULE_DIGITS = { orders: '9125383a', catalog: '07835e91' };

describe('an environment goes through the stages and back', () => {
  test('it starts at stage api, in an account that CDK has bootstrapped', async () => {
    await cdk.bootstrap(synthesized('api'));
    const step = await goTo('api');
    expect(modified(step)).toEqual([]);
    expect(step.left).toBeUndefined();
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS.api);
  });

  test('from then on keys can be issued, and what people have is the same after each step', async () => {
    await account.use();
    had = await account.holdings();
    expectUsed(had);
  });

  test('api -> load-balanced: the load balancer is ready before a service joins, clients come last', async () => {
    const step = await goTo('load-balanced');
    expect(modified(step)).toEqual(['catalogService False', 'ordersService False']);
    for (const [api, digits] of Object.entries(RULE_DIGITS)) {
      expectOneAfterTheOther(step.done, [
        `create LoadBalancer${api}TargetGroup`,
        `create LoadBalancer${api}AttachRule`,
        `update ${api}Service`,
        `create LoadBalancerTraffictraffic${api}${digits}`,
        'create LoadBalancerTraffictrafficgateway',
        'create LoadBalancerRecordsaliasapishopexample',
      ]);
      expectOneAfterTheOther(step.done, [
        'create NetworkNata',
        'create NetworkPrivateRouteb',
        `update ${api}Service`,
      ]);
    }
    expectOneAfterTheOther(step.done, [
      'create ordersSecurityGroupfrombalancer8080',
      'update ordersService',
      'delete ordersSecurityGroupfromanywhere8080',
    ]);
    expect(step.left).toBeUndefined();
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS['load-balanced']);
  });

  test('load-balanced -> gateway: gateways one by one, then traffic, then the pools let go', async () => {
    const step = await goTo('gateway');
    expect(modified(step)).toEqual([
      'LoadBalancerTraffictrafficgateway False',
      'catalogService False',
      'ordersService False',
    ]);
    for (const [api, digits] of Object.entries(RULE_DIGITS)) {
      expectOneAfterTheOther(step.done, [
        'create LoadBalancergatewayTargetGroup',
        'create LoadBalancergatewayAttachRule',
        'create GatewaygatewayaService',
        'create GatewaygatewaybService',
        'update LoadBalancerTraffictrafficgateway',
        `update ${api}Service`,
        `delete LoadBalancer${api}AttachRule`,
        `delete LoadBalancer${api}TargetGroup`,
      ]);
      expectOneAfterTheOther(step.done, [
        `update ${api}Service`,
        `delete LoadBalancerTraffictraffic${api}${digits}`,
        `delete LoadBalancer${api}TargetGroup`,
      ]);
    }
    expectOneAfterTheOther(step.done, [
      'create catalogSecurityGroupfromgateways3000',
      'create GatewaygatewayaService',
    ]);
    expectOneAfterTheOther(step.done, [
      'update catalogService',
      'delete catalogSecurityGroupfrombalancer3000',
    ]);
    expect(step.left).toBeUndefined();
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS.gateway);
  });

  test('gateway -> load-balanced: the mirror image', async () => {
    const step = await goTo('load-balanced');
    expect(modified(step)).toEqual([
      'LoadBalancerTraffictrafficgateway False',
      'catalogService False',
      'ordersService False',
    ]);
    for (const [api, digits] of Object.entries(RULE_DIGITS)) {
      expectOneAfterTheOther(step.done, [
        `create LoadBalancer${api}TargetGroup`,
        `create LoadBalancer${api}AttachRule`,
        `update ${api}Service`,
        `create LoadBalancerTraffictraffic${api}${digits}`,
        'update LoadBalancerTraffictrafficgateway',
        'delete GatewaygatewaybService',
        'delete GatewaygatewayaService',
        'delete LoadBalancergatewayAttachRule',
        'delete LoadBalancergatewayTargetGroup',
      ]);
    }
    expectOneAfterTheOther(step.done, [
      'create catalogSecurityGroupfrombalancer3000',
      'update catalogService',
    ]);
    expectOneAfterTheOther(step.done, [
      'delete GatewaygatewayaService',
      'delete catalogSecurityGroupfromgateways3000',
    ]);
    expect(step.left).toBeUndefined();
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS['load-balanced']);
  });

  test('load-balanced -> api: services leave the private network before it goes', async () => {
    const step = await goTo('api');
    expect(modified(step)).toEqual(['catalogService False', 'ordersService False']);
    expectOneAfterTheOther(step.done, [
      'create ordersSecurityGroupfromanywhere8080',
      'update ordersService',
      'delete LoadBalancerordersAttachRule',
      'delete LoadBalancerordersTargetGroup',
    ]);
    expectOneAfterTheOther(step.done, [
      'update catalogService',
      'delete NetworkPrivateRouteb',
      'delete NetworkNata',
    ]);
    expect(step.left).toBeUndefined();
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS.api);
  });

  test('api -> gateway and back in one deploy each', async () => {
    const there = await goTo('gateway');
    const back = await goTo('api');
    expect([modified(there), modified(back)]).toEqual([
      ['catalogService False', 'ordersService False'],
      ['catalogService False', 'ordersService False'],
    ]);
    expect(count(back)).toEqual({ ...count(there), add: count(there).remove, remove: count(there).add });
    expect([there.left, back.left]).toEqual([undefined, undefined]);
    expect([there.registrations, back.registrations]).toEqual([
      SHOP_REGISTRATIONS.gateway,
      SHOP_REGISTRATIONS.api,
    ]);
  });

  test('the emulator was asked for nothing that it cannot do, and no resource is inert', async () => {
    expect(await emulator.unsupported()).toEqual([]);
    expect(await (await signedFetch(emulator.access, 'sandbox', '/_sandbox/inert')).json()).toEqual([]);
  });
});
