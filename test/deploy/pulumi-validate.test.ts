/**
 * The real provider's schema takes what Pulumi's runtime is told, as Terraform JSON: names, types and required arguments, and
 * the provider's own checks of values. Does not prove: what Pulumi's build of the provider adds to it. Asks no cloud anything.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isTree } from '../synth/engines/facts';
import { terraformOfPulumi } from '../synth/engines/pulumi';
import type { TerraformResource } from '../synth/engines/terraform';
import { stages } from '../synth/support/aws-cdk-template';
import { fullAt } from '../synth/support/variants';
import { Terraform } from './support/terraform';

jest.setTimeout(180_000);

const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-pulumi-validate-'));
const terraform = new Terraform();

afterAll(() => {
  terraform.dispose();
  rmSync(scratch, { recursive: true });
});

const nameOf = (at: string): string => `_${at.replace(/[^\w-]/g, '_')}`;

/** `cdk.tf.json`, and what Terraform wants beside resources. */
function configurationOf(resources: readonly TerraformResource[], region: string): object {
  const addresses = new Map(resources.map(({ path: at, type }) => [at, `${type}.${nameOf(at)}`]));
  const resource: Record<string, Record<string, object>> = {};
  for (const { type, path: at, arguments: all, dependsOn } of resources) {
    resource[type] = {
      ...resource[type],
      [nameOf(at)]: {
        ...(written(all, addresses) as object),
        depends_on: dependsOn.map((one) => addresses.get(one)),
      },
    };
  }
  return {
    terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.100' } } },
    provider: { aws: [{ region }] },
    ...(resources.length > 0 && { resource }),
  };
}

type Addresses = ReadonlyMap<string, string>;

function written(value: unknown, addresses: Addresses): unknown {
  if (typeof value === 'string') return expression(value, addresses);
  if (Array.isArray(value)) return value.map((one) => written(one, addresses));
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, written(inner, addresses)]));
}

/** Text of Pulumi's is no template of Terraform's; references in it are. */
const expression = (text: string, addresses: Addresses): string =>
  text
    .replace(/([$%])\{/g, '$1$1{')
    .replace(/⟨([^⟩]*)⟩/g, (_, whole: string) => `\${${bare(whole, addresses)}}`)
    .replace(/«[^»]*»/g, (one) => `\${${bare(one, addresses)}}`);

const bare = (text: string, addresses: Addresses): string =>
  text.replace(
    /«([^#»]*)#([^»]*)»/g,
    (_, at: string, attribute: string) => `${addresses.get(at)}.${attribute}`,
  );

async function diagnosticsOf(
  change: (all: readonly TerraformResource[]) => readonly TerraformResource[],
  stage: (typeof stages)[number],
): Promise<readonly { summary: string }[]> {
  const blueprint = fullAt(stage);
  const { resources } = await terraformOfPulumi(blueprint);
  const configuration = configurationOf(change(resources), blueprint.region);
  // Over many lines: a diagnostic shows the line that it speaks of.
  writeFileSync(path.join(folder, 'main.tf.json'), JSON.stringify(configuration, null, 1));
  return (await terraform.validate(folder)).diagnostics;
}

const folder = path.join(scratch, 'configuration');
beforeAll(async () => {
  mkdirSync(folder);
  const { region } = fullAt('api');
  writeFileSync(path.join(folder, 'main.tf.json'), JSON.stringify(configurationOf([], region)));
  await terraform.init(folder, { backend: false });
});

test.each(stages)('all that an environment file can say, at stage %s', async (stage) => {
  expect(await diagnosticsOf((all) => all, stage)).toEqual([]);
});

test('an argument of another name is told', async () => {
  const misspelled = (all: readonly TerraformResource[]) =>
    all.map((one) =>
      one.type === 'aws_vpc' ? { ...one, arguments: { ...one.arguments, cidr_blok: '10.0.0.0/16' } } : one,
    );
  await expect(diagnosticsOf(misspelled, 'api')).rejects.toThrow('Extraneous JSON object property');
});
