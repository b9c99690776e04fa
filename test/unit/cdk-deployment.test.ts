import type { Change, ResourceChange } from '@aws-sdk/client-cloudformation';
import { countChanges } from '../../stacks/aws-cdk/deployment';
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
