/** Stacks that are resources of a stack: deployed, told, rolled back and removed with it. */
import {
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { signedFetch } from '../../sandbox/signed-fetch';
import { attribute, Cloud, filter, group, type ResourceText, ref, template } from './cloudformation-kit';
import { createCluster, createNetwork, REGION, registerTask } from './emulator-kit';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.start();
  await put(
    '/templates',
    `<CreateBucketConfiguration><LocationConstraint>${REGION}</LocationConstraint></CreateBucketConfiguration>`,
  );
});
afterAll(() => cloud.stop());

async function put(path: string, body: string): Promise<void> {
  const answer = await signedFetch(cloud.aws.emulator.access, 's3', path, { method: 'PUT', body });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

let count = 0;
/** A nested stack, with its template in S3 under a name of its own, as CDK writes it. */
async function nested(
  resources: Record<string, ResourceText>,
  more: object = {},
  { Parameters = {}, ...attributes }: { Parameters?: object; DependsOn?: string } = {},
): Promise<ResourceText> {
  const key = `t${++count}.json`;
  await put(`/templates/${key}`, template(resources, more));
  const TemplateURL = `https://s3.eu-central-1.amazonaws.com/templates/${key}`;
  return { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL, Parameters }, ...attributes };
}

const idOf = async (stack: string, logicalId = 'Inner'): Promise<string> =>
  (await cloud.physicalIds(stack))[logicalId] ?? '';

/** `Name` is a parameter, and the group's name an output. */
const named = {
  Parameters: { Name: { Type: 'String' } },
  Outputs: { GroupName: { Value: ref('Own') } },
};

function expectOrder(events: readonly string[], ...chain: readonly string[]): void {
  const places = chain.map((event) => events.indexOf(event));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
}

describe('a nested stack that is new', () => {
  beforeAll(async () => {
    const inner = await nested({ Own: group({ LogGroupName: ref('Name') }) }, named, {
      Parameters: { Name: { 'Fn::Join': ['-', [ref('First'), 'inner']] } },
    });
    const body = template(
      {
        First: group({ LogGroupName: '/new/first' }),
        Inner: inner,
        Last: filter(attribute('Inner', 'Outputs.GroupName')),
      },
      { Outputs: { Of: { Value: attribute('Inner', 'Outputs.GroupName') } } },
    );
    expect(await cloud.deploy('new', body, { Tags: [{ Key: 'team', Value: 'web' }] })).toBe(
      'CREATE_COMPLETE',
    );
  });

  it('is made between what it refers to and what refers to it, and tells its outputs', async () => {
    expect(await cloud.groupNames('/new')).toEqual(['/new/first', '/new/first-inner']);
    expect(await cloud.output('new', 'Of')).toBe('/new/first-inner');
    expectOrder(
      await cloud.events('new'),
      'First CREATE_COMPLETE',
      'Inner CREATE_IN_PROGRESS',
      'Inner CREATE_COMPLETE',
      'Last CREATE_IN_PROGRESS',
      'new CREATE_COMPLETE',
    );
    const { StackName = '' } = (await cloud.stack(await idOf('new'))) ?? {};
    expect(await cloud.events(await idOf('new'))).toEqual([
      `${StackName} CREATE_IN_PROGRESS`,
      'Own CREATE_IN_PROGRESS',
      'Own CREATE_COMPLETE',
      `${StackName} CREATE_COMPLETE`,
    ]);
  });

  it('is a stack of its own, that knows its parent, and has its tags', async () => {
    const root = await cloud.stack('new');
    const inner = await cloud.stack(await idOf('new'));
    expect(inner?.StackName).toMatch(/^new-Inner-[0-9A-Z]{12}$/);
    expect([inner?.ParentId, inner?.RootId, root?.ParentId]).toEqual([
      root?.StackId,
      root?.StackId,
      undefined,
    ]);
    expect(inner?.Tags).toEqual([{ Key: 'team', Value: 'web' }]);
    expect(inner?.Parameters).toEqual([{ ParameterKey: 'Name', ParameterValue: '/new/first-inner' }]);
  });

  it('is changed and removed with its root alone', async () => {
    const StackName = await idOf('new');
    const said = /a nested stack is changed by its root here, which is new/;
    await expect(cloud.cloudFormation.send(new DeleteStackCommand({ StackName }))).rejects.toThrow(said);
    await expect(cloud.changeSet(StackName, template({ Own: group() }))).rejects.toThrow(said);
    expect((await cloud.stack(StackName))?.StackStatus).toBe('CREATE_COMPLETE');
  });

  it('goes with its root, after what refers to it', async () => {
    const inner = await idOf('new');
    expect(await cloud.remove('new')).toBe('DELETE_COMPLETE');
    const { Stacks } = await cloud.cloudFormation.send(new DescribeStacksCommand({ StackName: inner }));
    expect(Stacks?.[0]?.StackStatus).toBe('DELETE_COMPLETE');
    expect(await cloud.groupNames('/new')).toEqual([]);
  });
});

