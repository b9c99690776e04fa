/** The plain cdktf CLI deploys an environment by name, and leaves nothing to do. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
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
      `state: { kind: local, path: ${JSON.stringify(path.join(scratch, 'shop.tfstate'))} }`,
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
