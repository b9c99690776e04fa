/** The sample API as a task runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { request } from 'undici';

jest.setTimeout(20_000);

const ADDRESS = '127.50.3.4';
const PORT = 6012;

let api: ChildProcess;

beforeAll(async () => {
  api = spawn(process.execPath, ['--require', 'tsx/cjs', 'examples/sample-api/server.ts'], {
    cwd: resolve(__dirname, '../..'),
    env: {
      PATH: process.env.PATH,
      API_NAME: 'orders',
      API_VERSION: '7',
      PORT: String(PORT),
      TASK_ADDRESS: ADDRESS,
      DRAIN_SECONDS: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(api.stdout as NodeJS.ReadableStream, 'data');
  expect(JSON.parse(String(line))).toMatchObject({ event: 'listening', address: ADDRESS, port: PORT });
});
afterAll(() => void api.kill('SIGKILL'));

async function ask(path: string, method: 'GET' | 'POST' = 'GET') {
  const { statusCode, headers, body } = await request(`http://${ADDRESS}:${PORT}${path}`, {
    method,
    headers: { 'x-test': 'yes' },
    body: method === 'POST' ? 'twelve bytes' : undefined,
  });
  return { status: statusCode, headers, body: (await body.json()) as Record<string, unknown> };
}

test('says who answered and what it saw', async () => {
  const { status, headers, body } = await ask('/orders/7?a=b', 'POST');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    api: 'orders',
    version: '7',
    instance: expect.stringMatching(/^127\.50\.3\.4-[0-9a-f]{4}$/),
    method: 'POST',
    path: '/orders/7',
    query: '?a=b',
    bodyBytes: 12,
    headers: { 'x-test': 'yes' },
  });
  expect(headers['x-instance']).toBe(body.instance);
  expect(headers['cache-control']).toBeUndefined();
});

test('can be told to be slow, to fail and to be cached', async () => {
  const startedAt = Date.now();
  const { status, headers } = await ask('/?status=503&delayMs=300&cacheControl=max-age%3D60');
  expect(status).toBe(503);
  expect(headers['cache-control']).toBe('max-age=60');
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(299);
});

test.each(['?status=99', '?delayMs=120001', '?cacheControl=a%0d%0aSet-Cookie:b'])(
  'refuses %s without harm',
  async (query) => {
    const { status, headers } = await ask(`/${query}`);
    expect(status).toBe(400);
    expect(headers['set-cookie']).toBeUndefined();
  },
);

test('is unhealthy while it is told to be, and serves all the same', async () => {
  expect((await ask('/healthz')).status).toBe(200);
  expect((await ask('/orders/_instance/unhealthy')).status).toBe(405);
  await ask('/orders/_instance/unhealthy', 'POST');
  expect((await ask('/healthz')).status).toBe(503);
  expect((await ask('/orders')).status).toBe(200);
  await ask('/orders/_instance/healthy', 'POST');
  expect((await ask('/healthz')).status).toBe(200);
});

test('after SIGTERM goes on serving, closes connections, finishes what runs and exits with 0', async () => {
  const ended = once(api, 'exit');
  const slow = ask('/?delayMs=2000');
  await ask('/');
  api.kill('SIGTERM');
  await once(api.stdout as NodeJS.ReadableStream, 'data');
  const { status, headers } = await ask('/');
  expect(status).toBe(200);
  expect(headers.connection).toBe('close');
  expect((await ask('/healthz')).status).toBe(503);
  // It takes longer than the second for which new requests are served.
  expect((await slow).status).toBe(200);
  expect(await ended).toEqual([0, null]);
});
