/** Replaces the gateways one after the other, so that they take up what changed outside their task definition. */
import {
  DescribeServicesCommand,
  type Service,
  UpdateServiceCommand,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs';
import type * as blueprint from '../constructs/blueprint/blueprint';
import { UserError } from '../stacks/user-error';
import type { AwsClients } from './aws';

const serving = (service: Service): boolean => (service.runningCount ?? 0) >= (service.desiredCount ?? 0);

/** @throws UserError when a member is down: rolling the others would leave no gateway. */
export async function requireAllServing(
  aws: AwsClients,
  cluster: string,
  members: readonly string[],
): Promise<void> {
  const described = await aws.ecs.send(new DescribeServicesCommand({ cluster, services: [...members] }));
  const down = (described.services ?? []).filter((service) => !serving(service));
  if (down.length > 0) {
    const names = down.map((service) => service.serviceName).join(', ');
    throw new UserError(
      `Not rolled: ${names} is not serving, so taking out another gateway could leave none. Mend it first.`,
    );
  }
}

export interface RollOptions {
  readonly cluster: string;
  /** In the order that they are taken out; each has as long as its service's deploy may take. */
  readonly members: readonly Pick<blueprint.Service, 'name' | 'deployment'>[];
  /** @default 15 */
  readonly pollSeconds?: number;
  onMember?(name: string): void;
}

/** @throws UserError when a member is down before, or not steady again in time. */
export async function rollGateways(aws: AwsClients, options: RollOptions): Promise<void> {
  const { cluster, members } = options;
  const names = members.map(({ name }) => name);
  for (const { name: member, deployment } of members) {
    const { waitMinutes } = deployment;
    await requireAllServing(aws, cluster, names);
    options.onMember?.(member);
    await aws.ecs.send(new UpdateServiceCommand({ cluster, service: member, forceNewDeployment: true }));
    const delay = options.pollSeconds ?? 15;
    const { state, reason } = await waitUntilServicesStable(
      { client: aws.ecs, maxWaitTime: 60 * waitMinutes, minDelay: delay, maxDelay: delay },
      { cluster, services: [member] },
    );
    if (state !== 'SUCCESS')
      throw new UserError(`${member} is not steady after ${waitMinutes} minutes: ${String(reason)}`);
  }
}
