/**
 * An environment file as this machine can run it. What stands in an account alone gets a stand-in: the network, the state,
 * a VPC and a certificate that exist, and the images of APIs, as `sandbox` in the file says. Pure.
 */
import ipaddr from 'ipaddr.js';
import { localStatePath } from '../constructs/blueprint/names';
import {
  type Api,
  type Environment,
  environmentSchema,
  type ForeignApi,
} from '../constructs/blueprint/schema';

type Data = Readonly<Record<string, unknown>>;

export interface OnThisMachine {
  /** The file's data with the stand-ins in it. */
  readonly data: Data;
  /** Each stand-in, in words; none when the file runs here as it is. */
  readonly said: readonly string[];
}

interface Part {
  readonly data: Data;
  readonly said: readonly string[];
}

export interface MachineOptions {
  /** What runs the sample API. */
  readonly sample: readonly string[];
  /** The sandbox's state folder, from the project's root. */
  readonly folder: string;
}

/** @param data what the file says, of which `environment` was made */
export function onThisMachine(data: Data, environment: Environment, options: MachineOptions): OnThisMachine {
  const parts = [
    network(environment),
    domain(environment),
    adopted(environment),
    state(environment, options.folder),
    apis(data, environment, options.sample),
    account(environment),
  ];
  return {
    data: Object.assign({}, data, ...parts.map((part) => part.data)),
    said: parts.flatMap((part) => part.said),
  };
}

const NOTHING: Part = { data: {}, said: [] };

/** Where the second number of a block would make it the machine's own 127.0.0.0/16. */
const USUAL = 20;

/** A block on loopback addresses, as large as the one of the file: 10.10.0.0/16 is 127.10.0.0/16. */
function loopbackBlock(cidr: string): string {
  const [address, bits] = ipaddr.IPv4.parseCIDR(cidr);
  const [, second = 0, third = 0, fourth = 0] = address.toByteArray();
  return `127.${second || USUAL}.${third}.${fourth}/${bits}`;
}

function network({ network: given }: Environment): Part {
  const { cidr } = given;
  const exists = 'vpc' in given;
  if (!exists && cidr.startsWith('127.')) return NOTHING;
  // The subnets of a VPC that exists are not of the sizes that new ones have.
  const here = loopbackBlock(exists ? cidr.replace(/(\.\d+){2}\/.*$/, '.0.0/16') : cidr);
  const made = exists
    ? {
        cidr: here,
        zones: Object.keys(given.publicSubnets),
        egress: given.privateSubnets ? 'single-nat' : 'public',
      }
    : { ...given, cidr: here };
  return { data: { network: made }, said: [`network ${here} in place of ${exists ? given.vpc : cidr}`] };
}

/** The emulator knows no certificate that was not asked of it: one is issued in a zone that holds the names. */
function domain({ domain: given, apis: all, listener }: Environment): Part {
  if (!listener && !given?.certificateArn) return NOTHING;
  const { certificateArn, hostedZone, name = 'api.sandbox.test' } = given ?? {};
  const names = [name, ...Object.values(all).flatMap(({ hosts }) => hosts)];
  const zone = hostedZone ?? { id: 'Z00000000SANDBOX', name: commonDomain(names) };
  return {
    data: { domain: { name, hostedZone: zone } },
    said: [`a certificate of the sandbox's in place of ${certificateArn ?? "the listener's"}`],
  };
}

/** What exists in the account alone is made anew. */
function adopted({ cluster, namespace, listener }: Environment): Part {
  const said = [
    ...(cluster ? [`a cluster of its own in place of ${cluster.arn}`] : []),
    ...(namespace ? [`a namespace of its own in place of ${namespace.name}`] : []),
    ...(listener ? [`a load balancer of its own in place of ${listener.arn}`] : []),
  ];
  return {
    data: said.length > 0 ? { cluster: undefined, namespace: undefined, listener: undefined } : {},
    said,
  };
}

/** The longest name that all of them end with. */
function commonDomain(names: readonly string[]): string {
  const [first = [], ...others] = names.map((name) => name.split('.').reverse());
  const shared = first.findIndex((label, i) => others.some((other) => other[i] !== label));
  // A zone is above the domain's own name where there is room.
  const most = Math.max(2, first.length - 1);
  return first
    .slice(0, shared < 0 ? most : Math.min(shared, most))
    .reverse()
    .join('.');
}

/** A state of the account's is left alone: the sandbox's goes with the sandbox. */
function state({ name, region, state: given }: Environment, folder: string): Part {
  const path = `${folder}/${localStatePath(name, region)}`;
  if (given.kind === 'local' && given.path?.startsWith(`${folder}/`)) return NOTHING;
  const place = given.kind === 's3' ? `bucket ${given.bucket}` : 'the one beside the project';
  return { data: { state: { kind: 'local', path } }, said: [`state in ${path} in place of ${place}`] };
}

/** Of the emulator's credentials. */
const SANDBOX_ACCOUNT = '123456789012';

function account({ account: given }: Environment): Part {
  if (given === undefined || given === SANDBOX_ACCOUNT) return NOTHING;
  return { data: { account: undefined }, said: [`the sandbox's account in place of ${given}`] };
}

function apis(data: Data, { apis: all, sandbox }: Environment, sample: readonly string[]): Part {
  const given = data.apis as Readonly<Record<string, Data>>;
  const changed = Object.entries(sandbox.apis).flatMap(([name, standIn]) => {
    const api = all[name];
    const written = given[name];
    if (!api || !written) return [];
    const { at, ...ours } = written;
    const own = 'at' in api ? ownOf(api) : api;
    const stands = standIn === 'sample' ? asSample(name, own, sample) : asCommand(own, standIn);
    const place = at === undefined ? 'its image' : `${at}`;
    const foreign = at === undefined ? {} : { image: own.image, instances: {} };
    return [
      {
        name,
        data: { ...ours, ...foreign, ...stands },
        said: `${name} runs ${runs(standIn)} in place of ${place}`,
      },
    ];
  });
  if (changed.length === 0) return NOTHING;
  return {
    data: { apis: { ...given, ...Object.fromEntries(changed.map((one) => [one.name, one.data])) } },
    said: changed.map(({ said }) => said),
  };
}

type StandIn = Environment['sandbox']['apis'][string];

const runs = (standIn: StandIn): string => {
  if (standIn === 'sample') return 'the sample API';
  return standIn.command?.join(' ') ?? 'its own command, with variables of this machine,';
};

/** In place of what is found by a name that this machine does not know. */
const ownOf = (api: ForeignApi): Api =>
  ({
    ...environmentSchema.shape.apis.valueType.parse({ image: 'stagecraft/sample-api:1' }),
    health: api.health,
  }) as Api;

/** The image's own check is in the image: the probe asks in its place. */
const withoutCommand = ({ command: _, ...health }: Api['health']): Data => health;

/** It answers 200 on every path, and listens where it is told. */
const asSample = (name: string, { port, health, environment }: Api, command: readonly string[]): Data => ({
  command,
  environment: { ...environment, API_NAME: name, PORT: String(port) },
  secrets: {},
  health: { ...withoutCommand(health), status: '200' },
});

function asCommand(
  { health, environment, secrets }: Api,
  { command, environment: own }: Exclude<StandIn, 'sample'>,
): Data {
  const read = Object.entries(secrets).filter(([variable]) => !Object.hasOwn(own, variable));
  return {
    ...(command && { command, health: withoutCommand(health) }),
    environment: { ...environment, ...own },
    secrets: Object.fromEntries(read),
  };
}
