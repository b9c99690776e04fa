/** What the Pulumi CLI is asked for by the program of this repository, at each stage. */
import * as pulumi from '@pulumi/pulumi';
import { environmentOutputs } from '../../constructs/graph/outputs';
import { EnvironmentStack } from '../../stacks/pulumi/environment-stack';
import { program } from '../../stacks/pulumi/program';
import { stages } from './support/aws-cdk-template';
import { type Registered, run } from './support/pulumi-program';
import { fullAt } from './support/variants';

/** Data of this realm: Pulumi knows a list by its class, and Jest's copies are of another one. */
const own = <Data>(data: Data): Data => JSON.parse(JSON.stringify(data));

const stackAt = (stage: (typeof stages)[number]) =>
  run(() => new EnvironmentStack(own(fullAt(stage))), { stack: fullAt(stage).environment });

const all: Record<string, { readonly result: EnvironmentStack; readonly resources: readonly Registered[] }> =
  {};
beforeAll(async () => {
  for (const stage of stages) all[stage] = await stackAt(stage);
}, 120_000);

const at = (stage: (typeof stages)[number]) => all[stage] as (typeof all)[string];
const byType = (type: string) => at('gateway').resources.filter((one) => one.type === type);

/** Names of the resources of one stage that another has under no URN. */
function gone(from: (typeof stages)[number], to: (typeof stages)[number]): string[] {
  const kept = new Set(at(to).resources.map(({ urn }) => urn));
  const lost = at(from).resources.filter(({ urn }) => !kept.has(urn));
  return lost.map(({ type, name }) => `${type} ${name}`).toSorted();
}

/** Under another URN it would be another resource: the old one would be deleted. */
test('a stage takes away what it no longer needs, and makes nothing anew', () => {
  const rule = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule';
  expect(gone('api', 'load-balanced')).toEqual([
    `${rule} shop-catalog-SecurityGroup-from-anywhere-8080`,
    `${rule} shop-orders-SecurityGroup-from-anywhere-3000`,
    `${rule} shop-stock-SecurityGroup-from-anywhere-8080`,
  ]);
  expect(gone('load-balanced', 'gateway')).toEqual([
    'aws:lb/listenerRule:ListenerRule shop-LoadBalancer-Traffic-traffic-catalog-07835e91',
    'aws:lb/listenerRule:ListenerRule shop-LoadBalancer-Traffic-traffic-orders-026a9bef',
    'aws:lb/listenerRule:ListenerRule shop-LoadBalancer-Traffic-traffic-stock-ba28b24c',
    'aws:lb/listenerRule:ListenerRule shop-LoadBalancer-catalog-AttachRule',
    'aws:lb/listenerRule:ListenerRule shop-LoadBalancer-orders-AttachRule',
    'aws:lb/listenerRule:ListenerRule shop-LoadBalancer-stock-AttachRule',
    'aws:lb/targetGroup:TargetGroup shop-LoadBalancer-catalog-TargetGroup',
    'aws:lb/targetGroup:TargetGroup shop-LoadBalancer-orders-TargetGroup',
    'aws:lb/targetGroup:TargetGroup shop-LoadBalancer-stock-TargetGroup',
    `${rule} shop-catalog-SecurityGroup-from-balancer-8080`,
    `${rule} shop-orders-SecurityGroup-from-balancer-3000`,
    `${rule} shop-stock-SecurityGroup-from-balancer-8080`,
    'stagecraft:index:TargetGroup shop-LoadBalancer-catalog',
    'stagecraft:index:TargetGroup shop-LoadBalancer-orders',
    'stagecraft:index:TargetGroup shop-LoadBalancer-stock',
  ]);
});

test('a URN has the types of the components around it', () => {
  const [service] = byType('aws:ecs/service:Service').filter(({ name }) => name === 'shop-orders-Service');
  expect(service?.urn).toBe(
    'urn:pulumi:shop::stagecraft::stagecraft:index:Stage$stagecraft:index:ApiService$stagecraft:index:FargateService$aws:ecs/service:Service::shop-orders-Service',
  );
});

test('every resource is below the stage, and of the provider of its environment', () => {
  const { resources, result } = at('gateway');
  const [provider] = resources.filter(({ type }) => type === 'pulumi:providers:aws');
  const { region, tags } = fullAt('gateway');
  expect(provider?.inputs).toEqual({
    region,
    allowedAccountIds: '["123456789012"]',
    defaultTags: JSON.stringify({ tags }),
    // What the SDK says where a program does not.
    skipCredentialsValidation: 'false',
    skipRegionValidation: 'true',
  });
  const custom = resources.filter((one) => !one.isComponent && one !== provider);
  expect([...new Set(custom.map((one) => one.provider))]).toEqual([`${provider?.urn}::aws.id`]);
  const top = resources.filter(({ parent }) => parent === '').map(({ type }) => type);
  expect(top.toSorted()).toEqual(['pulumi:providers:aws', 'stagecraft:index:Stage']);
  expect(result.stage.children.size).toBeGreaterThan(5);
});

test('every component ends its making with outputs, none of which is nothing', () => {
  const components = at('gateway').resources.filter(({ isComponent }) => isComponent);
  const without = components.filter(({ outputs }) => Object.keys(outputs ?? {}).length === 0);
  expect(without.map(({ name, type }) => `${type} ${name}`)).toEqual([]);
  expect(JSON.stringify(components.map(({ outputs }) => outputs))).not.toContain('null');
});

test.each(stages)('at stage %s a stack has the outputs of every engine', (stage) => {
  const { outputs, stage: component } = at(stage).result;
  expect(Object.keys(outputs).toSorted()).toEqual(
    environmentOutputs(component.noun)
      .map(({ name }) => name)
      .toSorted(),
  );
});

test('what is secret is sent as a secret', () => {
  const secret = at('gateway').resources.filter(({ secrets }) => secrets.length > 0);
  expect(secret.map(({ type, secrets }) => [type, ...secrets])).toEqual([
    ['aws:secretsmanager/secretVersion:SecretVersion', 'secretStringWo'],
  ]);
});

test('data is protected, and nothing else', () => {
  const kept = at('gateway').resources.filter(({ protect }) => protect);
  expect([...new Set(kept.map(({ type }) => type))].toSorted()).toEqual([
    'aws:cloudwatch/logGroup:LogGroup',
    'aws:cognito/userPool:UserPool',
    'aws:secretsmanager/secret:Secret',
  ]);
});

test('what autoscaling changes is left as it is', () => {
  const ignored = byType('aws:ecs/service:Service').map(({ name, ignoreChanges }) => [
    name,
    ...ignoreChanges,
  ]);
  expect(ignored.filter(([, ...names]) => names.length > 0).toSorted()).toEqual([
    ['shop-orders-Service', 'desiredCount'],
    ['shop-orders-canary-Service', 'desiredCount'],
  ]);
});

describe('the program of the repository', () => {
  test('deploys the environment that the stack is called as', async () => {
    const { result, resources } = await run(program);
    expect(Object.keys(result)).toContain('endpoint');
    expect(resources.some(({ name }) => name === 'prod-Network-Vpc')).toBe(true);
  });

  test('a stack without an environment file is refused in one text', async () => {
    const refused = await run(program, { stack: 'no-such' }).catch((error: unknown) => error);
    expect(pulumi.RunError.isInstance(refused)).toBe(true);
    expect((refused as Error).message).toContain('no-such');
  });
});
