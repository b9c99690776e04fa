/**
 * A small API on node:http that tells who answered and can be made to misbehave: what the sandbox's pools run,
 * and a stand-in for your own image.
 *
 * Environment
 * - `API_NAME`, `API_VERSION`: told in every answer. @default 'sample', '1'
 * - `PORT`: TCP port to listen on. @default 8080
 * - `TASK_ADDRESS`: address to listen on; the sandbox sets it, AWS does not. @default '0.0.0.0'
 * - `DRAIN_SECONDS`: how long it goes on serving after SIGTERM. @default 5
 *
 * Requests, under any path
 * - `?status=503` answers with that status (200 to 599), `?delayMs=1500` waits first (at most 120000),
 *   `?cacheControl=max-age%3D60` sets the header.
 * - `GET /healthz` is 200, or 503 while the instance is unhealthy or draining.
 * - `POST <prefix>/_instance/unhealthy` and `POST <prefix>/_instance/healthy` change that for this instance.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const MOST_DELAY_MS = 120_000;
/** Longer than a load balancer's idle timeout (60 s): it must never reuse a connection that is being closed here. */
const KEEP_ALIVE_SECONDS = 75;

const address = process.env.TASK_ADDRESS ?? '0.0.0.0';
const port = number('PORT', 8080);
const drainSeconds = number('DRAIN_SECONDS', 5);
const identity = {
  api: process.env.API_NAME ?? 'sample',
  version: process.env.API_VERSION ?? '1',
  /** A task that took over another one's address is another instance. */
  instance: `${process.env.TASK_ADDRESS ?? hostname()}-${randomBytes(2).toString('hex')}`,
};

let healthy = true;
let draining = false;

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    send(response, 400, {
      error: 'bad_request',
      detail: error instanceof Error ? error.message : String(error),
    });
  });
});
server.keepAliveTimeout = KEEP_ALIVE_SECONDS * 1000;
server.headersTimeout = (KEEP_ALIVE_SECONDS + 5) * 1000;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://instance');
  if (url.pathname === '/healthz') {
    const up = healthy && !draining;
    return send(response, up ? 200 : 503, { status: up ? 'healthy' : draining ? 'draining' : 'unhealthy' });
  }
  const told = /\/_instance\/(healthy|unhealthy)$/.exec(url.pathname)?.[1];
  if (told !== undefined) {
    if (request.method !== 'POST')
      return send(response, 405, { error: 'method_not_allowed' }, { Allow: 'POST' });
    healthy = told === 'healthy';
    return send(response, 200, { status: told });
  }
  const status = within(url, 'status', 200, 599, 200);
  const delayMs = within(url, 'delayMs', 0, MOST_DELAY_MS, 0);
  const cacheControl = url.searchParams.get('cacheControl');
  if (cacheControl !== null) response.setHeader('Cache-Control', cacheControl);
  let bodyBytes = 0;
  for await (const chunk of request) bodyBytes += (chunk as Buffer).length;
  if (delayMs > 0) await sleep(delayMs);
  const { method, headers } = request;
  send(response, status, { method, path: url.pathname, query: url.search, bodyBytes, headers });
}

function send(
  response: ServerResponse,
  status: number,
  facts: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) return void response.end();
  const body = `${JSON.stringify({ ...identity, ...facts })}\n`;
  if (draining) response.setHeader('Connection', 'close');
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Instance': identity.instance,
    ...headers,
  });
  response.end(body);
}

function within(url: URL, name: string, least: number, most: number, fallback: number): number {
  const text = url.searchParams.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`${name} is "${text}", it must be a whole number from ${least} to ${most}`);
  }
  return value;
}

function number(name: string, fallback: number): number {
  const text = process.env[name];
  const value = text === undefined ? fallback : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  console.error(`${name} is "${text}", it must be a number from 0 up`);
  process.exit(1);
}

/** Who still has this address for a moment is served; running requests finish; then the process ends by itself. */
async function drain(): Promise<void> {
  if (draining) return;
  draining = true;
  console.log(JSON.stringify({ ...identity, event: 'draining', drainSeconds }));
  await sleep(drainSeconds * 1000);
  server.close(() => process.exit(0));
  server.closeIdleConnections();
}

process.on('SIGTERM', drain);
process.on('SIGINT', drain);
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.listen(port, address, () => {
  console.log(JSON.stringify({ ...identity, event: 'listening', address, port }));
});