describe('an update', () => {
  const root = async (names: readonly string[], more: Record<string, ResourceText> = {}) => {
    const groups = names.map((name) => [name, group({ LogGroupName: `/update/${name}` })]);
    const outputs = { Outputs: { Names: { Value: names.join(',') } } };
    return template(
      { Inner: await nested(Object.fromEntries(groups), outputs), ...more },
      { Outputs: { Names: { Value: attribute('Inner', 'Outputs.Names') } } },
    );
  };

  beforeAll(async () => {
    expect(await cloud.deploy('update', await root(['a', 'b']))).toBe('CREATE_COMPLETE');
  });

  it('that changes nothing is none', async () => {
    const inner = await nested({ Own: group() });
    expect(await cloud.deploy('same', template({ Inner: inner }))).toBe('CREATE_COMPLETE');
    expect((await cloud.changeSet('same', template({ Inner: inner }))).Status).toBe('FAILED');
  });

  it('is told with what changes in the nested stack, when that is asked for', async () => {
    const { Id } = await cloud.cloudFormation.send(
      new CreateChangeSetCommand({
        StackName: 'update',
        ChangeSetName: 'told',
        IncludeNestedStacks: true,
        TemplateBody: await root(['b', 'c']),
      }),
    );
    const told = await cloud.cloudFormation.send(new DescribeChangeSetCommand({ ChangeSetName: Id }));
    const changes = told.Changes?.map(({ ResourceChange: one }) => [
      one?.Action,
      one?.LogicalResourceId,
      one?.Replacement,
    ]);
    expect(changes).toEqual([['Modify', 'Inner', 'False']]);
    const ChangeSetName = told.Changes?.[0]?.ResourceChange?.ChangeSetId;
    const inner = await cloud.cloudFormation.send(new DescribeChangeSetCommand({ ChangeSetName }));
    expect(inner.Changes?.map(({ ResourceChange: one }) => [one?.Action, one?.LogicalResourceId])).toEqual([
      ['Add', 'c'],
      ['Remove', 'a'],
    ]);
    expect([inner.ParentChangeSetId, inner.RootChangeSetId, inner.ExecutionStatus]).toEqual([
      Id,
      Id,
      'UNAVAILABLE',
    ]);
  });

  it('that fails elsewhere takes back what the nested stack had done, and what it no longer uses has stayed', async () => {
    const failing = filter('/no/such/group', { DependsOn: 'Inner' });
    expect(await cloud.deploy('update', await root(['b', 'c'], { Last: failing }))).toBe(
      'UPDATE_ROLLBACK_COMPLETE',
    );
    expect(await cloud.groupNames('/update')).toEqual(['/update/a', '/update/b']);
    expect(await cloud.output('update', 'Names')).toBe('a,b');
    const inner = await cloud.stack(await idOf('update'));
    expect([inner?.StackStatus, inner?.Outputs?.[0]?.OutputValue]).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      'a,b',
    ]);
    const events = await cloud.events(await idOf('update'));
    expect(events).toContain('c CREATE_COMPLETE');
    expect(events).not.toContain('a DELETE_IN_PROGRESS');
  });

  it('removes what the nested stack no longer uses when all else is done', async () => {
    const late = group({ LogGroupName: '/update/late' }, { DependsOn: 'Inner' });
    expect(await cloud.deploy('update', await root(['b', 'c'], { Late: late }))).toBe('UPDATE_COMPLETE');
    expect(await cloud.groupNames('/update')).toEqual(['/update/b', '/update/c', '/update/late']);
    expect(await cloud.output('update', 'Names')).toBe('b,c');
    const when = async (stack: string, event: string): Promise<number> => {
      const found = (await cloud.fullEvents(stack)).findLast(
        (one) => `${one.LogicalResourceId} ${one.ResourceStatus}` === event,
      );
      return Number(found?.Timestamp);
    };
    const inner = await idOf('update');
    const times = [
      await when('update', 'Late CREATE_COMPLETE'),
      await when('update', 'update UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
      await when(inner, 'a DELETE_IN_PROGRESS'),
      await when(inner, 'a DELETE_COMPLETE'),
      await when('update', 'update UPDATE_COMPLETE'),
    ];
    expect(times).not.toContain(Number.NaN);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it('that fails in the nested stack says so, and goes back', async () => {
    const inner = await nested({ b: group({ LogGroupName: '/update/b' }), Bad: filter('/no/such/group') });
    expect(await cloud.deploy('update', template({ Inner: inner }))).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await cloud.reason('update', 'Inner', 'UPDATE_FAILED')).toBe(
      `Embedded stack ${await idOf('update')} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource(s) failed to update: [Bad].`,
    );
    expect(await cloud.groupNames('/update')).toEqual(['/update/b', '/update/c', '/update/late']);
  });

  it('that takes the nested stack out removes it, after what refers to it', async () => {
    const inner = await idOf('update');
    expect(await cloud.deploy('update', template({ Other: group({ LogGroupName: '/update/other' }) }))).toBe(
      'UPDATE_COMPLETE',
    );
    expect(await cloud.groupNames('/update')).toEqual(['/update/other']);
    const { Stacks } = await cloud.cloudFormation.send(new DescribeStacksCommand({ StackName: inner }));
    expect(Stacks?.[0]?.StackStatus).toBe('DELETE_COMPLETE');
  });
});

