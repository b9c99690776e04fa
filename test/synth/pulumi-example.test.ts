/** The example's program runs whole, and each component stands alone with what exists. */
import * as pulumi from '@pulumi/pulumi';
import { program } from '../../examples/pulumi-own-stack/main';
import { type Registered, run } from './support/pulumi-program';

const LISTENER =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/own/50dc6c495c0c9188/f2f7dc8efc522ab2';

let resources: readonly Registered[];
let result: ReturnType<typeof program>;

beforeAll(async () => {
  pulumi.runtime.setAllConfig({
    'stagecraft:clusterArn': 'arn:aws:ecs:eu-central-1:123456789012:cluster/own',
    'stagecraft:namespaceId': 'ns-own',
    'stagecraft:listenerArn': LISTENER,
    'stagecraft:balancerSecurityGroupId': 'sg-0a1b2c3d4e5f60719',
  });
  ({ result, resources } = await run(program));
}, 60_000);

const named = (name: string, type: string): Registered => {
  const found = resources.filter((one) => one.name === name && one.type === type);
  expect(found).toHaveLength(1);
  return found[0] as Registered;
};

test('the program gives its outputs', async () => {
  const outputs = await (pulumi.output(result) as unknown as { promise(): Promise<object> }).promise();
  expect(outputs).toEqual({ endpoint: 'front-LoadBalancer.dnsName', ordersService: 'orders-Service.name' });
});

test('it makes so many resources, each with the provider that it was given', () => {
  const custom = resources.filter(({ isComponent, type }) => !isComponent && type !== 'pulumi:providers:aws');
  expect(custom.length).toBe(65);
  const [provider] = resources.filter(({ type }) => type === 'pulumi:providers:aws');
  expect([...new Set(custom.map((one) => one.provider))]).toEqual([`${provider?.urn}::aws.id`]);
});

test('a service is put where it is told, and a transform changes it', () => {
  const service = named('orders-Service', 'aws:ecs/service:Service');
  expect(service.inputs).toMatchObject({
    cluster: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own',
    enableExecuteCommand: true,
    networkConfiguration: { securityGroups: ['orders-SecurityGroup-Group.id'] },
  });
  expect(named('orders-ScalingTarget', 'aws:appautoscaling/target:Target').inputs.resourceId).toBe(
    'service/own/orders-Service.name',
  );
});

test('servers are put behind the load balancer', () => {
  expect(
    named('orders-server', 'aws:lb/targetGroupAttachment:TargetGroupAttachment').inputs.targetGroupArn,
  ).toBe('front-orders-TargetGroup.arn');
});

test('gateways are behind the listener that exists, and traffic waits for them', () => {
  expect(
    named('gateway-Listener-gateway-AttachRule', 'aws:lb/listenerRule:ListenerRule').inputs.listenerArn,
  ).toBe(LISTENER);
  const ingress = resources.filter(
    ({ type }) => type === 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
  );
  expect(
    ingress.filter(({ inputs }) => inputs.referencedSecurityGroupId === 'sg-0a1b2c3d4e5f60719'),
  ).not.toEqual([]);
  const members = resources.filter(
    ({ name, type }) => /^gateway-.*Service$/.test(name) && type === 'aws:ecs/service:Service',
  );
  expect(members).toHaveLength(2);
  const [traffic] = resources.filter(({ name }) => name.startsWith('gateway-Listener-Traffic-'));
  expect(traffic?.dependsOn).toEqual(expect.arrayContaining(members.map(({ urn }) => urn)));
});
