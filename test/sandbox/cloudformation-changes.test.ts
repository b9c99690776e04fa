import {
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  ListChangeSetsCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import {
  attribute,
  Cloud,
  filter,
  group,
  insert,
  type ResourceText,
  ref,
  template,
} from './cloudformation-kit';
import { createCluster } from './emulator-kit';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.start();
  await createCluster(cloud.aws);
});
afterAll(() => cloud.stop());

/** `Action LogicalId Replacement` of each change. */
const told = ({ Changes = [] }: DescribeChangeSetCommandOutput) =>
  Changes.map(({ ResourceChange: { Action, LogicalResourceId, Replacement = '-' } = {} }) =>
    [Action, LogicalResourceId, Replacement].join(' '),
  );

const detailsOf = ({ Changes = [] }: DescribeChangeSetCommandOutput, id: string) =>
  Changes.find(
    ({ ResourceChange }) => ResourceChange?.LogicalResourceId === id,
  )?.ResourceChange?.Details?.map(({ Target, ...detail }) => ({ ...detail, ...Target }));

const network = (block: string, more: object = {}): Record<string, ResourceText> => ({
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: `${block}.0.0/16`, ...more } },
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref('Vpc'), CidrBlock: `${block}.1.0/24` } },
  Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: ref('Vpc') } },
  Association: {
    Type: 'AWS::EC2::SubnetRouteTableAssociation',
    Properties: { SubnetId: ref('Subnet'), RouteTableId: ref('Table') },
  },
});

describe('a replacement', () => {
  it('makes the new one, points what depends on it at it, and removes the old one last', async () => {
    await cloud.deploy('net', template(network('10.1')));
    const vpcs = async () =>
      (await cloud.aws.ec2.send(new DescribeVpcsCommand({}))).Vpcs?.map(({ CidrBlock }) => CidrBlock).filter(
        (block) => block?.startsWith('10.'),
      );
    const changeSet = await cloud.changeSet('net', template(network('10.2')));
    expect(told(changeSet)).toEqual([
      'Modify Vpc True',
      'Modify Subnet True',
      'Modify Table Conditional',
      'Modify Association Conditional',
    ]);
    expect(await vpcs()).toEqual(['10.1.0.0/16']);
    const seen = (await cloud.events('net')).length;
    expect(await cloud.deploy('net', template(network('10.2')))).toBe('UPDATE_COMPLETE');
    const events = (await cloud.events('net')).slice(seen).filter((event) => !event.endsWith('IN_PROGRESS'));
    const updated = events.slice(0, 4);
    expect(updated[0]).toBe('Vpc UPDATE_COMPLETE');
    expect(updated[3]).toBe('Association UPDATE_COMPLETE');
    const removed = events.slice(4, 8);
    expect(removed[0]).toBe('Association DELETE_COMPLETE');
    expect(removed[3]).toBe('Vpc DELETE_COMPLETE');
    expect(events.slice(8)).toEqual(['net UPDATE_COMPLETE']);
    expect(await vpcs()).toEqual(['10.2.0.0/16']);
    const { Subnets = [] } = await cloud.aws.ec2.send(
      new DescribeSubnetsCommand({
        Filters: [{ Name: 'cidr-block', Values: ['10.1.1.0/24', '10.2.1.0/24'] }],
      }),
    );
    expect(Subnets.map(({ CidrBlock }) => CidrBlock)).toEqual(['10.2.1.0/24']);
    const ids = await cloud.physicalIds('net');
    expect(Object.keys(ids).sort()).toEqual(['Association', 'Subnet', 'Table', 'Vpc']);
    expect(ids.Subnet).toBe(Subnets[0]?.SubnetId);
  });

  it('is taken back when a later resource fails: the old ones serve on, the new ones go', async () => {
    const broken = template({
      ...network('10.3'),
      Bad: filter('none', { DependsOn: 'Association' }),
    });
    const before = await cloud.physicalIds('net');
    expect(await cloud.deploy('net', broken)).toBe('UPDATE_ROLLBACK_COMPLETE');
    const after = await cloud.physicalIds('net');
    expect(after).toEqual(before);
    const { Vpcs = [] } = await cloud.aws.ec2.send(new DescribeVpcsCommand({}));
    expect(Vpcs.map(({ CidrBlock }) => CidrBlock).filter((block) => block?.startsWith('10.'))).toEqual([
      '10.2.0.0/16',
    ]);
    // The stack is what it was: nothing to do.
    expect((await cloud.changeSet('net', template(network('10.2')))).Status).toBe('FAILED');
    expect(await cloud.remove('net')).toBe('DELETE_COMPLETE');
  });
});

