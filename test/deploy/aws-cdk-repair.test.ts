/**
 * Proves against the emulator's CloudFormation: each call that a deploy of the gateway stage makes fails once, and the same
 * deploy again and again comes to the end. The account holds then what it holds after a deploy without a failure.
 * What the cdk CLI does with a stack whose first deploy failed (it deletes it) is done here by the test.
 * Does not prove: that AWS's CloudFormation goes back as the emulator's does.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Change,
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { refuseReplacements } from '../../cli/replacements';
import type { Stage } from '../../constructs/blueprint/schema';
import { signedFetch } from '../../sandbox/signed-fetch';
import { countChanges } from '../../stacks/aws-cdk/changes';
import { makeDeployable, statusOf } from '../../stacks/aws-cdk/cloudformation';
import { kept } from '../../stacks/aws-cdk/kept';
import { synthesize } from '../../stacks/aws-cdk/synthesize';
import { type Emulator, type Fault, startEmulator } from './support/emulator';
import { facts } from './support/facts';
import { MADE_BY, SHOP } from './support/repair-shop';

/** A deploy stops at what fails first, and takes back what was made. */
const MOST_DEPLOYS = 60;
const POLL_MILLISECONDS = 50;
/** Not CloudFormation's own calls: to it nothing fails here. */
const SERVICES = [
  ...['acm', 'application-autoscaling', 'cognito-idp', 'ec2', 'ecs', 'elasticloadbalancing', 'iam'],
  ...['logs', 'route53', 'secretsmanager', 'servicediscovery'],
];

const COUNTED = new Set(['revision', 'AvailableIpAddressCount']);

jest.setTimeout(600_000);

const root = mkdtempSync(path.join(tmpdir(), 'stagecraft-cdk-repair-'));
const emulators: Emulator[] = [];

beforeAll(() => writeFileSync(path.join(root, 'shop.yaml'), SHOP));
afterAll(async () => {
  for (const emulator of emulators) await emulator.close();
  rmSync(root, { recursive: true, force: true });
});

/** Without the question whether the account was bootstrapped: nobody deploys with the CLI here. */
function template(stage: Stage): string {
  const outdir = path.join(root, stage);
  const [stack] = synthesize({ environments: root, outdir, stages: { shop: stage } });
  const { Parameters, Rules, ...body } = JSON.parse(readFileSync(stack?.templateFile as string, 'utf8'));
  return JSON.stringify(body);
}

/** A stack in an account of its own. */
class Cloud {
  readonly #aws: CloudFormationClient;

  private constructor(readonly emulator: Emulator) {
    this.#aws = new CloudFormationClient(emulator.access);
  }

