/** A pair behind a listener that is not ours, and the two ways out of what the constructs decide. */
import type { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { GatewayPair, type GatewayPairProps } from '../../constructs/aws-cdk/gateway-pair';
import { LoadBalancer } from '../../constructs/aws-cdk/load-balancer';
import { resourceOf } from '../../constructs/aws-cdk/suppressions';
import { TargetGroup } from '../../constructs/aws-cdk/target-group';
import { resolve } from '../../constructs/blueprint/resolve';
import { parsed } from '../unit/environment-fixture';
import { existing, groupOf, partsAt } from './support/aws-cdk-existing';
import { synthesizedIn } from './support/aws-cdk-template';

describe('a GatewayPair behind a listener that is not ours', () => {
  const { gateway, loadBalancer } = partsAt('gateway');
  const build = (
    stack: Stack,
    props: (own: ReturnType<typeof existing>) => Partial<GatewayPairProps> = () => ({}),
  ) => {
    const own = existing(stack);
    const [targetGroup] = loadBalancer.targetGroups;
    const [attachRule] = loadBalancer.attachRules;
    if (targetGroup === undefined || attachRule === undefined) throw new Error('no target group');
    const listener = elbv2.ApplicationListener.fromApplicationListenerAttributes(stack, 'listener', {
      listenerArn: 'arn:own-listener',
      securityGroup: groupOf(stack, 'own-balancer'),
    });
    const [a, b] = own.vpc.privateSubnets as [ec2.ISubnet, ec2.ISubnet];
    return new GatewayPair(stack, 'gateway', {
      gateway,
      ...own,
      subnets: { 'gateway-a': [a], 'gateway-b': [b] },
      targetGroup: new TargetGroup(stack, 'gateways', { targetGroup, attachRule, listener, vpc: own.vpc }),
      peers: { alb: groupOf(stack, 'balancer') },
      ...props(own),
    });
  };

  test('joins it by an attach rule, and lets in its load balancer alone', () => {
    const stack = synthesizedIn((scope) => build(scope));
    expect(stack.counts['AWS::ElasticLoadBalancingV2::LoadBalancer']).toBeUndefined();
    expect(stack.one('gatewaysAttachRule').ListenerArn).toBe('arn:own-listener');
    expect(stack.one('gatewayalb8080').SourceSecurityGroupId).toBe('sg-balancer');
    expect(stack.counts['AWS::EC2::SecurityGroupIngress']).toBe(3);
    expect(stack.waitsFor('gatewaygatewayaService')).toContain('gatewaysAttachRule');
    expect(stack.waitsFor('gatewaygatewaybService')).toContain('gatewaygatewayaService');
  });

  test('lets whoever lists the consumers read them, and whoever adds one write them', () => {
    const stack = synthesizedIn((scope) => {
      const user = iam.User.fromUserName(scope, 'operator', 'operator');
      build(scope).consumersSecret?.grantReadWrite(user);
    });
    const [policy] = Object.values(stack.all('AWS::IAM::Policy'));
    expect(policy?.PolicyDocument.Statement.flatMap(({ Action }: { Action: string[] }) => Action)).toEqual([
      'secretsmanager:GetSecretValue',
      'secretsmanager:DescribeSecret',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecret',
      'secretsmanager:UpdateSecretVersionStage',
    ]);
  });

  test("a key of the user's own can be used by the members to read the secret, before they start", () => {
    const stack = synthesizedIn((scope) => {
      const key = kms.Key.fromKeyArn(scope, 'key', 'arn:aws:kms:eu-central-1:123456789012:key/own');
      build(scope, () => ({
        transform: { consumersSecret: { secret: (props) => ({ ...props, encryptionKey: key }) } },
      }));
    });
    const policies = Object.entries(stack.all('AWS::IAM::Policy'));
    expect(policies.map(([, { PolicyDocument }]) => PolicyDocument.Statement)).toEqual([
      [{ Action: 'kms:Decrypt', Effect: 'Allow', Resource: 'arn:aws:kms:eu-central-1:123456789012:key/own' }],
      [{ Action: 'kms:Decrypt', Effect: 'Allow', Resource: 'arn:aws:kms:eu-central-1:123456789012:key/own' }],
    ]);
    expect(stack.waitsFor('gatewaygatewayaService')).toContain('gatewaygatewayaExecutionRoleDefaultPolicy');
  });

  test('has metrics of what callers did, with the dimensions that its filters write', () => {
    synthesizedIn((scope) => {
      const pair = build(scope, () => ({ gateway: resolve(parsed()).gateway }));
      expect(pair.metric('Errors5xx', { Api: 'orders' }).toMetricConfig().metricStat).toMatchObject({
        namespace: 'Stagecraft/shop',
        metricName: 'Errors5xx',
        dimensions: [{ name: 'Api', value: 'orders' }],
        statistic: 'Sum',
      });
      const requests = pair.metric('Requests', { Consumer: 'acme', Api: 'orders' }, { label: 'acme' });
      expect(requests.toMetricConfig().metricStat?.dimensions).toEqual([
        { name: 'Api', value: 'orders' },
        { name: 'Consumer', value: 'acme' },
      ]);
      expect(requests.label).toBe('acme');
      expect(pair.metric('Latency', { Api: 'orders' }).statistic).toBe('p95');
      expect(() => pair.metric('Errors5xx', {})).toThrow(
        'There is no metric Errors5xx {}. There are: Requests {Api}, Errors5xx {Api}, Refused {Api}, ' +
          'CacheHits {Api}, Latency {Api}, Requests {Api, Consumer}.',
      );
    });
  });

  test('needs subnets for each member', () => {
    expect(() =>
      synthesizedIn((scope) => build(scope, ({ vpc }) => ({ subnets: { 'gateway-a': vpc.privateSubnets } }))),
    ).toThrow('Gateway "gateway-b" has no subnets; given are those of gateway-a.');
  });

  test('refuses a member that comes after no member', () => {
    const members = gateway.members.map((member) => ({ ...member, after: ['gateway-z'] }));
    expect(() =>
      synthesizedIn((scope) => build(scope, () => ({ gateway: { ...gateway, members } }))),
    ).toThrow(
      'Gateway "gateway-a" comes after "gateway-z", which is no member. Members: gateway-a, gateway-b.',
    );
  });
});

describe('the two ways out', () => {
  const { loadBalancer } = partsAt('load-balanced');
  const front = (scope: Stack, transform = {}) => {
    const { vpc } = existing(scope);
    return new LoadBalancer(scope, 'front', { loadBalancer, vpc, subnets: vpc.publicSubnets, transform });
  };

  test('settings just before a child is made', () => {
    const stack = synthesizedIn((scope) => {
      front(scope, {
        loadBalancer: (props: elbv2.ApplicationLoadBalancerProps) => ({ ...props, http2Enabled: false }),
        targetGroup: {
          targetGroup: (props: elbv2.ApplicationTargetGroupProps) => ({
            ...props,
            stickinessCookieName: 'own',
          }),
        },
      });
    });
    expect(stack.one('frontLoadBalancer')).toMatchObject({ Scheme: 'internet-facing' });
    expect(stack.one('frontLoadBalancer').LoadBalancerAttributes).toContainEqual({
      Key: 'routing.http2.enabled',
      Value: 'false',
    });
  });

  test('the children themselves', () => {
    const stack = synthesizedIn((scope) => {
      const { httpsListener } = front(scope);
      resourceOf(httpsListener).addPropertyOverride('AlpnPolicy', ['None']);
    });
    expect(stack.one('frontHttps').AlpnPolicy).toEqual(['None']);
  });
});
