/** Stacks that a deploy has left in a state which takes no deploy, and replacements that CloudFormation refuses. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeMetricFiltersCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { makeDeployable } from '../../stacks/aws-cdk/cloudformation';
import { Cloud, filter, type ResourceText, serviceArn, template } from './cloudformation-kit';
import { createCluster, createNetwork, type Network, registerTask } from './emulator-kit';

jest.setTimeout(60_000);

let cloud: Cloud;
let network: Network;
let TaskDefinition: string;

beforeAll(async () => {
  cloud = await Cloud.start();
  network = await createNetwork(cloud.aws);
  await createCluster(cloud.aws);
  TaskDefinition = await registerTask(cloud.aws);
});
afterAll(() => cloud.stop());

const service = (ServiceName: string, more: object = {}): ResourceText => ({
  Type: 'AWS::ECS::Service',
  Properties: {
    ...{ ServiceName, Cluster: 'main', TaskDefinition, LaunchType: 'FARGATE' },
    NetworkConfiguration: { AwsvpcConfiguration: { Subnets: network.subnets } },
  },
  ...more,
});

const repaired = () => makeDeployable(cloud.cloudFormation, 'back', () => {});

async function patterns(logGroupName: string): Promise<(string | undefined)[]> {
  const { metricFilters } = await cloud.logs.send(new DescribeMetricFiltersCommand({ logGroupName }));
  return (metricFilters ?? []).map(({ filterPattern }) => filterPattern);
}

describe('a way back that fails', () => {
  const counting = (FilterPattern: string): ResourceText => {
    const { Type, Properties } = filter('/repair/others');
    return { Type, Properties: { ...Properties, FilterPattern } };
  };

  it('takes no deploy, and goes on when what was in its way has gone', async () => {
    const logGroupName = '/repair/others';
    await cloud.logs.send(new CreateLogGroupCommand({ logGroupName }));
    expect(await cloud.deploy('back', template({ Filter: counting('before') }))).toBe('CREATE_COMPLETE');
    expect(await repaired()).toEqual([]);

    await cloud.begin(
      'back',
      template({ Filter: counting('after'), Service: service('fails', { DependsOn: 'Filter' }) }),
    );
    await cloud.primary('fails');
    await cloud.logs.send(new DeleteLogGroupCommand({ logGroupName }));
    await cloud.aws.emulator.control.rollback(serviceArn('fails'), 'tasks failed to start');
    expect(await cloud.settled('back')).toBe('UPDATE_ROLLBACK_FAILED');
    await expect(cloud.changeSet('back', template({ Filter: counting('again') }))).rejects.toThrow(
      'is in UPDATE_ROLLBACK_FAILED state and can not be updated',
    );

    await expect(repaired()).rejects.toThrow(
      /^CloudFormation cannot bring the stack back back: it is UPDATE_ROLLBACK_FAILED\.\n {2}AWS::Logs::MetricFilter Filter: .*ResourceNotFound/,
    );

    await cloud.logs.send(new CreateLogGroupCommand({ logGroupName }));
    expect(await repaired()).toEqual(['back: UPDATE_ROLLBACK_FAILED']);
    expect(await patterns(logGroupName)).toEqual(['before']);
    expect(Object.keys(await cloud.physicalIds('back'))).toEqual(['Filter']);
    expect(await cloud.deploy('back', template({ Filter: counting('again') }))).toBe('UPDATE_COMPLETE');
    expect(await patterns(logGroupName)).toEqual(['again']);
  });
});

it('a deploy that goes on without its command is waited for', async () => {
  await cloud.begin('slow', template({ Service: service('slow') }));
  await cloud.primary('slow');
  const said: string[] = [];
  const waiting = makeDeployable(cloud.cloudFormation, 'slow', (text) => said.push(text));
  expect(await Promise.race([waiting, delay(1500, 'waits')])).toBe('waits');
  await cloud.complete('slow');
  expect(await waiting).toEqual([]);
  expect(said[0]).toBe('waiting for the deploy before: CREATE_IN_PROGRESS');
  expect(await cloud.settled('slow')).toBe('CREATE_COMPLETE');
});

describe('a resource with a name of its own', () => {
  const named = (GroupName: string | undefined, GroupDescription: string): string =>
    template({
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { ...(GroupName && { GroupName }), GroupDescription, VpcId: network.vpc },
      },
    });

  it('is not replaced under the same name, and is under another', async () => {
    expect(await cloud.deploy('named', named('one', 'first'))).toBe('CREATE_COMPLETE');
    expect(await cloud.deploy('named', named('one', 'second'))).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await cloud.reason('named', 'Group', 'UPDATE_FAILED')).toBe(
      'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename one and update the stack again.',
    );
    expect(await cloud.deploy('named', named('two', 'second'))).toBe('UPDATE_COMPLETE');
  });

  it('may be replaced when CloudFormation made up the name', async () => {
    expect(await cloud.deploy('unnamed', named(undefined, 'first'))).toBe('CREATE_COMPLETE');
    expect(await cloud.deploy('unnamed', named(undefined, 'second'))).toBe('UPDATE_COMPLETE');
  });
});
