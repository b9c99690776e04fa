import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeClustersCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import type { DeploymentReport, TaskReport } from '../../sandbox/tasks/types';
import {
  type Aws,
  createCluster,
  createNetwork,
  type Network,
  registerTask,
  report,
  startAws,
} from './emulator-kit';

let aws: Aws;
let network: Network;
let first: string;
let second: string;

beforeAll(async () => {
  aws = await startAws();
  network = await createNetwork(aws);
  await createCluster(aws);
  first = await registerTask(aws);
  second = await registerTask(aws, { image: 'orders:2' });
});
afterAll(() => aws.stop());

const arnOf = (name: string) => `arn:aws:ecs:eu-central-1:123456789012:service/main/${name}`;

async function create(serviceName: string): Promise<void> {
  await aws.ecs.send(
    new CreateServiceCommand({
      cluster: 'main',
      serviceName,
      taskDefinition: first,
      desiredCount: 2,
      launchType: 'FARGATE',
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      networkConfiguration: { awsvpcConfiguration: { subnets: [...network.subnets] } },
    }),
  );
}

const update = (service: string, more: Partial<UpdateServiceCommandInput>) =>
  aws.ecs.send(new UpdateServiceCommand({ cluster: 'main', service, ...more }));

async function service(name: string) {
  const command = new DescribeServicesCommand({ cluster: 'main', services: [name] });
  const found = (await aws.ecs.send(command)).services?.[0];
  if (!found) throw new Error(`no service ${name}`);
  return found;
}

/** Status, rollout state, task definition and counts of a service's deployments, newest first. */
const deployments = async (name: string) =>
  ((await service(name)).deployments ?? []).map((one) => [
    one.status,
    one.rolloutState,
    one.taskDefinition === first ? 'first' : 'second',
    `${one.runningCount} of ${one.desiredCount}`,
  ]);

const ids = async (name: string) => ((await service(name)).deployments ?? []).map(({ id }) => id ?? '');

const tell = (
  name: string,
  reports: readonly DeploymentReport[],
  tasks: readonly TaskReport[] = [],
  events: string[] = [],
) => aws.emulator.control.putServices({ [arnOf(name)]: { deployments: reports, tasks, events } });

/** The newest deployment of a service is done. */
const complete = async (name: string) =>
  tell(name, [report((await ids(name))[0] ?? '', 2, { rolloutState: 'COMPLETED' })]);

