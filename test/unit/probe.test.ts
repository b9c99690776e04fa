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

/** The probe's container. With a socket as its input bash would read the user's start file first. */
function watching(port: number): ChildProcess {
  const { entryPoint, command } = probeRuns({ port }, 1);
  const [shell = '', ...flags] = entryPoint;
  return spawn(shell, [...flags, ...command], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** A port that takes connections until it is closed; `connected` resolves at the next one. */
async function open(port = 0) {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    connected: () => once(server, 'connection'),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets.splice(0)) socket.destroy();
      await closed;
    },
  };
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const { port, close } = await open();
  await close();
  return port;
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

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
    expect(probeRuns({ port: 8080 }, 10).command.join('\n')).not.toMatch(/[$%]\{|\{\{/);
  });

  test('its container waits, and when it is told to end lets an API serve on that has been seen', async () => {
    const api = await open();
    const probe = watching(api.port);
    await api.connected();
    await seconds(1);
    const told = performance.now();
    probe.kill('SIGTERM');
    expect(await once(probe, 'exit')).toEqual([0, null]);
    expect(performance.now() - told).toBeGreaterThan(900);
  });

  test('its container ends at once when it is told to, before the API has taken a connection', async () => {
    const probe = watching(1);
    await once(probe, 'spawn');
    // Its trap is set before it starts to wait.
    const children = `/proc/${probe.pid}/task/${probe.pid}/children`;
    while (readFileSync(children, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 10));
    probe.kill('SIGTERM');
    expect(await once(probe, 'exit')).toEqual([0, null]);
  });

  test('its container ends when the API that it has seen is gone, and says why', async () => {
    const api = await open();
    const probe = watching(api.port);
    let said = '';
    probe.stdout?.on('data', (data) => {
      said += data;
    });
    await api.connected();
    await api.close();
    const gone = performance.now();
    expect(await once(probe, 'close')).toEqual([1, null]);
    // Four refusals, the first within a second. A busy machine is slower, never faster.
    expect(performance.now() - gone).toBeGreaterThan(3000 - 100);
    expect(said).toBe(
      `127.0.0.1:${api.port} refused 4 connections in a row: the API has ended, and so does its task\n`,
    );
  });

  test('its container waits for an API that is slow to listen, however long that takes', async () => {
    const port = await freePort();
    const probe = watching(port);
    // Longer than the refusals that would end it afterwards.
    await seconds(6);
    expect(probe.exitCode).toBeNull();
    const api = await open(port);
    await api.connected();
    expect(probe.exitCode).toBeNull();
    probe.kill('SIGTERM');
    expect(await once(probe, 'exit')).toEqual([0, null]);
  });

  test('its container stays when the API closes its port and opens it anew, again and again', async () => {
    let api = await open();
    const probe = watching(api.port);
    for (let turn = 0; turn < 4; turn += 1) {
      await api.connected();
      await api.close();
      await seconds(0.9);
      api = await open(api.port);
    }
    await api.connected();
    expect(probe.exitCode).toBeNull();
    probe.kill('SIGTERM');
    expect(await once(probe, 'exit')).toEqual([0, null]);
  });

  test('its container leaves an API that hangs to the health check, and ends at once all the same', async () => {
    // The kernel takes so many connections for a process that takes none; then it does not answer any more.
    const hung = spawn('python3', [
      '-c',
      'import socket, time; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(0); print(s.getsockname()[1], flush=True); time.sleep(60)',
    ]);
    try {
      const [first] = (await once(hung.stdout, 'data')) as [Buffer];
      const probe = watching(Number(first));
      await seconds(7);
      expect(probe.exitCode).toBeNull();
      probe.kill('SIGTERM');
      const told = performance.now();
      expect(await once(probe, 'exit')).toEqual([0, null]);
      // Its stop time-out: then it would be killed.
      expect(performance.now() - told).toBeLessThan(2000);
    } finally {
      hung.kill('SIGKILL');
    }
  });
});
