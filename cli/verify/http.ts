/** HTTP as a plain client speaks it: no redirects followed, paths sent as they are written. */
import { Agent } from 'undici';

export interface HttpOptions {
  /** PEM text of a certificate authority to trust beside the system's own. */
  readonly ca?: string;
  /** Connect here instead of to the URL's host and port, as curl's --connect-to does. Keyed by the URL's `host:port`. */
  readonly connectTo?: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  /** @default 10 */
  readonly timeoutSeconds?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

export interface Ask {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent instead of the URL's path, byte for byte. */
  readonly rawPath?: string;
}

function parseJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export class HttpClient {
  private readonly agent: Agent;
  private readonly byServerName = new Map<string, Agent>();
  private readonly timeoutMilliseconds: number;

  constructor(readonly options: HttpOptions = {}) {
    this.timeoutMilliseconds = (options.timeoutSeconds ?? 10) * 1000;
    this.agent = new Agent({ connect: { ca: options.ca, timeout: this.timeoutMilliseconds }, pipelining: 1 });
  }

  /** Where a URL's host is connected to. */
  addressOf(url: URL): { readonly host: string; readonly port: number } {
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    return this.options.connectTo?.[`${url.hostname}:${port}`] ?? { host: url.hostname, port };
  }

  async ask(url: string, ask: Ask = {}): Promise<Answer> {
    const target = new URL(url);
    const address = this.addressOf(target);
    const origin = `${target.protocol}//${address.host}:${address.port}`;
    const response = await this.agentFor(target, address.host).request({
      origin,
      path: ask.rawPath ?? `${target.pathname}${target.search}`,
      method: ask.method ?? 'GET',
      headers: { host: target.host, ...ask.headers },
      body: ask.body ?? null,
      headersTimeout: this.timeoutMilliseconds,
      bodyTimeout: this.timeoutMilliseconds,
    });
    const text = await response.body.text();
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    );
    return { status: response.statusCode, headers, text, json: parseJson(text) };
  }

  async close(): Promise<void> {
    await Promise.all([this.agent.close(), ...[...this.byServerName.values()].map((agent) => agent.close())]);
  }

  /** When the connection goes elsewhere, TLS still asks for the URL's own name. */
  private agentFor(target: URL, host: string): Agent {
    if (target.protocol !== 'https:' || host === target.hostname) return this.agent;
    const known = this.byServerName.get(target.hostname);
    if (known) return known;
    const agent = new Agent({
      connect: { ca: this.options.ca, servername: target.hostname, timeout: this.timeoutMilliseconds },
      pipelining: 1,
    });
    this.byServerName.set(target.hostname, agent);
    return agent;
  }
}
