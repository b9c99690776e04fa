/** `stagecraft status`: what runs, as AWS says it. */
import { DescribeServicesCommand, type Service } from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from './context';
import { type Output, table } from './output';

interface ServiceStatus {
  readonly service: string;
  readonly running: number;
  readonly desired: number;
  readonly rollout: string;
}

function statusOf(service: Service): ServiceStatus {
  const primary = service.deployments?.find((one) => one.status === 'PRIMARY');
  return {
    service: service.serviceName ?? '?',
    running: service.runningCount ?? 0,
    desired: service.desiredCount ?? 0,
    rollout: (service.deployments?.length ?? 0) > 1 ? 'IN_PROGRESS' : (primary?.rolloutState ?? 'unknown'),
  };
}

async function servicesOf(context: Context): Promise<readonly ServiceStatus[]> {
  const { blueprint, aws } = context;
  const names = [...blueprint.services, ...(blueprint.gateway?.members ?? [])].map((service) => service.name);
  const batches = Array.from({ length: Math.ceil(names.length / 10) }, (_, i) =>
    names.slice(i * 10, i * 10 + 10),
  );
  const described = await Promise.all(
    batches.map((services) =>
      aws.ecs.send(new DescribeServicesCommand({ cluster: blueprint.cluster.name, services })),
    ),
  );
  const found = described.flatMap((one) => one.services ?? []).filter((one) => one.status !== 'INACTIVE');
  const missing = names.filter((name) => !found.some((one) => one.serviceName === name));
  return [
    ...found.map(statusOf),
    ...missing.map((service) => ({ service, running: 0, desired: 0, rollout: 'not deployed' })),
  ];
}

/** Healthy targets of all that are registered, by target group. */
async function groupsOf(context: Context): Promise<Record<string, string>> {
  const names = (context.blueprint.loadBalancer?.targetGroups ?? []).map((group) => group.name);
  if (names.length === 0) return {};
  const { TargetGroups = [] } = await context.aws.elb.send(new DescribeTargetGroupsCommand({ Names: names }));
  const states = await Promise.all(
    TargetGroups.map(async ({ TargetGroupArn, TargetGroupName = '?' }) => {
      const found = await context.aws.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
      const targets = found.TargetHealthDescriptions ?? [];
      const healthy = targets.filter((one) => one.TargetHealth?.State === 'healthy').length;
      return [TargetGroupName, `${healthy}/${targets.length} healthy`] as const;
    }),
  );
  return Object.fromEntries(states);
}

const isGood = (service: ServiceStatus): boolean =>
  service.desired > 0 && service.running >= service.desired && service.rollout === 'COMPLETED';

/** @returns whether everything runs as it should. */
export async function status(context: Context, output: Output): Promise<boolean> {
  const services = await servicesOf(context);
  const targetGroups = await groupsOf(context);
  const good = services.every(isGood);
  const { name, stage, region } = context.environment;
  output.document({
    environment: name,
    stage,
    region,
    sandbox: Boolean(context.sandbox),
    good,
    services,
    targetGroups,
  });
  output.line(`${name}: stage ${stage}, ${context.sandbox ? 'in the sandbox' : region}`);
  output.line(
    table(
      ['service', 'running', 'rollout'],
      services.map((one) => [one.service, `${one.running}/${one.desired}`, one.rollout]),
    ),
  );
  for (const [group, state] of Object.entries(targetGroups)) output.line(`target group ${group}: ${state}`);
  return good;
}
