/** The real provider's schema takes every environment of this repository, at every stage. Asks no cloud anything. */
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
import { loadEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import type { Stage } from '../../constructs/blueprint/schema';
import { terraformModule } from '../../constructs/terraform/module';
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
  return validated({
    'cdk.tf.json': readFileSync(path.join(stack?.workingFolder as string, 'cdk.tf.json'), 'utf8'),
  });
}

/** What Terraform says of these files. All need the same provider: one installation is enough. */
async function validated(files: Readonly<Record<string, string>>): Promise<unknown> {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith('.tf.json')) rmSync(path.join(folder, name));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  if (!existsSync(path.join(folder, '.terraform'))) await terraform.init(folder, { backend: false });
  return (await terraform.validate(folder)).diagnostics;
}

/** The files of `stagecraft module` for an environment. */
async function moduleDiagnostics(environment: string, stage: Stage): Promise<unknown> {
  const file = path.resolve(__dirname, `../../environments/${environment}.yaml`);
  const files = Object.entries(terraformModule(resolve(loadEnvironment(file, stage))));
  return validated(Object.fromEntries(files.map(([name, document]) => [name, JSON.stringify(document)])));
}

test.each(['api', 'load-balanced', 'gateway'] as const)(
  'the module of sandbox at stage %s',
  async (stage) => {
    expect(await moduleDiagnostics('sandbox', stage)).toEqual([]);
  },
);

test.each(['dev', 'staging', 'prod'])('%s as it is', async (environment) => {
  expect(await diagnostics(environment)).toEqual([]);
});

test.each(['api', 'load-balanced', 'gateway'] as const)('sandbox at stage %s', async (stage) => {
  expect(await diagnostics('sandbox', stage)).toEqual([]);
});
