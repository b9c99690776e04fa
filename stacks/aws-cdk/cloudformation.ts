/**
 * Brings a stack into a state that can be deployed, whatever a deploy before has left.
 *
 * - `…_IN_PROGRESS`: CloudFormation goes on after a Ctrl-C, and takes nothing new until it is done: wait.
 * - `UPDATE_ROLLBACK_FAILED`: the way back failed too. Let CloudFormation go on with it; by then what was in its way may
 *   have gone.
 * - `ROLLBACK_COMPLETE` and its like after a first deploy: the cdk CLI deletes such a stack and makes it anew by itself.
 * - `DELETE_FAILED`: let CloudFormation go on with the deletion, then there is nothing.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CloudFormationClient,
  CloudFormationServiceException,
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { UserError } from '../user-error';

const POLL_MILLISECONDS = 1000;

/** Undefined when there is no such stack. */
export async function statusOf(aws: CloudFormationClient, StackName: string): Promise<string | undefined> {
  try {
    const { Stacks } = await aws.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0]?.StackStatus;
  } catch (error) {
    if (error instanceof CloudFormationServiceException && error.name === 'ValidationError') return undefined;
    throw error;
  }
}

/**
 * @returns what was done to the stack; nothing when it could be deployed as it was
 * @throws UserError when the way back, or the deletion, fails once more: with the resources and the reasons
 */
export async function makeDeployable(
  aws: CloudFormationClient,
  stack: string,
  say: (text: string) => void,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const status = await settled(aws, stack, say, signal);
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    say('going on with the way back that failed');
    await aws.send(new ContinueUpdateRollbackCommand({ StackName: stack }));
  } else if (status === 'DELETE_FAILED') {
    say('going on with the deletion that failed');
    await aws.send(new DeleteStackCommand({ StackName: stack }));
  } else return [];
  const now = await settled(aws, stack, say, signal);
  if (now === undefined || now === 'UPDATE_ROLLBACK_COMPLETE') return [`${stack}: ${status}`];
  throw new UserError(
    [
      `CloudFormation cannot bring the stack ${stack} back: it is ${now}.`,
      ...(await failures(aws, stack)).map((one) => `  ${one}`),
      'Take away what is in the way (AWS says it above), then give the same command again.',
    ].join('\n'),
  );
}

/** @returns the status in which it has come to rest */
async function settled(
  aws: CloudFormationClient,
  stack: string,
  say: (text: string) => void,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  for (;;) {
    const status = await statusOf(aws, stack);
    if (!status?.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') return status;
    say(`waiting for the deploy before: ${status}`);
    await delay(POLL_MILLISECONDS, undefined, { signal });
  }
}

async function failures(aws: CloudFormationClient, StackName: string): Promise<string[]> {
  const { StackResources = [] } = await aws.send(new DescribeStackResourcesCommand({ StackName }));
  return StackResources.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED')).map(
    ({ LogicalResourceId, ResourceType, ResourceStatusReason }) =>
      `${ResourceType} ${LogicalResourceId}: ${ResourceStatusReason ?? 'no reason given'}`,
  );
}
