import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, EmulatorControl, startEmulator } from '../../sandbox/emulator';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

/** Answers on a free port of loopback, as the emulator's control interface would. */
async function controlServer(answer: (asked: Asked) => { status?: number; body: unknown }): Promise<{
  readonly port: number;
  readonly asked: Asked[];
  close(): Promise<void>;
}> {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', body };
      asked.push(one);
      const { status = 200, body: document } = answer(one);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, asked, close };
}

const credentials = { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'hidden' };

describe('the control interface', () => {
  const answers: Record<string, unknown> = {
    'GET /_sandbox/health': { ready: true, moto: '5.2.1', instance: 'a' },
    'GET /_sandbox/changes?after=7&timeoutSeconds=20': { revision: 9 },
    'GET /_sandbox/unsupported': [{ service: 'ecs', action: 'RunTask', count: 1, detail: 'no' }],
    'PUT /_sandbox/ecs/services': { unknownServices: [] },
    'PUT /_sandbox/ecs/rollback': { deploymentId: 'ecs-svc/2' },
    'PUT /_sandbox/elbv2/health': {},
  };
  let server: Awaited<ReturnType<typeof controlServer>>;
  let control: EmulatorControl;

  beforeAll(async () => {
    server = await controlServer(({ method, url }) => {
      const body = answers[`${method} ${url}`];
      return body === undefined ? { status: 404, body: { error: 'no such thing' } } : { body };
    });
    control = new EmulatorControl({
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${server.port}`,
      credentials,
    });
  });
  beforeEach(() => {
    server.asked.length = 0;
  });
  afterAll(() => server.close());

  it('reads health, changes and what was not supported', async () => {
    expect(await control.health()).toEqual({ ready: true, moto: '5.2.1', instance: 'a' });
    expect(await control.changes(7, 20)).toBe(9);
    expect(await control.unsupported()).toEqual([
      { service: 'ecs', action: 'RunTask', count: 1, detail: 'no' },
    ]);
  });

  it('tells what is true', async () => {
    await control.putServices({ 'arn:service': { deployments: [], tasks: [], events: ['started'] } });
    await control.putTargetHealth({
      'arn:group': [{ id: '127.20.0.5', port: 8080, state: 'healthy', reason: null, description: null }],
    });
    expect(await control.rollback('arn:service', 'tasks failed to start')).toBe('ecs-svc/2');
    expect(server.asked).toEqual([
      {
        method: 'PUT',
        url: '/_sandbox/ecs/services',
        body: '{"arn:service":{"deployments":[],"tasks":[],"events":["started"]}}',
      },
      {
        method: 'PUT',
        url: '/_sandbox/elbv2/health',
        body: '{"arn:group":[{"id":"127.20.0.5","port":8080,"state":"healthy","reason":null,"description":null}]}',
      },
      {
        method: 'PUT',
        url: '/_sandbox/ecs/rollback',
        body: '{"serviceArn":"arn:service","reason":"tasks failed to start"}',
      },
    ]);
  });

  it('fails with what the emulator said', async () => {
    await expect(control.changes(8, 20)).rejects.toThrow(
      'the emulator answered 404 to GET /changes?after=8&timeoutSeconds=20: {"error":"no such thing"}',
    );
  });
});

describe('starting the emulator', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof controlServer>> | undefined;
  let emulator: Emulator | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagecraft-emulator-'));
  });
  afterEach(async () => {
    await emulator?.stop();
    await server?.close();
    emulator = server = undefined;
    rmSync(folder, { recursive: true });
  });

  /** Stands for Python with the launcher. */
  function python(script: string): string {
    const file = join(folder, 'python');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  const start = (script: string, port: number, lines: string[] = []) =>
    startEmulator({
      port,
      region: 'eu-central-1',
      credentials,
      hostedZones: { 'example.test': 'Z1' },
      python: python(script),
      log: (_, line) => lines.push(line),
    });

  it('hands on port, region, zones, its own name and who it belongs to, and is ready when that name answers', async () => {
    let instance = 'of another';
    server = await controlServer(() => ({ body: { ready: true, moto: '5.2.1', instance } }));
    let given: Promise<string> | undefined;
    const starting = new Promise<Emulator>((resolve, reject) => {
      given = new Promise((told) => {
        startEmulator({
          port: server?.port ?? 0,
          region: 'eu-central-1',
          credentials,
          hostedZones: { 'example.test': 'Z1' },
          python: python(`echo "$@"; trap 'exit 0' TERM; while :; do sleep 0.05; done`),
          log: (_, line) => told(line),
        }).then(resolve, reject);
      });
    });
    const text = (await given) ?? '';
    instance = /--instance (\S+)/.exec(text)?.[1] ?? '';
    emulator = await starting;
    expect(text.replace(/^\S+emulator\/launcher\.py /, '')).toBe(
      `--port ${server.port} --region eu-central-1 --account 123456789012 --instance ${instance} --parent-pid ${process.pid} --hosted-zone example.test=Z1`,
    );
    expect(emulator.endpoint).toBe(`http://localhost:${server.port}`);
    await emulator.stop();
    expect(await emulator.exited).toBe('the emulator ended with exit code 0');
  });

  it('names a port in use and the option that changes it, also when another emulator answers there', async () => {
    server = await controlServer(() => ({ body: { ready: true, moto: '5.2.1', instance: 'of another' } }));
    await expect(start('sleep 0.3; exit 3', server.port)).rejects.toMatchObject({
      code: 'port-in-use',
      message: `TCP port ${server.port} on 127.0.0.1 is in use: stop what listens there, or choose another with --emulator-port.`,
    });
  });

  it('fails with the last words of the launcher, which are logged too', async () => {
    const lines: string[] = [];
    const script = 'echo one; for i in two three four; do echo $i >&2; done; exit 1';
    await expect(start(script, 1, lines)).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringMatching(/^the emulator ended with exit code 1\n\S+\n\S+\nfour$/),
    });
    expect(lines.toSorted()).toEqual(['four', 'one', 'three', 'two']);
  });

  it('fails when there is no such python', async () => {
    const options = {
      port: 1,
      region: 'eu-central-1',
      credentials,
      python: join(folder, 'nothing'),
      log: () => {},
    };
    await expect(startEmulator(options)).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
