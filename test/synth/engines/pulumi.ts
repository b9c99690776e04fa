/** What Pulumi's runtime is told by a stack, with its mocks -> facts. No CLI and no provider is run. */
import * as pulumi from '@pulumi/pulumi';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { EnvironmentStack } from '../../../stacks/pulumi/environment-stack';
import { type Facts, isTree, reference, type Settings } from './facts';
import { pathOf } from './paths';
import { factsOfTerraform, type TerraformResource } from './terraform';
import { MAPS } from './terraform-words';

/** As much of Pulumi's request to register a resource as is read. */
interface Request {
  getType(): string;
  getName(): string;
  getDependenciesList(): string[];
  getProtect(): boolean | undefined;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string; getDelete(): string } | undefined;
}

interface Recorded {
  readonly request: Request;
  readonly inputs: Settings;
}

/** A resource by what is unique in a stack: its type and its name. */
const keyOf = (type: string, name: string): string => `${type.replaceAll('/', '.')}::${name}`;

/** Facts of a blueprint. */
export async function factsOfPulumi(blueprint: Blueprint): Promise<Facts> {
  const recorded = new Map<string, Recorded>();
  const restore = record(recorded);
  // Pulumi takes stack traces for each of its promises: most of its time, and read by nobody here.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => made(keyOf(type, name), inputs),
        call: ({ inputs }) => inputs,
      },
      'stagecraft',
      blueprint.environment,
      false,
    );
    // Pulumi knows a list by its class, and Jest's copy of data is of another one.
    const { stage, provider } = new EnvironmentStack(JSON.parse(JSON.stringify(blueprint)));
    const all = placed(stage as unknown as Component, []);
    await Promise.all([provider, ...all.map(({ resource }) => resource)].map(registered));
    const paths = new Map(all.map(({ resource, path }) => [keyOfResource(resource), path]));
    const resources = all.map((one) => asTerraform(one, recorded, paths));
    const { defaultTags } = (recorded.get(keyOfResource(provider)) as Recorded).inputs;
    return factsOfTerraform(resources, parsed(defaultTags).tags);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    restore();
  }
}

/** Inputs of a provider are texts. */
const parsed = (value: unknown): Settings =>
  (typeof value === 'string' ? JSON.parse(value) : value) as Settings;

/** Keeps what the runtime asks for: its mocks are told the inputs alone. */
function record(into: Map<string, Recorded>): () => void {
  const { registerResource } = MockMonitor.prototype;
  MockMonitor.prototype.registerResource = async function (request: Request, callback: unknown) {
    const inputs = await pulumi.runtime.deserializeProperties(
      (request as unknown as { getObject(): never }).getObject(),
    );
    into.set(keyOf(request.getType(), request.getName()), { request, inputs });
    return registerResource.call(this, request, callback as never);
  };
  return () => {
    MockMonitor.prototype.registerResource = registerResource;
  };
}

/** What is known of a resource once it is made, each attribute as a reference to it. */
function made(key: string, inputs: Settings): { id: string; state: Settings } {
  const of = (attribute: string) => reference(key, attribute);
  const attributes = ['name', 'dnsName', 'zoneId', 'endpoint', 'allocationId', 'fqdn', 'certificateArn'];
  const scaled = ['resourceId', 'scalableDimension', 'serviceNamespace'];
  const names = [inputs.domainName, ...(inputs.subjectAlternativeNames ?? [])];
  return {
    id: of('id'),
    state: {
      ...inputs,
      ...Object.fromEntries([...attributes, ...scaled].map((name) => [name, of(name)])),
      // The last part of a cluster's ARN is its name.
      arn: /^aws:ecs\.cluster:/.test(key) ? `${of('arn')}/${of('name')}` : of('arn'),
      domainValidationOptions: names.map((domainName) => ({
        domainName,
        ...Object.fromEntries(OPTIONS.map((option) => [option, optionOf(of(''), domainName, option)])),
      })),
    },
  };
}

const OPTIONS = ['resourceRecordName', 'resourceRecordType', 'resourceRecordValue'] as const;

/** As cdktf has to say it. */
const optionOf = (of: string, domain: string, option: string): string =>
  `⟨one([for option in ${of.replace('#', '#domainValidationOptions')} : option.${snake(option)} if option.domain_name == "${domain}"])⟩`;

interface Component extends pulumi.ComponentResource {
  readonly children: ReadonlyMap<string, pulumi.Resource>;
}

