import { DeleteStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeServicesCommand,
  ListServicesCommand,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import {
  attribute,
  Cloud,
  filter,
  group,
  insert,
  type ResourceText,
  ref,
  serviceArn,
  template,
  until,
} from './cloudformation-kit';
import { createCluster, createNetwork, type Network } from './emulator-kit';

let cloud: Cloud;
let network: Network;
beforeAll(async () => {
  cloud = await Cloud.start();
  network = await createNetwork(cloud.aws);
  await createCluster(cloud.aws);
});
afterAll(() => cloud.stop());

/** Which of the names come before which, in the events. */
function expectOrder(events: readonly string[], ...chain: readonly string[]): void {
  const places = chain.map((event) => events.indexOf(event));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
}

describe('the order of a deploy', () => {
  const resources = {
    Late: group({ LogGroupName: '/order/late' }, { DependsOn: ['BySub'] }),
    BySub: group({ LogGroupName: { 'Fn::Sub': `/order/${insert('ByAttribute')}-sub` } }),
    ByAttribute: group({
      LogGroupName: { 'Fn::Join': ['', ['/order/', { 'Fn::Select': [6, arnParts('First')] }]] },
    }),
    First: group({ LogGroupName: 'first' }),
    Filter: filter(ref('First')),
  };

  function arnParts(name: string) {
    return { 'Fn::Split': [':', attribute(name, 'Arn')] };
  }

  it('makes a resource after all that it refers to, and removes it before them', async () => {
    expect(await cloud.deploy('order', template(resources))).toBe('CREATE_COMPLETE');
    const created = await cloud.events('order');
    expectOrder(
      created,
      'order REVIEW_IN_PROGRESS',
      'order CREATE_IN_PROGRESS',
      'First CREATE_IN_PROGRESS',
      'First CREATE_COMPLETE',
      'ByAttribute CREATE_IN_PROGRESS',
      'ByAttribute CREATE_COMPLETE',
      'BySub CREATE_IN_PROGRESS',
      'BySub CREATE_COMPLETE',
      'Late CREATE_IN_PROGRESS',
      'Late CREATE_COMPLETE',
      'order CREATE_COMPLETE',
    );
    expectOrder(created, 'First CREATE_COMPLETE', 'Filter CREATE_IN_PROGRESS', 'Filter CREATE_COMPLETE');
    expect(created).toHaveLength(2 * 5 + 3);
    expect(await cloud.groupNames('/order/')).toEqual([
      '/order//order/first-sub',
      '/order/first',
      '/order/late',
    ]);
    const { StackId } = (await cloud.stack('order')) ?? {};
    expect(await cloud.remove('order')).toBe('DELETE_COMPLETE');
    const events = (await cloud.events(StackId ?? '')).slice(created.length);
    expectOrder(
      events,
      'order DELETE_IN_PROGRESS',
      'Late DELETE_COMPLETE',
      'BySub DELETE_IN_PROGRESS',
      'BySub DELETE_COMPLETE',
      'ByAttribute DELETE_IN_PROGRESS',
      'ByAttribute DELETE_COMPLETE',
      'First DELETE_IN_PROGRESS',
      'First DELETE_COMPLETE',
      'order DELETE_COMPLETE',
    );
    expectOrder(events, 'Filter DELETE_COMPLETE', 'First DELETE_IN_PROGRESS');
    expect(events).toHaveLength(2 * 5 + 2);
    expect(await cloud.groupNames('/order/')).toEqual([]);
  });

  it('removes after every creation and update', async () => {
    await cloud.deploy(
      'last',
      template({ Old: group(), Older: group({}, { DependsOn: 'Old' }), Kept: group() }),
    );
    const before = (await cloud.events('last')).length;
    const next = template({ New: group(), Kept: group({ RetentionInDays: 7 }) });
    expect(await cloud.deploy('last', next)).toBe('UPDATE_COMPLETE');
    const events = (await cloud.events('last')).slice(before);
    const cleanup = 'last UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
    expectOrder(events, 'New CREATE_COMPLETE', cleanup, 'Older DELETE_IN_PROGRESS', 'Older DELETE_COMPLETE');
    expectOrder(events, 'Kept UPDATE_COMPLETE', cleanup);
    expectOrder(
      events,
      'Older DELETE_COMPLETE',
      'Old DELETE_IN_PROGRESS',
      'Old DELETE_COMPLETE',
      'last UPDATE_COMPLETE',
    );
    expect(events).toHaveLength(11);
  });
});

const definition = (image: string): ResourceText => ({
  Type: 'AWS::ECS::TaskDefinition',
  Properties: {
    Family: 'web',
    Cpu: '256',
    Memory: '512',
    NetworkMode: 'awsvpc',
    RequiresCompatibilities: ['FARGATE'],
    ContainerDefinitions: [{ Name: 'app', Image: image }],
  },
});

const service = (name: string, more: object = {}, attributes: object = {}): ResourceText => ({
  Type: 'AWS::ECS::Service',
  Properties: {
    ServiceName: name,
    Cluster: 'main',
    LaunchType: 'FARGATE',
    TaskDefinition: ref('Definition'),
    DesiredCount: 1,
    DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
    NetworkConfiguration: { AwsvpcConfiguration: { Subnets: network.subnets } },
    ...more,
  },
  ...attributes,
});

const described = async (name: string) =>
  (await cloud.aws.ecs.send(new DescribeServicesCommand({ cluster: 'main', services: [name] })))
    .services?.[0];

describe('a service', () => {
  const web = (image: string, more: object = {}) =>
    template({
      Definition: definition(image),
      Service: service('web', more),
      After: group(
        { LogGroupName: '/after/web', RetentionInDays: image === 'web:1' ? 1 : 3 },
        { DependsOn: 'Service' },
      ),
    });

  it('is made when its deployment is complete with all tasks; others wait, calls are answered', async () => {
    await cloud.begin('web', web('web:1', { DesiredCount: 2 }));
    const { id = '' } = await cloud.primary('web');
    const tell = (rolloutState: 'COMPLETED' | 'IN_PROGRESS', runningCount: number) =>
      cloud.aws.emulator.control.putServices({
        [serviceArn('web')]: {
          deployments: [
            { id, runningCount, pendingCount: 0, failedTasks: 0, rolloutState, rolloutStateReason: '' },
          ],
          tasks: [],
          events: [],
        },
      });
    await tell('IN_PROGRESS', 2);
    const started = performance.now();
    for (let calls = 0; calls < 20; calls++) await cloud.stack('web');
    expect(performance.now() - started).toBeLessThan(3000);
    await tell('COMPLETED', 1);
    // Longer than the engine's poll.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await cloud.groupNames('/after/web')).toEqual([]);
    expect((await cloud.stack('web'))?.StackStatus).toBe('CREATE_IN_PROGRESS');
    expect((await cloud.events('web')).filter((event) => event.startsWith('Service'))).toEqual([
      'Service CREATE_IN_PROGRESS',
    ]);
    await tell('COMPLETED', 2);
    expect(await cloud.settled('web')).toBe('CREATE_COMPLETE');
    expectOrder(await cloud.events('web'), 'Service CREATE_COMPLETE', 'After CREATE_IN_PROGRESS');
    expect(await cloud.groupNames('/after/web')).toEqual(['/after/web']);
  });

  it('whose deployment fails takes the stack back to the task definition before', async () => {
    const before = (await described('web'))?.taskDefinition ?? '';
    const seen = (await cloud.events('web')).length;
    await cloud.begin('web', web('web:2', { DesiredCount: 2 }));
    await cloud.primary('web', /web:2$/);
    await cloud.aws.emulator.control.rollback(serviceArn('web'), 'tasks failed to start');
    const reason = await until('the failure', () => cloud.reason('web', 'Service', 'UPDATE_FAILED'));
    expect(reason).toBe('ECS Deployment Circuit Breaker was triggered. tasks failed to start');
    await cloud.complete('web', 2, /web:1$/);
    expect(await cloud.settled('web')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await described('web'))?.taskDefinition).toBe(before);
    expect(await cloud.reason('web', 'web', 'UPDATE_ROLLBACK_IN_PROGRESS')).toBe(
      'The following resource(s) failed to update: [Service].',
    );
    const events = (await cloud.events('web')).slice(seen);
    expect(events.filter((event) => event.startsWith('After'))).toEqual([]);
    expectOrder(
      events,
      'Definition UPDATE_COMPLETE',
      'Service UPDATE_FAILED',
      'web UPDATE_ROLLBACK_IN_PROGRESS',
      'Service UPDATE_COMPLETE',
      'web UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'Definition DELETE_COMPLETE',
      'web UPDATE_ROLLBACK_COMPLETE',
    );
    const { taskDefinitionArns } = await cloud.aws.ecs.send(
      new ListTaskDefinitionsCommand({ familyPrefix: 'web' }),
    );
    expect(taskDefinitionArns).toEqual([before]);
  });

  it('is updated after that, and its old task definition goes last', async () => {
    const seen = (await cloud.events('web')).length;
    await cloud.begin('web', web('web:3', { DesiredCount: 2 }));
    await cloud.complete('web', 2, /web:3$/);
    expect(await cloud.settled('web')).toBe('UPDATE_COMPLETE');
    const { taskDefinitionArns } = await cloud.aws.ecs.send(
      new ListTaskDefinitionsCommand({ familyPrefix: 'web' }),
    );
    expect(taskDefinitionArns?.map((arn) => arn.split('/').at(-1))).toEqual(['web:3']);
    expectOrder(
      (await cloud.events('web')).slice(seen),
      'Definition UPDATE_COMPLETE',
      'Service UPDATE_COMPLETE',
      'After UPDATE_COMPLETE',
      'web UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Definition DELETE_COMPLETE',
      'web UPDATE_COMPLETE',
    );
  });

  it('that waits is cancelled when another resource fails; nothing is left behind', async () => {
    const body = template({
      Definition: definition('web:9'),
      Waiting: service('waiting'),
      Failing: service('failing'),
      Group: group({ LogGroupName: '/left/behind' }),
    });
    await cloud.begin('cancelled', body);
    await Promise.all(['waiting', 'failing'].map((name) => cloud.primary(name)));
    await cloud.aws.emulator.control.rollback(serviceArn('failing'), 'tasks failed to start');
    expect(await cloud.settled('cancelled')).toBe('ROLLBACK_COMPLETE');
    expect(await cloud.reason('cancelled', 'Waiting', 'CREATE_FAILED')).toBe(
      'Cancelled, for another resource has failed.',
    );
    expect(await cloud.reason('cancelled', 'cancelled', 'ROLLBACK_IN_PROGRESS')).toBe(
      'The following resource(s) failed to create: [Failing, Waiting].',
    );
    const { serviceArns } = await cloud.aws.ecs.send(new ListServicesCommand({ cluster: 'main' }));
    expect(serviceArns).toEqual([serviceArn('web')]);
    expect(await cloud.groupNames('/left/behind')).toEqual([]);
    expect(
      (await cloud.events('cancelled')).filter((event) => event.endsWith('DELETE_COMPLETE')).sort(),
    ).toEqual(['Definition', 'Failing', 'Group', 'Waiting'].map((name) => `${name} DELETE_COMPLETE`));
  });

  it('makes its stack busy: it is neither updated nor deleted meanwhile', async () => {
    const body = (name: string) => template({ Definition: definition('web:8'), Busy: service(name) });
    await cloud.begin('busy', body('busy'));
    await cloud.primary('busy');
    const { StackId } = (await cloud.stack('busy')) ?? {};
    await expect(cloud.changeSet('busy', body('other'))).rejects.toThrow(
      `Stack:${StackId} is in CREATE_IN_PROGRESS state and can not be updated.`,
    );
    const deleting = cloud.cloudFormation.send(new DeleteStackCommand({ StackName: 'busy' }));
    await expect(deleting).rejects.toThrow(
      `Stack:${StackId} is in CREATE_IN_PROGRESS state and can not be deleted.`,
    );
    await cloud.complete('busy');
    expect(await cloud.settled('busy')).toBe('CREATE_COMPLETE');
    expect(await cloud.remove('busy')).toBe('DELETE_COMPLETE');
    await expect(cloud.cloudFormation.send(new DescribeStacksCommand({ StackName: 'busy' }))).rejects.toThrow(
      'Stack with id busy does not exist',
    );
  });
});
