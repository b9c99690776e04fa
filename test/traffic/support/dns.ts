/** A name server on loopback: answers A questions from a table, as Cloud Map would, or fails in the ways that name servers do. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type DecodedPacket, decode, encode } from 'dns-packet';

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
  private readonly records = new Map<string, readonly string[]>();

  private constructor(readonly address: string) {}

  static async start(host: string, port: number): Promise<NameServer> {
    const server = new NameServer(`${host}:${port}`);
    server.socket.on('message', (message, from) => {
      const reply = server.reply(decode(message));
      const send = () => reply && server.open && server.socket.send(reply, from.port, from.address);
      if (server.delayMs > 0) setTimeout(send, server.delayMs);
      else send();
    });
    server.socket.bind(port, host);
    await once(server.socket, 'listening');
    return server;
  }

  /** An empty list: the name does not exist. */
  set(name: string, addresses: readonly string[]): void {
    this.records.set(name, addresses);
  }

  async close(): Promise<void> {
    this.open = false;
    this.socket.close();
    await once(this.socket, 'close');
  }

  private reply({ id, questions = [] }: DecodedPacket): Buffer | undefined {
    const [name = ''] = questions.map((question) => question.name);
    this.asked.set(name, (this.asked.get(name) ?? 0) + 1);
    const known = this.records.get(name) ?? [];
    const answers = known.map((data) => ({ type: 'A' as const, name, ttl: 1, data }));
    const response = { type: 'response' as const, id, questions };
    const fault = this.faults.get(name) ?? this.fault ?? (known.length > 0 ? undefined : 'nxdomain');
    switch (fault) {
      case undefined:
        return encode({ ...response, flags: 0, answers });
      case 'silent':
        return undefined;
      case 'empty':
        return encode({ ...response, flags: 0 });
      case 'garbage':
        return Buffer.concat([encode({ ...response, flags: 0 }).subarray(0, 12), Buffer.alloc(40, 0xff)]);
      case 'other-question': {
        const other = questions.map((question) => ({ ...question, name: `other.${question.name}` }));
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
