/** The real provider's schema takes every environment of this repository, at every stage. Asks no cloud anything. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Stage } from '../../constructs/blueprint/schema';
import { synthesize } from '../../stacks/cdktf/synthesize';
import { Terraform } from './support/terraform';

jest.setTimeout(180_000);

const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-validate-'));
const terraform = new Terraform();

afterAll(() => {
  terraform.dispose();
  rmSync(scratch, { recursive: true });
});

const folder = path.join(scratch, 'configuration');

async function diagnostics(environment: string, stage?: Stage): Promise<unknown> {
  const [stack] = synthesize({
    environments: path.resolve(__dirname, '../../environments'),
    outdir: path.join(scratch, 'out'),
    only: [environment],
    awsProviderVersion: '>= 5.100',
    ...(stage && { stages: { [environment]: stage } }),
  });
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(stack?.workingFolder as string, 'cdk.tf.json'), path.join(folder, 'cdk.tf.json'));
  // All need the same provider: one installation is enough.
  if (!existsSync(path.join(folder, '.terraform'))) await terraform.init(folder, { backend: false });
  return (await terraform.validate(folder)).diagnostics;
}

test.each(['dev', 'staging', 'prod'])('%s as it is', async (environment) => {
  expect(await diagnostics(environment)).toEqual([]);
});

test.each(['api', 'load-balanced', 'gateway'] as const)('sandbox at stage %s', async (stage) => {
  expect(await diagnostics('sandbox', stage)).toEqual([]);
});
