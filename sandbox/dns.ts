import { createSocket, type Socket } from 'node:dgram';
import {
  GetInstancesHealthStatusCommand,
  InstanceNotFound,
  type InstanceSummary,
  paginateListInstances,
  paginateListNamespaces,
  paginateListServices,
  type ServiceDiscoveryClient,
  type ServiceSummary,
} from '@aws-sdk/client-servicediscovery';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from 'dns-packet';
import { portInUse } from './load-balancer/ports';
import type { Log } from './types';

export interface NameServer {
  readonly port: number;
  /** Reads Cloud Map; queries are answered from what was read last. Calls that come while one waits share it. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface NameServerOptions {
  /** UDP, on 127.0.0.1. */
  readonly port: number;
  readonly servicediscovery: ServiceDiscoveryClient;
  readonly log: Log;
}

/** One DNS name of Cloud Map. */
export interface NameRecord {
  readonly ttlSeconds: number;
  /** MULTIVALUE answers up to 8 addresses, WEIGHTED one. */
  readonly routing: 'MULTIVALUE' | 'WEIGHTED';
  readonly instances: readonly { readonly address: string; readonly healthy: boolean }[];
}

export interface Names {
  /** Names of private DNS namespaces, in lower case. */
  readonly namespaces: readonly string[];
  /** By full name, in lower case. */
  readonly records: ReadonlyMap<string, NameRecord>;
}

/** The bits of the operation; a query has none of them. */
const OPCODE = 0x7800;
const NOERROR = 0;
const FORMERR = 1;
const NXDOMAIN = 3;
const NOTIMP = 4;
const REFUSED = 5;
/** https://docs.aws.amazon.com/cloud-map/latest/dg/services-values.html: "up to eight healthy" */
const MULTIVALUE_LIMIT = 8;
/** The default of a namespace's SOA record in Cloud Map. */
const NEGATIVE_TTL_SECONDS = 15;

/**
 * Answers for the private DNS names of Cloud Map, as the resolver of a VPC does, and for nothing else.
 *
 * @throws SandboxProblem `port-in-use`
 */
export async function startNameServer({
  port,
  servicediscovery,
  log,
}: NameServerOptions): Promise<NameServer> {
  let names: Names = { namespaces: [], records: new Map() };
  const socket = createSocket('udp4');
  socket.on('message', (message, { address, port: from }) => {
    const answer = answerQuery(message, names);
    if (answer) socket.send(answer, from, address);
  });
  await bind(socket, port);
  socket.on('error', (error) => log('dns', 'The socket failed', { error: error.message }));
  let turn: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const refresh = () => {
    waiting ??= turn.then(async () => {
      waiting = undefined;
      names = await readNames(servicediscovery);
    });
    turn = waiting.catch(() => undefined);
    return waiting;
  };
  return {
    port: socket.address().port,
    refresh,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function bind(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portInUse(port, 'dns') : error),
    );
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
}

/** What Cloud Map says at this moment. */
export async function readNames(servicediscovery: ServiceDiscoveryClient): Promise<Names> {
  const client = servicediscovery;
  const namespaces: string[] = [];
  const records = new Map<string, NameRecord>();
  for await (const { Namespaces = [] } of paginateListNamespaces({ client }, {}))
    for (const { Id, Name, Type } of Namespaces) {
      if (Type !== 'DNS_PRIVATE' || !Id || !Name) continue;
      namespaces.push(Name.toLowerCase());
      const Filters = [{ Name: 'NAMESPACE_ID' as const, Values: [Id], Condition: 'EQ' as const }];
      for await (const { Services = [] } of paginateListServices({ client }, { Filters }))
        for (const service of Services) {
          const record = await readRecord(client, service);
          if (record) records.set(`${service.Name}.${Name}`.toLowerCase(), record);
        }
    }
  return { namespaces, records };
}

