/** Containers beside the main one: volumes that they share, and those that this machine cannot run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { container, server, service, World } from './tasks-world';

jest.setTimeout(20_000);

const PORT = 6015;
const SERVER = server(PORT);

let world: World;

beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

const output = (name: string): string => {
  const folder = join(world.folder, 'logs', 'orders');
  const file = readdirSync(folder).find((one) => one.endsWith(`-${name}.log`)) ?? '';
  return readFileSync(join(folder, file), 'utf8');
};

test('a volume is one folder for all that mount it, each at its own path, and goes with the task', async () => {
  const write = "require('node:fs').writeFileSync(process.env.TASK_FOLDER + '/out/key.pem', 'a key');";
  const read =
    "console.log(require('node:fs').readFileSync(process.env.TASK_FOLDER + '/keys/key.pem', 'utf8'));";
  world.specs = {
    'td:1': [
      container('main', `${read}${SERVER}`, {
        ports: [PORT],
        dependsOn: [{ name: 'init', condition: 'SUCCESS' }],
        mounts: [{ volume: 'keys', path: '/keys' }],
      }),
      container('init', write, { essential: false, mounts: [{ volume: 'keys', path: '/out/../out' }] }),
    ],
  };
  world.volumes = { 'td:1': ['keys'] };
  await world.change(service());
  await world.completed();
  expect(output('main')).toMatch(/^a key$/m);
  expect(readdirSync(join(world.folder, 'tasks'))).toHaveLength(1);

  await world.change(service({ desiredCount: 0 }));
  await world.until(() => world.running.length === 0 && world.processes.size === 0);
  await world.until(() => readdirSync(join(world.folder, 'tasks')).length === 0);
});

test('a path that leaves the folder does not', async () => {
  const write = "require('node:fs').writeFileSync(process.env.TASK_FOLDER + '/escaped/file', '');";
  const main = container('main', `${write}${SERVER}`, {
    ports: [PORT],
    mounts: [{ volume: 'files', path: '/../../../escaped' }],
  });
  world.specs = { 'td:1': [main] };
  world.volumes = { 'td:1': ['files'] };
  await world.change(service());
  await world.completed();
  expect(existsSync(join(world.folder, 'escaped'))).toBe(false);
});

test('a volume that the task definition does not have fails the task', async () => {
  world.specs = { 'td:1': [container('main', SERVER, { mounts: [{ volume: 'keys', path: '/keys' }] })] };
  await world.change(service());
  await world.until(() => /mounts "keys", which is no volume/.test(world.report.events.join('\n')));
});

test('a container that is not essential and cannot be run is left out, and that is said once', async () => {
  world.specs = {
    'td:1': [
      container('main', SERVER, { ports: [PORT] }),
      container('collector', '', { command: [], essential: false }),
      container('agent', '', { command: ['no-such-program'], essential: false }),
    ],
  };
  await world.change(service({ desiredCount: 2 }));
  await world.completed();
  expect(world.processes.size).toBe(2);
  expect(world.report.events.filter((event) => event.includes('not run'))).toEqual([
    '(service orders) container collector is not run in the sandbox: it runs what its image says, and there is no container engine.',
    '(service orders) container agent is not run in the sandbox: there is no program no-such-program on this machine.',
  ]);
});

test('an essential one that cannot be run fails the task', async () => {
  world.specs = {
    'td:1': [
      container('main', SERVER, { ports: [PORT] }),
      container('agent', '', { command: ['no-such-program'] }),
    ],
  };
  await world.change(service());
  await world.until(() =>
    /container "agent" cannot run "no-such-program"/.test(world.report.events.join('\n')),
  );
});
