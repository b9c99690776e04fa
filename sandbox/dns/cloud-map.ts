/** The names that Cloud Map has at a moment, read through its API. */
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
import type { NameRecord, Names, Zone } from './zones';

/** The default of a namespace's SOA record in Cloud Map. */
const SOA_TTL_SECONDS = 15;

export async function readNames(client: ServiceDiscoveryClient): Promise<Names> {
  const zones = new Map<string, Zone>();
  const records = new Map<string, NameRecord>();
  for await (const { Namespaces = [] } of paginateListNamespaces({ client }, {}))
    for (const { Id, Name, Type, Properties } of Namespaces) {
      if (Type !== 'DNS_PRIVATE' || !Id || !Name) continue;
      const soaTtlSeconds = Properties?.DnsProperties?.SOA?.TTL ?? SOA_TTL_SECONDS;
      zones.set(Name.toLowerCase(), { soaTtlSeconds });
      const Filters = [{ Name: 'NAMESPACE_ID' as const, Values: [Id], Condition: 'EQ' as const }];
      for await (const { Services = [] } of paginateListServices({ client }, { Filters }))
        for (const service of Services) {
          const record = await readRecord(client, service);
          if (record) records.set(`${service.Name}.${Name}`.toLowerCase(), record);
        }
    }
  return { zones, records };
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
