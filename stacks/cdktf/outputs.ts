import { TerraformOutput, type TerraformStack } from 'cdktf';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import type { ApiStage, GatewayStage, LoadBalancedStage } from '../../constructs/cdktf/stages';

/** What an operator needs after a deploy: `npx cdktf output <environment>`. */
export function apiOutputs(stack: TerraformStack, stage: ApiStage | LoadBalancedStage | GatewayStage): void {
  const services = Object.entries(stage.services);
  output(stack, 'cluster', stage.cluster.clusterName, 'ECS cluster.');
  output(stack, 'namespace', stage.namespace.namespace.name, 'Cloud Map namespace.');
  output(
    stack,
    'services',
    fromEach(services, ({ fargate }) => fargate.service.name),
    'ECS services of the APIs.',
  );
  output(
    stack,
    'log_groups',
    fromEach(services, ({ fargate }) => fargate.logGroupName),
    'Log groups of the APIs.',
  );
  const { consumersSecret } = stage.gatewayData;
  if (consumersSecret !== undefined) {
    output(stack, 'consumers_secret_arn', consumersSecret.arn, "Secret with the consumers' hashed keys.");
  }
  if (stage.identity === undefined) return;
  const clients = Object.entries(stage.identity.machineClients);
  output(stack, 'user_pool', stage.identity.userPool.id, 'Cognito user pool.');
  output(stack, 'token_endpoint', stage.identity.tokenEndpoint, 'Where machine clients get their tokens.');
  output(
    stack,
    'client_ids',
    fromEach(clients, (client) => client.id),
    'Ids of the machine clients.',
  );
}

export function loadBalancerOutputs(
  stack: TerraformStack,
  { loadBalancer }: LoadBalancedStage | GatewayStage,
  { host }: Blueprint,
): void {
  const { dnsName } = loadBalancer.loadBalancer;
  const records = Object.values(loadBalancer.settings.records);
  const targetGroups = Object.entries(loadBalancer.targetGroups);
  output(stack, 'endpoint', `https://${host ?? dnsName}`, 'Where clients call.');
  output(stack, 'load_balancer_dns_name', dnsName, 'Name of the load balancer itself.');
  output(
    stack,
    'target_groups',
    fromEach(targetGroups, ({ arn }) => arn),
    'Target groups.',
  );
  const zones = [...new Set(records.map((record) => record.hostedZoneId))];
  if (zones.length > 0) output(stack, 'hosted_zones', zones, 'Hosted zones that the records are in.');
}

export function gatewayOutputs(stack: TerraformStack, { gateway }: GatewayStage): void {
  const members = Object.entries(gateway.members);
  output(
    stack,
    'gateways',
    fromEach(members, ({ service }) => service.name),
    'ECS services of the gateways.',
  );
  output(
    stack,
    'gateway_log_groups',
    fromEach(Object.entries(gateway.data.logGroups), ({ logGroupName }) => logGroupName),
    'Log groups of the gateways.',
  );
}

function output(stack: TerraformStack, name: string, value: unknown, description: string): void {
  new TerraformOutput(stack, name, { value, description });
}

function fromEach<Child>(
  children: [string, Child][],
  value: (child: Child) => string,
): Record<string, string> {
  return Object.fromEntries(children.map(([id, child]) => [id, value(child)]));
}
