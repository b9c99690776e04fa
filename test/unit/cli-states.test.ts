/** Proves that a sandbox which is down, half up or damaged is told as what it is, with the way out. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { contextOf } from '../../cli/context';
import { readDemoKeys } from '../../cli/demo-keys';
import { HttpClient } from '../../cli/verify/http';
import { assertReached } from '../../cli/verify/reach';
import { stopDaemon } from '../../sandbox/client';
import { sandboxAccess } from '../../sandbox/credentials';
import { identify } from '../../sandbox/processes';
import { type Project, projectAt } from '../../stacks/project';

let project: Project;

const file = (name: string, text: string) => writeFileSync(join(project.sandbox, name), text);
const FILE = (name: string, cidr: string) =>
  `name: ${name}\nstage: api\nregion: eu-central-1\nnetwork: { cidr: ${cidr} }\napis: { orders: { image: example/orders:1 } }\n`;
const GONE = { pid: 4_194_303, startTime: 'never' };
const info = (identity: object, environment = 'local') =>
  JSON.stringify({
    ...identity,
    environment,
    stage: 'api',
    region: 'eu-central-1',
    ports: { emulator: 1, https: 2, http: 3, dns: 4 },
  });
const CREDENTIALS = '{"accessKeyId":"AKIAEXAMPLE","secretAccessKey":"secret"}';

beforeEach(() => {
  project = projectAt(mkdtempSync(join(tmpdir(), 'stagecraft-states-')));
  mkdirSync(project.environments);
  mkdirSync(project.sandbox, { recursive: true });
  writeFileSync(join(project.environments, 'local.yaml'), FILE('local', '127.20.0.0/16'));
  writeFileSync(join(project.environments, 'dev.yaml'), FILE('dev', '10.20.0.0/16'));
});
afterEach(() => rmSync(project.root, { recursive: true }));

describe('a sandbox that is down', () => {
  test('is named, where the environment can be nowhere else', async () => {
    await expect(contextOf(project, 'local')).rejects.toThrow(
      'local is in the sandbox, and no sandbox runs here. Start it: npx stagecraft up local',
    );
  });

  test('is told from one whose daemon was killed', async () => {
    file('sandbox.json', info(GONE, 'dev'));
    await expect(contextOf(project, 'dev')).rejects.toThrow(
      'dev is in the sandbox, and the one that ran it has ended: its daemon is gone. Start it: npx stagecraft up dev',
    );
    await expect(contextOf(project, 'local')).rejects.toThrow(
      'local is in the sandbox, and the one here runs dev. Start it: npx stagecraft down, then npx stagecraft up local',
    );
  });

  test('is no hindrance to an environment of an account', async () => {
    const { sandbox, environment } = await contextOf(project, 'dev');
    expect(sandbox).toBeUndefined();
    expect(environment.network.cidr).toBe('10.20.0.0/16');
  });
});

describe('a file of the sandbox that is damaged', () => {
  const cut = 'is damaged: it is not what the sandbox writes.';

  test.each(['', '{', '[]', 'null', '{"pid":1}', '{"pid":1,"ports":{"emulator":"5100"}}'])(
    'sandbox.json: %j',
    async (text) => {
      file('sandbox.json', text);
      await expect(contextOf(project, 'dev')).rejects.toThrow(
        `${join(project.sandbox, 'sandbox.json')} ${cut} Begin anew: npx stagecraft down`,
      );
      await expect(stopDaemon(project.sandbox)).resolves.toBe(false);
    },
  );

  test('credentials.json', async () => {
    file('sandbox.json', info(identify(process.pid), 'dev'));
    file('credentials.json', CREDENTIALS.slice(0, 20));
    await expect(contextOf(project, 'dev')).rejects.toThrow(
      `credentials.json ${cut} Begin anew: npx stagecraft down`,
    );
    file('credentials.json', CREDENTIALS);
    expect(sandboxAccess(project.sandbox, 'eu-central-1', 1).credentials.secretAccessKey).toBe('secret');
    expect((await contextOf(project, 'dev')).environment.network.cidr).toBe('127.20.0.0/16');
  });

  test.each(['{"demo":', '[]', '{"demo":1}'])('keys.json: %j', (text) => {
    file('keys.json', text);
    expect(() => readDemoKeys(project.sandbox)).toThrow(
      `${join(project.sandbox, 'keys.json')} ${cut} Remove it, and the consumers get new keys: npx stagecraft up`,
    );
  });
});

describe('an address that nobody answers at', () => {
  const endpoint = (...urls: string[]) => [{ name: 'orders', api: {} as never, urls }];
  const http = new HttpClient();

  test('is one sentence', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const url = `http://127.0.0.1:${port}/orders`;
    await expect(assertReached(http, endpoint(url), 'dev')).resolves.toBeUndefined();
    await new Promise((resolve) => server.close(resolve));
    await expect(assertReached(http, endpoint(url), 'dev')).rejects.toThrow(
      `Nothing answers at http://127.0.0.1:${port}: nobody listens on 127.0.0.1 port ${port}. See what runs: npx stagecraft status dev`,
    );
    await expect(assertReached(http, endpoint(), 'dev')).rejects.toThrow(
      'No task of dev runs, so there is nobody to ask. See what runs: npx stagecraft status dev',
    );
  });
});