  static async start(port: number): Promise<Cloud> {
    const emulator = await startEmulator(port, 'shop.example=Z0123456789SHOP');
    emulators.push(emulator);
    const cloud = new Cloud(emulator);
    await cloud.#put(
      '/templates',
      `<CreateBucketConfiguration><LocationConstraint>${emulator.access.region}</LocationConstraint></CreateBucketConfiguration>`,
    );
    return cloud;
  }

  async #put(at: string, body: string): Promise<void> {
    const answer = await signedFetch(this.emulator.access, 's3', at, { method: 'PUT', body });
    expect(answer.status).toBe(200);
  }

  /** As the CLI does it: a request holds no template of more than 51,200 bytes. */
  async #published(template: string): Promise<string> {
    await this.#put('/templates/shop.json', template);
    return `https://s3.${this.emulator.access.region}.amazonaws.com/templates/shop.json`;
  }

  async #settled(): Promise<string | undefined> {
    for (;;) {
      const status = await statusOf(this.#aws, 'shop');
      if (!status?.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') return status;
      await delay(POLL_MILLISECONDS);
    }
  }

  /** The command once. @returns status of the stack; undefined when there was nothing to do */
  async deploy(template: string): Promise<string | undefined> {
    await makeDeployable(this.#aws, 'shop', () => {});
    let before = await this.#settled();
    while (before?.startsWith('ROLLBACK_') || before === 'DELETE_FAILED') {
      await this.#aws.send(new DeleteStackCommand({ StackName: 'shop' }));
      before = await this.#settled();
    }
    const named = { StackName: 'shop', ChangeSetName: `c${Date.now()}` };
    const ChangeSetType = before === undefined || before === 'REVIEW_IN_PROGRESS' ? 'CREATE' : 'UPDATE';
    const TemplateURL = await this.#published(template);
    await this.#aws.send(new CreateChangeSetCommand({ ...named, ChangeSetType, TemplateURL }));
    const { Status } = await this.#aws.send(new DescribeChangeSetCommand(named));
    if (Status === 'FAILED') return undefined;
    await this.#aws.send(new ExecuteChangeSetCommand(named));
    return this.#settled();
  }

  /** What a deploy would do. */
  async changes(template: string): Promise<readonly Change[]> {
    const named = { StackName: 'shop', ChangeSetName: `c${Date.now()}` };
    const TemplateURL = await this.#published(template);
    await this.#aws.send(new CreateChangeSetCommand({ ...named, ChangeSetType: 'UPDATE', TemplateURL }));
    return (await this.#aws.send(new DescribeChangeSetCommand(named))).Changes ?? [];
  }

  /** @returns in which statuses the deploys ended, the last one complete */
  async deployUntilDone(body: string): Promise<string[]> {
    const ended: string[] = [];
    while (ended.length < MOST_DEPLOYS) {
      const status = await this.deploy(body);
      ended.push(status ?? 'nothing to do');
      if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return ended;
    }
    throw new Error(`It was not done after ${MOST_DEPLOYS} deploys: ${ended.at(-1)}.`);
  }

  async hit(): Promise<string[]> {
    return (await this.emulator.injected()).map(
      ({ service, action }) => `${service}:${action.replace(/\/$/, '')}`,
    );
  }

  /** Without how often a task definition was registered, and the addresses that moto does not give back. */
  async facts(): Promise<unknown> {
    const text = JSON.stringify(await facts(this.emulator.access));
    return JSON.parse(text, (key, value) => (COUNTED.has(key) ? undefined : value));
  }
}

const firstOfEach = (action: string): Fault[] =>
  SERVICES.map((service) => ({ kind: 'fail', service, action, firstOfEach: true }));

test('each call fails once: the same deploy goes on to the end, in each direction', async () => {
  const cloud = await Cloud.start(5821);
  const untouched = await Cloud.start(5822);

  await cloud.emulator.inject(firstOfEach('*'));
  const first = await cloud.deployUntilDone(template('gateway'));
  expect(first.at(-1)).toBe('CREATE_COMPLETE');
  const hit = await cloud.hit();
  // CloudFormation gives a secret its text when it makes it.
  const made = Object.values(MADE_BY).filter((call) => !call.endsWith(':PutSecretValue'));
  expect(made.filter((call) => !hit.includes(call))).toEqual([]);
  expect(hit.filter((call) => /:(Delete|Detach|Release|Deregister)/.test(call)).length).toBeGreaterThan(10);
  await cloud.emulator.inject([]);
  expect(await cloud.deploy(template('gateway'))).toBeUndefined();

  expect(await untouched.deployUntilDone(template('gateway'))).toEqual(['CREATE_COMPLETE']);
  expect(await cloud.facts()).toEqual(await untouched.facts());

  for (const stage of ['load-balanced', 'api', 'gateway'] as const) {
    // What cannot be deleted in the end, CloudFormation leaves behind: no deploy fails for it.
    await cloud.emulator.inject(
      ['Create*', 'Update*', 'Modify*', 'Put*', 'Register*', 'Authorize*', 'Set*'].flatMap(firstOfEach),
    );
    const ended = await cloud.deployUntilDone(template(stage));
    expect(ended.at(-1)).toBe('UPDATE_COMPLETE');
    expect(ended).toContain('UPDATE_ROLLBACK_COMPLETE');
    await cloud.emulator.inject([]);
    expect(await cloud.deploy(template(stage))).toBeUndefined();
    await untouched.deployUntilDone(template(stage));
    expect(await cloud.facts()).toEqual(await untouched.facts());
  }

  // Another address block: the change set says so, and nothing is executed.
  const moved = template('gateway').replaceAll('10.20.', '10.30.');
  const { replacements } = countChanges(await cloud.changes(moved));
  expect(replacements).toContainEqual(
    expect.objectContaining({ type: 'AWS::EC2::VPC', because: ['CidrBlock'] }),
  );
  expect(() => refuseReplacements(replacements, kept, false)).toThrow(
    /the VPC, for AWS cannot change CidrBlock of it/,
  );
  expect(await cloud.facts()).toEqual(await untouched.facts());
});
