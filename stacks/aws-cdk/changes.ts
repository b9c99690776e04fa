/** What a change set would do, in the stack and in its nested stacks. */
import {
  type Change,
  type CloudFormationClient,
  paginateDescribeChangeSet,
  type ResourceChange,
} from '@aws-sdk/client-cloudformation';
import type { Changes } from '../engine';
import { UserError } from '../user-error';

/** A change, and the stack that it is in: the root's name, or the logical id of a nested stack. */
export interface Placed {
  readonly stack: string;
  readonly change: Change;
}

/** Those of a change set that can be executed, with those of nested stacks after each of them. */
export async function changesIn(
  client: CloudFormationClient,
  StackName: string,
  ChangeSetName: string,
): Promise<Placed[]> {
  const found: Placed[] = [];
  for await (const page of paginateDescribeChangeSet({ client }, { StackName, ChangeSetName })) {
    // When nothing has changed the CLI makes none, and this is the one before.
    if (page.ExecutionStatus !== 'AVAILABLE') continue;
    for (const change of page.Changes ?? [])
      found.push({ stack: StackName, change }, ...(await within(client, change)));
  }
  return found;
}

/** That of a nested stack is executed with its root's, so it is never available by itself. */
async function within(client: CloudFormationClient, { ResourceChange: nested }: Change): Promise<Placed[]> {
  const { ChangeSetId: ChangeSetName, LogicalResourceId: stack = '' } = nested ?? {};
  if (ChangeSetName === undefined) return [];
  const found: Placed[] = [];
  for await (const { Changes: changes = [] } of paginateDescribeChangeSet({ client }, { ChangeSetName })) {
    for (const change of changes) found.push({ stack, change }, ...(await within(client, change)));
  }
  return found;
}

const isReplacement = ({ ResourceType, Replacement }: ResourceChange): boolean =>
  ResourceType !== 'AWS::ECS::TaskDefinition' && (Replacement === 'True' || Replacement === 'Conditional');

/** `Conditional` is left out: it comes from another one that is replaced for certain, or from nothing. */
const replacementOf = ({ ResourceType = '', LogicalResourceId = '', Details = [] }: ResourceChange) => ({
  type: ResourceType,
  address: LogicalResourceId,
  because: [
    ...new Set(
      Details.filter(({ Target }) => Target?.RequiresRecreation === 'Always').flatMap(
        ({ Target }) => Target?.Name ?? [],
      ),
    ),
  ],
});

/** What a change set would do. */
export function countChanges(changes: readonly Change[]): Changes {
  const resources = changes.flatMap(({ ResourceChange }) => (ResourceChange ? [ResourceChange] : []));
  const count = (action: string) => resources.filter(({ Action }) => Action === action).length;
  return {
    add: count('Add'),
    change: count('Modify'),
    remove: count('Remove'),
    replace: resources.filter(isReplacement).length,
    replacements: resources.filter(({ Replacement }) => Replacement === 'True').map(replacementOf),
    repaired: [],
  };
}

/** The most that one deploy may do where there are nested stacks, in all of them. */
const MOST_OPERATIONS = 2500;

/**
 * @throws UserError for services that would move from one stack to another: CloudFormation makes the new one before it
 *   removes the old one, and both would have one name
 * @throws UserError for more than AWS does in one deploy
 */
export function refuseUndeployable(all: readonly Placed[]): void {
  const services = (action: string) =>
    all.filter(
      ({ change: { ResourceChange: one } }) =>
        one?.Action === action && one.ResourceType === 'AWS::ECS::Service',
    );
  const idOf = ({ change }: Placed): string => change.ResourceChange?.LogicalResourceId ?? '';
  // Below their stacks they have one path, so they have one logical id.
  const moved = services('Remove').filter((one) =>
    services('Add').some((other) => idOf(other) === idOf(one)),
  );
  if (moved.length > 0) {
    throw new UserError(
      [
        'APIs that are deployed would move to another stack of CloudFormation. Nothing has been changed.',
        '',
        ...moved.map((one) => `  ${idOf(one)}: stands in ${one.stack}`),
        '',
        'CloudFormation would make each anew before it removes the old one, and both would have one name: AWS refuses that.',
        'Write `nestedStack` of these APIs as it was; only an API that you add can take another. To move one all the same, add it under another name, lead its callers there, and remove the old one.',
      ].join('\n'),
    );
  }
  const nested = all.some(
    ({ change }) => change.ResourceChange?.ResourceType === 'AWS::CloudFormation::Stack',
  );
  if (!nested || all.length <= MOST_OPERATIONS) return;
  throw new UserError(
    [
      `This deploy would change ${all.length} resources, and with nested stacks AWS changes at most ${MOST_OPERATIONS} at once. Nothing has been changed.`,
      'Take some of the new APIs out of the file, deploy, and add them by the next deploy.',
    ].join('\n'),
  );
}
