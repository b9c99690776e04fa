import {
  CreateChangeSetCommand,
  CreateStackCommand,
  CreateStackSetCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { attribute, Cloud, filter, group, type ResourceText, ref, template } from './cloudformation-kit';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.start();
});
afterAll(() => cloud.stop());

const queue = (properties: object = {}): ResourceText => ({
  Type: 'AWS::SQS::Queue',
  Properties: { ...properties },
});

describe('a template is refused before anything is made', () => {
  it.each<[string, string, string]>([
    [
      'an unknown type',
      template({
        Group: group(),
        Thing: { Type: 'AWS::Some::Thing' },
        Macro: { Type: 'AWS::CloudFormation::Macro' },
      }),
      "The sandbox's emulator does not have these resource types: AWS::CloudFormation::Macro, AWS::Some::Thing",
    ],
    [
      'an unknown property',
      template({ Group: group({ RetentionDays: 7 }) }),
      'Properties validation failed for resource Group with message: #: extraneous key [RetentionDays] is not permitted',
    ],
    [
      'a property that is missing',
      template({ Subnet: { Type: 'AWS::EC2::Subnet', Properties: { CidrBlock: '10.0.0.0/24' } } }),
      'Properties validation failed for resource Subnet with message: #: required key [VpcId] not found',
    ],
    [
      'an unknown attribute',
      template({ Group: group(), Other: group({ LogGroupName: attribute('Group', 'Name') }) }),
      "The sandbox's emulator has no attribute Name of AWS::Logs::LogGroup (Group); there are: Arn",
    ],
    [
      "an unknown attribute of moto's",
      template({ Queue: queue(), Other: group({ LogGroupName: attribute('Queue', 'Colour') }) }),
      "The sandbox's emulator has no attribute Colour of AWS::SQS::Queue (Queue)",
    ],
    [
      'a dynamic reference',
      template({ Group: group({ LogGroupName: '{{resolve:ssm:name}}' }) }),
      "The sandbox's emulator does not resolve dynamic references: {{resolve:ssm:name}}",
    ],
    [
      'an unknown name',
      template({ Group: group({ LogGroupName: ref('Nobody') }) }),
      'Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template',
    ],
    [
      'an unknown name in an output',
      template({ Group: group() }, { Outputs: { Out: { Value: ref('Nobody') } } }),
      'Template format error: Unresolved resource dependencies [Nobody] in the Outputs block of the template',
    ],
    [
      'a name whose condition is false',
      template(
        { Group: group({}, { Condition: 'No' }), Other: group({ LogGroupName: ref('Group') }) },
        { Conditions: { No: { 'Fn::Equals': ['a', 'b'] } } },
      ),
      'Template format error: Unresolved resource dependencies [Group]',
    ],
    ['an unknown condition', template({ Group: group({}, { Condition: 'No' }) }), 'there is no condition No'],
    [
      'a circle',
      template({ A: group({}, { DependsOn: 'B' }), B: group({ LogGroupName: ref('A') }), C: group() }),
      'Circular dependency between resources: [A, B]',
    ],
    [
      'an unknown function',
      template({ Group: group({ LogGroupName: { 'Fn::Transform': {} } }) }),
      "The sandbox's emulator does not know the function Fn::Transform",
    ],
    [
      'a function with wrong operands',
      template({ Group: group({ LogGroupName: { 'Fn::Select': [3, ['a']] } }) }),
      'Template error: Fn::Select cannot take [3, ["a"]]',
    ],
    [
      'a macro',
      template({ Group: group() }, { Transform: 'AWS::Serverless-2016-10-31' }),
      'does not do transforms',
    ],
    ['no resources', JSON.stringify({ Resources: {} }), 'At least one Resources member must be defined'],
    ['no template', ': - {', 'Template format error: it is neither JSON nor YAML'],
  ])('with %s', async (_, body, message) => {
    await expect(cloud.changeSet('refused', body)).rejects.toThrow(message);
    expect(await cloud.stack('refused')).toBeUndefined();
    expect(await cloud.groupNames('')).toEqual([]);
  });

  it('and an unknown type is recorded', async () => {
    const unsupported = await cloud.aws.emulator.control.unsupported();
    expect(unsupported.filter(({ service }) => service === 'cloudformation')).toEqual([
      {
        service: 'cloudformation',
        action: 'AWS::CloudFormation::Macro',
        count: 1,
        detail: 'the emulator has no such resource type',
      },
      {
        service: 'cloudformation',
        action: 'AWS::Some::Thing',
        count: 1,
        detail: 'the emulator has no such resource type',
      },
    ]);
  });
});