/** Undefined: the service has no A records. */
async function readRecord(
  client: ServiceDiscoveryClient,
  service: ServiceSummary,
): Promise<NameRecord | undefined> {
  const record = service.DnsConfig?.DnsRecords?.find(({ Type }) => Type === 'A');
  if (!record) return undefined;
  const instances: InstanceSummary[] = [];
  for await (const page of paginateListInstances({ client }, { ServiceId: service.Id }))
    instances.push(...(page.Instances ?? []));
  const health = instances.length > 0 ? await readHealth(client, service.Id) : {};
  return {
    ttlSeconds: record.TTL ?? 60,
    routing: service.DnsConfig?.RoutingPolicy === 'WEIGHTED' ? 'WEIGHTED' : 'MULTIVALUE',
    instances: instances.flatMap(({ Id = '', Attributes }) => {
      const address = Attributes?.AWS_INSTANCE_IPV4;
      return address ? [{ address, healthy: health[Id] !== 'UNHEALTHY' }] : [];
    }),
  };
}

async function readHealth(
  client: ServiceDiscoveryClient,
  serviceId: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const health: Record<string, string> = {};
  let next: string | undefined;
  do {
    const command = new GetInstancesHealthStatusCommand({ ServiceId: serviceId, NextToken: next });
    const page = await client.send(command).catch((error: unknown) => {
      if (error instanceof InstanceNotFound) return { Status: {}, NextToken: undefined };
      throw error;
    });
    Object.assign(health, page.Status);
    next = page.NextToken;
  } while (next);
  return health;
}

/** The answer to one datagram; undefined for what is no query. */
export function answerQuery(message: Buffer, names: Names): Buffer | undefined {
  try {
    const query = decode(message);
    if (query.type !== 'query') return undefined;
    const response = { ...respond(query, names), ...echo(query) };
    return encode({ ...response, flags: (response.flags ?? 0) | ((query.flags ?? 0) & RECURSION_DESIRED) });
  } catch {
    return undefined;
  }
}

function echo(query: DecodedPacket): Packet {
  const edns = query.additionals?.some(({ type }) => type === 'OPT');
  return {
    id: query.id,
    type: 'response',
    questions: query.questions,
    additionals: edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: 1232,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  };
}

function respond(query: DecodedPacket, names: Names): Packet {
  const [question, ...more] = query.questions ?? [];
  if (((query.flags ?? 0) & OPCODE) !== 0) return { flags: RECURSION_AVAILABLE | NOTIMP };
  if (!question || more.length > 0) return { flags: RECURSION_AVAILABLE | FORMERR };
  const name = question.name.toLowerCase();
  const namespace = names.namespaces.find((zone) => name === zone || name.endsWith(`.${zone}`));
  if (namespace === undefined) return { flags: RECURSION_AVAILABLE | REFUSED };
  const record = names.records.get(name);
  const exists = name === namespace || (record !== undefined && record.instances.length > 0);
  const found = question.type === 'A' && question.class === 'IN' && record ? chosen(record) : [];
  const answers = found.map(
    (data): Answer => ({ type: 'A', name: question.name, ttl: record?.ttlSeconds, data }),
  );
  return {
    flags: RECURSION_AVAILABLE | AUTHORITATIVE_ANSWER | (exists ? NOERROR : NXDOMAIN),
    answers,
    authorities: answers.length > 0 ? [] : [startOfAuthority(namespace)],
  };
}

/** Healthy instances at random; when none is healthy, as if all were. */
function chosen({ instances, routing }: NameRecord): string[] {
  const healthy = instances.filter((instance) => instance.healthy);
  const candidates = (healthy.length > 0 ? healthy : instances).map(({ address }) => address);
  const drawn: string[] = [];
  const count = routing === 'WEIGHTED' ? 1 : MULTIVALUE_LIMIT;
  while (drawn.length < count && candidates.length > 0)
    drawn.push(...candidates.splice(Math.floor(Math.random() * candidates.length), 1));
  return drawn;
}

function startOfAuthority(zone: string): Answer {
  return {
    type: 'SOA',
    name: zone,
    ttl: NEGATIVE_TTL_SECONDS,
    data: {
      mname: `ns.${zone}`,
      rname: `hostmaster.${zone}`,
      serial: 1,
      refresh: 7200,
      retry: 900,
      expire: 1_209_600,
      minimum: NEGATIVE_TTL_SECONDS,
    },
  };
}
