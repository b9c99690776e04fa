/**
 * A name server on loopback: the sandbox's resolver of a VPC, with names from a table instead of Cloud Map; or it fails
 * in the ways that name servers do.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type DecodedPacket, decode, encode } from 'dns-packet';
import { VpcResolver } from '../../../sandbox/dns/resolver';
import type { NameRecord } from '../../../sandbox/dns/zones';

/** As the services are made: an address may be kept for so long. */
const TTL_SECONDS = 5;
/** The SOA record's, where the engine cannot say another. */
const SOA_TTL_SECONDS = 15;
const zones = new Map([['test.internal', { soaTtlSeconds: SOA_TTL_SECONDS }]]);

/** RFC 1035, section 4.1.1. */
const codes = { formerr: 1, servfail: 2, nxdomain: 3, notimp: 4, refused: 5 } as const;

/**
 * How a name is answered when not by the table: with an error code; not at all; with a name that exists and has no
 * address (`empty`); with bytes that are no answer; for another question; with an alias that leads nowhere; cut.
 */
export type Fault =
  | keyof typeof codes
  | 'silent'
  | 'empty'
  | 'garbage'
  | 'other-question'
  | 'dead-alias'
  | 'truncated';

export class NameServer {
  private readonly socket: Socket = createSocket('udp4');
  private open = true;
  /** Time that each answer takes. */
  delayMs = 0;
  /** Of all names. */
  fault?: Fault;
  /** Of one name. */
  readonly faults = new Map<string, Fault>();
  /** Questions about each name. */
  readonly asked = new Map<string, number>();
  private readonly resolver = new VpcResolver(() => performance.now());
  private readonly records = new Map<string, NameRecord>();

  private constructor(readonly address: string) {
    this.resolver.names = { zones, records: this.records };
  }

  static async start(host: string, port: number): Promise<NameServer> {
    const server = new NameServer(`${host}:${port}`);
    server.socket.on('message', (message, from) => {
      const reply = server.reply(message);
      const send = () => reply && server.open && server.socket.send(reply, from.port, from.address);
      if (server.delayMs > 0) setTimeout(send, server.delayMs);
      else send();
    });
    server.socket.bind(port, host);
    await once(server.socket, 'listening');
    return server;
  }

  /** An empty list: the name does not exist. What has been asked for before is kept, for its TTL. */
  set(name: string, addresses: readonly string[]): void {
    const instances = addresses.map((address) => ({ address, healthy: true }));
    this.records.set(name, { ttlSeconds: TTL_SECONDS, routing: 'MULTIVALUE', instances });
  }

  async close(): Promise<void> {
    this.open = false;
    this.socket.close();
    await once(this.socket, 'close');
  }

  private reply(message: Buffer): Buffer | undefined {
    const query = decode(message);
    const [name = ''] = (query.questions ?? []).map((question) => question.name);
    this.asked.set(name, (this.asked.get(name) ?? 0) + 1);
    const fault = this.faults.get(name) ?? this.fault;
    return fault ? this.failed(query, name, fault) : this.resolver.answer(message);
  }

  private failed({ id, questions = [] }: DecodedPacket, name: string, fault: Fault): Buffer | undefined {
    const response = { type: 'response' as const, id, questions };
    switch (fault) {
      case 'silent':
        return undefined;
      case 'empty':
        return encode({ ...response, flags: 0 });
      case 'garbage':
        return Buffer.concat([encode({ ...response, flags: 0 }).subarray(0, 12), Buffer.alloc(40, 0xff)]);
      case 'other-question': {
        const other = questions.map((question) => ({ ...question, name: `other.${question.name}` }));
        const instances = this.records.get(name)?.instances ?? [];
        const answers = instances.map(({ address: data }) => ({ type: 'A' as const, name, ttl: 1, data }));
        return encode({ ...response, questions: other, flags: 0, answers });
      }
      case 'dead-alias': {
        const alias = { type: 'CNAME' as const, name, ttl: 1, data: `gone.${name}` };
        return encode({ ...response, flags: 0, answers: [alias] });
      }
      case 'truncated':
        return encode({ ...response, flags: 0x0200 });
      default:
        return encode({ ...response, flags: codes[fault] });
    }
  }
}