interface Placed {
  readonly path: string;
  /** `aws_lb`. */
  readonly type: string;
  readonly resource: pulumi.Resource;
}

/** All resources below a component, by their construct paths. */
function placed(component: Component, above: readonly string[]): Placed[] {
  const { resources = {} } = component.constructor as unknown as { resources?: Record<string, unknown> };
  return [...component.children].flatMap(([id, resource]): Placed[] => {
    const ids = [...above, id];
    if (resource instanceof pulumi.ComponentResource) return placed(resource as Component, ids);
    const type = Object.keys(resources).find((name) => resource.constructor === resources[name]);
    if (type === undefined) throw new Error(`${ids.join('/')} is of no class of its component.`);
    return [{ path: pathOf(['stack', 'stage', ...ids].join('/')), type, resource }];
  });
}

const keyOfResource = (resource: pulumi.Resource): string => {
  const { __pulumiType, __name } = resource as unknown as { __pulumiType: string; __name: string };
  return keyOf(__pulumiType, __name);
};

const registered = ({ urn }: pulumi.Resource): Promise<string> =>
  (urn as unknown as { promise(): Promise<string> }).promise();

/** The same resource in Terraform's words: what is an option in Pulumi is an argument there. */
function asTerraform(
  { path, type, resource }: Placed,
  recorded: ReadonlyMap<string, Recorded>,
  paths: ReadonlyMap<string, string>,
): TerraformResource {
  const { request, inputs } = recorded.get(keyOfResource(resource)) as Recorded;
  const named = (key: string): string => {
    const found = paths.get(key);
    if (found === undefined) throw new Error(`${path} waits for ${key}, which is nowhere.`);
    return found;
  };
  const timeouts = timeoutsOf(request);
  const lifecycle = lifecycleOf(request);
  return {
    type,
    path,
    arguments: {
      ...(inTerraformWords(type, inputs, named) as Settings),
      ...(Object.keys(lifecycle).length > 0 && { lifecycle }),
      ...(timeouts && { timeouts }),
    },
    dependsOn: request
      .getDependenciesList()
      .map((urn) => urn.split('::').slice(2))
      .map(([types = '', name = '']) => keyOf(types.split('$').at(-1) as string, name))
      .filter((key) => !key.startsWith('stagecraft:'))
      .map(named),
  };
}

function timeoutsOf(request: Request): Settings | undefined {
  const said = request.getCustomtimeouts();
  if (!said?.getCreate()) return undefined;
  return { create: said.getCreate(), update: said.getUpdate(), delete: said.getDelete() };
}

const lifecycleOf = (request: Request): Settings => ({
  ...(!request.getDeletebeforereplace() && { create_before_destroy: true }),
  ...(request.getProtect() && { prevent_destroy: true }),
  ...(request.getIgnorechangesList().length > 0 && {
    ignore_changes: request.getIgnorechangesList().map(snake),
  }),
});

/** Lists that have a plural in Pulumi. */
const PLURALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_cognito_resource_server: { scopes: 'scope' },
  aws_ecs_service: { loadBalancers: 'load_balancer' },
  aws_ecs_task_definition: { volumes: 'volume' },
  aws_lb_listener: { defaultActions: 'default_action' },
  aws_lb_listener_rule: { actions: 'action', conditions: 'condition', targetGroups: 'target_group' },
};

function inTerraformWords(type: string, value: unknown, named: (key: string) => string): unknown {
  if (typeof value === 'string') return text(value, named);
  if (Array.isArray(value)) return value.map((one) => inTerraformWords(type, one, named));
  if (!isTree(value)) return value;
  if (pulumi.runtime.isRpcSecret(value))
    return inTerraformWords(type, pulumi.runtime.unwrapRpcSecret(value), named);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (MAPS.includes(name)) return [name, inner];
      // An alias is one, in a list.
      if (name === 'aliases') return ['alias', inTerraformWords(type, (inner as unknown[])[0], named)];
      return [PLURALS[type]?.[name] ?? snake(name), inTerraformWords(type, inner, named)];
    }),
  );
}

const text = (value: string, named: (key: string) => string): string =>
  value
    .replace(/«([^#»]*)#arn»\/«\1#name»/g, '«$1#arn»')
    .replace(/«([^#»]*)#([^»]*)»/g, (_, key: string, attribute: string) =>
      reference(named(key), snake(attribute)),
    );

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
