/** What `up` says of deployments that ECS gave up. */

import type { ECSClient } from '@aws-sdk/client-ecs';
import { describe, expect, test } from '@jest/globals';
import { applyAndCheck, failedRollouts } from '../../cli/rollout';

const SINCE = new Date('2026-11-27T10:00:00Z');
const later = (seconds: number) => new Date(SINCE.getTime() + seconds * 1000);

/** ECS as far as it is asked here: one deployment for each service. */
function account(deployments: Record<string, object>, tasks: object[] = []): ECSClient {
  const answers: Record<string, (input: Record<string, string>) => object> = {
    ListServicesCommand: () => ({
      serviceArns: Object.keys(deployments).map((name) => `arn:aws:ecs:r:1:service/shop/${name}`),
    }),
    ListServiceDeploymentsCommand: ({ service = '' }) => ({
      serviceDeployments: deployments[service] ? [{ serviceDeploymentArn: service }] : [],
    }),
    DescribeServiceDeploymentsCommand: ({ serviceDeploymentArns: [name = ''] = '' }) => ({
      serviceDeployments: [deployments[name]],
    }),
    ListTasksCommand: () => ({ taskArns: tasks.map((_, index) => `task/${index}`) }),
    DescribeTasksCommand: () => ({ tasks }),
  };
  const send = async (command: { constructor: { name: string }; input: Record<string, string> }) =>
    answers[command.constructor.name]?.(command.input);
  // The SDK's paginators ask what kind of client it is.
  return Object.assign(Object.create(require('@aws-sdk/client-ecs').ECSClient.prototype), {
    send,
    config: {},
  });
}

const REASON = 'ECS deployment circuit breaker: tasks failed to start.';
const rolledBack = { status: 'ROLLBACK_SUCCESSFUL', statusReason: 'completed', rollback: { reason: REASON } };
const stopped = {
  status: 'STOPPED',
  statusReason: REASON,
  deploymentCircuitBreaker: { status: 'TRIGGERED' },
};
const tasks = [
  { createdAt: later(5), stoppedReason: 'Task failed container health checks' },
  { createdAt: later(9), stoppedReason: 'Task failed container health checks' },
  { createdAt: later(9), stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/2)' },
  { createdAt: later(-60), stoppedReason: 'Essential container in task exited' },
  { createdAt: later(20) },
];

describe('what a stopped task is said to have stopped for', () => {
  const SCHEDULER = 'ServiceSchedulerInitiated';
  test.each([
    [
      'an API that ended, and the probe with it',
      {
        stoppedReason: 'Essential container in task exited',
        stopCode: 'EssentialContainerExited',
        containers: [
          { name: 'orders', healthStatus: 'UNKNOWN', exitCode: 3 },
          { name: 'orders-probe', healthStatus: 'HEALTHY', exitCode: 1 },
        ],
      },
      'Essential container in task exited (orders: exit code 3; orders-probe: exit code 1)',
    ],
    [
      'an API that ended well',
      {
        stoppedReason: 'Essential container in task exited',
        stopCode: 'EssentialContainerExited',
        containers: [{ name: 'orders', exitCode: 0 }, { name: 'agent' }],
      },
      'Essential container in task exited (orders: exit code 0)',
    ],
    [
      'an API that ended before it ever listened',
      {
        stoppedReason: 'Task failed container health checks',
        stopCode: SCHEDULER,
        containers: [
          { name: 'orders', healthStatus: 'UNKNOWN', exitCode: 3 },
          { name: 'orders-probe', healthStatus: 'UNHEALTHY', exitCode: 0 },
        ],
      },
      'Task failed container health checks (orders: exit code 3; orders-probe: UNHEALTHY)',
    ],
    [
      'a target that was not healthy',
      {
        stoppedReason: 'Task failed ELB health checks',
        stopCode: SCHEDULER,
        containers: [{ name: 'orders' }],
      },
      'Task failed ELB health checks',
    ],
  ])('%s', async (_, task, text) => {
    const ecs = account({ orders: rolledBack }, [{ ...task, createdAt: later(5) }]);
    const [failed] = await failedRollouts(ecs, 'shop', SINCE);
    expect(failed?.stoppedTasks).toEqual([text]);
  });
});

describe('failed rollouts', () => {
  test('are those that were rolled back, and those that the circuit breaker ended', async () => {
    const ecs = account(
      {
        catalog: { status: 'SUCCESSFUL' },
        orders: rolledBack,
        'orders-canary': stopped,
        other: { status: 'STOPPED', deploymentCircuitBreaker: { status: 'MONITORING' } },
        slow: { status: 'IN_PROGRESS' },
      },
      tasks,
    );
    const stoppedTasks = ['Task failed container health checks'];
    expect(await failedRollouts(ecs, 'shop', SINCE)).toEqual([
      { service: 'orders', reason: REASON, wayBack: 'serves', stoppedTasks },
      { service: 'orders-canary', reason: REASON, wayBack: 'none', stoppedTasks },
    ]);
  });

  test('fail a deploy that its engine calls a success', async () => {
    const ecs = account({ orders: rolledBack });
    await expect(applyAndCheck(ecs, 'shop', async () => {})).rejects.toThrow(
      `The deploy of service orders failed: ${REASON}\n  The version before serves.`,
    );
  });

  test('that could not be rolled back say so', async () => {
    const ecs = account({ orders: { ...rolledBack, status: 'ROLLBACK_FAILED' } });
    await expect(applyAndCheck(ecs, 'shop', async () => {})).rejects.toThrow(
      `The deploy of service orders failed: ${REASON}\n  ECS could not go back to the version before either`,
    );
  });

  test('are said after what the engine said', async () => {
    const ecs = account({ orders: stopped });
    const apply = () => Promise.reject(new Error('Stack sandbox is in UPDATE_ROLLBACK_COMPLETE'));
    await expect(applyAndCheck(ecs, 'shop', apply)).rejects.toThrow(
      `Stack sandbox is in UPDATE_ROLLBACK_COMPLETE\nThe deploy of service orders failed: ${REASON}\n  There is no version before to go back to.`,
    );
  });

  test('without any, a deploy ends as its engine says', async () => {
    const ecs = account({ orders: { status: 'SUCCESSFUL' } });
    await applyAndCheck(ecs, 'shop', async () => {});
    const error = new Error('no such file');
    await expect(applyAndCheck(ecs, 'shop', () => Promise.reject(error))).rejects.toBe(error);
  });
});
