/**
 * A deploy of an API is health-gated, with and without a load balancer: containers as the blueprint gives them, run by
 * the tasks controller as ECS would, under requests. What green means: an image that never is healthy, or crashes, or
 * hangs, replaces nothing that serves, and the deploy is given up with its reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { request } from 'undici';
import { withHealthCheck } from '../../constructs/blueprint/resolving/api-health';
import type { Api } from '../../constructs/blueprint/schema';
import { toTaskSpec } from '../../sandbox/tasks/task-definition';
import type { ContainerSpec } from '../../sandbox/tasks/types';
import { containerDefinitions } from '../synth/support/container-definitions';
import { container, service, TARGET_GROUP, World } from './tasks-world';

jest.setTimeout(60_000);

const PORT = 6017;
const listening = (answer: string) =>
  `require('node:http').createServer((q, s) => { ${answer} }).listen(${PORT}, process.env.TASK_ADDRESS);`;
const GOOD = listening("s.end('good')");
const IMAGES = {
  'that starts, listens and is never healthy': listening("s.statusCode = 500; s.end('broken')"),
  'that crashes': 'setTimeout(() => process.exit(3), 100);',
  'that hangs': `${GOOD} setTimeout(() => process.kill(process.pid, 'SIGSTOP'), 50);`,
};
/** Of their containers: by SIGTERM, of their own, by SIGKILL. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  'that starts, listens and is never healthy': 143,
  'that crashes': 3,
  'that hangs': 137,
};

const api = {
  port: PORT,
  health: {
    path: '/healthz',
    status: '200',
    intervalSeconds: 5,
    timeoutSeconds: 2,
    unhealthyThreshold: 2,
    graceSeconds: 0,
    probeImage: 'bash:5',
  },
} as Api;

/** As the engine writes them and ECS reads them, only faster. */
function containers(script: string): ContainerSpec[] {
  const own = {
    ...{ name: 'orders', image: 'orders:1', command: [process.execPath, '-e', script] },
    ...{ ports: [PORT], environment: {}, secrets: {}, stopTimeoutSeconds: 5 },
  };
  const text = containerDefinitions(withHealthCheck(own, api), {
    ...{ region: 'eu-central-1', logGroupName: '/orders', logStreamPrefix: 'orders' },
  });
  return toTaskSpec({ containerDefinitions: JSON.parse(text) }).containers.map((one) => ({
    ...one,
    ...(one.healthCheck && {
      healthCheck: { ...one.healthCheck, intervalSeconds: 0.3, timeoutSeconds: 1 },
    }),
  }));
}

let world: World;
beforeEach(() => {
  // ECS's own 40 s: nothing here may wait for them.
  world = new World(40);
});
afterEach(() => world.close());

const first = { id: 'ecs-svc/1', primary: true, taskDefinitionArn: 'td:1', failed: false };
const second = { id: 'ecs-svc/2', primary: true, taskDefinitionArn: 'td:2', failed: false };
const state = (id: string) => world.report.deployments.find((one) => one.id === id)?.rolloutState;
const served = () => world.running.filter(({ taskDefinitionArn }) => taskDefinitionArn === 'td:1');

