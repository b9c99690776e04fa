/** An environment as a plain Terraform module is the same as what CDKTF provisions. */
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { terraformModule } from '../../constructs/terraform/module';
import { factsOfCdktf } from './engines/cdktf';
import { type Configuration, configurationOf, type Settings } from './engines/synthesized';
import { pinnedByHand, pinnedEnvironments, pinnedFull } from './support/pinned';

jest.setTimeout(120_000);

interface Main {
  readonly terraform: object;
  readonly resource: Record<string, Record<string, Settings>>;
}

const mainOf = (blueprint: Blueprint): Main => terraformModule(blueprint)['main.tf.json'] as Main;

const addressOf = (path: string): string =>
  path
    .replace(/\/Default(?=\/)/g, '')
    .replace(/\//g, '_')
    .replace(/[^\w-]/g, '_');

/** The module as the reader of `cdk.tf.json` takes it: with each construct's path, and the tags where a provider has them. */
function asConfiguration(blueprint: Blueprint, like: Configuration): Configuration {
  const paths = new Map(
    Object.values(like.resource ?? {})
      .flatMap((byName) => Object.values(byName))
      .map((one) => one['//'].metadata.path as string)
      .map((path) => [addressOf(path.split('/').slice(2).join('/')), path]),
  );
  const resource = Object.fromEntries(
    Object.entries(mainOf(blueprint).resource).map(([type, byName]) => [
      type,
      Object.fromEntries(
        Object.entries(byName).map(([name, { tags, ...settings }]) => {
          const path = paths.get(name) ?? paths.get(name.replace(/_[0-9a-f]{8}$/, ''));
          return [name, { ...settings, ...ownTags(tags), '//': { metadata: { path } } }];
        }),
      ),
    ]),
  );
  return JSON.parse(
    JSON.stringify({ provider: like.provider, resource }).replace(IMAGE, '$1'),
  ) as Configuration;
}

/** An image that a pipeline may own, as the file has it. */
const IMAGE = /\$\{lookup\(var\.images, \\"[\w-]+\\", \\"([^"\\]*)\\"\)\}/g;

function ownTags(merged: string | undefined): object {
  const own = merged && JSON.parse(/^\$\{merge\(local\.tags, (.*)\)\}$/.exec(merged)?.[1] as string);
  return own && Object.keys(own).length > 0 ? { tags: own } : {};
}

test.each(
  [...pinnedEnvironments(), ...pinnedFull(), ...pinnedByHand()].map((one) => [one.name, one] as const),
)('%s: the same resources, settings, references and waits', (_, { blueprint }) => {
  const configuration = configurationOf(blueprint);
  const module = factsOfCdktf(asConfiguration(blueprint, configuration));
  const cdktf = factsOfCdktf(configuration);
  expect(module.resources).toEqual(cdktf.resources);
  expect(module.waits).toEqual(cdktf.waits);
  expect(module.own).toEqual(cdktf.own);
  expect(module.resources.size).toBeGreaterThan(15);
});

test('has the tags of the environment, and takes images of its APIs alone', () => {
  const [{ blueprint } = {}] = pinnedByHand();
  const files = terraformModule(blueprint as Blueprint) as Record<string, Settings>;
  expect(files['main.tf.json']?.locals).toEqual({
    tags: `\${merge(${JSON.stringify(blueprint?.tags)}, var.tags)}`,
  });
  expect(files['variables.tf.json']?.variable.images.validation).toEqual([
    {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of Terraform
      condition: '${length(setsubtract(keys(var.images), ["orders","reports"])) == 0}',
      error_message: 'images names an API that is not there. There are: orders, reports.',
    },
  ]);
});

test('fails with a provider in another region than the environment', () => {
  const [{ blueprint } = {}] = pinnedByHand();
  const { data } = mainOf(blueprint as Blueprint) as Main & { readonly data: Settings };
  const { environment, region } = blueprint as Blueprint;
  expect(data.aws_region.current.lifecycle.postcondition).toEqual([
    {
      condition: `\${self.id == "${region}"}`,
      error_message: `${environment} is in ${region}, and the provider that this module was given is in another region. Give it one of ${region}: providers = { aws = aws.… }`,
    },
  ]);
});
