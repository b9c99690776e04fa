/** What Pulumi's runtime is told by a stack, with its mocks -> facts. No CLI and no provider is run. */
import * as pulumi from '@pulumi/pulumi';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { EnvironmentStack } from '../../../stacks/pulumi/environment-stack';
import { type Registered, run } from '../support/pulumi-program';
import { type Facts, reference, type Settings } from './facts';
import { pathOf } from './paths';
import { inTerraformWords, snakeCase, TYPES } from './pulumi-words';
import { factsOfTerraform, type TerraformResource } from './terraform';

/** Facts of a blueprint. */
export async function factsOfPulumi(blueprint: Blueprint): Promise<Facts> {
  const { resources, defaultTags } = await terraformOfPulumi(blueprint);
  return factsOfTerraform(resources, defaultTags);
}

interface Terraform {
  readonly resources: readonly TerraformResource[];
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** All resources that Pulumi registers, in Terraform's words. */
export async function terraformOfPulumi(blueprint: Blueprint): Promise<Terraform> {
  // Pulumi knows a list by its class, and Jest's copy of data is of another one.
  const own: Blueprint = JSON.parse(JSON.stringify(blueprint));
  const program = () => new EnvironmentStack(own);
  const { result, resources } = await run(program, { stack: blueprint.environment, made });
  const paths = new Map(placed(result.stage as unknown as Component, []));
  const [provider] = resources.filter(({ type }) => type === PROVIDER);
  const { tags } = JSON.parse(provider?.inputs.defaultTags);
  return {
    resources: resources
      .filter(({ isComponent, type }) => !isComponent && type !== PROVIDER)
      .map((one) => asTerraform(one, paths)),
    defaultTags: tags,
  };
}

const PROVIDER = 'pulumi:providers:aws';

/** A resource by what is unique in a stack: its type and its name. Without a slash, at which a cluster's ARN is split. */
const keyOf = (type: string, name: string): string => `${type.replaceAll('/', '.')}::${name}`;

const ATTRIBUTES = [
  ...['arn', 'name', 'dnsName', 'zoneId', 'endpoint', 'allocationId', 'fqdn', 'certificateArn'],
  ...['resourceId', 'scalableDimension', 'serviceNamespace'],
];
const OPTIONS = ['resourceRecordName', 'resourceRecordType', 'resourceRecordValue'];

/** What is known of a resource once it is made, each attribute as a reference to it. */
function made({ type, name, inputs }: pulumi.runtime.MockResourceArgs): { id: string; state: Settings } {
  const of = (attribute: string) => reference(keyOf(type, name), attribute);
  const domains: string[] = [inputs.domainName, ...(inputs.subjectAlternativeNames ?? [])];
  // As cdktf has to say it.
  const optionOf = (domain: string, option: string) =>
    `⟨one([for option in ${of('domainValidationOptions')} : option.${snakeCase(option)} if option.domain_name == "${domain}"])⟩`;
  return {
    id: of('id'),
    state: {
      ...inputs,
      ...Object.fromEntries(ATTRIBUTES.map((attribute) => [attribute, of(attribute)])),
      // The last part of a cluster's ARN is its name.
      ...(TYPES[type] === 'aws_ecs_cluster' && { arn: `${of('arn')}/${of('name')}` }),
      domainValidationOptions: domains.map((domainName) => ({
        domainName,
        ...Object.fromEntries(OPTIONS.map((option) => [option, optionOf(domainName, option)])),
      })),
    },
  };
}

interface Component extends pulumi.ComponentResource {
  readonly children: ReadonlyMap<string, pulumi.Resource>;
}

/** Construct paths of all resources below a component, by their keys. */
function placed(component: Component, above: readonly string[]): (readonly [key: string, path: string])[] {
  return [...component.children].flatMap(([id, resource]) => {
    const ids = [...above, id];
    if (resource instanceof pulumi.ComponentResource) return placed(resource as Component, ids);
    const { __pulumiType, __name } = resource as unknown as { __pulumiType: string; __name: string };
    return [[keyOf(__pulumiType, __name), pathOf(['stack', 'stage', ...ids].join('/'))] as const];
  });
}

/** The same resource in Terraform's words: what is an option in Pulumi is an argument there. */
function asTerraform(one: Registered, paths: ReadonlyMap<string, string>): TerraformResource {
  const named = (key: string): string => {
    const found = paths.get(key);
    if (found === undefined) throw new Error(`${one.name} speaks of ${key}, which stands nowhere.`);
    return found;
  };
  const type = TYPES[one.type];
  if (type === undefined) throw new Error(`pulumi-words.ts has no ${one.type}.`);
  const read = (text: string) => withPaths(text, named);
  const lifecycle = lifecycleOf(one);
  return {
    type,
    path: named(keyOf(one.type, one.name)),
    arguments: {
      ...inTerraformWords(type, one.inputs, read),
      ...(Object.keys(lifecycle).length > 0 && { lifecycle }),
      ...(Object.keys(one.customTimeouts).length > 0 && { timeouts: one.customTimeouts }),
    },
    dependsOn: one.dependsOn.map(keyOfUrn).map(named),
  };
}

function keyOfUrn(urn: string): string {
  const [, , types = '', name = ''] = urn.split('::');
  return keyOf(types.split('$').at(-1) as string, name);
}

const lifecycleOf = ({ deleteBeforeReplace, protect, ignoreChanges }: Registered): Settings => ({
  ...(!deleteBeforeReplace && { create_before_destroy: true }),
  ...(protect && { prevent_destroy: true }),
  ...(ignoreChanges.length > 0 && { ignore_changes: ignoreChanges.map(snakeCase) }),
});

const withPaths = (text: string, named: (key: string) => string): string =>
  text
    .replace(/«([^#»]*)#arn»\/«\1#name»/g, '«$1#arn»')
    .replace(/«([^#»]*)#([^»]*)»/g, (_, key: string, attribute: string) =>
      reference(named(key), snakeCase(attribute)),
    );
