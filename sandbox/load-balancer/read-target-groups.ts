import {
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  paginateDescribeTargetGroups,
  type TargetGroup as TargetGroupDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Problems } from './problems';
import type { HealthCheckSettings, TargetGroup } from './state';

/** Attributes that change what clients see, and the value at which they do nothing. */
const notCarried: Readonly<Record<string, string>> = {
  'stickiness.enabled': 'false',
  'slow_start.duration_seconds': '0',
};

export async function readTargetGroups(
  elbv2: ElasticLoadBalancingV2Client,
  problems: Problems,
): Promise<readonly TargetGroup[]> {
  const descriptions: TargetGroupDescription[] = [];
  for await (const page of paginateDescribeTargetGroups({ client: elbv2 }, {}))
    descriptions.push(...(page.TargetGroups ?? []));
  const groups = await Promise.all(descriptions.map((group) => readTargetGroup(elbv2, group, problems)));
  return groups.flatMap((group) => group ?? []);
}

async function readTargetGroup(
  elbv2: ElasticLoadBalancingV2Client,
  group: TargetGroupDescription,
  problems: Problems,
): Promise<TargetGroup | undefined> {
  const { TargetGroupArn: arn = '', TargetGroupName: name, Protocol: protocol } = group;
  const version = group.ProtocolVersion ?? 'HTTP1';
  if (protocol !== 'HTTP' && protocol !== 'HTTPS')
    return problems.add(`Target group ${name} is left out: its protocol is ${protocol}.`);
  if (version !== 'HTTP1')
    return problems.add(`Target group ${name} is left out: its protocol version is ${version}.`);
  if (group.TargetType !== 'ip')
    return problems.add(`Target group ${name} is left out: its target type is ${group.TargetType}, not ip.`);
  const [{ Attributes = [] }, { TargetHealthDescriptions = [] }] = await Promise.all([
    elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn })),
    elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn })),
  ]);
  const attributes = new Map(Attributes.map(({ Key = '', Value = '' }) => [Key, Value]));
  for (const [key, value] of Object.entries(notCarried))
    if ((attributes.get(key) ?? value) !== value)
      problems.add(`Target group ${name}: the sandbox does not carry ${key} = ${attributes.get(key)}.`);
  const registered = TargetHealthDescriptions.filter(
    ({ TargetHealth }) => TargetHealth?.State !== 'draining',
  );
  return {
    arn,
    protocol,
    algorithm: algorithm(attributes.get('load_balancing.algorithm.type'), name, problems),
    deregistrationDelaySeconds: Number(attributes.get('deregistration_delay.timeout_seconds') ?? 300),
    healthCheck: healthCheck(group, protocol),
    targets: registered.flatMap(({ Target }) =>
      Target?.Id ? [{ address: Target.Id, port: Target.Port ?? group.Port ?? 80 }] : [],
    ),
  };
}

function algorithm(
  type: string | undefined,
  name: string | undefined,
  problems: Problems,
): TargetGroup['algorithm'] {
  if (type === 'least_outstanding_requests') return type;
  if (type !== undefined && type !== 'round_robin')
    problems.add(`Target group ${name}: the sandbox balances by round_robin, not ${type}.`);
  return 'round_robin';
}

/** Defaults: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
function healthCheck(group: TargetGroupDescription, protocol: 'HTTP' | 'HTTPS'): HealthCheckSettings {
  return {
    protocol:
      group.HealthCheckProtocol === 'HTTPS' || group.HealthCheckProtocol === 'HTTP'
        ? group.HealthCheckProtocol
        : protocol,
    port: group.HealthCheckPort ?? 'traffic-port',
    path: group.HealthCheckPath ?? '/',
    intervalSeconds: group.HealthCheckIntervalSeconds ?? 30,
    timeoutSeconds: group.HealthCheckTimeoutSeconds ?? 5,
    healthyThreshold: Number(group.HealthyThresholdCount ?? 5),
    unhealthyThreshold: Number(group.UnhealthyThresholdCount ?? 2),
    matcher: group.Matcher?.HttpCode ?? '200',
  };
}
