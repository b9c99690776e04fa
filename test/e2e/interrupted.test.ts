/** What `up` does when it is stopped, or cannot start. Runs after sandbox.test.ts, in the same folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readSandbox } from '../../sandbox/client';
import { projectAt } from '../../stacks/project';
import { PORTS, root, run, stagecraft } from './support/stagecraft';

const { sandbox: folder } = projectAt(root);

jest.setTimeout(180_000);

afterAll(async () => {
  await stagecraft(['down']);
});

const stateFile = join(folder, 'terraform.eu-central-1.tfstate');

/** `up` gets a Ctrl-C as soon as it has said something. */
async function upUntil(said: RegExp): Promise<{ readonly text: string; readonly code: number | null }> {
  const child = spawn(process.execPath, ['bin/stagecraft.js', 'up', '--verbose', ...PORTS], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      const before = text;
      text += chunk.toString();
      if (said.test(text) && !said.test(before)) child.kill('SIGINT');
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { text, code };
}

test('Ctrl-C lets Terraform keep its state, and says how to go on', async () => {
  const { text, code } = await upUntil(/Creation complete/);
  expect(text).toContain('`npx stagecraft up` goes on from here');
  expect(code).toBe(130);
  const state = JSON.parse(readFileSync(stateFile, 'utf8')) as { resources: unknown[] };
  expect(state.resources.length).toBeGreaterThan(0);
  expect(existsSync(join(folder, '.terraform.eu-central-1.tfstate.lock.info'))).toBe(false);
  expect(existsSync(join(folder, 'up.lock'))).toBe(false);
  expect((await readSandbox(folder))?.environment).toBe('sandbox');
});

test('after a daemon that was killed, the state of its account is kept aside, and an empty one is planned with', async () => {
  const before = readFileSync(stateFile, 'utf8');
  const { pid = 0, instance = '' } = (await readSandbox(folder)) ?? {};
  process.kill(pid, 'SIGKILL');
  await until(async () => (await readSandbox(folder)) === undefined);
  const { text } = await upUntil(/Plan: \d+ to add/);
  const kept = `${stateFile}.of-${instance.slice(0, 8)}`;
  expect(text).toContain(
    `the account that was deployed to is gone with its sandbox's daemon, and this one is empty; its state is kept as ${kept.slice(root.length + 1)}`,
  );
  expect(text).toMatch(/Plan: \d{2,} to add, 0 to change, 0 to destroy/);
  expect(readFileSync(kept, 'utf8')).toBe(before);
  expect(existsSync(stateFile)).toBe(false);
  const now = (await readSandbox(folder))?.instance;
  expect(now).not.toBe(instance);
  expect(readFileSync(`${stateFile}.account`, 'utf8')).toBe(`${now}\n`);
  await stagecraft(['down']);
  expect(existsSync(folder)).toBe(false);
});

test('a port in use is named with the option that changes it', async () => {
  const server = createServer().listen(18443, '127.0.0.1');
  await once(server, 'listening');
  try {
    const result = await stagecraft(['up', ...PORTS]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/18443.*--https-port/);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  } finally {
    server.close();
  }
});

/** A folder of programs with `node` alone, which the sample API runs on. */
const onlyNode = mkdtempSync(join(tmpdir(), 'stagecraft-node-'));
symlinkSync(process.execPath, join(onlyNode, 'node'));
afterAll(() => rmSync(onlyNode, { recursive: true }));

test('without Terraform, the engine that needs it says so and how to get it', async () => {
  const result = await run(process.execPath, ['bin/stagecraft.js', 'up', '--engine', 'cdktf', ...PORTS], {
    env: { PATH: onlyNode },
    timeoutSeconds: 60,
  });
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/terraform/i);
  expect(result.stderr).toMatch(/install/i);
  expect(result.stderr).not.toMatch(/^\s+at /m);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('not within 20 s');
    await delay(50);
  }
}
