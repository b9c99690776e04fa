/**
 * The plain cdktf CLI deploys an environment by name, and leaves nothing to do. What a deploy has left in no state, or
 * marked to be replaced, `stagecraft repair` puts right.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Output } from '../../cli/output';
import { repair } from '../../cli/repair';
import { type Emulator, startEmulator } from './support/emulator';
import { Terraform } from './support/terraform';

jest.setTimeout(300_000);

const project = path.resolve(__dirname, '../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-cli-'));
let emulator: Emulator;
let terraform: Terraform;

beforeAll(async () => {
  emulator = await startEmulator(5803, 'shop.example=Z0123456789SHOP');
  terraform = new Terraform(emulator.environment);
  writeFileSync(
    path.join(scratch, 'shop.yaml'),
    [
      'name: shop',
      'stage: api',
      'region: eu-central-1',
      `state: { kind: local, path: ${JSON.stringify(path.join(scratch, 'shop.eu-central-1.tfstate'))} }`,
      'apis: { orders: { image: "registry.example/orders:1" } }',
    ].join('\n'),
  );
});

afterAll(async () => {
  terraform?.dispose();
  await emulator?.close();
  rmSync(scratch, { recursive: true, force: true });
});

test('npx cdktf deploy <environment>', async () => {
  const outdir = path.join(scratch, 'out');
  const { stdout } = await promisify(execFile)(
    'npx',
    ['--no-install', 'cdktf', 'deploy', 'shop', '--auto-approve', '--skip-provider-lock', '--output', outdir],
    {
      cwd: project,
      timeout: 240_000,
      env: {
        ...terraform.environment,
        STAGECRAFT_ENVIRONMENTS: scratch,
        STAGECRAFT_AWS_PROVIDER_VERSION: '>= 5.100',
        DISABLE_VERSION_CHECK: '1',
      },
    },
  );
  expect(stdout).toContain('cluster = shop');
  expect(await terraform.plan(path.join(outdir, 'stacks/shop'))).toEqual([]);
});

describe('stagecraft repair', () => {
  const variables = { ...process.env };
  afterEach(() => {
    process.env = { ...variables };
  });

  /** What it prints as JSON. */
  async function repaired(): Promise<unknown> {
    const documents: unknown[] = [];
    const output: Output = { json: true, line: () => {}, document: (value) => documents.push(value) };
    const project = { root: scratch, environments: scratch, sandbox: path.join(scratch, 'sandbox') };
    process.env = { ...variables, ...terraform.environment, CDKTF_OUTDIR: 'out' };
    await repair(project, 'shop', { engine: 'cdktf' }, output);
    return documents[0];
  }

  test('takes over what no state knows, keeps what is marked, and changes nothing else', async () => {
    const folder = path.join(scratch, 'out/stacks/shop');
    const addresses = (await terraform.state(folder)).match(/"name": "orders_Service_\w+"/)?.[0];
    const service = `aws_ecs_service.${addresses?.split('"')[3]}`;
    const run = (...args: string[]) =>
      promisify(execFile)('terraform', [`-chdir=${folder}`, ...args], { env: terraform.environment });
    await run('state', 'rm', service);
    await run('taint', '-allow-missing', 'aws_ecs_cluster.Cluster_3DA9CCBA');

    expect(await repaired()).toEqual({
      environment: 'shop',
      engine: 'cdktf',
      repaired: ['aws_ecs_cluster.Cluster_3DA9CCBA', service],
    });
    const left = await terraform.plan(folder);
    // What Terraform alone knows of a service, such as whether to wait for it, comes with the next deploy.
    expect(left).toEqual([{ address: service, actions: ['update'] }]);
    expect(await repaired()).toMatchObject({ repaired: [] });
  });

  test('says what to do where nothing was deployed from', async () => {
    const project = { root: root(), environments: scratch, sandbox: path.join(scratch, 'sandbox') };
    const output: Output = { json: true, line: () => {}, document: () => {} };
    await expect(repair(project, 'shop', { engine: 'cdktf' }, output)).rejects.toThrow(
      /nothing was deployed from there\. Prepare it first: npx cdktf diff shop$/,
    );
  });
});

const root = (): string => path.join(scratch, 'elsewhere');
