/** Replaces the gateways one after the other, so that they take up what changed outside their task definition. */
import {
  DescribeServicesCommand,
  type Service,
  UpdateServiceCommand,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs';
import type { AwsClients } from './aws';
import { UserError } from './output';

const serving = (service: Service): boolean => (service.runningCount ?? 0) >= (service.desiredCount ?? 0);

/** @throws UserError when a member is down: rolling the others would leave no gateway. */
async function requireAllServing(
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
  /** Service names, in the order that they are taken out. */
  readonly members: readonly string[];
  /** @default 15 */
  readonly pollSeconds?: number;
  onMember?(name: string): void;
}

/** @throws UserError when a member is down before, or not steady within ten minutes after. */
export async function rollGateways(aws: AwsClients, options: RollOptions): Promise<void> {
  const { cluster, members } = options;
  for (const member of members) {
    await requireAllServing(aws, cluster, members);
    options.onMember?.(member);
    await aws.ecs.send(new UpdateServiceCommand({ cluster, service: member, forceNewDeployment: true }));
    const delay = options.pollSeconds ?? 15;
    const { state, reason } = await waitUntilServicesStable(
      { client: aws.ecs, maxWaitTime: 600, minDelay: delay, maxDelay: delay },
      { cluster, services: [member] },
    );
    if (state !== 'SUCCESS')
      throw new UserError(`${member} is not steady after ten minutes: ${String(reason)}`);
  }
}
