/** Web servers that people use, as instances of an API, and what they saw. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Program, type WebServerName, webServer } from '../../../scripts/web-servers';
import { until } from './until';
import {
  apacheFiles,
  errorsFile,
  gunicornFiles,
  gunicornFlags,
  nginxFiles,
  type Site,
  seenFile,
} from './web-server-settings';

export type { Site } from './web-server-settings';

/** A request as a server saw it; what it could not read is ''. */
export interface SeenRequest {
  /** `X-Request-Id`. */
  readonly id: string;
  /** `X-Mutant`. */
  readonly mutant: string;
  readonly method: string;
  /** As it was written. */
  readonly target: string;
  /** As the server reads it: what it finds a handler by. */
  readonly path: string;
  readonly host: string;
  readonly virtualHost: string;
  /** Of the site's places that which it chose. */
  readonly place: string;
  /** Length of the body, where it was read. */
  readonly body: string;
  /** Which one it came on. */
  readonly connection: string;
  readonly status: string;
}

const fields = [
  'id',
  'mutant',
  'method',
  'line',
  'path',
  'host',
  'virtualHost',
  'place',
  'body',
  'connection',
];

/** Whether it was asked to read the body, and has. */
const reads = ({ mutant, status }: Pick<SeenRequest, 'mutant' | 'status'>) =>
  /[02468]$/.test(mutant) && status === '200';

/** Of a body without anything in it, it says nothing. */
const ofNginx = (seen: SeenRequest): SeenRequest =>
  seen.body === '' && reads(seen) ? { ...seen, body: '0' } : seen;

const escapes: Readonly<Record<string, string>> = { b: '\b', n: '\n', r: '\r', t: '\t', v: '\v' };
const unescaped = (text: string) =>
  text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, code, sign) =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : (escapes[sign] ?? sign),
  );

function ofApache(line: string): SeenRequest {
  const values = line.split('\t').map((text) => (text === '-' ? '' : unescaped(text)));
  const [status = ''] = values.slice(fields.length);
  const named = Object.fromEntries(fields.map((name, index) => [name, values[index] ?? '']));
  const { line: first = '', body = '', mutant = '', ...rest } = named;
  const reflected = first.startsWith('POST ') && reads({ mutant, status });
  // Without a body there is an answer without one.
  const length = reflected ? body || '0' : '';
  return {
    ...rest,
    mutant,
    target: first.split(' ')[1] ?? '',
    body: length,
    status,
  } as unknown as SeenRequest;
}

const signals = {
  nginx: { graceful: 'SIGQUIT', fast: 'SIGTERM' },
  Apache: { graceful: 'SIGWINCH', fast: 'SIGTERM' },
  gunicorn: { graceful: 'SIGTERM', fast: 'SIGQUIT' },
} as const;

export class WebServer {
  private readonly closed: Promise<unknown>;

  private constructor(
    readonly name: WebServerName,
    readonly version: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    this.closed = once(child, 'close');
  }

  private get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** @throws when there is none on this machine */
  static async start(
    name: WebServerName,
    { address, places, hosts }: Omit<Site, 'folder'>,
  ): Promise<WebServer> {
    const program = webServer(name);
    if (!program) throw new Error(`${name} is not on this machine`);
    const folder = mkdtempSync(join(tmpdir(), 'web-server-'));
    // Apache gives up its rights.
    chmodSync(folder, 0o755);
    const site = { address, places, hosts, folder };
    for (const [file, text] of Object.entries(filesOf(name, site, program)))
      writeFileSync(join(folder, file), text);
    const { command, environment } = program;
    const [file, ...flags] = [...command, ...flagsOf(name, site)];
    const child = spawn(file as string, flags, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const errors: string[] = [];
    child.stderr?.on('data', (text) => errors.push(String(text)));
    const server = new WebServer(name, program.version, folder, child);
    try {
      await until(`${name} answers`, async () => {
        if (server.ended) throw new Error(`${name} ended: ${errors.join('')}${server.errors()}`);
        return fetch(`http://${address}:8080/healthz`).then(
          ({ status }) => status === 200,
          () => false,
        );
      });
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Lets it end what it does, so that all is written. */
  async end(): Promise<void> {
    const { graceful, fast } = signals[this.name];
    if (!this.ended) this.child.kill(graceful);
    const timer = setTimeout(() => this.child.kill(fast), 10_000);
    await this.closed;
    clearTimeout(timer);
  }

  /** All requests but those that ask for its health. */
  seen(): SeenRequest[] {
    const lines = this.read(seenFile).split('\n').filter(Boolean);
    const all = lines.map((line): SeenRequest => {
      if (this.name === 'Apache') return ofApache(line);
      const seen = JSON.parse(line) as SeenRequest;
      return this.name === 'nginx' ? ofNginx(seen) : seen;
    });
    return all.filter(({ target, id }) => target !== '/healthz' || id !== '');
  }

  /** What it could not read as a request. */
  refused(): string[] {
    const unread = this.seen().filter(({ id }) => id === '');
    const noted = this.errors()
      .split('\n')
      .filter((line) => /Invalid request|Traceback/.test(line));
    return [...unread.map((one) => JSON.stringify(one)), ...noted];
  }

  errors(): string {
    return this.read(errorsFile);
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true });
  }

  private read(file: string): string {
    const path = join(this.folder, file);
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  }
}

function filesOf(name: WebServerName, site: Site, { modules }: Program): Record<string, string> {
  if (name === 'nginx') return nginxFiles(site);
  return name === 'Apache' ? apacheFiles(site, modules) : gunicornFiles(site);
}

function flagsOf(name: WebServerName, site: Site): string[] {
  if (name === 'nginx')
    return ['-p', site.folder, '-c', join(site.folder, 'nginx.conf'), '-e', join(site.folder, errorsFile)];
  if (name === 'Apache') return ['-DFOREGROUND', '-f', join(site.folder, 'apache.conf')];
  return gunicornFlags(site);
}