describe('a change set', () => {
  const definition = (image: string): ResourceText => ({
    Type: 'AWS::ECS::TaskDefinition',
    Properties: { Family: 'job', ContainerDefinitions: [{ Name: 'app', Image: image, Memory: 128 }] },
  });
  const body = (image: string, more: Record<string, ResourceText> = {}) =>
    template({
      Definition: definition(image),
      Service: {
        Type: 'AWS::ECS::Service',
        Properties: {
          ServiceName: 'job',
          Cluster: 'main',
          TaskDefinition: ref('Definition'),
          DesiredCount: 0,
        },
      },
      ...more,
    });

  it('says of a new task definition that the service is modified, not replaced', async () => {
    await cloud.begin('job', body('job:1', { Rest: group({}, { DeletionPolicy: 'Retain' }) }));
    await cloud.complete('job', 0);
    await cloud.settled('job');
    const changeSet = await cloud.changeSet('job', body('job:2', { New: group() }));
    expect(changeSet).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
    expect(told(changeSet).sort()).toEqual([
      'Add New -',
      'Modify Definition True',
      'Modify Service False',
      'Remove Rest -',
    ]);
    expect(detailsOf(changeSet, 'Definition')).toEqual([
      {
        Attribute: 'Properties',
        Name: 'ContainerDefinitions',
        Path: '/Properties/ContainerDefinitions',
        RequiresRecreation: 'Always',
        Evaluation: 'Static',
        ChangeSource: 'DirectModification',
      },
    ]);
    expect(detailsOf(changeSet, 'Service')).toEqual([
      {
        Attribute: 'Properties',
        Name: 'TaskDefinition',
        Path: '/Properties/TaskDefinition',
        RequiresRecreation: 'Never',
        Evaluation: 'Dynamic',
        ChangeSource: 'ResourceReference',
        CausingEntity: 'Definition',
      },
    ]);
    const modified = changeSet.Changes?.find(
      ({ ResourceChange }) => ResourceChange?.LogicalResourceId === 'Service',
    );
    expect(modified?.ResourceChange).toMatchObject({
      ResourceType: 'AWS::ECS::Service',
      PhysicalResourceId: 'arn:aws:ecs:eu-central-1:123456789012:service/main/job',
      Scope: ['Properties'],
    });
  });

  it('tells tags from properties, nested paths, what is conditional, and what an attribute causes', async () => {
    const first = {
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.5.0.0/16' } },
      Tagged: group({ Tags: [{ Key: 'a', Value: '1' }] }),
      Name: group({ LogGroupName: '/details/a' }),
      ByAttribute: group({
        LogGroupName: { 'Fn::Select': [6, { 'Fn::Split': [':', attribute('Name', 'Arn')] }] },
      }),
    };
    const names = {
      ...first,
      ByAttribute: group({ LogGroupName: { 'Fn::Sub': `${insert('Name.Arn')}-x` } }),
    };
    await cloud.deploy('details', template({ ...names, ByAttribute: group({ LogGroupName: '/details/x' }) }));
    const next = {
      Vpc: {
        Type: 'AWS::EC2::VPC',
        Properties: { CidrBlock: '10.5.0.0/16', EnableDnsSupport: false, InstanceTenancy: 'dedicated' },
      },
      Tagged: group({ Tags: [{ Key: 'a', Value: '2' }] }),
      Name: group({ LogGroupName: '/details/b' }),
      ByAttribute: names.ByAttribute,
    };
    const changeSet = await cloud.changeSet('details', template(next));
    expect(told(changeSet).sort()).toEqual([
      'Modify ByAttribute Conditional',
      'Modify Name True',
      'Modify Tagged False',
      'Modify Vpc Conditional',
    ]);
    expect(detailsOf(changeSet, 'Tagged')).toEqual([
      {
        Attribute: 'Tags',
        RequiresRecreation: 'Never',
        Evaluation: 'Static',
        ChangeSource: 'DirectModification',
      },
    ]);
    expect(
      detailsOf(changeSet, 'Vpc')?.map(({ Name, RequiresRecreation }) => [Name, RequiresRecreation]),
    ).toEqual([
      ['EnableDnsSupport', 'Never'],
      ['InstanceTenancy', 'Conditionally'],
    ]);
    expect(detailsOf(changeSet, 'ByAttribute')).toMatchObject([
      {
        RequiresRecreation: 'Always',
        Evaluation: 'Dynamic',
        ChangeSource: 'ResourceAttribute',
        CausingEntity: 'Name.Arn',
      },
    ]);
  });

  it('that changes nothing has failed with a reason, and is not executed', async () => {
    const same = template({ Group: group({ RetentionInDays: 7, LogGroupName: '/same' }) });
    await cloud.deploy('same', same);
    const changeSet = await cloud.changeSet('same', same);
    expect(changeSet).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
    expect(told(changeSet)).toEqual([]);
    const executing = cloud.execute(changeSet);
    await expect(executing).rejects.toMatchObject({
      name: 'InvalidChangeSetStatusException',
      message: `ChangeSet [${changeSet.ChangeSetId}] cannot be executed in its current status of [FAILED]`,
    });
    const update = cloud.cloudFormation.send(
      new UpdateStackCommand({ StackName: 'same', TemplateBody: same }),
    );
    await expect(update).rejects.toThrow('No updates are to be performed.');
    // No properties, no change: as CloudFormation has it.
    const reworded = template({
      Group: group({ LogGroupName: '/same', RetentionInDays: '7' }, { DeletionPolicy: 'Retain' }),
    });
    expect(told(await cloud.changeSet('same', reworded.replace('"7"', '7')))).toEqual([]);
  });

  it('is gone with the others when one is executed; twice is refused; older calls work too', async () => {
    const retention = (days: number) => template({ Group: group({ RetentionInDays: days }) });
    await cloud.deploy('sets', retention(1));
    const one = await cloud.changeSet('sets', retention(3));
    const other = await cloud.changeSet('sets', retention(5));
    await cloud.execute(one);
    expect(await cloud.settled('sets')).toBe('UPDATE_COMPLETE');
    const { Summaries } = await cloud.cloudFormation.send(new ListChangeSetsCommand({ StackName: 'sets' }));
    expect(Summaries?.map(({ ChangeSetId, ExecutionStatus }) => [ChangeSetId, ExecutionStatus])).toEqual([
      [one.ChangeSetId, 'EXECUTE_COMPLETE'],
    ]);
    const gone = cloud.cloudFormation.send(
      new DescribeChangeSetCommand({ ChangeSetName: other.ChangeSetId }),
    );
    await expect(gone).rejects.toMatchObject({ name: 'ChangeSetNotFoundException' });
    const again = cloud.execute(one);
    await expect(again).rejects.toThrow('cannot be executed in its current status');
    const sameName = new CreateChangeSetCommand({
      StackName: 'sets',
      ChangeSetName: one.ChangeSetName,
      TemplateBody: retention(7),
    });
    await expect(cloud.cloudFormation.send(sameName)).rejects.toMatchObject({
      name: 'AlreadyExistsException',
    });
    for (const days of [14, 30]) {
      await cloud.cloudFormation.send(
        new UpdateStackCommand({ StackName: 'sets', TemplateBody: retention(days) }),
      );
      expect(await cloud.settled('sets')).toBe('UPDATE_COMPLETE');
    }
  });

  it('of a stack that is deleted is not found by its name when another of both names is made', async () => {
    const make = async (name: string, days: number) => {
      const wish = { StackName: name, ChangeSetName: 'same', ChangeSetType: 'CREATE' } as const;
      const TemplateBody = template({ Group: group({ RetentionInDays: days }) });
      return await cloud.cloudFormation.send(new CreateChangeSetCommand({ ...wish, TemplateBody }));
    };
    const byName = { StackName: 'anew', ChangeSetName: 'same' };
    const { Id: first } = await make('anew', 1);
    await cloud.execute({ ChangeSetId: first });
    expect(await cloud.settled('anew')).toBe('CREATE_COMPLETE');
    await cloud.remove('anew');
    const { Id: second } = await make('anew', 3);
    const found = await cloud.cloudFormation.send(new DescribeChangeSetCommand(byName));
    expect(found).toMatchObject({ ChangeSetId: second, ExecutionStatus: 'AVAILABLE' });
    const gone = cloud.cloudFormation.send(new DescribeChangeSetCommand({ ChangeSetName: first }));
    await expect(gone).rejects.toMatchObject({ name: 'ChangeSetNotFoundException' });
  });
});