it('nested stacks remove what they no longer use in the order of their dependencies, those that refer first', async () => {
  const at = async (names: readonly string[]) => {
    const groups = Object.fromEntries(names.map((name) => [name, group({ LogGroupName: `/chain/${name}` })]));
    const inner = await nested({ ...groups, Keep: group() }, { Outputs: { Kept: { Value: ref('Keep') } } });
    const filters = Object.fromEntries(names.map((name) => [`Of${name}`, filter(`/chain/${name}`)]));
    const outer = await nested(
      { ...filters, Keep: group() },
      { Parameters: { Kept: { Type: 'String' } } },
      { Parameters: { Kept: attribute('Inner', 'Outputs.Kept') } },
    );
    return template({ Inner: inner, Outer: outer });
  };
  expect(await cloud.deploy('chain', await at(['a', 'b']))).toBe('CREATE_COMPLETE');
  expect(await cloud.deploy('chain', await at(['b']))).toBe('UPDATE_COMPLETE');
  const deletes = async (name: string) =>
    (await cloud.fullEvents(await idOf('chain', name))).filter(({ ResourceStatus }) =>
      ResourceStatus?.startsWith('DELETE_'),
    );
  const [inner, outer] = [await deletes('Inner'), await deletes('Outer')];
  const told = [...outer, ...inner].map((one) => `${one.LogicalResourceId} ${one.ResourceStatus}`);
  expect(told).toEqual([
    'Ofa DELETE_IN_PROGRESS',
    'Ofa DELETE_COMPLETE',
    'a DELETE_IN_PROGRESS',
    'a DELETE_COMPLETE',
  ]);
  expect(Number(outer[1]?.Timestamp)).toBeLessThanOrEqual(Number(inner[0]?.Timestamp));
});

it('a nested stack that cannot be made takes all back with it, and the reason is told at both', async () => {
  const inner = await nested({
    Good: group({ LogGroupName: '/bad/good' }),
    Bad: filter('/no/such/group', { DependsOn: 'Good' }),
  });
  expect(
    await cloud.deploy('bad', template({ Own: group({ LogGroupName: '/bad/own' }), Inner: inner })),
  ).toBe('ROLLBACK_COMPLETE');
  expect(await cloud.groupNames('/bad')).toEqual([]);
  const why = await cloud.reason('bad', 'Inner', 'CREATE_FAILED');
  expect(why).toMatch(
    /^Embedded stack arn:\S+ was not successfully created: The following resource\(s\) failed to create: \[Bad\]\.$/,
  );
  const [id = ''] = /arn:\S+/.exec(why ?? '') ?? [];
  expect(await cloud.reason(id, 'Bad', 'CREATE_FAILED')).toContain('The specified log group does not exist');
});

