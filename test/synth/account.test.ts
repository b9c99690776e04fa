/** The account that an environment belongs to: each engine is told, and is told none where the file names none. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { terraformModule } from '../../constructs/terraform/module';
import { synthesize } from '../../stacks/aws-cdk/synthesize';
import { EnvironmentStack } from '../../stacks/pulumi/environment-stack';
import { configurationOf, type Settings } from './engines/synthesized';
import { blueprintAt } from './support/blueprints';
import { run } from './support/pulumi-program';

const anyone = blueprintAt('api');
const owned: Blueprint = { ...anyone, account: '210987654321' };

test('CDKTF: the provider refuses every other account', () => {
  const provider = (blueprint: Blueprint) => configurationOf(blueprint).provider.aws[0];
  expect(provider(owned).allowed_account_ids).toEqual(['210987654321']);
  expect(provider(anyone)).not.toHaveProperty('allowed_account_ids');
});

test('Pulumi: the provider refuses every other account', async () => {
  const inputs = async (blueprint: Blueprint) => {
    const own: Blueprint = JSON.parse(JSON.stringify(blueprint));
    const { resources } = await run(() => new EnvironmentStack(own), { stack: 'shop' });
    return resources.find(({ type }) => type === 'pulumi:providers:aws')?.inputs;
  };
  expect((await inputs(owned))?.allowedAccountIds).toBe('["210987654321"]');
  expect(await inputs(anyone)).not.toHaveProperty('allowedAccountIds');
});

describe('AWS CDK', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-account-'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  test('the stack is of that account, whoever deploys, and looks nothing up there', () => {
    const file = `name: shop\nstage: api\nregion: eu-central-1\naccount: "210987654321"\napis: { orders: { image: orders } }\n`;
    const environments = mkdtempSync(path.join(scratch, 'environments-'));
    writeFileSync(path.join(environments, 'shop.yaml'), file);
    const outdir = path.join(scratch, 'out');
    synthesize({ environments, outdir, account: '123456789012' });
    const { artifacts, missing } = JSON.parse(readFileSync(path.join(outdir, 'manifest.json'), 'utf8'));
    expect(artifacts.shop.environment).toBe('aws://210987654321/eu-central-1');
    expect(missing).toBeUndefined();
  });
});

test('the module looks at the caller’s credentials before anything is planned', () => {
  const main = (blueprint: Blueprint) =>
    (terraformModule(blueprint) as Record<string, Settings>)['main.tf.json'];
  expect(main(owned)?.data.aws_caller_identity).toEqual({
    account: {
      lifecycle: {
        postcondition: [
          {
            // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of Terraform
            condition: '${self.account_id == "210987654321"}',
            error_message:
              'The environment belongs to account 210987654321, and the credentials are of another one.',
          },
        ],
      },
    },
  });
  expect(main(anyone)?.data).not.toHaveProperty('aws_caller_identity');
});
