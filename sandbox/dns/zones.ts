/** What the private DNS namespaces of Cloud Map say of a name: the records that Route 53 has for it. */
import type { Question } from 'dns-packet';

/** One DNS name of Cloud Map. */
export interface NameRecord {
  readonly ttlSeconds: number;
  /** MULTIVALUE answers up to 8 addresses, WEIGHTED one. */
  readonly routing: 'MULTIVALUE' | 'WEIGHTED';
  readonly instances: readonly { readonly address: string; readonly healthy: boolean }[];
}

export interface Zone {
  /** TTL of the SOA record. */
  readonly soaTtlSeconds: number;
}

export interface Names {
  /** Private DNS namespaces, by name, in lower case. */
  readonly zones: ReadonlyMap<string, Zone>;
  /** By full name, in lower case. */
  readonly records: ReadonlyMap<string, NameRecord>;
}

/** What is known of a name for some time. */
export interface Finding {
  /** `absent`: there is no such name (NXDOMAIN). `found` without addresses: it has no records of that type (NODATA). */
  readonly outcome: 'found' | 'absent';
  readonly addresses: readonly string[];
  /** Namespace that the name is in, in lower case. */
  readonly zone: string;
  /** How long a resolver may keep it. */
  readonly ttlSeconds: number;
}

/** https://docs.aws.amazon.com/cloud-map/latest/dg/services-route53.html: "up to eight healthy" */
const MULTIVALUE_LIMIT = 8;
/** Of the SOA records that Route 53 makes: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html */
export const SOA_MINIMUM_SECONDS = 86_400;

/**
 * What the zones say at this moment. Of many addresses each call draws others.
 *
 * @param question its name in any case
 * @returns undefined when the name is in none of the namespaces
 */
export function lookUp(names: Names, { name: asked, type, class: network }: Question): Finding | undefined {
  const name = asked.toLowerCase();
  const holding = [...names.zones].filter(([suffix]) => name === suffix || name.endsWith(`.${suffix}`));
  // Of zones in each other the inner one answers.
  const [zone, settings] = holding.sort(([one], [other]) => other.length - one.length)[0] ?? [];
  if (zone === undefined || settings === undefined) return undefined;
  const record = names.records.get(name);
  const exists = name === zone || (record !== undefined && record.instances.length > 0);
  const addresses = type === 'A' && network === 'IN' && record ? drawn(record) : [];
  // RFC 2308, section 5: that there is nothing is kept for the smaller one.
  const negativeSeconds = Math.min(settings.soaTtlSeconds, SOA_MINIMUM_SECONDS);
  return {
    outcome: exists ? 'found' : 'absent',
    addresses,
    zone,
    ttlSeconds: record !== undefined && addresses.length > 0 ? record.ttlSeconds : negativeSeconds,
  };
}

/** Healthy instances at random; when none is healthy, as if all were. */
function drawn({ instances, routing }: NameRecord): string[] {
  const healthy = instances.filter((instance) => instance.healthy);
  const candidates = (healthy.length > 0 ? healthy : instances).map(({ address }) => address);
  const chosen: string[] = [];
  const count = routing === 'WEIGHTED' ? 1 : MULTIVALUE_LIMIT;
  while (chosen.length < count && candidates.length > 0)
    chosen.push(...candidates.splice(Math.floor(Math.random() * candidates.length), 1));
  return chosen;
}
