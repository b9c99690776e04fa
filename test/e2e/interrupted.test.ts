/** What `up` does when it is stopped, or cannot start. Runs after sandbox.test.ts, in the same folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { projectAt } from '../../cli/context';
import { readSandbox } from '../../sandbox/client';
import { PORTS, root, run, stagecraft } from './support/stagecraft';

const { sandbox: folder } = projectAt(root);

jest.setTimeout(180_000);

afterEach(async () => {
  await stagecraft(['down']);
});

test('Ctrl-C lets Terraform keep its state, and says how to go on', async () => {
  const child = spawn(process.execPath, ['bin/stagecraft.js', 'up', ...PORTS], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      const before = text;
      text += chunk.toString();
      const applying = /Creation complete/;
      if (applying.test(text) && !applying.test(before)) child.kill('SIGINT');
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  expect(text).toContain('`stagecraft up` goes on from here');
  expect(code).toBe(130);
  const state = JSON.parse(readFileSync(join(folder, 'terraform.eu-central-1.tfstate'), 'utf8')) as {
    resources: unknown[];
  };
  expect(state.resources.length).toBeGreaterThan(0);
  expect(existsSync(join(folder, '.terraform.eu-central-1.tfstate.lock.info'))).toBe(false);
  expect(existsSync(join(folder, 'up.lock'))).toBe(false);
  expect((await readSandbox(folder))?.environment).toBe('sandbox');
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

test('without Terraform, the engine that needs it says so and how to get it', async () => {
  const result = await run(process.execPath, ['bin/stagecraft.js', 'up', '--engine', 'cdktf', ...PORTS], {
    env: { PATH: '/nowhere' },
    timeoutSeconds: 60,
  });
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/terraform/i);
  expect(result.stderr).toMatch(/install/i);
  expect(result.stderr).not.toMatch(/^\s+at /m);
});
