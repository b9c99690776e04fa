/** The resolver of a VPC for the private names of Cloud Map: datagrams in, datagrams out. */
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from 'dns-packet';
import { ResolverCache } from './cache';
import { type Finding, lookUp, type Names, SOA_MINIMUM_SECONDS } from './zones';

/** The bits of the operation; a query has none of them. */
const OPCODE = 0x7800;
const NOERROR = 0;
const FORMERR = 1;
const NXDOMAIN = 3;
const NOTIMP = 4;
const REFUSED = 5;

/**
 * Answers for the private DNS names of Cloud Map, and for nothing else. Like the resolver of a VPC it keeps an answer
 * for the TTL of its records, and that a name or a type does not exist for the TTL of the namespace's SOA record
 * (RFC 2308); what Cloud Map says meanwhile is not heard.
 */
export class VpcResolver {
  /** What Cloud Map says. Nothing at first: then every query is refused. */
  names: Names = { zones: new Map(), records: new Map() };
  private readonly cache: ResolverCache;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.cache = new ResolverCache(now);
  }

  /** The answer to one datagram; undefined for what is no query. */
  answer(message: Buffer): Buffer | undefined {
    try {
      const query = decode(message);
      if (query.type !== 'query') return undefined;
      const response = { ...this.respond(query), ...echo(query) };
      const flags = (response.flags ?? 0) | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED);
      return encode({ ...response, flags });
    } catch {
      return undefined;
    }
  }

  private respond(query: DecodedPacket): Packet {
    const [question, ...more] = query.questions ?? [];
    if (((query.flags ?? 0) & OPCODE) !== 0) return { flags: NOTIMP };
    if (!question || more.length > 0) return { flags: FORMERR };
    const finding = this.cache.look(question, () => lookUp(this.names, question));
    return finding ? written(finding, question) : { flags: REFUSED };
  }
}

function written({ outcome, addresses, zone, ttlSeconds: ttl }: Finding, { name }: Question): Packet {
  return {
    flags: outcome === 'found' ? NOERROR : NXDOMAIN,
    answers: addresses.map((data): Answer => ({ type: 'A', name, ttl, data })),
    authorities: addresses.length > 0 ? [] : [startOfAuthority(zone, ttl)],
  };
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

function startOfAuthority(zone: string, ttl: number): Answer {
  return {
    type: 'SOA',
    name: zone,
    ttl,
    data: {
      mname: `ns.${zone}`,
      rname: `hostmaster.${zone}`,
      serial: 1,
      refresh: 7200,
      retry: 900,
      expire: 1_209_600,
      minimum: SOA_MINIMUM_SECONDS,
    },
  };
}
