/** An environment that belongs to an account, and credentials of another one: nothing is done there, by whichever program. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DescribeClustersCommand, ListClustersCommand } from '@aws-sdk/client-ecs';
import { GetHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { accountOf, inOwnAccount, ownAccount } from '../../cli/account';
import { type AwsClients, awsClients } from '../../cli/aws';
import { loadEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import { terraformModule } from '../../constructs/terraform/module';
import { newCredentials } from '../../sandbox/credentials';
import { type Emulator, startEmulator } from '../../sandbox/emulator';
import { synthesize as synthesizeCdk } from '../../stacks/aws-cdk/synthesize';
import { synthesize } from '../../stacks/cdktf/synthesize';
import { Terraform } from './support/terraform';

jest.setTimeout(240_000);

const OWN = '210987654321';
const OTHER = '123456789012';
const REGION = 'eu-central-1';

const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-account-'));
let emulator: Emulator;
let terraform: Terraform;
let environment: Record<string, string>;

beforeAll(async () => {
  emulator = await startEmulator({
    port: 5825,
    region: REGION,
    account: OWN,
    credentials: newCredentials(),
    hostedZones: { 'shop.example': 'Z0123456789SHOP' },
    log: () => {},
  });
  const { accessKeyId, secretAccessKey } = emulator.access.credentials;
  environment = {
    AWS_ENDPOINT_URL: emulator.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  terraform = new Terraform(environment);
});

afterAll(async () => {
  terraform?.dispose();
  await emulator?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** A folder with one environment file, of that account. */
function environmentsOf(account: string): string {
  const folder = path.join(scratch, account);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'shop.yaml'),
    `name: shop\nstage: api\nregion: ${REGION}\naccount: "${account}"\napis: { orders: { image: "registry.example/orders:1" } }\n`,
  );
  return folder;
}

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it was done',
    (error) => `${error.message}\n${error.stdout ?? ''}\n${error.stderr ?? ''}`,
  );

test('the emulator is the account that it is told, in all that it makes and has', async () => {
  const { ecs, ec2 } = awsClients(emulator.access);
  expect(await accountOf(ec2)).toBe(OWN);
  const { failures } = await ecs.send(new DescribeClustersCommand({ clusters: ['shop'] }));
  expect(failures?.[0]?.arn).toBe(`arn:aws:ecs:${REGION}:${OWN}:cluster/shop`);
  const route53 = new Route53Client(emulator.access);
  const { HostedZone } = await route53.send(new GetHostedZoneCommand({ Id: 'Z0123456789SHOP' }));
  expect(HostedZone?.Name).toBe('shop.example.');
});

describe('Terraform', () => {
  const folder = path.join(scratch, 'configuration');

  /** All need the same provider: one installation is enough. */
  async function plan(files: Readonly<Record<string, string>>): Promise<number> {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) if (name.endsWith('.tf.json')) rmSync(path.join(folder, name));
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    if (!existsSync(path.join(folder, '.terraform'))) await terraform.init(folder);
    return (await terraform.plan(folder)).length;
  }

  /** Without its backend, so that no state of another one is in the way. */
  function stackOf(account: string): Record<string, string> {
    const [stack] = synthesize({
      environments: environmentsOf(account),
      outdir: path.join(scratch, `out-${account}`),
      root: scratch,
      awsProviderVersion: '>= 5.100',
    });
    const file = path.join(stack?.workingFolder as string, 'cdk.tf.json');
    const { terraform: about, ...configuration } = JSON.parse(readFileSync(file, 'utf8'));
    delete about.backend;
    return { 'cdk.tf.json': JSON.stringify({ ...configuration, terraform: about }) };
  }

  function moduleOf(account: string): Record<string, string> {
    const blueprint = resolve(loadEnvironment(path.join(environmentsOf(account), 'shop.yaml')));
    const files = Object.entries(terraformModule(blueprint));
    return Object.fromEntries(files.map(([name, document]) => [name, JSON.stringify(document)]));
  }

  test('plans for its account, and for no other', async () => {
    expect(await plan(stackOf(OWN))).toBeGreaterThan(15);
    expect(await failure(plan(stackOf(OTHER)))).toContain(`AWS account ID not allowed: ${OWN}`);
  });

  test('plans a module for its account, and for no other', async () => {
    expect(await plan(moduleOf(OWN))).toBeGreaterThan(15);
    expect(await failure(plan(moduleOf(OTHER)))).toContain(
      `The environment belongs to account ${OTHER}, and the credentials are of another one.`,
    );
  });
});

test('the cdk CLI deploys into no other account', async () => {
  const assembly = path.join(scratch, 'cdk.out');
  synthesizeCdk({ environments: environmentsOf(OTHER), outdir: assembly });
  const cdk = promisify(execFile)(
    process.execPath,
    [
      require.resolve('aws-cdk/bin/cdk'),
      'deploy',
      'shop',
      '--app',
      assembly,
      '--require-approval',
      'never',
      '--ci',
    ],
    {
      cwd: assembly,
      env: {
        ...process.env,
        ...environment,
        HOME: scratch,
        CDK_HOME: scratch,
        CDK_DISABLE_CLI_TELEMETRY: 'true',
      },
    },
  );
  const said = await failure(cdk);
  expect(said).toContain(OTHER);
  expect(said).toContain(OWN);
  const { clusterArns } = await awsClients(emulator.access).ecs.send(new ListClustersCommand({}));
  expect(clusterArns).toEqual([]);
});

describe('the command line', () => {
  const clientsOf = (account?: string): AwsClients =>
    inOwnAccount({ name: 'shop', region: REGION, account }, awsClients(emulator.access));

  test('asks its own account, or any where the file names none', async () => {
    expect((await clientsOf(OWN).ecs.send(new ListClustersCommand({}))).clusterArns).toEqual([]);
    expect((await clientsOf().ecs.send(new ListClustersCommand({}))).clusterArns).toEqual([]);
  });

  test('asks another account nothing', async () => {
    const refused = await failure(clientsOf(OTHER).ecs.send(new ListClustersCommand({})));
    expect(refused).toContain(
      `The credentials are of account ${OWN}, and shop belongs to ${OTHER}. ` +
        `Take credentials of ${OTHER} (AWS_PROFILE), or correct \`account\` in shop's file.`,
    );
  });

  test('says why AWS does not know the credentials', async () => {
    const stranger = awsClients({ ...emulator.access, credentials: newCredentials() });
    const owner = { name: 'shop', region: REGION, account: OWN };
    await expect(ownAccount(owner, stranger.ec2)).rejects.toThrow(
      'AWS does not say whose credentials these are: The security token included in the request is invalid.',
    );
  });
});
