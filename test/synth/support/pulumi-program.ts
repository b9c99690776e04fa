/** What Pulumi's runtime asks its engine for while a program runs, with the SDK's mocks in the engine's place. */
import * as pulumi from '@pulumi/pulumi';

// biome-ignore lint/suspicious/noExplicitAny: what is in a resource depends on its type
type Inputs = Record<string, any>;

/** A resource, as the engine is asked to register it. */
export interface Registered {
  /** `aws:lb/listener:Listener`. */
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** URN of the parent; empty at the top. */
  readonly parent: string;
  readonly isComponent: boolean;
  /** Whole, with what is secret unwrapped. */
  readonly inputs: Inputs;
  /** Names of inputs that are secret. */
  readonly secrets: readonly string[];
  /** URN and id of the provider; empty where the default one is used. */
  readonly provider: string;
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  /** `{ create: '20m' }`. */
  readonly customTimeouts: Readonly<Record<string, string>>;
  /** Outputs that a component ends its making with. */
  outputs?: Inputs;
}

export interface Program<Result> {
  readonly result: Result;
  readonly resources: readonly Registered[];
}

const ATTRIBUTES = ['allocationId', 'arn', 'certificateArn', 'dnsName', 'endpoint', 'fqdn', 'name', 'zoneId'];
const OPTIONS = ['resourceRecordName', 'resourceRecordType', 'resourceRecordValue'];

interface Options {
  /** @default prod */
  readonly stack?: string;
  /** What AWS gives a resource. @default each attribute as a text that names it: `front.arn` */
  readonly made?: pulumi.runtime.Mocks['newResource'];
}

function named({ name, type, inputs }: pulumi.runtime.MockResourceArgs) {
  const domains = [inputs.domainName, ...(inputs.subjectAlternativeNames ?? [])];
  return {
    id: `${name}.id`,
    state: {
      ...inputs,
      ...Object.fromEntries(ATTRIBUTES.map((attribute) => [attribute, `${name}.${attribute}`])),
      ...(type === 'aws:ecs/cluster:Cluster' && { arn: `${name}.arn/${name}.name` }),
      domainValidationOptions: domains.map((domainName) => ({
        domainName,
        ...Object.fromEntries(OPTIONS.map((option) => [option, `${option} of ${domainName}`])),
      })),
    },
  };
}

/** Runs a program to its end. One at a time: Pulumi's runtime is one for a process. */
export async function run<Result>(
  program: () => Result,
  { stack = 'prod', made = named }: Options = {},
): Promise<Program<Result>> {
  await pulumi.runtime.setMocks(
    { newResource: made, call: ({ inputs }) => inputs },
    'stagecraft',
    stack,
    false,
  );
  const registered = new Map<string, Registered>();
  listen(registered);
  // Pulumi takes stack traces for each of its promises: most of its time, and read by nobody here.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const result = program();
    await asked();
    return { result, resources: [...registered.values()] };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Waits until all that the program asked for is there. The SDK has no type for it: its own programs end with it. */
const { waitForRPCs: asked } = pulumi.runtime as unknown as { waitForRPCs(): Promise<void> };

function listen(registered: Map<string, Registered>): void {
  // biome-ignore lint/suspicious/noExplicitAny: the mocks' monitor has types for its callers alone
  const monitor = pulumi.runtime.getMonitor() as any;
  const { registerResource, registerResourceOutputs } = monitor;
  // The mocks' own has the type of one component around it, the engine's those of all.
  monitor.newUrn = urnOf;
  monitor.registerResource = (request: Request, done: unknown) => {
    const one = registration(request);
    if (registered.has(one.urn)) throw new Error(`Two resources have the URN ${one.urn}.`);
    registered.set(one.urn, one);
    return registerResource.call(monitor, request, done);
  };
  monitor.registerResourceOutputs = (request: Outputs, done: unknown) => {
    const one = registered.get(request.getUrn()) as Registered;
    one.outputs = plain(pulumi.runtime.deserializeProperties(request.getOutputs())) as Inputs;
    return registerResourceOutputs.call(monitor, request, done);
  };
}

function urnOf(parent: string, type: string, name: string): string {
  const around = parent.split('::')[2];
  const types = around ? `${around}$${type}` : type;
  return [`urn:pulumi:${pulumi.getStack()}`, pulumi.getProject(), types, name].join('::');
}

interface Outputs {
  getUrn(): string;
  getOutputs(): never;
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getObject(): never;
  getProvider(): string;
  getDependenciesList(): string[];
  getProtect(): boolean | undefined;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string; getDelete(): string };
}

function timeoutsOf(request: Request): Record<string, string> {
  const said = request.getCustomtimeouts();
  const all = { create: said.getCreate(), update: said.getUpdate(), delete: said.getDelete() };
  return Object.fromEntries(Object.entries(all).filter(([, time]) => time !== ''));
}

function registration(request: Request): Registered {
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
  const inputs = pulumi.runtime.deserializeProperties(request.getObject()) as Inputs;
  return {
    type,
    name,
    parent,
    urn: urnOf(parent, type, name),
    isComponent: !request.getCustom(),
    inputs: plain(inputs) as Inputs,
    secrets: Object.keys(inputs).filter((key) => pulumi.runtime.isRpcSecret(inputs[key])),
    provider: request.getProvider(),
    dependsOn: request.getDependenciesList(),
    protect: request.getProtect() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    customTimeouts: timeoutsOf(request),
  };
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (pulumi.runtime.isRpcSecret(value)) return plain(pulumi.runtime.unwrapRpcSecret(value));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
