/**
 * Proves with the real provider against the emulator: whatever happens to a deploy of the gateway stage half-way, the
 * same command again goes on from there, for every type of resource. Nothing is made twice, nothing is left over.
 * Does not prove: how AWS words its refusals, and what its own waits do.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { refuseReplacements } from '../../cli/replacements';
import { type PlannedChange, replacements } from '../../stacks/cdktf/deployment';
import { kept } from '../../stacks/cdktf/kept';
import { finders, type PlannedResource, REPEATABLE } from '../../stacks/cdktf/repair/adopt';
import { repairClients } from '../../stacks/cdktf/repair/clients';
import { forgetFound, planRepaired, type Repaired } from '../../stacks/cdktf/repair/terraform';
import { synthesize } from '../../stacks/cdktf/synthesize';
import { runTerraform, type TerraformOptions } from '../../stacks/cdktf/terraform';
import { type Emulator, type Injected, startEmulator } from './support/emulator';
import { facts } from './support/facts';
import { MADE_BY, SHOP } from './support/repair-shop';
import { Terraform } from './support/terraform';

/**
 * `npm run test:repair` lets the first call of every action lose its answer. That takes a deploy for each depth of the graph,
 * so `npm test` does it to what is made first, to what stands in the middle, and to a service.
 */
const EVERY_CALL = process.env.STAGECRAFT_REPAIR === 'every-call';
const SOME_CALLS = [
  ...[
    'logs:CreateLogGroup',
    'logs:PutRetentionPolicy',
    'iam:CreateRole',
    'ec2:CreateVpc',
    'ec2:AllocateAddress',
  ],
  ...['acm:RequestCertificate', 'secretsmanager:CreateSecret', 'cognito-idp:CreateUserPool'],
  ...['ecs:CreateCluster', 'ecs:RegisterTaskDefinition', 'elasticloadbalancing:CreateLoadBalancer'],
  'ecs:CreateService',
];

/** A deploy stops at what fails, so each depth of the graph takes a run or two. */
const MOST_RUNS = 20;

jest.setTimeout(900_000);

const root = mkdtempSync(path.join(tmpdir(), 'stagecraft-repair-'));
let emulator: Emulator;
let terraform: Terraform;
let options: TerraformOptions;

/** Stopped in the middle. */
const HALT = `
name: halt
stage: api
region: eu-central-1
apis: { orders: { image: "registry.example/orders:1" } }
identity:
  cognito: { domainPrefix: halt-api, scopes: { read: Read }, machineClients: { reporting: { scopes: [read] } } }
`;

/** An environment, synthesized, in the folder that Terraform runs in. */
async function prepared(name: string, text: string): Promise<TerraformOptions> {
  writeFileSync(path.join(root, `${name}.yaml`), text);
  const [stack] = synthesize({
    environments: root,
    outdir: path.join(root, 'out'),
    root,
    only: [name],
    awsProviderVersion: '>= 5.100',
  });
  const folder = stack?.workingFolder as string;
  if (!existsSync(path.join(folder, '.terraform'))) await terraform.init(folder);
  return { folder, environment: terraform.environment as Record<string, string> };
}

beforeAll(async () => {
  emulator = await startEmulator(5804, 'shop.example=Z0123456789SHOP');
  terraform = new Terraform(emulator.environment);
  options = await prepared('shop', SHOP);
});

afterAll(async () => {
  terraform?.dispose();
  await emulator?.close();
  rmSync(root, { recursive: true, force: true });
});

interface Planned {
  readonly changes: readonly PlannedResource[];
  readonly repaired: Repaired;
}

const access = () => emulator.access;

const search = () => ({ clients: repairClients(access()), environment: 'shop' });

async function plan(): Promise<Planned> {
  const { resources, repaired } = await planRepaired(options, search(), () => {});
  const changes = resources.filter(({ change }) => !['no-op', 'read'].includes(change.actions[0] as string));
  return { changes, repaired };
}

async function apply(): Promise<void> {
  await runTerraform(options, ['apply', '-input=false', '-json', 'plan.tfplan']);
  forgetFound(options);
}

/** The same command again and again, as a person would give it. @returns what was repaired on the way */
async function deployUntilDone(): Promise<Repaired[]> {
  const found: Repaired[] = [];
  for (let run = 0; run < MOST_RUNS; run++) {
    const { changes, repaired } = await plan();
    found.push(repaired);
    if (changes.length === 0 && repaired.found.length === 0) return found;
    await apply().catch((error: Error) => {
      if (!/A test (lost|made)/.test(error.message)) throw error;
    });
  }
  throw new Error(`It was not done after ${MOST_RUNS} runs.`);
}

interface State {
  serial: number;
  resources: { mode: string; type: string; name: string; instances: { status?: string }[] }[];
}

function readState({ folder: cwd, environment: env } = options): State {
  return JSON.parse(
    execFileSync('terraform', ['state', 'pull'], { cwd, env, maxBuffer: 64 * 1024 * 1024 }).toString(),
  );
}

function writeState(state: State): void {
  const { folder: cwd, environment: env } = options;
  const file = path.join(root, 'changed.tfstate');
  writeFileSync(file, JSON.stringify({ ...state, serial: state.serial + 1 }));
  execFileSync('terraform', ['state', 'push', file], { cwd, env });
}

const addressesIn = (state: State): string[] =>
  state.resources.map(({ type, name }) => `${type}.${name}`).toSorted();

/** Two of one name, that no address stands for, fail here. */
const account = () => facts(emulator.access);

let inventory: Awaited<ReturnType<typeof account>>;

