import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { ListenerRules } from '../../constructs/aws-cdk/listener-rules';
import type { ApiStage, GatewayStage, LoadBalancedStage } from '../../constructs/aws-cdk/stages';
import type { Blueprint } from '../../constructs/blueprint/blueprint';

/** What an operator needs after a deploy. CloudFormation's outputs are texts: what is one of each is a JSON object. */
export function apiOutputs(stack: Stack, stage: ApiStage | LoadBalancedStage | GatewayStage): void {
  const services = Object.entries(stage.services);
  output(
    stack,
    'ClusterName',
    stage.cluster?.cluster.clusterName ?? stage.settings.cluster.name,
    'ECS cluster.',
  );
  output(
    stack,
    'NamespaceName',
    stage.namespace?.namespace.namespaceName ?? stage.settings.namespace.name,
    'Cloud Map namespace.',
  );
  output(
    stack,
    'ServiceNames',
    fromEach(stack, services, ({ fargate }) => fargate.service.serviceName),
    'ECS services of the APIs.',
  );
  output(
    stack,
    'LogGroupNames',
    fromEach(stack, services, ({ fargate }) => fargate.logGroupName),
    'Log groups of the APIs.',
  );
  const { consumersSecret } = stage.gatewayData;
  if (consumersSecret !== undefined) {
    const { secretArn } = consumersSecret.secret;
    output(stack, 'ConsumersSecretArn', secretArn, "Secret with the consumers' hashed keys.");
  }
  if (stage.identity === undefined) return;
  const clients = Object.entries(stage.identity.machineClients);
  output(stack, 'UserPoolId', stage.identity.userPool.userPoolId, 'Cognito user pool.');
  output(stack, 'TokenEndpoint', stage.identity.tokenEndpoint, 'Where machine clients get their tokens.');
  if (clients.length === 0) return;
  output(
    stack,
    'ClientIds',
    fromEach(stack, clients, (client) => client.userPoolClientId),
    'Ids of the machine clients.',
  );
}

export function loadBalancerOutputs(
  stack: Stack,
  stage: LoadBalancedStage | GatewayStage,
  { host }: Blueprint,
): void {
  const { listenerRules } = stage;
  if (listenerRules) {
    if (host !== undefined) output(stack, 'Endpoint', `https://${host}`, 'Where clients call.');
    targetGroupOutput(stack, listenerRules);
    return;
  }
  const { loadBalancer } = stage;
  const { loadBalancerDnsName } = loadBalancer.loadBalancer;
  output(stack, 'Endpoint', `https://${host ?? loadBalancerDnsName}`, 'Where clients call.');
  output(stack, 'LoadBalancerDnsName', loadBalancerDnsName, 'Name of the load balancer itself.');
  targetGroupOutput(stack, loadBalancer);
  const zones = [...new Set(loadBalancer.settings.records.map((record) => record.hostedZoneId))];
  if (zones.length > 0) {
    output(stack, 'HostedZoneIds', zones.join(','), 'Hosted zones that the records are in.');
  }
}

function targetGroupOutput(stack: Stack, { targetGroups }: Pick<ListenerRules, 'targetGroups'>): void {
  const arns = fromEach(stack, Object.entries(targetGroups), ({ targetGroup }) => targetGroup.targetGroupArn);
  output(stack, 'TargetGroupArns', arns, 'Target groups.');
}

export function gatewayOutputs(stack: Stack, { gateway }: GatewayStage): void {
  const members = Object.entries(gateway.members);
  output(
    stack,
    'GatewayServiceNames',
    fromEach(stack, members, ({ service }) => service.serviceName),
    'ECS services of the gateways.',
  );
  output(
    stack,
    'GatewayLogGroupNames',
    fromEach(stack, Object.entries(gateway.data.logGroups), ({ group }) => group.logGroupName),
    'Log groups of the gateways.',
  );
}

function output(stack: Stack, id: string, value: string, description: string): void {
  new CfnOutput(stack, id, { value, description });
}

function fromEach<Child>(stack: Stack, children: [string, Child][], value: (child: Child) => string): string {
  return stack.toJsonString(Object.fromEntries(children.map(([id, child]) => [id, value(child)])));
}
