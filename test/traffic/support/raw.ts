/** Says exactly these bytes to a gateway, and reads what comes back as HTTP/1. */
import { connect, type Socket } from 'node:net';

export interface RawReply {
  readonly status: number;
  /** By lower-case name; the last one of several. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawOptions {
  readonly port?: number;
  /** Address that the bytes come from. */
  readonly from?: string;
  /** Says nothing of the end: the last request has to ask for it (`Connection: close`). */
  readonly open?: boolean;
}

export const openSocket = (address: string, { port = 8080, from }: RawOptions = {}): Socket =>
  connect({ host: address, port, localAddress: from, allowHalfOpen: true }).on('error', () => undefined);

/** All that comes until the other side closes, in whichever way it does. */
export async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('end', () => socket.end());
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

/**
 * Sends the bytes, one for each character, and says that no more will follow: whoever waits for more of a request then
 * says so at once. Gives the answers, in their order.
 */
export async function exchange(
  address: string,
  bytes: string,
  options: RawOptions = {},
): Promise<RawReply[]> {
  const socket = openSocket(address, options);
  if (options.open) socket.write(bytes, 'latin1');
  else socket.end(bytes, 'latin1');
  return replies(await readToEnd(socket));
}

function replies(text: string): RawReply[] {
  const found: RawReply[] = [];
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) throw new Error(`Not an HTTP answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})( |$)/.exec(first)?.[1]);
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const { body, length } = bodyOf(rest.slice(end + 4), status, headers);
    found.push({ status, headers, body });
    rest = rest.slice(end + 4 + length);
  }
  return found;
}

function bodyOf(
  text: string,
  status: number,
  headers: Readonly<Record<string, string>>,
): { readonly body: string; readonly length: number } {
  if (status < 200 || status === 204 || status === 304) return { body: '', length: 0 };
  if (headers['transfer-encoding'] === undefined) {
    const body = text.slice(0, Number(headers['content-length'] ?? text.length));
    return { body, length: body.length };
  }
  let body = '';
  for (let at = 0; ; ) {
    const size = Number.parseInt(text.slice(at), 16);
    const start = text.indexOf('\r\n', at) + 2;
    if (!(size >= 0) || start < 2) throw new Error(`Not a chunk: ${JSON.stringify(text.slice(at, at + 40))}`);
    if (size === 0) return { body, length: text.indexOf('\r\n', start) + 2 };
    body += text.slice(start, start + size);
    at = start + size + 2;
  }
}
