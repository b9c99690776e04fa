/** The collector beside each gateway, as Terraform is told of it. Its program is not run: see docs/metrics.md. */
import { resolve } from '../../constructs/blueprint/resolve';
import { type Edit, parsed, REGION } from '../unit/environment-fixture';
import { type Synthesized, synthesized } from './support/terraform-json';

const stackWith = (metrics: string): Synthesized => {
  const edit: Edit = [REGION, `${REGION}gateway: { usageMetrics: false, metrics: ${metrics} }\n`];
  return synthesized(resolve(parsed(edit)));
};
const plain = stackWith('none');
const cloudwatch = stackWith('cloudwatch');
const prometheus = stackWith('{ prometheus: "arn:aws:aps:eu-central-1:123456789012:workspace/ws-0a1b2c3d" }');

const containersOf = (stack: Synthesized, member: string) =>
  JSON.parse(stack.one(`aws_ecs_task_definition.Gateway_${member}_TaskDefinition`).container_definitions);
const TASK_POLICY = 'aws_iam_role_policy.Gateway_gateway-a_TaskRole_Policy';
const GROUP = 'aws_cloudwatch_log_group.Gateway_MetricsLogs_Group';

/** What one has more of than the other. */
const more = (stack: Synthesized, than: Synthesized) =>
  Object.fromEntries(
    Object.entries(stack.counts)
      .map(([type, many]) => [type, many - (than.counts[type] ?? 0)] as const)
      .filter(([, many]) => many !== 0),
  );

test('without metrics there is no container and no permission', () => {
  expect(containersOf(plain, 'gateway-a').map(({ name }: { name: string }) => name)).toEqual(['gateway']);
  expect(Object.keys(plain.all('aws_iam_role_policy')).filter((name) => name.includes('TaskRole'))).toEqual(
    [],
  );
});

test('to CloudWatch there is one log group more, and a policy for each gateway', () => {
  expect(more(cloudwatch, plain)).toEqual({ aws_cloudwatch_log_group: 1, aws_iam_role_policy: 2 });
  expect(cloudwatch.one(GROUP)).toMatchObject({
    name: '/stagecraft/shop/gateway-metrics',
    retention_in_days: 30,
  });
});

test('to Prometheus there is a policy for each gateway and nothing else', () => {
  expect(more(prometheus, plain)).toEqual({ aws_iam_role_policy: 2 });
  expect(JSON.parse(prometheus.one(TASK_POLICY).policy)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'WriteMetrics',
        Effect: 'Allow',
        Action: ['aps:RemoteWrite'],
        Resource: ['arn:aws:aps:eu-central-1:123456789012:workspace/ws-0a1b2c3d'],
      },
    ],
  });
});

test('a gateway may write to that log group alone, before it starts', () => {
  const arn = /^\$\{aws_cloudwatch_log_group\.Gateway_MetricsLogs_Group_[0-9A-F]{8}\.arn\}/;
  expect(JSON.parse(cloudwatch.one(TASK_POLICY).policy).Statement).toEqual([
    {
      Sid: 'WriteMetrics',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: [
        expect.stringMatching(new RegExp(`${arn.source}$`)),
        expect.stringMatching(new RegExp(`${arn.source}:\\*$`)),
      ],
    },
  ]);
  expect(cloudwatch.waitsFor('aws_ecs_service.Gateway_gateway-a_Service')).toContain(TASK_POLICY);
});

test('the container does not end the task, opens no port, and logs beside the gateway', () => {
  const [gateway, metrics, ...others] = containersOf(cloudwatch, 'gateway-b');
  expect(others).toEqual([]);
  expect(gateway).toMatchObject({ name: 'gateway', essential: true });
  expect(metrics).toMatchObject({
    name: 'metrics',
    image: 'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0',
    essential: false,
    portMappings: [],
    secrets: [],
    stopTimeout: 15,
    logConfiguration: gateway.logConfiguration,
  });
  // A container that waited for the gateway would be stopped first, and hold up the gateway's own stop.
  expect(metrics).not.toHaveProperty('dependsOn');
  expect(gateway).not.toHaveProperty('dependsOn');
  expect(metrics.environment).toEqual([
    { name: 'AOT_CONFIG_CONTENT', value: expect.stringContaining('log_stream_name: gateway-b') },
  ]);
});

test('no security group and no rule is different', () => {
  for (const type of [
    'aws_security_group',
    'aws_vpc_security_group_ingress_rule',
    'aws_vpc_security_group_egress_rule',
  ])
    for (const stack of [cloudwatch, prometheus]) expect(stack.all(type)).toEqual(plain.all(type));
});

test("nothing in the collector's configuration is read by Terraform", () => {
  const value = '{ prometheus: "https://mimir.example/$x/%25/push" }';
  const [, metrics] = containersOf(stackWith(value), 'gateway-a');
  expect(metrics.environment[0].value).toContain('https://mimir.example/$$x/%25/push');
});
