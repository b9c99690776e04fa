/** The tasks controller with real processes; what is around it is in memory. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { identify, isAlive, type ProcessIdentity } from '../../sandbox/processes';
import { answersSoon, container, server, service, TARGET_GROUP, World } from './tasks-world';

jest.setTimeout(20_000);

const PORT = 6010;
const SERVER = server(PORT);
const CHILD = "require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' })";
const LOAD_BALANCED = [{ targetGroupArn: TARGET_GROUP, containerName: 'main', containerPort: PORT }];

let world: World;

beforeEach(() => {
  world = new World();
  world.specs = { 'td:1': [container('main', SERVER, { ports: [PORT] })] };
});
afterEach(async () => {
  const pids = [...world.processes.keys()];
  await world.close();
  expect(pids.filter(exists)).toEqual([]);
});

describe('a task', () => {
  test('runs at an address of its own per zone, with nothing but its own environment', async () => {
    process.env.SOMETHING_OF_THE_DAEMON = 'private';
    const spec = { ports: [PORT], environment: { API_NAME: 'orders' }, secrets: { KEYS: 'arn:keys' } };
    world.specs = { 'td:1': [container('main', SERVER, spec)] };
    await world.change(service({ desiredCount: 2 }));
    await world.completed();
    delete process.env.SOMETHING_OF_THE_DAEMON;

    expect(world.running.map((task) => `${task.privateIpv4Address} ${task.availabilityZone}`)).toEqual([
      '127.50.1.4 eu-central-1a',
      '127.50.2.4 eu-central-1b',
    ]);
    expect(await answersSoon('127.50.1.4', PORT)).toBe(true);
    expect(await answersSoon('127.50.2.4', PORT)).toBe(true);
    const folder = join(world.folder, 'logs', 'orders');
    const file = join(folder, readdirSync(folder)[0] as string);
    expect(file).toMatch(/[0-9a-f]{32}-main\.log$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { TASK_ADDRESS, TMPDIR, ...environment } = JSON.parse(readFileSync(file, 'utf8'));
    const taskId = basename(file, '-main.log');
    expect(TMPDIR).toBe(join(world.folder, 'tasks', taskId, 'tmp'));
    expect(statSync(TMPDIR).mode & 0o777).toBe(0o700);
    expect(['127.50.1.4', '127.50.2.4']).toContain(TASK_ADDRESS);
    expect(environment).toEqual({
      PATH: process.env.PATH,
      API_NAME: 'orders',
      KEYS: 'value of arn:keys',
      DNS_ADDRESS: '127.0.0.1:6053',
    });
    expect(world.report.deployments).toEqual([
      {
        id: 'ecs-svc/1',
        runningCount: 2,
        pendingCount: 0,
        failedTasks: 0,
        rolloutState: 'COMPLETED',
        rolloutStateReason: 'ECS deployment ecs-svc/1 completed.',
      },
    ]);
  });

  test('that is killed is deregistered and replaced at once, and its children die with it', async () => {
    world.specs = { 'td:1': [container('main', `console.log(${CHILD}.pid); ${SERVER}`, { ports: [PORT] })] };
    await world.change(service());
    await world.completed();
    const [pid] = [...world.processes.keys()] as [number];
    const child = printedProcess();
    expect(isAlive(child)).toBe(true);
    const [folder] = taskFolders() as [string];
    writeFileSync(join(folder, 'tmp/secret'), 'a hash');
    process.kill(pid, 'SIGKILL');
    await gone(child);
    await world.until(() => world.running[0]?.privateIpv4Address === '127.50.1.5');
    expect(world.happened).toEqual(['register 127.50.1.4', 'deregister 127.50.1.4', 'register 127.50.1.5']);
    await world.until(() => world.report.tasks.some(({ lastStatus }) => lastStatus === 'STOPPED'));
    // What it had written goes with it; the one that took its place has a folder of its own.
    expect(existsSync(folder)).toBe(false);
    expect(taskFolders()).toHaveLength(1);
    expect(world.report.events.join('\n')).toMatch(
      /failed: Essential container in task exited: main, signal SIGKILL/,
    );
    // The deployment had completed: it stays so, and the failure is not counted against it.
    expect(world.report.deployments[0]).toMatchObject({ rolloutState: 'COMPLETED', failedTasks: 0 });
  });

  test('is deregistered, drained, asked to stop, and killed with its children after the stop timeout', async () => {
    const deaf = `process.on('SIGTERM', () => console.log('asked')); ${SERVER}; console.log(${CHILD}.pid)`;
    world.specs = { 'td:1': [container('main', deaf, { ports: [PORT], stopTimeoutSeconds: 1 })] };
    world.holdDrain = true;
    const balanced = service({ loadBalancers: LOAD_BALANCED });
    await world.change(balanced);
    await world.until(() => world.running.length === 1);
    expect(await answersSoon('127.50.1.4', PORT)).toBe(true);
    world.say('127.50.1.4', 'healthy');
    await world.completed();
    const log = () => readFileSync(logFile(), 'utf8');
    const child = printedProcess();
    expect(isAlive(child)).toBe(true);

    await world.change({ ...balanced, desiredCount: 0 });
    await world.until(() => world.report.tasks[0]?.lastStatus === 'DEACTIVATING');
    await world.until(() => world.finishDrain !== undefined);
    expect(log()).not.toContain('asked');
    const startedAt = Date.now();
    world.finishDrain?.();
    await world.until(() => world.report.tasks[0]?.lastStatus === 'STOPPED');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1000);
    expect(log()).toContain('asked');
    expect(world.happened).toEqual([
      'register 127.50.1.4',
      'deregister 127.50.1.4',
      'drain 127.50.1.4',
      'drained 127.50.1.4',
    ]);
    await gone(child);
  });

  test('is complete only when its target group says that it is healthy', async () => {
    await world.change(service({ loadBalancers: LOAD_BALANCED }));
    await world.until(() => world.running.length === 1);
    expect(await answersSoon('127.50.1.4', PORT)).toBe(true);
    expect(world.report.deployments[0]).toMatchObject({ runningCount: 1, rolloutState: 'IN_PROGRESS' });
    world.say('127.50.1.4', 'healthy');
    await world.completed();
    expect(world.report.events.at(-1)).toBe('(service orders) has reached a steady state.');
  });

  test('that becomes unhealthy in its target group is replaced, the replacement first', async () => {
    await world.change(service({ loadBalancers: LOAD_BALANCED }));
    await world.until(() => world.running.length === 1);
    world.say('127.50.1.4', 'healthy');
    await world.completed();
    world.say('127.50.1.4', 'unhealthy');
    await world.until(() => world.running.length === 2);
    world.say('127.50.2.4', 'healthy');
    await world.until(() => world.report.tasks.some(({ stoppedReason }) => stoppedReason !== null));
    const old = world.report.tasks.find(({ privateIpv4Address }) => privateIpv4Address === '127.50.1.4');
    expect(old?.stoppedReason).toBe('Task failed ELB health checks');
  });

  test('that StopTask was called for gets the stop signal without being drained, and is replaced', async () => {
    const balanced = service({ loadBalancers: LOAD_BALANCED });
    await world.change(balanced);
    await world.until(() => world.running.length === 1);
    world.stopRequests = [world.running[0]?.taskArn as string];
    world.holdDrain = true;
    await world.change(balanced);
    await world.until(() => world.running[0]?.privateIpv4Address === '127.50.1.5');
    await world.until(() => world.report.tasks.some(({ lastStatus }) => lastStatus === 'STOPPED'));
    expect(world.report.tasks.find(({ lastStatus }) => lastStatus === 'STOPPED')?.stoppedReason).toBe(
      'Task stopped by user',
    );
    expect(world.report.deployments[0]).toMatchObject({ failedTasks: 0 });
  });

  test('writes to CloudWatch Logs where its log driver says so', async () => {
    const awslogs = { group: '/orders', streamPrefix: 'orders' };
    world.specs = { 'td:1': [container('main', "console.log('one\\ntwo')", { awslogs })] };
    await world.change(service());
    await world.until(() => world.report.tasks.some(({ lastStatus }) => lastStatus === 'STOPPED'));
    expect(world.logged.get('/orders orders/main/TASK')?.slice(0, 2)).toEqual(['one', 'two']);
  });
});

describe('containers of a task', () => {
  test('wait for each other, and an essential one ends the task with all of them', async () => {
    const marks = join(world.folder, 'marks');
    const mark = (text: string) => `require('node:fs').appendFileSync(${JSON.stringify(marks)}, '${text} ')`;
    const until = `process.on('SIGTERM', () => { ${mark('sidecar-stopped')}; process.exit(0) }); setInterval(() => {}, 1000)`;
    world.specs = {
      'td:1': [
        container('main', `${mark('main')}; ${SERVER}`, {
          ports: [PORT],
          dependsOn: [
            { name: 'init', condition: 'SUCCESS' },
            { name: 'sidecar', condition: 'HEALTHY' },
          ],
        }),
        container('init', `setTimeout(() => ${mark('init')}, 200)`, { essential: false }),
        container('sidecar', `${mark('sidecar')}; ${until}`, {
          essential: false,
          dependsOn: [{ name: 'init', condition: 'COMPLETE' }],
          healthCheck: {
            command: ['/bin/sh', '-c', `grep -q sidecar ${marks}`],
            intervalSeconds: 0.05,
            timeoutSeconds: 2,
            retries: 100,
            startPeriodSeconds: 0,
          },
        }),
      ],
    };
    await world.change(service());
    await world.completed();
    expect(readFileSync(marks, 'utf8')).toBe('init sidecar main ');
    const main = [...world.processes].find(([, what]) => what.startsWith('container main'))?.[0] as number;
    process.kill(main, 'SIGKILL');
    await world.until(() => world.report.tasks.some(({ lastStatus }) => lastStatus === 'STOPPED'));
    expect(readFileSync(marks, 'utf8')).toMatch(/^init sidecar main sidecar-stopped /);
  });

  test('a dependency that had to succeed and did not fails the task', async () => {
    world.specs = {
      'td:1': [
        container('main', SERVER, { dependsOn: [{ name: 'init', condition: 'SUCCESS' }] }),
        container('init', 'process.exit(3)', { essential: false }),
      ],
    };
    await world.change(service());
    await world.until(() => world.report.tasks.some(({ lastStatus }) => lastStatus === 'STOPPED'));
    expect(world.report.tasks.find(({ lastStatus }) => lastStatus === 'STOPPED')?.stoppedReason).toBe(
      'container "init" had to succeed but ended with exit code 3',
    );
  });
});

const taskFolders = (): string[] =>
  readdirSync(join(world.folder, 'tasks')).map((id) => join(world.folder, 'tasks', id));

function logFile(): string {
  const folder = join(world.folder, 'logs', 'orders');
  return join(folder, readdirSync(folder)[0] as string);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The one whose id the task has written. */
function printedProcess(): ProcessIdentity {
  return identify(Number(/^\d+$/m.exec(readFileSync(logFile(), 'utf8'))?.[0]));
}

/** Not a child of ours: its end is no event. Until it is killed it would sleep for a minute. */
async function gone(child: ProcessIdentity): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (isAlive(child) && Date.now() < deadline) await sleep(20);
  expect(isAlive(child)).toBe(false);
}
