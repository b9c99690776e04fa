/** The probe beside an API, run as ECS runs it: by bash, with its arguments, against a real port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { probeCommand, probeRuns } from '../../constructs/gateway';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Answers each connection's first bytes with the text; what was asked is in `heard`. */
async function answering(text: string | undefined) {
  const heard: string[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    let request = '';
    socket.on('data', (data) => {
      request += data.toString();
      // Bash may send each line by itself.
      if (!request.endsWith('\r\n\r\n')) return;
      heard.push(request);
      if (text !== undefined) socket.end(text);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { heard, port: (server.address() as { port: number }).port };
}

/** The exit code; `undefined` when it had to be killed. */
async function run(
  port: number,
  path = '/healthz',
  status = '200',
  patienceMs = 20_000,
): Promise<number | undefined> {
  const [kind, program = '', ...args] = probeCommand({ port, path, status });
  expect(kind).toBe('CMD');
  const probe = spawn(program, args, { stdio: 'ignore', env: { PATH: process.env.PATH } });
  const timer = setTimeout(() => probe.kill('SIGKILL'), patienceMs);
  const [code] = await once(probe, 'exit');
  clearTimeout(timer);
  return code ?? undefined;
}

jest.setTimeout(30_000);

describe('the probe', () => {
  test.each([
    ['HTTP/1.1 200 OK\r\n\r\n', '200', 0],
    ['HTTP/1.0 200\r\n\r\n', '200', 0],
    ['HTTP/1.1 204 No Content\r\n\r\n', '200-299', 0],
    ['HTTP/1.1 204 No Content\r\n\r\n', '200', 1],
    ['HTTP/1.1 300 Multiple Choices\r\n\r\n', '200-299', 1],
    ['HTTP/1.1 500 Internal Server Error\r\n\r\n', '200-499', 1],
    ['HTTP/1.1 404 Not Found\r\n\r\n', '200-499', 0],
    ['HTTP/2 200\r\n\r\n', '200', 1],
    ['HTTP/1.1 200x OK\r\n\r\n', '200', 1],
    ['HTTP/1.1 a[$(exit)] OK\r\n\r\n', '200', 1],
    ['SSH-2.0-OpenSSH_9.2\r\n', '200', 1],
    ['', '200', 1],
  ])('answered with %j and asked for %s ends with %i', async (answer, status, code) => {
    const { port } = await answering(answer);
    expect(await run(port, '/healthz', status)).toBe(code);
  });

  test('asks for the path on the loopback address, and closes', async () => {
    const { port, heard } = await answering('HTTP/1.1 200 OK\r\n\r\n');
    expect(await run(port, '/a b/$(touch x)`id`;"\'\\n%s')).toBe(0);
    expect(heard).toEqual([
      `GET /a b/$(touch x)\`id\`;"'\\n%s HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: stagecraft-probe\r\nConnection: close\r\n\r\n`,
    ]);
  });

  test('fails where nothing listens, and waits where nobody answers, until it is killed', async () => {
    const { port } = await answering(undefined);
    expect(await run(port, '/', '200', 2000)).toBeUndefined();
    servers[0]?.close();
    sockets[0]?.destroy();
    expect(await run(port)).toBe(1);
  });

  test('has no text that an engine takes for its own', () => {
    expect(probeCommand({ port: 8080, path: '/', status: '200' }).join('\n')).not.toMatch(/[$%]\{|\{\{/);
  });

  test('its container waits, and ends at once when it is told to', async () => {
    const [shell = '', ...flags] = probeRuns.entryPoint;
    const probe: ChildProcess = spawn(shell, [...flags, ...probeRuns.command], {
      env: { PATH: process.env.PATH },
      // With a socket as its input bash would read the user's start file first.
      stdio: 'ignore',
    });
    await once(probe, 'spawn');
    // Its trap is set before it starts to wait.
    const children = `/proc/${probe.pid}/task/${probe.pid}/children`;
    while (readFileSync(children, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 10));
    probe.kill('SIGTERM');
    expect(await once(probe, 'exit')).toEqual([0, null]);
  });
});
