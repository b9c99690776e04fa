/**
 * Proves with the real provider against the emulator: an environment goes through the stages and back, one apply each,
 * in the order that lets no request fail; nothing is replaced; each apply leaves nothing to do.
 * Does not prove: how long AWS takes, and what it lets through meanwhile (see the traffic tests).
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Stage } from '../../constructs/blueprint/schema';
import { synthesize } from '../../stacks/cdktf/synthesize';
import { type Emulator, type Registrations, SHOP_REGISTRATIONS, startEmulator } from './support/emulator';
import { Account, expectUsed, type Holdings } from './support/holdings';
import { type Operation, type PlannedChange, Terraform } from './support/terraform';

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

jest.setTimeout(300_000);

const root = mkdtempSync(path.join(tmpdir(), 'stagecraft-evolution-'));
let emulator: Emulator;
let account: Account;
/** What people have since the first stage. */
let had: Holdings;
let terraform: Terraform;

beforeAll(async () => {
  writeFileSync(path.join(root, 'shop.yaml'), SHOP);
  emulator = await startEmulator(5801, 'shop.example=Z0123456789SHOP');
  account = new Account(emulator);
  terraform = new Terraform(emulator.environment);
});

afterAll(async () => {
  account?.close();
  terraform?.dispose();
  await emulator?.close();
  rmSync(root, { recursive: true, force: true });
});

interface Step {
  readonly planned: readonly PlannedChange[];
  readonly done: readonly Operation[];
  readonly left: readonly PlannedChange[];
  readonly registrations: Registrations;
}

/** @returns the folder of the stack at that stage */
async function synthesized(stage: Stage): Promise<string> {
  const [stack] = synthesize({
    environments: root,
    outdir: path.join(root, 'out'),
    root,
    stages: { shop: stage },
    awsProviderVersion: '>= 5.100',
  });
  const folder = stack?.workingFolder as string;
  if (!existsSync(path.join(folder, '.terraform'))) await terraform.init(folder);
  return folder;
}

const planFor = async (stage: Stage): Promise<readonly PlannedChange[]> =>
  terraform.plan(await synthesized(stage));

async function goTo(stage: Stage): Promise<Step> {
  const folder = await synthesized(stage);
  const planned = await terraform.plan(folder);
  const done = await terraform.apply(folder);
  if (had !== undefined) expect(await account.holdings()).toEqual(had);
  const registrations = await emulator.registrations();
  return { planned, done, left: await terraform.plan(folder), registrations };
}

/** `create aws_ecs_service.Gateway_gateway-a_Service`: the address without cdktf's hash. */
const words = ({ action, address }: Pick<Operation, 'action' | 'address'>): string =>
  `${action} ${address.replace(/_[0-9A-F]{8}$/, '')}`;

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

const replaced = ({ planned }: Step): string[] =>
  planned.filter(({ actions }) => actions.length > 1).map(({ address }) => address);

/** At the end of the id of each API's traffic rule: of its path. */
const RULE_DIGITS = { orders: '9125383a', catalog: '07835e91' };