describe('a deployment', () => {
  it('starts with the service, runs nothing until told, and then what was told', async () => {
    await create('told');
    expect(await deployments('told')).toEqual([['PRIMARY', 'IN_PROGRESS', 'first', '0 of 2']]);
    expect(await service('told')).toMatchObject({ runningCount: 0, pendingCount: 0 });
    const [id = ''] = await ids('told');
    expect(id).toMatch(/^ecs-svc\/\d{19}$/);
    const events = ['(service told) has started 2 tasks.', '(service told) is steady.'];
    await tell('told', [report(id, 1, { pendingCount: 1, failedTasks: 3 })], [], events);
    const now = await service('told');
    expect(now).toMatchObject({ runningCount: 1, pendingCount: 1 });
    expect(now.deployments?.[0]).toMatchObject({ runningCount: 1, pendingCount: 1, failedTasks: 3 });
    expect(now.events?.map(({ message }) => message)).toEqual([events[1], events[0]]);
    await complete('told');
    expect(await deployments('told')).toEqual([['PRIMARY', 'COMPLETED', 'first', '2 of 2']]);
    const { clusters } = await aws.ecs.send(new DescribeClustersCommand({ clusters: ['main'] }));
    expect(clusters?.[0]).toMatchObject({ runningTasksCount: 2, activeServicesCount: 1 });
    await aws.emulator.control.putServices({});
    expect(await service('told')).toMatchObject({ runningCount: 0 });
  });

  it('is followed by another when what it rolls out changes; it stays until the other is complete', async () => {
    await create('rolling');
    await complete('rolling');
    const [before = ''] = await ids('rolling');
    await update('rolling', { taskDefinition: second });
    const [after = ''] = await ids('rolling');
    expect(after).not.toBe(before);
    await tell('rolling', [report(after, 1), report(before, 1, { rolloutState: 'COMPLETED' })]);
    expect(await deployments('rolling')).toEqual([
      ['PRIMARY', 'IN_PROGRESS', 'second', '1 of 2'],
      ['ACTIVE', 'COMPLETED', 'first', '1 of 2'],
    ]);
    expect(await service('rolling')).toMatchObject({ runningCount: 2, taskDefinition: second });
    await complete('rolling');
    expect(await deployments('rolling')).toEqual([['PRIMARY', 'COMPLETED', 'second', '2 of 2']]);
  });

  it('changes in place when only counts or rules change, or nothing does', async () => {
    await create('resized');
    await complete('resized');
    const before = await ids('resized');
    await update('resized', { desiredCount: 5 });
    await update('resized', { deploymentConfiguration: { maximumPercent: 150, minimumHealthyPercent: 50 } });
    await update('resized', { taskDefinition: first, enableExecuteCommand: true });
    expect(await ids('resized')).toEqual(before);
    expect(await deployments('resized')).toEqual([['PRIMARY', 'COMPLETED', 'first', '2 of 5']]);
  });

  it.each<[string, () => Partial<UpdateServiceCommandInput>]>([
    [
      'the network',
      () => ({ networkConfiguration: { awsvpcConfiguration: { subnets: [network.subnets[0]] } } }),
    ],
    ['the platform version', () => ({ platformVersion: '1.4.0' })],
    ['nothing, by force', () => ({ forceNewDeployment: true })],
  ])('is followed by another with a change of %s', async (what, change) => {
    const name = `change-${what.replaceAll(/\W+/g, '-')}`;
    await create(name);
    const [before] = await ids(name);
    await update(name, change());
    const now = await ids(name);
    expect(now).toHaveLength(2);
    expect(now[1]).toBe(before);
  });

  it('that failed gives way to the last one that was complete, which keeps its tasks', async () => {
    await create('failing');
    await complete('failing');
    const [good = ''] = await ids('failing');
    await update('failing', { taskDefinition: second });
    const [failed = ''] = await ids('failing');
    const reason = 'ECS deployment circuit breaker: tasks failed to start.';
    expect(await aws.emulator.control.rollback(arnOf('failing'), reason)).toBe(good);
    expect(await deployments('failing')).toEqual([
      ['PRIMARY', 'IN_PROGRESS', 'first', '2 of 2'],
      ['ACTIVE', 'FAILED', 'second', '0 of 0'],
    ]);
    expect(await ids('failing')).toEqual([good, failed]);
    const now = await service('failing');
    expect(now).toMatchObject({ taskDefinition: first });
    expect(now.deployments?.map(({ rolloutStateReason }) => rolloutStateReason)).toEqual([
      `ECS deployment circuit breaker: rolling back to deploymentId ${good}.`,
      reason,
    ]);
    await complete('failing');
    expect(await deployments('failing')).toEqual([['PRIMARY', 'COMPLETED', 'first', '2 of 2']]);
    expect(await ids('failing')).toEqual([good]);
  });

  it('that failed while another was under way gives way to the last one that was complete, not to that', async () => {
    await create('twice');
    await complete('twice');
    const [good = ''] = await ids('twice');
    await update('twice', { taskDefinition: second });
    await update('twice', { platformVersion: '1.4.0' });
    expect(await aws.emulator.control.rollback(arnOf('twice'), 'tasks failed to start')).toBe(good);
    expect((await deployments('twice')).map(([status, state]) => `${status} ${state}`)).toEqual([
      'PRIMARY IN_PROGRESS',
      'ACTIVE FAILED',
      'ACTIVE IN_PROGRESS',
    ]);
    expect(await service('twice')).toMatchObject({ taskDefinition: first, platformVersion: 'LATEST' });
  });

  it('that is followed by the version before, by hand, is followed by a new one', async () => {
    await create('back');
    await complete('back');
    const [good = ''] = await ids('back');
    await update('back', { taskDefinition: second });
    await update('back', { taskDefinition: first });
    const [newest, , oldest] = await ids('back');
    expect(newest).not.toBe(good);
    expect(oldest).toBe(good);
    expect((await deployments('back'))[0]).toEqual(['PRIMARY', 'IN_PROGRESS', 'first', '0 of 2']);
  });

  it('that was gone back to and fails as well starts no more tasks, and is the end of the way back', async () => {
    await create('sinking');
    await complete('sinking');
    const since = new Date();
    await update('sinking', { taskDefinition: second });
    await aws.emulator.control.rollback(arnOf('sinking'), 'tasks failed to start');
    expect(await aws.emulator.control.rollback(arnOf('sinking'), 'tasks failed to start')).toBeNull();
    expect((await deployments('sinking')).map(([status, state]) => `${status} ${state}`)).toEqual([
      'PRIMARY FAILED',
      'ACTIVE FAILED',
    ]);
    const query = { cluster: 'main', service: 'sinking', createdAt: { after: since } };
    const { serviceDeployments } = await aws.ecs.send(new ListServiceDeploymentsCommand(query));
    expect(serviceDeployments?.map(({ status }) => status)).toEqual(['ROLLBACK_FAILED']);
  });

  it('that failed first has nothing to go back to', async () => {
    await create('stillborn');
    expect(await aws.emulator.control.rollback(arnOf('stillborn'), 'tasks failed to start')).toBeNull();
    expect(await deployments('stillborn')).toEqual([['PRIMARY', 'FAILED', 'first', '0 of 2']]);
  });

  it('tells in the end how it went', async () => {
    await create('history');
    await complete('history');
    const since = new Date();
    await update('history', { taskDefinition: second });
    const listed = async () => {
      const query = { cluster: 'main', service: 'history' };
      const all = await aws.ecs.send(new ListServiceDeploymentsCommand(query));
      const recent = await aws.ecs.send(
        new ListServiceDeploymentsCommand({ ...query, createdAt: { after: since } }),
      );
      expect(recent.serviceDeployments).toHaveLength(1);
      return all.serviceDeployments?.map(({ status }) => status);
    };
    expect(await listed()).toEqual(['IN_PROGRESS', 'SUCCESSFUL']);
    await aws.emulator.control.rollback(arnOf('history'), 'tasks failed to start');
    expect(await listed()).toEqual(['ROLLBACK_IN_PROGRESS', 'SUCCESSFUL']);
    await complete('history');
    expect(await listed()).toEqual(['ROLLBACK_SUCCESSFUL', 'SUCCESSFUL']);
    const { serviceDeployments = [] } = await aws.ecs.send(
      new ListServiceDeploymentsCommand({ cluster: 'main', service: 'history' }),
    );
    const arns = serviceDeployments.map(({ serviceDeploymentArn }) => serviceDeploymentArn ?? '');
    const full = await aws.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: arns }));
    const [rolledBack, source] = full.serviceDeployments ?? [];
    expect(rolledBack).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      // No revision is made for the way back.
      rollback: {
        reason: 'tasks failed to start',
        serviceRevisionArn: source?.targetServiceRevision?.arn,
      },
      deploymentCircuitBreaker: { status: 'TRIGGERED' },
    });
    expect(source?.deploymentCircuitBreaker?.status).toBe('MONITORING_COMPLETE');
    // Another way back to the same says nothing new of those before.
    await update('history', { taskDefinition: second });
    await aws.emulator.control.rollback(arnOf('history'), 'tasks failed to start');
    expect(
      (
        await aws.ecs.send(new ListServiceDeploymentsCommand({ cluster: 'main', service: 'history' }))
      ).serviceDeployments?.map(({ status }) => status),
    ).toEqual(['ROLLBACK_IN_PROGRESS', 'ROLLBACK_SUCCESSFUL', 'SUCCESSFUL']);
  });
});

