/** `stagecraft verify`: finds the endpoint, runs the claims and prints what they showed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import type { SandboxInfo } from '../sandbox/client';
import type { Project } from '../stacks/project';
import { UserError } from '../stacks/user-error';
import { type Context, contextOf } from './context';
import { readDemoKeys } from './demo-keys';
import { findEndpoints } from './endpoints';
import { GAP, type Output, table } from './output';
import { unenforcedLines, unenforcedTexts } from './unenforced';
import type { ClaimResult, VerifyContext } from './verify/claim';
import { HttpClient, type HttpOptions } from './verify/http';
import { assertReached } from './verify/reach';
import { allHold, verify } from './verify/verify';

export interface VerifyOptions {
  readonly endpoint?: string;
  readonly key?: string;
  readonly consumer?: string;
  readonly token?: string;
  readonly ca?: string;
  /** Whether a deployment that nobody answers for is an error of its own, and not one of each claim. @default false */
  readonly mustAnswer?: boolean;
}

const marks = {
  holds: pc.green('✔'),
  fails: pc.red('✘'),
  'not shown': pc.dim('–'),
  'not kept': pc.yellow('!'),
};

/** Where no terminal says how wide it is, and the most. */
const COLUMNS = 100;

/** Never wider than the terminal, and than can be read: what is longer goes on in the next line. */
export function claimTable(
  results: readonly ClaimResult[],
  columns = Math.min(process.stdout.columns || COLUMNS, COLUMNS),
): string {
  const mark = 1 + GAP;
  const room = columns - mark;
  const longest = Math.max(...results.map(({ title }) => title.length), 'claim'.length) + GAP;
  const claim = Math.min(longest, Math.floor(room / 2));
  return table(
    ['', 'claim', 'evidence'],
    results.map((one) => [marks[one.result], one.title, one.evidence]),
    [mark, claim, room - claim],
  );
}

/** In the sandbox the domain's names lead to this machine, as curl's --connect-to would have it. */
function sandboxHttp(context: Context, sandbox: SandboxInfo): HttpOptions {
  const { host } = context.blueprint;
  const hosts = [host, ...Object.values(context.environment.apis).flatMap((api) => api.hosts)];
  const connectTo = Object.fromEntries(
    hosts
      .filter((name) => name !== undefined)
      .flatMap((name) =>
        [sandbox.ports.https, sandbox.ports.http].map((port) => [
          `${name}:${port}`,
          { host: '127.0.0.1', port },
        ]),
      ),
  );
  return { ca: readFileSync(join(context.project.sandbox, 'ca.pem'), 'utf8'), connectTo };
}

/** A certificate authority of one's own does not replace the system's. */
async function systemAndOwn(file: string): Promise<string> {
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates, readFileSync(file, 'utf8')].join('\n');
}

function keyFor(context: Context, options: VerifyOptions): VerifyContext['key'] {
  const names = Object.keys(context.environment.consumers);
  const given = options.key ?? process.env.STAGECRAFT_KEY;
  if (given) {
    const consumer = options.consumer ?? (names.length === 1 ? names[0] : undefined);
    if (!consumer) throw new UserError(`Say whose key it is: --consumer ${names.join(' | ')}`);
    return { consumer, value: given };
  }
  if (!context.sandbox) return undefined;
  const kept = Object.entries(readDemoKeys(context.project.sandbox));
  const [consumer, value] = kept.find(([name]) => !options.consumer || name === options.consumer) ?? [];
  return consumer && value ? { consumer, value } : undefined;
}

/** In the sandbox one of each machine client; elsewhere what is given. */
async function tokensFor(context: Context, options: VerifyOptions): Promise<readonly string[]> {
  const given = options.token ?? process.env.STAGECRAFT_TOKEN;
  if (given) return [given];
  const clients = context.blueprint.identity?.machineClients ?? [];
  if (!context.sandbox || clients.length === 0) return [];
  const { accessToken } = require('./token') as typeof import('./token');
  return Promise.all(clients.map(({ id }) => accessToken(context, id)));
}

function baseUrl(context: Context, options: VerifyOptions): URL | undefined {
  if (options.endpoint) {
    if (!URL.canParse(options.endpoint))
      throw new UserError(`${options.endpoint} is no address: write https://api.example.com`);
    return new URL(options.endpoint);
  }
  const { host } = context.blueprint;
  return context.sandbox && host ? new URL(`https://${host}:${context.sandbox.ports.https}`) : undefined;
}

function plainUrl(context: Context, base: URL | undefined): string | undefined {
  if (context.environment.stage === 'api') return undefined;
  if (context.sandbox) return `http://${context.blueprint.host}:${context.sandbox.ports.http}/`;
  return base?.port ? undefined : `http://${base?.hostname ?? context.blueprint.host}/`;
}

/** Checks the claims of a context and closes what it opened. */
export async function verifyContext(
  context: Context,
  options: VerifyOptions = {},
  onResult?: (result: ClaimResult) => void,
): Promise<readonly ClaimResult[]> {
  const base = baseUrl(context, options);
  const httpOptions: HttpOptions =
    context.sandbox && context.blueprint.host && !options.endpoint
      ? sandboxHttp(context, context.sandbox)
      : { ca: options.ca ? await systemAndOwn(options.ca) : undefined };
  const http = new HttpClient(httpOptions);
  try {
    const endpoints = await findEndpoints(context.environment, context.blueprint, context.aws, base);
    if (options.mustAnswer) await assertReached(http, endpoints, context.environment.name);
    const key = keyFor(context, options);
    const tokens = await tokensFor(context, options);
    return await verify(
      { environment: context.environment, http, endpoints, plainUrl: plainUrl(context, base), key, tokens },
      onResult,
    );
  } finally {
    await http.close();
  }
}

/** @returns whether every claim holds. */
export async function verifyEnvironment(
  project: Project,
  name: string,
  options: VerifyOptions,
  output: Output,
): Promise<boolean> {
  const context = await contextOf(project, name);
  const results = await verifyContext(context, { ...options, mustAnswer: true });
  const good = allHold(results);
  const { environment } = context;
  output.document({
    environment: name,
    stage: environment.stage,
    good,
    unenforced: unenforcedTexts(environment),
    claims: results,
  });
  output.line(claimTable(results));
  for (const line of unenforcedLines(environment)) output.line(line);
  return good;
}