/** Asks the old tasks in turn, one request after the other, until it is told to stop. */
function asking(addresses: readonly string[]) {
  let stop = false;
  const statuses: Record<string, number> = {};
  const done = (async () => {
    for (let turn = 0; !stop; turn += 1) {
      const address = addresses[turn % addresses.length];
      const answer = await request(`http://${address}:${PORT}/orders`)
        .then(async ({ statusCode, body }) => {
          await body.dump();
          return `${statusCode}`;
        })
        .catch((error: Error) => error.message);
      statuses[answer] = (statuses[answer] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return statuses;
  })();
  return () => {
    stop = true;
    return done;
  };
}

describe.each([
  ['without a load balancer', false],
  ['behind a load balancer', true],
])('%s, an image', (_, balanced) => {
  const loadBalancers = balanced
    ? [{ targetGroupArn: TARGET_GROUP, containerName: 'orders', containerPort: PORT }]
    : [];
  const deployed = service({ desiredCount: 2, breaker: { enabled: true, rollback: true }, loadBalancers });

  test.each(Object.entries(IMAGES))('%s replaces nothing', async (name, script) => {
    world.specs = { 'td:1': containers(GOOD), 'td:2': containers(script) };
    // The target group finds all good, whatever it is: the task's own check has to tell.
    world.initialState = 'healthy';
    await world.change(deployed);
    await world.completed();
    const old = served();
    expect(old.map(({ healthStatus }) => healthStatus)).toEqual(['HEALTHY', 'HEALTHY']);
    const stop = asking(old.map(({ privateIpv4Address }) => privateIpv4Address));

    await world.change({
      ...deployed,
      deployments: [second, { ...first, primary: false }],
    });
    world.goBack = () => {
      world.services = [{ ...deployed, deployments: [first, { ...second, primary: false, failed: true }] }];
      return 'ecs-svc/1';
    };
    await world.until(() => state('ecs-svc/2') === 'FAILED', 40);
    // The deployment before goes on with the tasks that it has.
    // Those that failed serve on for a while, as any task that is told to stop.
    await world.until(() => state('ecs-svc/1') === 'COMPLETED', 40);
    expect(world.rollbacks).toEqual([
      'arn:aws:ecs:eu-central-1:123456789012:service/main/orders ECS deployment circuit breaker: tasks failed to start.',
    ]);
    const statuses = await stop();
    expect(Object.keys(statuses)).toEqual(['200']);
    expect(statuses['200']).toBeGreaterThan(5);
    expect(served().map(({ taskArn }) => taskArn)).toEqual(old.map(({ taskArn }) => taskArn));
    const ended = world.report.tasks
      .filter(({ lastStatus }) => lastStatus === 'STOPPED')
      // One that was on its way when the deployment was given up.
      .filter(
        ({ stoppedReason }) => stoppedReason !== 'Scaling activity initiated by (deployment ecs-svc/1)',
      );
    const reasons = ended.map(({ stoppedReason }) => stoppedReason);
    expect([...new Set(reasons)]).toEqual(['Task failed container health checks']);
    const codes = ended.map((task) => task.containers.find((one) => one.name === 'orders')?.exitCode);
    expect([...new Set(codes)]).toEqual([EXIT_CODES[name]]);
    const [stopped] = ended;
    expect(stopped?.stopCode).toBe('ServiceSchedulerInitiated');
    expect(stopped?.containers).toEqual([
      {
        ...{ name: 'orders', lastStatus: 'STOPPED', healthStatus: 'UNKNOWN' },
        exitCode: script.includes('exit(3)') ? 3 : script.includes('SIGSTOP') ? 137 : 143,
      },
      { name: 'orders-probe', lastStatus: 'STOPPED', healthStatus: 'UNHEALTHY', exitCode: 0 },
    ]);
  });
});

test('a task that hangs after it served is replaced, though nobody but its probe looks', async () => {
  world.specs = { 'td:1': containers(GOOD) };
  await world.change(service());
  await world.completed();
  const [before] = world.running;
  const [pid] = [...world.processes].find(([, what]) => what.includes('container orders:')) ?? [0];
  process.kill(pid, 'SIGSTOP');
  await world.until(
    () => world.running.some((one) => one.taskArn !== before?.taskArn && one.healthStatus === 'HEALTHY'),
    20,
  );
  await world.until(() => world.report.tasks.some(({ stoppedReason }) => stoppedReason !== null));
  const stopped = world.report.tasks.find(({ taskArn }) => taskArn === before?.taskArn);
  expect(stopped?.stoppedReason).toBe('Task failed container health checks');
});

/** Says when a connection has closed that asked nothing: the probe's container tries the port so. */
const WATCHED = GOOD.replace(
  '.listen(',
  ".on('connection', (s) => s.on('close', () => s.bytesRead === 0 && console.log('watched'))).listen(",
);

const output = (name: string): string => {
  const folder = join(world.folder, 'logs', 'orders');
  const file = readdirSync(folder).find((one) => one.endsWith(`-${name}.log`)) ?? '';
  return readFileSync(join(folder, file), 'utf8');
};

test('a task whose API ends after it served is replaced, and says with what code', async () => {
  // Only the probe's container notices: its health check would take a minute.
  const slow = containers(WATCHED).map((one) => ({
    ...one,
    ...(one.healthCheck && { healthCheck: { ...one.healthCheck, intervalSeconds: 1, retries: 60 } }),
  }));
  world.specs = { 'td:1': slow };
  await world.change(service());
  await world.completed();
  const [before] = world.running;
  while (!output('orders').includes('watched')) await new Promise((resolve) => setTimeout(resolve, 50));
  const [pid] = [...world.processes].find(([, what]) => what.includes('container orders:')) ?? [0];
  process.kill(pid, 'SIGKILL');
  await world.until(() => world.report.tasks.some(({ lastStatus }) => lastStatus === 'STOPPED'), 20);
  const stopped = world.report.tasks.find(({ taskArn }) => taskArn === before?.taskArn);
  expect(stopped).toMatchObject({
    ...{ stoppedReason: 'Essential container in task exited', stopCode: 'EssentialContainerExited' },
    containers: [
      { name: 'orders', exitCode: 137 },
      { name: 'orders-probe', healthStatus: 'HEALTHY', exitCode: 1 },
    ],
  });
  // At once deregistered, not when its check would have failed.
  expect(world.happened.slice(0, 3)).toEqual([
    'register 127.50.1.4 until healthy',
    'healthy 127.50.1.4',
    'deregister 127.50.1.4',
  ]);
});

test('an API that closes its port and drains has all its time, although its probe would have seen it gone', async () => {
  const drains = `${GOOD.replace('require(', 'const server = require(')}
    process.on('SIGTERM', () => { server.close(); setTimeout(() => process.exit(0), 6000); });`;
  world.specs = {
    'td:1': containers(drains).map((one) => ({
      ...one,
      ...(one.name === 'orders' && { stopTimeoutSeconds: 20 }),
    })),
  };
  await world.change(service());
  await world.completed();
  const told = performance.now();
  await world.change(service({ desiredCount: 0 }));
  await world.until(() => world.report.tasks.some(({ lastStatus }) => lastStatus === 'STOPPED'), 30);
  expect(performance.now() - told).toBeGreaterThan(6000 - 100);
  expect(world.report.tasks).toMatchObject([
    {
      stopCode: 'ServiceSchedulerInitiated',
      containers: [
        { name: 'orders', exitCode: 0 },
        { name: 'orders-probe', exitCode: 0 },
      ],
    },
  ]);
});

describe('an essential container that nobody checks', () => {
  const check = {
    command: ['true'],
    intervalSeconds: 0.1,
    timeoutSeconds: 2,
    retries: 1,
    startPeriodSeconds: 0,
  };
  const checked = container('main', GOOD, { healthCheck: check });
  const wait = 'setInterval(() => {}, 1000);';

  test('keeps the task UNKNOWN beside one that is checked: the deploy never ends', async () => {
    await world.close();
    world = new World(0.5);
    world.specs = { 'td:1': [checked, container('agent', wait)] };
    await world.change(service());
    await world.until(() => world.running[0]?.containers[0]?.healthStatus === 'HEALTHY');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(world.running).toMatchObject([
      { healthStatus: 'UNKNOWN', containers: [{ healthStatus: 'HEALTHY' }, { healthStatus: 'UNKNOWN' }] },
    ]);
    expect(state('ecs-svc/1')).toBe('IN_PROGRESS');
    // Nor does its name lead to it.
    expect(world.happened).toEqual(['register 127.50.1.4 until healthy']);
  });

  test('does not hide one that is UNHEALTHY', async () => {
    const sick = container('main', GOOD, { healthCheck: { ...check, command: ['false'] } });
    world.specs = { 'td:1': [sick, container('agent', wait)] };
    await world.change(service());
    await world.until(() => world.report.tasks.some(({ healthStatus }) => healthStatus === 'UNHEALTHY'));
  });

  test('is no matter when it is not essential', async () => {
    world.specs = { 'td:1': [checked, container('agent', wait, { essential: false })] };
    await world.change(service());
    await world.completed();
    expect(world.running).toMatchObject([{ healthStatus: 'HEALTHY' }]);
  });
});

test('names leave a task out until its check has passed, and once it fails', async () => {
  world.specs = { 'td:1': containers(GOOD) };
  await world.change(service());
  await world.completed();
  expect(world.happened).toEqual(['register 127.50.1.4 until healthy', 'healthy 127.50.1.4']);
});