describe('an environment goes through the stages and back', () => {
  test('it starts at stage api', async () => {
    const step = await goTo('api');
    expect(step.left).toEqual([]);
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS.api);
  });

  test('from then on keys can be issued, and what people have is the same after each step', async () => {
    await account.use();
    had = await account.holdings();
    expectUsed(had);
  });

  test('api -> load-balanced: the load balancer is ready before a service joins, clients come last', async () => {
    const step = await goTo('load-balanced');
    expect(replaced(step)).toEqual([]);
    for (const [api, digits] of Object.entries(RULE_DIGITS)) {
      expectOneAfterTheOther(step.done, [
        `create aws_lb_target_group.LoadBalancer_${api}_TargetGroup`,
        `create aws_lb_listener_rule.LoadBalancer_${api}_AttachRule`,
        `update aws_ecs_service.${api}_Service`,
        `create aws_lb_listener_rule.LoadBalancer_Traffic_traffic-${api}-${digits}`,
        'create aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway',
        'create aws_route53_record.LoadBalancer_Records_alias-apishopexample',
      ]);
      expectOneAfterTheOther(step.done, [
        'create aws_nat_gateway.Network_Nat-a',
        'create aws_route.Network_PrivateRoute-b',
        `update aws_ecs_service.${api}_Service`,
      ]);
    }
    expectOneAfterTheOther(step.done, [
      'create aws_vpc_security_group_ingress_rule.orders_SecurityGroup_from-balancer-8080',
      'update aws_ecs_service.orders_Service',
      'delete aws_vpc_security_group_ingress_rule.orders_SecurityGroup_from-anywhere-8080',
    ]);
    expect(step.left).toEqual([]);
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS['load-balanced']);
  });

  test('load-balanced -> gateway: gateways one by one, then traffic, then the pools let go', async () => {
    const step = await goTo('gateway');
    expect(replaced(step)).toEqual([]);
    for (const [api, digits] of Object.entries(RULE_DIGITS)) {
      expectOneAfterTheOther(step.done, [
        'create aws_lb_target_group.LoadBalancer_gateway_TargetGroup',
        'create aws_lb_listener_rule.LoadBalancer_gateway_AttachRule',
        'create aws_ecs_service.Gateway_gateway-a_Service',
        'create aws_ecs_service.Gateway_gateway-b_Service',
        'update aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway',
        `update aws_ecs_service.${api}_Service`,
        `delete aws_lb_listener_rule.LoadBalancer_${api}_AttachRule`,
        `delete aws_lb_target_group.LoadBalancer_${api}_TargetGroup`,
      ]);
      expectOneAfterTheOther(step.done, [
        'update aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway',
        `delete aws_lb_listener_rule.LoadBalancer_Traffic_traffic-${api}-${digits}`,
        `delete aws_lb_target_group.LoadBalancer_${api}_TargetGroup`,
      ]);
    }
    expectOneAfterTheOther(step.done, [
      'create aws_vpc_security_group_ingress_rule.catalog_SecurityGroup_from-gateways-3000',
      'create aws_ecs_service.Gateway_gateway-a_Service',
    ]);
    expectOneAfterTheOther(step.done, [
      'update aws_ecs_service.catalog_Service',
      'delete aws_vpc_security_group_ingress_rule.catalog_SecurityGroup_from-balancer-3000',
    ]);
    expect(step.left).toEqual([]);
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS.gateway);
  });

  test('nothing secret is in the state', async () => {
    const state = await terraform.state(path.join(root, 'out/stacks/shop'));
    const secrets = JSON.parse(state).resources.filter(
      ({ type }: { type: string }) => type === 'aws_secretsmanager_secret_version',
    );
    expect(secrets).toHaveLength(1);
    expect(secrets[0].instances[0].attributes).toMatchObject({
      secret_string: '',
      secret_string_wo: null,
      secret_binary: '',
      secret_string_wo_version: 1,
    });
  });

  test('gateway -> load-balanced: the mirror image', async () => {
    const step = await goTo('load-balanced');
    expect(replaced(step)).toEqual([]);
    for (const [api, digits] of Object.entries(RULE_DIGITS)) {
      expectOneAfterTheOther(step.done, [
        `create aws_lb_target_group.LoadBalancer_${api}_TargetGroup`,
        `create aws_lb_listener_rule.LoadBalancer_${api}_AttachRule`,
        `update aws_ecs_service.${api}_Service`,
        `create aws_lb_listener_rule.LoadBalancer_Traffic_traffic-${api}-${digits}`,
        'update aws_lb_listener_rule.LoadBalancer_Traffic_traffic-gateway',
        'delete aws_ecs_service.Gateway_gateway-b_Service',
        'delete aws_ecs_service.Gateway_gateway-a_Service',
        'delete aws_lb_listener_rule.LoadBalancer_gateway_AttachRule',
        'delete aws_lb_target_group.LoadBalancer_gateway_TargetGroup',
      ]);
    }
    expectOneAfterTheOther(step.done, [
      'create aws_vpc_security_group_ingress_rule.catalog_SecurityGroup_from-balancer-3000',
      'update aws_ecs_service.catalog_Service',
    ]);
    expectOneAfterTheOther(step.done, [
      'delete aws_ecs_service.Gateway_gateway-a_Service',
      'delete aws_vpc_security_group_ingress_rule.catalog_SecurityGroup_from-gateways-3000',
    ]);
    expect(step.left).toEqual([]);
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS['load-balanced']);
  });

  test('load-balanced -> api: services leave the private network before it goes', async () => {
    const step = await goTo('api');
    expect(replaced(step)).toEqual([]);
    expectOneAfterTheOther(step.done, [
      'create aws_vpc_security_group_ingress_rule.orders_SecurityGroup_from-anywhere-8080',
      'update aws_ecs_service.orders_Service',
      'delete aws_lb_listener_rule.LoadBalancer_orders_AttachRule',
      'delete aws_lb_target_group.LoadBalancer_orders_TargetGroup',
    ]);
    expectOneAfterTheOther(step.done, [
      'update aws_ecs_service.catalog_Service',
      'delete aws_route.Network_PrivateRoute-b',
      'delete aws_nat_gateway.Network_Nat-a',
    ]);
    expect(step.left).toEqual([]);
    expect(step.registrations).toEqual(SHOP_REGISTRATIONS.api);
  });

  test('api -> gateway again: nothing that people have is made, changed or taken away', async () => {
    const changed = (await planFor('gateway')).map(({ address }) => address);
    expect(changed).toContain('aws_ecs_service.Gateway_gateway-a_Service_F757134C');
    const held = /^aws_(?:secretsmanager|cognito|cloudwatch_log_group)/;
    expect(changed.filter((address) => held.test(address))).toEqual([]);
  });

  test('the emulator was asked for nothing that it cannot do', async () => {
    expect(await emulator.unsupported()).toEqual([]);
  });
});
