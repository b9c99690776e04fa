/** Instances of an API: small HTTP servers that say who they are and remember what they were asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';

export interface Seen {
  readonly instance: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** Fields after the last chunk. */
  readonly trailers: IncomingMessage['trailers'];
}

/** Answers a request; what it does not set is 200 and a JSON object that names the instance. */
export type Behaviour = (request: Seen, number: number) => Answer | Promise<Answer>;

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Closes the connection without an answer. */
  readonly hangUp?: boolean;
}

export class Pool {
  /** Requests of clients, without health checks, in the order of arrival. */
  readonly seen: Seen[] = [];
  /** What came and was no whole request: why. */
  readonly broken: string[] = [];
  healthy = true;
  /** Instances that fail their checks, and serve. */
  readonly ill = new Set<string>();
  behaviour: Behaviour = () => ({});
  private readonly servers = new Map<string, Server>();

  private constructor(
    readonly name: string,
    readonly port: number,
  ) {}

  static async start(name: string, addresses: readonly string[], port = 8080): Promise<Pool> {
    const pool = new Pool(name, port);
    await Promise.all(addresses.map((address) => pool.add(address)));
    return pool;
  }

  get addresses(): string[] {
    return [...this.servers.keys()];
  }

  async add(address: string): Promise<void> {
    // A gateway adds to what it takes: no size of head is refused here.
    const server = createServer({ maxHeaderSize: 128 * 1024 }, this.handler(address));
    // Node ends a connection that nobody uses after 5 s. A request that is sent on it at that moment fails, and one that is
    // no GET is not sent again (RFC 9112, 9.3.1): no subject of these tests.
    server.keepAliveTimeout = 120_000;
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (error.code?.startsWith('HPE_')) this.broken.push(error.code);
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
    this.servers.set(address, server);
    server.listen(this.port, address);
    await once(server, 'listening');
  }

  async remove(address: string): Promise<void> {
    const server = this.servers.get(address);
    this.servers.delete(address);
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
  }

  async close(): Promise<void> {
    await Promise.all(this.addresses.map((address) => this.remove(address)));
  }

  private handler(instance: string): RequestListener {
    return async (request, response) => {
      if (request.url === '/healthz')
        return void response.writeHead(this.healthy && !this.ill.has(instance) ? 200 : 503).end();
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of request) chunks.push(chunk as Buffer);
      } catch {
        return void this.broken.push('aborted');
      }
      const { method = '', url = '', headers, rawHeaders, trailers } = request;
      const body = Buffer.concat(chunks).toString();
      const seen = { instance, method, url, headers, rawHeaders, body, trailers };
      this.seen.push(seen);
      const answer = await this.behaviour(seen, this.seen.length);
      if (answer.hangUp) return void request.socket.destroy();
      const text = answer.body ?? JSON.stringify({ pool: this.name, instance, number: this.seen.length });
      for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
      response.writeHead(answer.status ?? 200).end(text);
    };
  }
}
