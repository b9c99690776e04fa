import {
  DeleteStackCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { Cloud, group, insert, ref, template } from './cloudformation-kit';
import { jsonCall } from './emulator-kit';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.start();
});
afterAll(() => cloud.stop());

const given = (parameters: Record<string, string>) =>
  Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

const outputs = async (stack: string) =>
  Object.fromEntries(
    ((await cloud.stack(stack))?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );

it('every function of a template gives what CloudFormation gives', async () => {
  const cases: [unknown, string][] = [
    [ref('AWS::Region'), 'eu-central-1'],
    [ref('AWS::AccountId'), '123456789012'],
    [ref('AWS::StackName'), 'functions'],
    [
      { 'Fn::Sub': `${insert('AWS::Partition')}:${insert('Group')}:${insert('!Literal')}:${insert('X')}` },
      `aws:/f:${insert('Literal')}:y`,
    ],
    [{ 'Fn::Sub': [`a$$b ${insert('Own')}`, { Own: ref('Group') }] }, 'a$$b /f'],
    [{ 'Fn::GetAtt': 'Group.Arn' }, 'arn:aws:logs:eu-central-1:123456789012:log-group:/f:*'],
    [{ 'Fn::Join': ['-', ['a', true, 3, ref('AWS::NoValue')]] }, 'a-true-3'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::Select': [1, { 'Fn::GetAZs': '' }] }, 'eu-central-1b'],
    [
      { 'Fn::Join': [',', { 'Fn::GetAZs': ref('AWS::Region') }] },
      'eu-central-1a,eu-central-1b,eu-central-1c',
    ],
    [{ 'Fn::FindInMap': ['Sizes', ref('AWS::Region'), 'Size'] }, '7'],
    [{ 'Fn::FindInMap': ['Sizes', 'other', 'Size', { DefaultValue: '1' }] }, '1'],
    [{ 'Fn::Select': [2, { 'Fn::Cidr': ['10.0.0.0/16', 4, 8] }] }, '10.0.2.0/24'],
    [{ 'Fn::Base64': 'text' }, 'dGV4dA=='],
    [{ 'Fn::Length': ['a', 'b'] }, '2'],
    [{ 'Fn::ToJsonString': { Group: ref('Group') } }, '{"Group": "/f"}'],
    [{ 'Fn::If': ['IsHere', 'here', 'elsewhere'] }, 'here'],
    [{ 'Fn::If': ['IsSmall', 'small', ref('Size')] }, '5'],
  ];
  const body = template(
    {
      Group: group({
        LogGroupName: '/f',
        RetentionInDays: { 'Fn::If': ['IsSmall', 7, ref('AWS::NoValue')] },
      }),
    },
    {
      Parameters: { Size: { Type: 'Number', Default: 5 }, X: { Type: 'String', Default: 'y' } },
      Mappings: { Sizes: { 'eu-central-1': { Size: 7 } } },
      Conditions: {
        IsHere: { 'Fn::Equals': [ref('AWS::Region'), 'eu-central-1'] },
        IsFive: { 'Fn::Equals': [ref('Size'), 5] },
        IsSmall: { 'Fn::And': [{ Condition: 'IsHere' }, { 'Fn::Not': [{ Condition: 'IsFive' }] }] },
      },
      Outputs: Object.fromEntries(cases.map(([Value], index) => [`O${index}`, { Value }])),
    },
  );
  expect(await cloud.deploy('functions', body)).toBe('CREATE_COMPLETE');
  const found = await outputs('functions');
  expect(cases.map(([, expected], index) => [`O${index}`, expected])).toEqual(
    cases.map((_, index) => [`O${index}`, found[`O${index}`]]),
  );
  const { logGroups } = await cloud.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/f' }));
  expect(logGroups?.map(({ retentionInDays }) => retentionInDays)).toEqual([undefined]);
});

it('YAML with short forms; GetTemplate gives the very text', async () => {
  const text = `# a comment stays
Parameters: {Days: {Type: Number, Default: 7}}
Conditions: {Never: !Equals [a, b], Always: !Not [!Condition Never]}
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Condition: Always
    Properties:
      LogGroupName: !Join ['/', ['', yaml, !Ref 'AWS::Region']]
      RetentionInDays: !If [Always, !Ref Days, !Ref 'AWS::NoValue']
  Absent:
    Type: AWS::Logs::LogGroup
    Condition: Never
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.7.0.0/16, Tags: [{Key: arn, Value: !GetAtt Group.Arn}, !Ref 'AWS::NoValue']}
Outputs:
  Name: {Value: !Sub 'is \${Group}', Description: what it is}
  None: {Value: x, Condition: Never}
`;
  expect(await cloud.deploy('yaml', text)).toBe('CREATE_COMPLETE');
  expect(await cloud.groupNames('/yaml')).toEqual(['/yaml/eu-central-1']);
  expect((await cloud.stack('yaml'))?.Outputs).toEqual([
    { OutputKey: 'Name', OutputValue: 'is /yaml/eu-central-1', Description: 'what it is' },
  ]);
  const { Vpcs } = await cloud.aws.ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'cidr-block', Values: ['10.7.0.0/16'] }] }),
  );
  expect(Vpcs?.[0]?.Tags).toEqual([
    { Key: 'arn', Value: 'arn:aws:logs:eu-central-1:123456789012:log-group:/yaml/eu-central-1:*' },
  ]);
  const { TemplateBody } = await cloud.cloudFormation.send(new GetTemplateCommand({ StackName: 'yaml' }));
  expect(TemplateBody).toBe(text);
  const { StackResourceSummaries } = await cloud.cloudFormation.send(
    new ListStackResourcesCommand({ StackName: 'yaml' }),
  );
  expect(
    StackResourceSummaries?.map(
      ({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`,
    ).sort(),
  ).toEqual(['Group CREATE_COMPLETE', 'Vpc CREATE_COMPLETE']);
  const summary = await cloud.cloudFormation.send(new GetTemplateSummaryCommand({ StackName: 'yaml' }));
  expect(summary.ResourceTypes).toEqual(['AWS::EC2::VPC', 'AWS::Logs::LogGroup']);
  expect(summary.Parameters).toMatchObject([
    { ParameterKey: 'Days', DefaultValue: '7', ParameterType: 'Number' },
  ]);
});

describe('parameters', () => {
  const body = template(
    { Group: group({ LogGroupName: ref('Stored'), RetentionInDays: ref('Days') }) },
    {
      Parameters: {
        Days: { Type: 'Number', Default: 7, AllowedValues: [1, 7] },
        Stored: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/group/name' },
        Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
        Word: { Type: 'String', NoEcho: true, MinLength: 3 },
      },
      Outputs: { Zone: { Value: { 'Fn::Select': [1, ref('Zones')] } } },
    },
  );

  it('are given, kept, stored, lists, or secret', async () => {
    const unknown = cloud.changeSet('parameters', body, { Parameters: given({ Word: 'secret' }) });
    await expect(unknown).rejects.toThrow('Unable to fetch parameters [/group/name] from parameter store');
    await jsonCall(cloud.aws.emulator.access, 'ssm', 'AmazonSSM.PutParameter', {
      Name: '/group/name',
      Value: '/stored',
      Type: 'String',
    });
    await cloud.deploy('parameters', body, { Parameters: given({ Word: 'secret', Days: '1' }) });
    expect(await cloud.groupNames('/stored')).toEqual(['/stored']);
    expect((await cloud.stack('parameters'))?.Parameters).toEqual([
      { ParameterKey: 'Days', ParameterValue: '1' },
      { ParameterKey: 'Stored', ParameterValue: '/group/name', ResolvedValue: '/stored' },
      { ParameterKey: 'Zones', ParameterValue: 'a, b' },
      { ParameterKey: 'Word', ParameterValue: '****' },
    ]);
    expect(await outputs('parameters')).toEqual({ Zone: 'b' });
    const kept = ['Days', 'Word'].map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true }));
    expect((await cloud.changeSet('parameters', body, { Parameters: kept })).Status).toBe('FAILED');
    const changed = await cloud.changeSet('parameters', body, {
      Parameters: given({ Word: 'secret', Days: '7' }),
    });
    expect(changed.Changes).toHaveLength(1);
  });

  it.each([
    [{ Word: 'secret', Other: '1' }, 'Parameters: [Other] do not exist in the template'],
    [{}, 'Parameters: [Word] must have values'],
    [{ Word: 'secret', Days: '3' }, 'Parameter Days must be one of AllowedValues: 1, 7'],
    [{ Word: 'no' }, 'Parameter Word must have 3 to 4096 characters'],
  ])('%j: %s', async (parameters, message) => {
    await expect(
      cloud.changeSet('unfit', body, { Parameters: given(parameters as Record<string, string>) }),
    ).rejects.toThrow(message);
    expect(await cloud.stack('unfit')).toBeUndefined();
  });
});

it('exports are imported, listed, held while they are used, and taken once', async () => {
  const exporting = (value: string, more: object = {}) =>
    template({ Group: group() }, { Outputs: { Out: { Value: value, Export: { Name: 'shared' } } }, ...more });
  const importing = template({
    Group: group({ LogGroupName: { 'Fn::ImportValue': { 'Fn::Sub': 'shared' } } }),
  });
  await expect(cloud.changeSet('user', importing)).rejects.toThrow('No export named shared found.');
  await cloud.deploy('owner', exporting('/shared/a'));
  await cloud.deploy('user', importing);
  expect(await cloud.groupNames('/shared/')).toEqual(['/shared/a']);
  const { StackId: ExportingStackId } = (await cloud.stack('owner')) ?? {};
  expect((await cloud.cloudFormation.send(new ListExportsCommand({}))).Exports).toEqual([
    { ExportingStackId, Name: 'shared', Value: '/shared/a' },
  ]);
  const imports = await cloud.cloudFormation.send(new ListImportsCommand({ ExportName: 'shared' }));
  expect(imports.Imports).toEqual(['user']);
  expect(await cloud.deploy('owner', exporting('/shared/b'))).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await cloud.reason('owner', 'owner', 'UPDATE_ROLLBACK_IN_PROGRESS')).toBe(
    'Cannot update export shared as it is in use by user.',
  );
  const deleting = cloud.cloudFormation.send(new DeleteStackCommand({ StackName: 'owner' }));
  await expect(deleting).rejects.toThrow('Cannot delete export shared as it is in use by user.');
  expect(await cloud.deploy('second', exporting('/shared/c'))).toBe('ROLLBACK_COMPLETE');
  expect(await cloud.reason('second', 'second', 'ROLLBACK_IN_PROGRESS')).toBe(
    'Export with name shared is already exported by stack owner.',
  );
  await cloud.remove('user');
  expect(await cloud.deploy('owner', exporting('/shared/b'))).toBe('UPDATE_COMPLETE');
  expect(await cloud.remove('owner')).toBe('DELETE_COMPLETE');
  expect((await cloud.cloudFormation.send(new ListExportsCommand({}))).Exports ?? []).toEqual([]);
});

it('outputs and tags alone are a change; tags in another order are none', async () => {
  const body = (value: string) => template({ Group: group() }, { Outputs: { Out: { Value: value } } });
  const tags = (...all: string[]) => all.map((Key) => ({ Key, Value: 'v' }));
  await cloud.deploy('outer', body('a'), { Tags: tags('a', 'b') });
  expect((await cloud.changeSet('outer', body('a'), { Tags: tags('b', 'a') })).Status).toBe('FAILED');
  expect(await cloud.deploy('outer', body('b'), { Tags: tags('a', 'b') })).toBe('UPDATE_COMPLETE');
  expect(await outputs('outer')).toEqual({ Out: 'b' });
  const changeSet = await cloud.changeSet('outer', body('b'), { Tags: tags('a') });
  expect(changeSet).toMatchObject({ Status: 'CREATE_COMPLETE' });
  expect(changeSet.Changes ?? []).toEqual([]);
  await cloud.execute(changeSet);
  await cloud.settled('outer');
  expect((await cloud.stack('outer'))?.Tags).toEqual(tags('a'));
});

it('a protected stack stays; a deleted one is listed by status', async () => {
  await cloud.deploy('guarded', template({ Group: group() }));
  const protect = (EnableTerminationProtection: boolean) =>
    cloud.cloudFormation.send(
      new UpdateTerminationProtectionCommand({ StackName: 'guarded', EnableTerminationProtection }),
    );
  await protect(true);
  await expect(cloud.remove('guarded')).rejects.toThrow(
    'Stack [guarded] cannot be deleted while TerminationProtection is enabled',
  );
  await protect(false);
  await cloud.remove('guarded');
  const { StackSummaries } = await cloud.cloudFormation.send(
    new ListStacksCommand({ StackStatusFilter: ['DELETE_COMPLETE'] }),
  );
  expect(StackSummaries?.map(({ StackName }) => StackName)).toContain('guarded');
});
