/**
 * 300 APIs at stage `gateway`, with CDKTF, with Pulumi and as a module: all are provisioned, the load balancer has as many
 * rules as with one, and a gateway's configuration fits its task definition. What AWS CDK makes of many is in
 * `aws-cdk-nested`.
 */
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import { terraformModule } from '../../constructs/terraform/module';
import { EnvironmentStack } from '../../stacks/pulumi/environment-stack';
import { parsedAt } from '../unit/heed';
import { type Configuration, configurationOf } from './engines/synthesized';
import { run } from './support/pulumi-program';
import { manyApis } from './support/small-apis';

jest.setTimeout(120_000);

const COUNT = 300;
const text = manyApis({ count: COUNT });
const many = resolve(parsedAt(text, 'gateway'));
const own = <Data>(data: Data): Data => JSON.parse(JSON.stringify(data));

test('the load balancer has two rules and one target group', () => {
  const { trafficRules = [], attachRules = [], targetGroups = [] } = many.loadBalancer ?? {};
  expect([trafficRules, attachRules, targetGroups].map((all) => all.map(({ id }) => id))).toEqual([
    ['traffic-gateway'],
    ['attach-gateway'],
    ['gateway'],
  ]);
});

test('a gateway with all of them fits its task definition twice', () => {
  const [member] = (many as Required<Blueprint>).gateway.members;
  const bytes = Buffer.byteLength(JSON.stringify(member?.taskDefinition.containers));
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(32_768);
});

const terraformCounts = ({ resource = {} }: Configuration) =>
  Object.fromEntries(
    ['aws_ecs_service', 'aws_service_discovery_service', 'aws_lb_listener_rule', 'aws_lb_target_group'].map(
      (type) => [type, Object.keys(resource[type] ?? {}).length],
    ),
  );

/** Each API, and the two gateways. */
const IN_TERRAFORM = {
  aws_ecs_service: COUNT + 2,
  aws_service_discovery_service: COUNT + 2,
  aws_lb_listener_rule: 2,
  aws_lb_target_group: 1,
};

test('CDKTF', () => {
  expect(terraformCounts(configurationOf(many))).toEqual(IN_TERRAFORM);
});

test('a Terraform module', () => {
  expect(terraformCounts(terraformModule(many)['main.tf.json'] as Configuration)).toEqual(IN_TERRAFORM);
});

test('Pulumi', async () => {
  // Pulumi knows a list by its class, and Jest's copy of data is of another one.
  const { resources } = await run(() => new EnvironmentStack(own(many)), { stack: 'many' });
  const count = (type: string) => resources.filter((one) => one.type === type).length;
  expect([count('aws:ecs/service:Service'), count('aws:lb/listenerRule:ListenerRule')]).toEqual([
    COUNT + 2,
    2,
  ]);
});
