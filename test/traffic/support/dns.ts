/** A name server on loopback: answers A questions from a table, as Cloud Map would. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type DecodedPacket, decode, encode } from 'dns-packet';

export class NameServer {
  private readonly socket: Socket = createSocket('udp4');
  private open = true;
  /** Time that each answer takes. */
  delayMs = 0;
  /** Whether it answers that it has failed (SERVFAIL). */
  failing = false;
  private readonly records = new Map<string, readonly string[]>();

  private constructor(readonly address: string) {}

  static async start(host: string, port: number): Promise<NameServer> {
    const server = new NameServer(`${host}:${port}`);
    server.socket.on('message', (message, from) => {
      const reply = server.reply(decode(message));
      const send = () => server.open && server.socket.send(reply, from.port, from.address);
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

  private reply({ id, questions = [] }: DecodedPacket): Buffer {
    if (this.failing) return encode({ type: 'response', id, flags: 2, questions });
    const answers = questions
      .filter(({ type }) => type === 'A')
      .flatMap(({ name }) =>
        (this.records.get(name) ?? []).map((data) => ({ type: 'A' as const, name, ttl: 1, data })),
      );
    const known = questions.some(({ name }) => (this.records.get(name) ?? []).length > 0);
    const flags = known ? 0 : 3; // NXDOMAIN
    return encode({ type: 'response', id, flags, questions, answers });
  }
}