describe('tasks', () => {
  const task = (id: string, deploymentId: string, more: Partial<TaskReport> = {}): TaskReport => ({
    taskArn: `arn:aws:ecs:eu-central-1:123456789012:task/main/${id}`,
    taskDefinitionArn: first,
    deploymentId,
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    healthStatus: 'HEALTHY',
    privateIpv4Address: '127.20.0.5',
    availabilityZone: 'eu-central-1a',
    subnetId: network.subnets[0],
    startedAt: '2026-01-01T00:00:00Z',
    stoppedReason: null,
    stopCode: null,
    containers: [],
    ...more,
  });

  const list = async (more: { serviceName?: string; desiredStatus?: 'STOPPED'; family?: string } = {}) =>
    (await aws.ecs.send(new ListTasksCommand({ cluster: 'main', ...more }))).taskArns?.map((arn) =>
      arn.split('/').at(-1),
    );

  it('are those that were told, with their addresses', async () => {
    await create('tasks');
    const [id = ''] = await ids('tasks');
    const stopped: Partial<TaskReport> = {
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stoppedReason: 'unhealthy',
      stopCode: 'ServiceSchedulerInitiated',
      containers: [{ name: 'app', lastStatus: 'STOPPED', healthStatus: 'UNHEALTHY', exitCode: 137 }],
    };
    await tell('tasks', [report(id, 1)], [task('a', id), task('b', id, stopped)]);
    expect(await list({ serviceName: 'tasks' })).toEqual(['a']);
    expect(await list({ serviceName: 'tasks', desiredStatus: 'STOPPED' })).toEqual(['b']);
    expect(await list({ serviceName: 'other' })).toEqual([]);
    expect(await list({ family: 'orders' })).toEqual(['a']);
    expect(await list({ family: 'other' })).toEqual([]);
    const { tasks, failures } = await aws.ecs.send(
      new DescribeTasksCommand({ cluster: 'main', tasks: ['a', 'b', 'c'] }),
    );
    expect(failures).toEqual([{ arn: 'c', reason: 'MISSING' }]);
    expect(tasks?.[0]).toMatchObject({
      taskDefinitionArn: first,
      group: 'service:tasks',
      startedBy: id,
      lastStatus: 'RUNNING',
      healthStatus: 'HEALTHY',
      launchType: 'FARGATE',
      cpu: '256',
      memory: '512',
      availabilityZone: 'eu-central-1a',
      startedAt: new Date('2026-01-01T00:00:00Z'),
      attachments: [
        {
          type: 'ElasticNetworkInterface',
          status: 'ATTACHED',
          details: [
            { name: 'subnetId', value: network.subnets[0] },
            { name: 'privateIPv4Address', value: '127.20.0.5' },
          ],
        },
      ],
      // Nobody said anything of it.
      containers: [{ name: 'app', image: 'orders:1', lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' }],
    });
    expect(tasks?.[0]?.containers?.[0]?.exitCode).toBeUndefined();
    expect(tasks?.[1]).toMatchObject({
      ...{ lastStatus: 'STOPPED', stoppedReason: 'unhealthy', stopCode: 'ServiceSchedulerInitiated' },
      containers: [{ name: 'app', lastStatus: 'STOPPED', healthStatus: 'UNHEALTHY', exitCode: 137 }],
    });
  });

  it('that are to be stopped say so until they are no longer told', async () => {
    await create('stopping');
    const [id = ''] = await ids('stopping');
    await tell('stopping', [report(id, 1)], [task('s', id)]);
    await aws.ecs.send(new StopTaskCommand({ cluster: 'main', task: 's', reason: 'by hand' }));
    expect(await list({ serviceName: 'stopping' })).toEqual([]);
    const { tasks } = await aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: ['s'] }));
    expect(tasks?.[0]).toMatchObject({
      lastStatus: 'RUNNING',
      desiredStatus: 'STOPPED',
      stoppedReason: 'by hand',
    });
    const unknown = aws.ecs.send(new StopTaskCommand({ cluster: 'main', task: 'none' }));
    await expect(unknown).rejects.toThrow('The referenced task was not found.');
  });

  it('keep a deleted service draining until the last one has stopped', async () => {
    await create('draining');
    const [id = ''] = await ids('draining');
    await tell('draining', [report(id, 1)], [task('d', id)]);
    await aws.ecs.send(new DeleteServiceCommand({ cluster: 'main', service: 'draining', force: true }));
    expect(await service('draining')).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
    await tell(
      'draining',
      [report(id, 0)],
      [task('d', id, { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' })],
    );
    expect(await service('draining')).toMatchObject({ status: 'INACTIVE', runningCount: 0 });
  });
});
