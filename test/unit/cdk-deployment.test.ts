import { type Change, CloudFormationClient, type ResourceChange } from '@aws-sdk/client-cloudformation';
import { changesIn, countChanges, type Placed, refuseUndeployable } from '../../stacks/aws-cdk/changes';
import { isEmpty } from '../../stacks/engine';

const change = (
  Action: ResourceChange['Action'],
  ResourceType: string,
  Replacement?: ResourceChange['Replacement'],
): Change => ({ Type: 'Resource', ResourceChange: { Action, ResourceType, Replacement } });

const SERVICE = 'AWS::ECS::Service';
const NOTHING = { replacements: [], repaired: [] };
const TASK_DEFINITION = 'AWS::ECS::TaskDefinition';

describe('the changes of a change set', () => {
  it('are none when it has none', () => {
    expect(countChanges([])).toEqual({ add: 0, change: 0, remove: 0, replace: 0, ...NOTHING });
    expect(isEmpty(countChanges([]))).toBe(true);
  });

  it('are counted by what is done to each resource', () => {
    const changes = [
      change('Add', SERVICE),
      change('Add', 'AWS::Logs::LogGroup'),
      change('Add', TASK_DEFINITION),
      change('Modify', SERVICE, 'False'),
      change('Modify', 'AWS::EC2::SecurityGroup', 'False'),
      change('Remove', 'AWS::Logs::LogGroup'),
    ];
    expect(countChanges(changes)).toEqual({ add: 3, change: 2, remove: 1, replace: 0, ...NOTHING });
  });

  it.each([
    ['a resource that is made anew', SERVICE, 'True', 1],
    ['one that may be', SERVICE, 'Conditional', 1],
    ['one that is changed in place', SERVICE, 'False', 0],
    ['a task definition: each revision is a new one', TASK_DEFINITION, 'True', 0],
    ['a task definition that may be', TASK_DEFINITION, 'Conditional', 0],
  ] as const)('count as replaced: %s', (_, type, replacement, replace) => {
    const counted = countChanges([change('Modify', type, replacement)]);
    expect(counted).toMatchObject({ add: 0, change: 1, remove: 0, replace });
  });

  it('leave out what is about no resource', () => {
    expect(countChanges([{ Type: 'Resource' }, change('Add', SERVICE)])).toEqual({
      add: 1,
      change: 0,
      remove: 0,
      replace: 0,
      ...NOTHING,
    });
  });

  it.each([
    ['an addition', 'Add'],
    ['a change', 'Modify'],
    ['a removal', 'Remove'],
  ] as const)('are not empty with %s alone', (_, action) => {
    expect(isEmpty(countChanges([change(action, SERVICE)]))).toBe(false);
  });
});

describe('what is in nested stacks', () => {
  /** Answers DescribeChangeSet by the change set's name. */
  function clientOf(pages: Readonly<Record<string, object>>): CloudFormationClient {
    const client = new CloudFormationClient({ region: 'eu-central-1' });
    client.send = (async ({ input }: { input: { ChangeSetName: string } }) =>
      pages[input.ChangeSetName] ?? { Changes: [] }) as never;
    return client;
  }
  const named = (
    Action: 'Add' | 'Modify' | 'Remove',
    LogicalResourceId: string,
    more: ResourceChange = {},
  ): Change => ({
    Type: 'Resource',
    ResourceChange: { Action, LogicalResourceId, ResourceType: SERVICE, ...more },
  });
  const STACK = 'AWS::CloudFormation::Stack';

  it('is told with the change set that is executed, though it cannot be executed by itself', async () => {
    const stack = (ChangeSetId: string) => named('Modify', ChangeSetId, { ChangeSetId, ResourceType: STACK });
    const found = await changesIn(
      clientOf({
        up: { ExecutionStatus: 'AVAILABLE', Changes: [named('Add', 'one'), stack('b')] },
        b: { ExecutionStatus: 'UNAVAILABLE', Changes: [named('Add', 'two'), stack('c')] },
        c: { ExecutionStatus: 'UNAVAILABLE', Changes: [named('Remove', 'three')] },
      }),
      'shop',
      'up',
    );
    expect(
      found.map(({ stack: where, change: one }) => [where, one.ResourceChange?.LogicalResourceId]),
    ).toEqual([
      ['shop', 'one'],
      ['shop', 'b'],
      ['b', 'two'],
      ['b', 'c'],
      ['c', 'three'],
    ]);
  });

  it('is none of a change set that was executed before', async () => {
    const pages = { up: { ExecutionStatus: 'EXECUTE_COMPLETE', Changes: [named('Add', 'one')] } };
    expect(await changesIn(clientOf(pages), 'shop', 'up')).toEqual([]);
  });

  const placed = (stack: string, one: Change): Placed => ({ stack, change: one });

  it('is refused when a service would move from one stack to another, by its id and where it stands', () => {
    const moves = [
      placed('shop', named('Remove', 'ordersService')),
      placed('b', named('Add', 'ordersService')),
      placed('shop', named('Remove', 'catalogService')),
      placed('b', named('Add', 'stockService')),
    ];
    const message = (() => {
      try {
        refuseUndeployable(moves);
        return 'let pass';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message.split('\n')).toEqual([
      'APIs that are deployed would move to another stack of CloudFormation. Nothing has been changed.',
      '',
      '  ordersService: stands in shop',
      '',
      'CloudFormation would make each anew before it removes the old one, and both would have one name: AWS refuses that.',
      'Write `nestedStack` of these APIs as it was; only an API that you add can take another. To move one all the same, add it under another name, lead its callers there, and remove the old one.',
    ]);
  });

  it('is refused beyond 2,500 changes, where there are nested stacks', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => placed('b', named('Add', `r${index}`)));
    const nested = placed('shop', named('Add', 'b', { ResourceType: STACK }));
    expect(() => refuseUndeployable([nested, ...many(2499)])).not.toThrow();
    expect(() => refuseUndeployable(many(2501))).not.toThrow();
    expect(() => refuseUndeployable([nested, ...many(2500)])).toThrow(
      'This deploy would change 2501 resources, and with nested stacks AWS changes at most 2500 at once. Nothing has been changed.\nTake some of the new APIs out of the file, deploy, and add them by the next deploy.',
    );
  });
});
