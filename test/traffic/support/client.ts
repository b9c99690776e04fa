/** A client that can say anything: any header, any source address, any bytes. */
import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

export interface Call {
  readonly method?: string;
  /** A list of pairs sends a name more than once. */
  readonly headers?:
    | Readonly<Record<string, string | readonly string[]>>
    | readonly (readonly [string, string])[];
  readonly body?: string;
  /** Address that the call comes from. */
  readonly from?: string;
  readonly port?: number;
  readonly agent?: Agent;
  /** Whether the headers say how long the body is. */
  readonly framed?: boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A connection of its own for each call. */
const alone = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

export async function call(address: string, path: string, options: Call = {}): Promise<Reply> {
  const { method = 'GET', headers = {}, body, from, port = 8080, agent = alone, framed } = options;
  const host: readonly [string, string] = ['Host', 'api.test'];
  const list = Array.isArray(headers) ? headers.flat() : Object.entries(headers).flatMap(spread);
  const all = list.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
    ? list
    : [...host, ...list];
  const sent =
    body === undefined || framed ? all : [...all, 'Content-Length', String(Buffer.byteLength(body))];
  const outgoing = request({
    ...{ host: address, port, path, method, headers: sent, localAddress: from, agent },
    maxHeaderSize: 128 * 1024,
  });
  outgoing.end(body);
  const [incoming] = await once(outgoing, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return { status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks).toString() };
}

function spread([name, value]: [string, string | readonly string[]]): string[] {
  return (typeof value === 'string' ? [value] : value).flatMap((one) => [name, one]);
}

/** Sends bytes as they are, and gives what comes back until the other side closes. */
export async function raw(address: string, bytes: string, { port = 8080, from }: Call = {}): Promise<string> {
  const socket = connect({ host: address, port, localAddress: from });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}
