/** Deployments and the end of services, with real processes; what is around the controller is in memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { answersSoon, container, server, service, TARGET_GROUP, World } from './tasks-world';

const PORT = 6011;
const SERVER = server(PORT);
const LOAD_BALANCED = [{ targetGroupArn: TARGET_GROUP, containerName: 'main', containerPort: PORT }];
const STOP_FIRST = { minimumHealthyPercent: 0, maximumPercent: 100 };
const ROLLED = [
  { id: 'ecs-svc/2', primary: true, taskDefinitionArn: 'td:2', failed: false },
  { id: 'ecs-svc/1', primary: false, taskDefinitionArn: 'td:1', failed: false },
];

jest.setTimeout(20_000);

let world: World;

beforeEach(() => {
  world = new World();
  world.specs = { 'td:1': [container('main', SERVER, { ports: [PORT] })] };
});
afterEach(() => world.close());

describe('a deployment', () => {
  test('stop-first: the old process is gone before the new one starts', async () => {
    const marks = join(world.folder, 'marks');
    const script = `const mark = (text) => require('node:fs').appendFileSync(${JSON.stringify(marks)}, text + ' ');
      mark('start'); process.on('SIGTERM', () => setTimeout(() => { mark('end'); process.exit(0) }, 200)); ${SERVER}`;
    const spec = [container('main', script, { ports: [PORT] })];
    world.specs = { 'td:1': spec, 'td:2': spec };
    await world.change(service(STOP_FIRST));
    await world.completed();
    await world.change(service({ ...STOP_FIRST, deployments: ROLLED }));
    await world.completed('ecs-svc/2');
    expect(readFileSync(marks, 'utf8')).toBe('start end start ');
    expect(world.report.deployments).toMatchObject([
      { id: 'ecs-svc/2', runningCount: 1 },
      { id: 'ecs-svc/1', runningCount: 0 },
    ]);
  });

  test('start-first: it is complete only when the old tasks are drained and gone', async () => {
    world.specs['td:2'] = world.specs['td:1'] ?? [];
    world.holdDrain = true;
    const balanced = service({ loadBalancers: LOAD_BALANCED });
    await world.change(balanced);
    await world.until(() => world.running.length === 1);
    world.say('127.50.1.4', 'healthy');
    await world.completed();
    await world.change({ ...balanced, deployments: ROLLED });
    await world.until(() => world.running.length === 2);
    world.say('127.50.2.4', 'healthy');
    await world.until(() => world.finishDrain !== undefined);
    expect(await answersSoon('127.50.1.4', PORT)).toBe(true);
    expect(world.report.deployments[0]).toMatchObject({ runningCount: 1, rolloutState: 'IN_PROGRESS' });
    world.finishDrain?.();
    await world.completed('ecs-svc/2');
  });

  test('whose tasks keep failing is rolled back after three of them', async () => {
    world.specs = { 'td:1': [container('main', 'process.exit(1)', { ports: [PORT] })] };
    await world.change(service({ breaker: { enabled: true, rollback: true } }));
    await world.until(() => world.rollbacks.length > 0);
    expect(world.rollbacks).toEqual([
      `${service().arn} ECS deployment circuit breaker: tasks failed to start.`,
    ]);
    await world.until(() => world.report.deployments[0]?.rolloutState === 'FAILED');
    expect(world.report.deployments[0]).toMatchObject({ failedTasks: 3, runningCount: 0, pendingCount: 0 });
  });

  test('stop-first and rolled back: it is complete again when a task of the version before serves', async () => {
    world.specs['td:2'] = [container('main', 'process.exit(1)', { ports: [PORT] })];
    const breaking = service({ ...STOP_FIRST, breaker: { enabled: true, rollback: true } });
    await world.change(breaking);
    await world.completed();
    const [before] = world.running;
    const states: string[] = [];
    world.goBack = () => {
      states.push(world.report.deployments.map(({ id, rolloutState }) => `${id} ${rolloutState}`).join(', '));
      world.services = [
        {
          ...breaking,
          deployments: [
            { id: 'ecs-svc/1', primary: true, taskDefinitionArn: 'td:1', failed: false },
            { id: 'ecs-svc/2', primary: false, taskDefinitionArn: 'td:2', failed: true },
          ],
        },
      ];
      return 'ecs-svc/1';
    };
    await world.change({ ...breaking, deployments: ROLLED });
    await world.until(() => world.rollbacks.length > 0);
    // Until its task serves again it is under way, although it had been complete once.
    await world.until(() => world.report.deployments.some(({ rolloutState }) => rolloutState === 'FAILED'));
    expect(world.report.deployments.find(({ id }) => id === 'ecs-svc/1')?.rolloutState).toBe('IN_PROGRESS');
    expect(states).toEqual(['ecs-svc/2 IN_PROGRESS, ecs-svc/1 COMPLETED']);
    await world.completed();
    expect(world.running.map(({ deploymentId }) => deploymentId)).toEqual(['ecs-svc/1']);
    expect(world.running[0]?.taskArn).not.toBe(before?.taskArn);
  });

  test('that cannot start says why in the events', async () => {
    world.specs = {};
    await world.change(service());
    expect(world.report.events).toContain(
      '(service orders) was unable to place a task. Reason: there is no such task definition.',
    );
  });

  test('with a program that does not exist says so', async () => {
    world.specs = { 'td:1': [container('main', '', { command: ['no-such-program'] })] };
    await world.change(service());
    await world.until(() =>
      world.report.events.some((event) => event.includes('cannot run "no-such-program"')),
    );
  });
});

test('a deleted service drains its tasks, reports their end, and is forgotten', async () => {
  const balanced = service({ loadBalancers: LOAD_BALANCED });
  await world.change(balanced);
  await world.until(() => world.running.length === 1);
  world.say('127.50.1.4', 'healthy');
  await world.completed();
  await world.change({ ...balanced, active: false, desiredCount: 0 });
  await world.until(() => world.report.tasks[0]?.lastStatus === 'STOPPED');
  expect(world.happened.at(-1)).toBe('drained 127.50.1.4');
  await world.change();
  await world.until(() => Object.keys(world.reports).length === 0);
});

test('a service that is gone without a word leaves no task', async () => {
  await world.change(service());
  await world.completed();
  await world.change();
  await world.until(() => Object.keys(world.reports).length === 0);
  expect(world.processes.size).toBe(0);
  expect(world.happened).toEqual(['register 127.50.1.4', 'deregister 127.50.1.4']);
});