it('what waits in a nested stack is not waited for when another resource has failed', async () => {
  await createCluster(cloud.aws);
  const { subnets } = await createNetwork(cloud.aws);
  const TaskDefinition = await registerTask(cloud.aws);
  const Service: ResourceText = {
    Type: 'AWS::ECS::Service',
    Properties: {
      ServiceName: 'waiting',
      Cluster: 'main',
      TaskDefinition,
      LaunchType: 'FARGATE',
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: subnets } },
    },
  };
  const after = group({ LogGroupName: '/waiting/after' }, { DependsOn: 'Service' });
  const inner = await nested({ Service, After: after });
  await cloud.deploy('waiting', template({ Slow: group({ LogGroupName: '/waiting/slow' }) }));
  const bad = filter('/no/such/group', { DependsOn: 'Slow' });
  const status = await cloud.deploy(
    'waiting',
    template({ Slow: group({ LogGroupName: '/waiting/slow' }), Inner: inner, Bad: bad }),
  );
  expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await cloud.groupNames('/waiting')).toEqual(['/waiting/slow']);
  const { services } = await cloud.aws.ecs.send(
    new DescribeServicesCommand({ cluster: 'main', services: ['waiting'] }),
  );
  expect(services?.map(({ status: of }) => of)).not.toContain('ACTIVE');
});

describe('refused is', () => {
  const refused = async (inner: ResourceText, more: object = {}) =>
    await cloud.changeSet('refused', template({ Inner: inner }, more)).then(
      () => 'taken',
      (error: Error) => error.message,
    );

  it.each<[string, () => Promise<ResourceText>, object, string]>([
    [
      'a parameter that is not given',
      () => nested({ Own: group() }, named),
      {},
      'Parameters: [Name] must have values',
    ],
    [
      'a parameter that is none',
      () => nested({ Own: group() }, {}, { Parameters: { No: 'x' } }),
      {},
      'Parameters: [No] do not exist in the template',
    ],
    [
      'a parameter of more than 4,096 bytes',
      () => nested({ Own: group() }, named, { Parameters: { Name: 'x'.repeat(4097) } }),
      {},
      'Parameter Name must have at most 4096 bytes',
    ],
    [
      'an output that is none',
      () => nested({ Own: group() }),
      { Outputs: { No: { Value: attribute('Inner', 'Outputs.No') } } },
      "The sandbox's emulator has no attribute Outputs.No of AWS::CloudFormation::Stack (Inner)",
    ],
    [
      'a type that the emulator does not have',
      () => nested({ Own: { Type: 'AWS::No::Such' } }),
      {},
      "The sandbox's emulator does not have these resource types: AWS::No::Such",
    ],
    [
      'a template that is not there',
      async () => ({
        Type: 'AWS::CloudFormation::Stack',
        Properties: { TemplateURL: 'https://s3.amazonaws.com/templates/no.json' },
      }),
      {},
      'S3 error: The specified key does not exist.',
    ],
    [
      'a template from elsewhere',
      async () => ({
        Type: 'AWS::CloudFormation::Stack',
        Properties: { TemplateURL: 'https://templates.example/no.json' },
      }),
      {},
      'TemplateURL must be an Amazon S3 URL.',
    ],
  ])('%s', async (_, inner, more, message) => {
    expect(await refused(await inner(), more)).toBe(message);
  });

  const many = (number: number, one: unknown) =>
    Object.fromEntries(Array.from({ length: number }, (_, index) => [`N${index}`, one]));

  it.each<[string, Record<string, ResourceText>, object, string]>([
    [
      'more than 500 resources',
      many(501, group()) as Record<string, ResourceText>,
      {},
      'Template format error: Number of resources, 501, is greater than maximum allowed, 500',
    ],
    [
      'more than 200 parameters',
      { Own: group() },
      { Parameters: many(201, { Type: 'String', Default: '' }) },
      'Template format error: Number of parameters, 201, is greater than maximum allowed, 200',
    ],
    [
      'more than 200 outputs',
      { Own: group() },
      { Outputs: many(201, { Value: 'x' }) },
      'Template format error: Number of outputs, 201, is greater than maximum allowed, 200',
    ],
    [
      'a template of more than 1 MB',
      { Own: group({}, { Metadata: 'x'.repeat(1_000_000) }) },
      {},
      'Template may not exceed 1000000 bytes in size.',
    ],
  ])('%s', async (_, resources, more, message) => {
    expect(await refused(await nested(resources, more))).toBe(message);
  });

  it('a template of more than 51,200 bytes that is not in S3', async () => {
    const large = group({}, { Metadata: 'x'.repeat(51_200) });
    await expect(cloud.changeSet('large', template({ Own: large }))).rejects.toThrow(
      'Member must have length less than or equal to 51200',
    );
  });
});