describe('a call is refused', () => {
  const send = (more: object) =>
    cloud.cloudFormation.send(
      new CreateChangeSetCommand({
        StackName: 'x',
        ChangeSetName: 'x',
        TemplateBody: template({ A: group() }),
        ...more,
      }),
    );

  it.each<[string, () => Promise<unknown>, string]>([
    ['an import', () => send({ ChangeSetType: 'IMPORT' }), 'a change set of type IMPORT'],
    ['an update of no stack', () => send({ ChangeSetType: 'UPDATE' }), 'Stack [x] does not exist'],
    [
      'no template',
      () => send({ ChangeSetType: 'CREATE', TemplateBody: undefined }),
      'Either Template URL or Template Body must be specified.',
    ],
    [
      'a template that is nowhere',
      () =>
        send({
          ChangeSetType: 'CREATE',
          TemplateBody: undefined,
          TemplateURL: 'https://s3.amazonaws.com/none/x',
        }),
      'S3 error: there is no template at https://s3.amazonaws.com/none/x',
    ],
    [
      'notifications',
      () => send({ ChangeSetType: 'CREATE', NotificationARNs: ['arn:aws:sns:x'] }),
      'leave NotificationARNs out',
    ],
    [
      'no rollback',
      async () => {
        const { Id } = await send({ ChangeSetType: 'CREATE' });
        return await cloud.cloudFormation.send(
          new ExecuteChangeSetCommand({ ChangeSetName: Id, DisableRollback: true }),
        );
      },
      'a deploy that fails always goes back here; leave --no-rollback out',
    ],
    [
      'no rollback, in the older way',
      () =>
        cloud.cloudFormation.send(
          new CreateStackCommand({
            StackName: 'y',
            TemplateBody: template({ A: group() }),
            OnFailure: 'DO_NOTHING',
          }),
        ),
      'leave OnFailure out',
    ],
    [
      'a stack set',
      () => cloud.cloudFormation.send(new CreateStackSetCommand({ StackSetName: 's' })),
      'no stack sets',
    ],
  ])('with %s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
    expect(await cloud.groupNames('')).toEqual([]);
  });

  it('on a stack that was rolled back, except to delete it', async () => {
    const body = template({
      Group: group({ LogGroupName: '/back' }),
      Bad: filter('none', { DependsOn: 'Group' }),
    });
    expect(await cloud.deploy('back', body)).toBe('ROLLBACK_COMPLETE');
    expect(await cloud.reason('back', 'Bad', 'CREATE_FAILED')).toBe(
      'An error occurred (ResourceNotFoundException) when calling the PutMetricFilter operation: ' +
        'The specified log group does not exist.',
    );
    expect(await cloud.groupNames('/back')).toEqual([]);
    expect(await cloud.physicalIds('back')).toEqual({});
    const { StackId } = (await cloud.stack('back')) ?? {};
    await expect(cloud.changeSet('back', body)).rejects.toThrow(
      `Stack:${StackId} is in ROLLBACK_COMPLETE state and can not be updated.`,
    );
    const creating = cloud.cloudFormation.send(
      new CreateStackCommand({ StackName: 'back', TemplateBody: body }),
    );
    await expect(creating).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    expect(await cloud.remove('back')).toBe('DELETE_COMPLETE');
  });

  it('to change the type of a resource', async () => {
    await cloud.deploy('types', template({ Thing: group() }));
    await expect(cloud.changeSet('types', template({ Thing: queue() }))).rejects.toThrow(
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: [Thing]',
    );
    await cloud.remove('types');
  });
});

describe('a property that fails in the deploy is named', () => {
  it.each([
    [group({ RetentionInDays: 'a week' }), "The property RetentionInDays must be a number, not 'a week'."],
    [
      filter('x', {
        Properties: { LogGroupName: 'x', FilterPattern: '', MetricTransformations: [{ Nmae: 'm' }] },
      }),
      "The sandbox's emulator does not know the property MetricTransformations.Nmae.",
    ],
    [
      { Type: 'AWS::ECS::Cluster', Properties: { ClusterSettings: 'insights' } },
      "The property settings must be a list, not 'insights'.",
    ],
    [
      {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { GroupDescription: 'x', SecurityGroupIngress: [{ CidrIp: '10.0.0.0/8' }] },
      },
      'The property IpProtocol is missing.',
    ],
  ])('%j', async (resource, reason) => {
    expect(await cloud.deploy('named', template({ Thing: resource }))).toBe('ROLLBACK_COMPLETE');
    expect(await cloud.reason('named', 'Thing', 'CREATE_FAILED')).toBe(reason);
    await cloud.remove('named');
  });
});
