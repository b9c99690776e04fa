import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import {
  attribute,
  Cloud,
  elements,
  filter,
  group,
  type ResourceText,
  ref,
  template,
} from './cloudformation-kit';
import { jsonCall } from './emulator-kit';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.start();
});
afterAll(() => cloud.stop());

const queue = (properties: object = {}): ResourceText => ({
  Type: 'AWS::SQS::Queue',
  Properties: { ...properties },
});

it("types that do nothing are listed as inert until their stack is gone; moto's own models serve the others", async () => {
  const body = (seconds: number) =>
    template(
      {
        Budget: {
          Type: 'AWS::Budgets::Budget',
          Properties: { Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY' } },
        },
        Metadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'v2' } },
        Queue: queue({ QueueName: 'jobs', VisibilityTimeout: seconds }),
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            TableName: 'orders',
            BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          },
        },
        Group: group({ LogGroupName: attribute('Queue', 'QueueName') }),
      },
      { Outputs: { Queue: { Value: ref('Queue') }, Table: { Value: attribute('Table', 'Arn') } } },
    );
  expect(await cloud.deploy('mixed', body(30))).toBe('CREATE_COMPLETE');
  const inert = async () =>
    [...(await cloud.aws.emulator.control.inert())].sort((a, b) => (a.type < b.type ? -1 : 1));
  expect(await inert()).toEqual([
    { stack: 'mixed', logicalId: 'Budget', type: 'AWS::Budgets::Budget' },
    { stack: 'mixed', logicalId: 'Metadata', type: 'AWS::CDK::Metadata' },
  ]);
  expect(await cloud.groupNames('jobs')).toEqual(['jobs']);
  expect(await cloud.output('mixed', 'Queue')).toMatch(/\/123456789012\/jobs$/);
  expect(await cloud.output('mixed', 'Table')).toBe(
    'arn:aws:dynamodb:eu-central-1:123456789012:table/orders',
  );
  const timeout = async () =>
    elements(
      await cloud.query('sqs', '2012-11-05', {
        Action: 'GetQueueAttributes',
        QueueUrl: (await cloud.output('mixed', 'Queue')) ?? '',
        'AttributeName.1': 'VisibilityTimeout',
      }),
      'Value',
    );
  expect(await timeout()).toEqual(['30']);
  expect(await cloud.deploy('mixed', body(60))).toBe('UPDATE_COMPLETE');
  expect(await timeout()).toEqual(['60']);
  expect(await cloud.output('mixed', 'Queue')).toMatch(/\/123456789012\/jobs$/);
  expect(await cloud.remove('mixed')).toBe('DELETE_COMPLETE');
  expect(await inert()).toEqual([]);
  const tables = await jsonCall(cloud.aws.emulator.access, 'dynamodb', 'DynamoDB_20120810.ListTables', {});
  expect(tables.answer).toEqual({ TableNames: [] });
  const queues = await cloud.query('sqs', '2012-11-05', { Action: 'ListQueues' });
  expect(elements(queues, 'QueueUrl')).toEqual([]);
  const { StackSummaries } = await cloud.cloudFormation.send(
    new ListStacksCommand({ StackStatusFilter: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] }),
  );
  expect(StackSummaries ?? []).toEqual([]);
});

it('what the policies say is kept', async () => {
  const keep = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  const body = (suffix: string) =>
    template({
      Kept: group({ LogGroupName: `/kept/${suffix}` }, keep),
      Gone: group({ LogGroupName: `/gone/${suffix}` }, { DeletionPolicy: 'Retain' }),
    });
  await cloud.deploy('policies', body('a'));
  await cloud.deploy('policies', body('b'));
  expect(await cloud.groupNames('/kept/')).toEqual(['/kept/a', '/kept/b']);
  expect(await cloud.groupNames('/gone/')).toEqual(['/gone/b']);
  await cloud.deploy('policies', template({ Other: group() }));
  expect(await cloud.groupNames('/gone/')).toEqual(['/gone/b']);
  expect((await cloud.events('policies')).filter((event) => event.endsWith('SKIPPED')).sort()).toEqual([
    'Gone DELETE_SKIPPED',
    'Kept DELETE_SKIPPED',
    'Kept DELETE_SKIPPED',
  ]);
  const failing = (policy: string) =>
    template({
      First: group({ LogGroupName: `/policy/${policy}` }, { DeletionPolicy: policy }),
      Bad: filter('none', { DependsOn: 'First' }),
    });
  for (const policy of ['Retain', 'RetainExceptOnCreate', 'Delete']) {
    expect(await cloud.deploy(policy, failing(policy))).toBe('ROLLBACK_COMPLETE');
  }
  expect(await cloud.groupNames('/policy/')).toEqual(['/policy/Retain']);
});

it('an update that fails half-way is undone whole', async () => {
  const rule = (port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp: '10.0.0.0/8' });
  const body = (...SecurityGroupIngress: object[]) =>
    template(
      {
        Group: {
          Type: 'AWS::EC2::SecurityGroup',
          Properties: { GroupDescription: 'half', SecurityGroupIngress },
        },
      },
      { Outputs: { Id: { Value: attribute('Group', 'GroupId') } } },
    );
  await cloud.deploy('half', body(rule(80), rule(81)));
  const ports = async () => {
    const GroupIds = [(await cloud.output('half', 'Id')) ?? ''];
    const { SecurityGroups } = await cloud.aws.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
    return SecurityGroups?.[0]?.IpPermissions?.map(({ FromPort }) => FromPort).sort();
  };
  const { CidrIp: _, ...fromNowhere } = rule(83);
  expect(await cloud.deploy('half', body(rule(81), rule(82), fromNowhere))).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await cloud.reason('half', 'Group', 'UPDATE_FAILED')).toBe(
    'A rule of a security group needs CidrIp, CidrIpv6 or the id of another group.',
  );
  expect(await ports()).toEqual([80, 81]);
  expect((await cloud.changeSet('half', body(rule(80), rule(81)))).Status).toBe('FAILED');
});