/** Ids of the VPCs of that name. */
async function network(name: string): Promise<string[]> {
  const client = new EC2Client(access());
  const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({}));
  client.destroy();
  const named = Vpcs.filter(({ Tags }) => Tags?.some(({ Key, Value }) => Key === 'Name' && Value === name));
  return named.map(({ VpcId }) => VpcId as string);
}

/** Polls: neither Terraform nor AWS tells when a call has come, or is done. */
async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`not within a minute: ${what}`);
    await delay(50);
  }
}

const calls = (injected: readonly Injected[]) =>
  injected.map(({ service, action }) => `${service}:${action}`);

test('every type is found again, or to make it again does no harm', () => {
  const known = [...Object.keys(finders), ...REPEATABLE].toSorted();
  expect(known).toEqual([...Object.keys(MADE_BY), 'aws_acm_certificate_validation'].toSorted());
});

test('answers are lost: the same command goes on to the end, and takes over what was made', async () => {
  await emulator.inject(
    EVERY_CALL
      ? [{ kind: 'lose', firstOfEach: true }]
      : SOME_CALLS.map((call) => {
          const [service, action] = call.split(':');
          return { kind: 'lose', service, action };
        }),
  );
  const repaired = await deployUntilDone();
  const hit = calls(await emulator.injected());
  const expected = EVERY_CALL ? Object.values(MADE_BY) : SOME_CALLS;
  expect(expected.filter((call) => !hit.includes(call))).toEqual([]);
  await emulator.inject([]);

  const found = new Set(repaired.flatMap((one) => one.found.map(({ to }) => to.split('.')[0] as string)));
  const lost = Object.keys(finders).filter((type) => hit.includes(MADE_BY[type] as string));
  expect(lost.filter((type) => !found.has(type))).toEqual([]);
  const state = readState();
  expect([...new Set(state.resources.map(({ type }) => type))].toSorted()).toEqual(
    [...Object.keys(finders), ...REPEATABLE].toSorted(),
  );
  inventory = await account();
});

test('one of each type is marked to be replaced, as after a failed create: all are kept as they are', async () => {
  const state = readState();
  const marked = [...new Map(state.resources.map((one) => [one.type, one])).values()];
  for (const { instances } of marked) for (const one of instances) one.status = 'tainted';
  writeState(state);
  const { changes, repaired } = await plan();
  expect(changes).toEqual([]);
  expect(repaired.found).toEqual([]);
  expect([...repaired.kept].toSorted()).toEqual(addressesIn({ ...state, resources: marked }));
});

test('the state is lost: all is found again, nothing is replaced or made twice', async () => {
  const state = readState();
  writeState({ ...state, resources: [] });
  const { changes, repaired } = await plan();
  const isRepeatable = (address: string) => REPEATABLE.has(address.split('.')[0] as string);
  const again = addressesIn(state).filter(isRepeatable);
  expect(repaired.found.map(({ to }) => to).toSorted()).toEqual(
    addressesIn(state).filter((address) => !isRepeatable(address)),
  );
  const created = changes.filter(({ change }) => change.actions.includes('create'));
  expect(created.filter(({ change }) => change.actions.length > 1)).toEqual([]);
  expect(created.map(({ address }) => address).toSorted()).toEqual(again);
  await apply();
  expect((await plan()).changes).toEqual([]);
  expect(addressesIn(readState())).toEqual(addressesIn(state));
  expect(Object.keys((await account()).ec2 as object)).toEqual(Object.keys(inventory.ec2 as object));
});

test('another address block would make the network anew: it is refused before anything is done', async () => {
  const before = await network('shop');
  await prepared('shop', SHOP.replace('10.20.0.0/16', '10.30.0.0/16'));
  const { resources } = await planRepaired<PlannedChange>(options, search(), () => {});
  const asked = replacements(resources).find(({ type }) => type === 'aws_vpc');
  expect(asked?.because).toEqual(['cidr_block']);
  expect(() => refuseReplacements(replacements(resources), kept, false)).toThrow(
    /the VPC, for AWS cannot change cidr_block of it/,
  );
  expect(await network('shop')).toEqual(before);
});

test('a Ctrl-C while calls are under way: what AWS did all the same is found', async () => {
  const seconds = 4;
  const under = ['ec2:CreateVpc', 'iam:CreateRole', 'cognito-idp:CreateUserPool'];
  await emulator.inject(
    under.map((call) => {
      const [service, action] = call.split(':');
      return { kind: 'delay', seconds, service, action };
    }),
  );
  const own = await prepared('halt', HALT);
  const searchOwn = { ...search(), environment: 'halt' };
  await planRepaired(own, searchOwn, () => {});
  const controller = new AbortController();
  const apply = ['apply', '-input=false', '-json', 'plan.tfplan'];
  const applying = runTerraform({ ...own, signal: controller.signal }, apply);
  await until('the calls', async () => {
    const injected = calls(await emulator.injected());
    return under.every((call) => injected.includes(call));
  });
  controller.abort();
  await expect(applying).rejects.toThrow('terraform apply failed');
  const types = readState(own).resources.map(({ type }) => type);
  expect(types).not.toContain('aws_vpc');
  await until('the network', async () => (await network('halt')).length === 1);
  const { found } = (await planRepaired(own, searchOwn, () => {})).repaired;
  expect(found.filter(({ to }) => to.startsWith('aws_vpc.')).map(({ id }) => id)).toEqual(
    await network('halt'),
  );
  expect(found.some(({ to }) => to.startsWith('aws_cognito_user_pool.'))).toBe(true);
});

test('the emulator was asked for nothing that it cannot do', async () => {
  expect(await emulator.unsupported()).toEqual([]);
});
