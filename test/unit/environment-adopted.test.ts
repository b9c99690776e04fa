/** What exists and is used instead of one of the environment's own, named in its file. */
import { parseEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import { Problems } from '../../constructs/problems';

const LISTENER =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/own/50dc6c495c0c9188/f2f7dc8efc522ab2';

const file = (change: Readonly<Record<string, string>> = {}): string => {
  const lines: Record<string, string> = {
    name: 'shop',
    stage: 'gateway',
    region: 'eu-central-1',
    network:
      '{ vpc: vpc-00000001, cidr: 10.0.0.0/16, privateSubnets: { a: subnet-00000001, b: subnet-00000002 } }',
    cluster: "{ arn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own' }",
    namespace: '{ id: ns-own, name: own.internal }',
    listener: `{ arn: '${LISTENER}', securityGroup: sg-00000001 }`,
    apis: "{ orders: { image: 'orders:1', paths: [/orders] }, stock: { image: 'stock:1', paths: [/stock] } }",
    ...change,
  };
  return Object.entries(lines)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
};

const parsed = (change?: Readonly<Record<string, string>>) => parseEnvironment(file(change), 'shop.yaml');

function problems(change: Readonly<Record<string, string>>): string[] {
  try {
    parsed(change);
  } catch (error) {
    if (error instanceof Problems) return error.problems.map(({ code, path }) => `${code} ${path.join('.')}`);
    throw error;
  }
  return [];
}

test('a file names the cluster, the namespace and the listener', () => {
  const { cluster, namespace, listener, loadBalancer, gateway, services, host } = resolve(parsed());
  expect(cluster).toEqual({
    id: 'Cluster',
    name: 'own',
    arn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own',
  });
  expect(namespace).toMatchObject({ name: 'own.internal', namespaceId: 'ns-own' });
  expect(loadBalancer).toBeUndefined();
  expect(host).toBeUndefined();
  expect(listener).toMatchObject({
    arn: LISTENER,
    securityGroup: { id: 'alb', groupId: 'sg-00000001' },
  });
  expect(listener?.targetGroups.map(({ id }) => id)).toEqual(['gateway']);
  // Each API has rules of its own: the listener may be others' too.
  expect(listener?.trafficRules.flatMap(({ conditions }) => conditions)).toEqual([
    { kind: 'path', values: ['/orders', '/orders/*'] },
    { kind: 'path', values: ['/stock', '/stock/*'] },
  ]);
  expect(gateway?.members.map(({ discovery }) => discovery.name)).toEqual([
    'shop-gateway-a',
    'shop-gateway-b',
  ]);
  expect(services.map(({ discovery }) => discovery.name)).toEqual(['shop-orders', 'shop-stock']);
});

test('two environments behind one listener have other numbers, and other words for the operator', () => {
  const rulesOf = (name: string) => {
    const { listener } = resolve(parsed({ name }));
    return [...(listener?.attachRules ?? []), ...(listener?.trafficRules ?? [])];
  };
  const [one, other] = [rulesOf('shop'), rulesOf('mart')];
  const numbers = [...one, ...other].map(({ priority }) => priority);
  expect(new Set(numbers).size).toBe(6);
  expect(one[0]?.conditions[0]).toEqual({
    kind: 'header',
    name: 'x-stagecraft-target',
    values: ['shop-gateway'],
  });
  expect(other[0]?.conditions[0]).toMatchObject({ values: ['mart-gateway'] });
});

test('a stage changes in place: the rules of a listener stay', () => {
  const ids = (stage: string) =>
    resolve(parsed({ stage })).listener?.trafficRules.map(({ id, priority }) => [id, priority]);
  expect(ids('load-balanced')).toEqual(ids('gateway'));
});

test.each([
  [
    'a cluster of another region',
    { cluster: "{ arn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/own' }" },
    ['ARN_REGION cluster.arn'],
  ],
  [
    'a listener of another partition',
    { listener: `{ arn: '${LISTENER.replace('arn:aws:', 'arn:aws-cn:')}', securityGroup: sg-00000001 }` },
    ['ARN_PARTITION listener.arn'],
  ],
  [
    'a listener without its group',
    { listener: `{ arn: '${LISTENER}' }` },
    ['MISSING_KEY listener.securityGroup'],
  ],
  [
    'a network load balancer',
    { listener: `{ arn: '${LISTENER.replace('/app/', '/net/')}', securityGroup: sg-00000001 }` },
    ['WRONG_FORM listener.arn'],
  ],
  [
    'a name that would need a record and a certificate',
    { domain: '{ name: api.shop.example, hostedZone: { id: Z0123456789SHOP, name: shop.example } }' },
    ['LISTENER_HAS_NAME domain.hostedZone'],
  ],
  [
    'no public subnets, and a load balancer of its own',
    {
      listener: '',
      domain: '{ name: api.shop.example, hostedZone: { id: Z0123456789SHOP, name: shop.example } }',
    },
    [
      'SUBNETS_MISSING network.privateSubnets.a',
      'SUBNETS_MISSING network.privateSubnets.b',
      'ZONES_TOO_FEW network.publicSubnets',
    ],
  ],
  [
    'an account that is none',
    { cluster: "{ arn: 'arn:aws:ecs:eu-central-1:1:cluster/own' }" },
    ['WRONG_FORM cluster.arn'],
  ],
])('%s is refused', (_, change, expected) => {
  expect(problems(change as Record<string, string>).toSorted()).toEqual(expected);
});

test('a host that clients use may be said, so that the gateways answer to it alone', () => {
  expect(resolve(parsed({ domain: '{ name: api.shop.example }' })).host).toBe('api.shop.example');
});
