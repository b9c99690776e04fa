import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Cloud, ref } from './cloudformation-kit';
import { after, before, both, fresh, old, pairs, type Table } from './cloudformation-updates';

const tagsOf = async (cloud: Cloud, arn: string) => {
  const { TagDescriptions } = await cloud.aws.elb.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
  return pairs(TagDescriptions?.[0]?.Tags);
};

const answer = (StatusCode: string) => [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode } }];
const path = (value: string) => [{ Field: 'path-pattern', PathPatternConfig: { Values: [value] } }];
const idle = (Value: string) => ({
  LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value }],
});
const delay = (Value: number) => ({
  TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value }],
});
const listener = { LoadBalancerArn: ref('Balancer'), Protocol: 'HTTP' };

/** Stands on the network's rows. */
export const balancer: Table = {
  beside: {
    Standing: {
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: { ...listener, Port: 8000, DefaultActions: answer('404') },
    },
  },
  rows: {
    Balancer: {
      type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      more: { DependsOn: 'Attachment' },
      before: { Subnets: [ref('A'), ref('B')], SecurityGroups: [ref('Group')], ...idle('30'), ...before },
      after: {
        Subnets: [ref('A'), ref('C')],
        SecurityGroups: [ref('Group'), ref('SecurityGroup')],
        ...idle('90'),
        ...after,
      },
      read: async (cloud, id, ids) => {
        const { elb } = cloud.aws;
        const { LoadBalancers } = await elb.send(
          new DescribeLoadBalancersCommand({ LoadBalancerArns: [id] }),
        );
        const { Attributes } = await elb.send(
          new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: id }),
        );
        const nameOf = (subnet: string | undefined) => ['A', 'B', 'C'].find((name) => ids[name] === subnet);
        return [
          LoadBalancers?.[0]?.AvailabilityZones?.map(({ SubnetId }) => nameOf(SubnetId)).sort(),
          LoadBalancers?.[0]?.SecurityGroups?.length,
          Attributes?.find(({ Key }) => Key === 'idle_timeout.timeout_seconds')?.Value,
          await tagsOf(cloud, id),
        ];
      },
      was: [['A', 'B'], 1, '30', old],
      becomes: [['A', 'C'], 2, '90', fresh],
    },
    Targets: {
      type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      ...both(
        { VpcId: ref('Net'), Port: 8080, Protocol: 'HTTP', TargetType: 'ip' },
        { HealthCheckPath: '/a', HealthCheckIntervalSeconds: '10', ...delay(5), ...before },
        { HealthCheckPath: '/b', HealthCheckIntervalSeconds: 15, ...delay(6), ...after },
      ),
      read: async (cloud, id) => {
        const { elb } = cloud.aws;
        const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [id] }));
        const { Attributes } = await elb.send(
          new DescribeTargetGroupAttributesCommand({ TargetGroupArn: id }),
        );
        return [
          TargetGroups?.[0]?.HealthCheckPath,
          TargetGroups?.[0]?.HealthCheckIntervalSeconds,
          Attributes?.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value,
          await tagsOf(cloud, id),
        ];
      },
      was: ['/a', 10, '5', old],
      becomes: ['/b', 15, '6', fresh],
    },
    Listener: {
      type: 'AWS::ElasticLoadBalancingV2::Listener',
      ...both(
        listener,
        { Port: 80, DefaultActions: answer('404') },
        { Port: 81, DefaultActions: answer('503') },
      ),
      read: async (cloud, id) => {
        const { Listeners } = await cloud.aws.elb.send(new DescribeListenersCommand({ ListenerArns: [id] }));
        return [Listeners?.[0]?.Port, Listeners?.[0]?.DefaultActions?.[0]?.FixedResponseConfig?.StatusCode];
      },
      was: [80, '404'],
      becomes: [81, '503'],
    },
    Rule: {
      type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
      ...both(
        { ListenerArn: ref('Standing') },
        { Priority: '1', Conditions: path('/a'), Actions: answer('201') },
        { Priority: 2, Conditions: path('/b'), Actions: answer('202') },
      ),
      read: async (cloud, id) => {
        const { Rules } = await cloud.aws.elb.send(new DescribeRulesCommand({ RuleArns: [id] }));
        const { Priority, Conditions, Actions } = Rules?.[0] ?? {};
        return [
          Priority,
          Conditions?.[0]?.PathPatternConfig?.Values,
          Actions?.[0]?.FixedResponseConfig?.StatusCode,
        ];
      },
      was: ['1', ['/a'], '201'],
      becomes: ['2', ['/b'], '202'],
    },
  },
};
