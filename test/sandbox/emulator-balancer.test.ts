import {
  AddTagsCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  RegisterTargetsCommand,
  SetRulePrioritiesCommand,
  type TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ReportedTarget } from '../../sandbox/load-balancer/report';
import {
  type Aws,
  attach,
  type Balancer,
  createBalancer,
  createNetwork,
  createTargetGroup,
  type Network,
  startAws,
} from './emulator-kit';

let aws: Aws;
let network: Network;
let balancer: Balancer;

beforeAll(async () => {
  aws = await startAws();
  network = await createNetwork(aws);
  balancer = await createBalancer(aws, network, 'edge');
});
afterAll(() => aws.stop());

const register = (group: string, ...targets: TargetDescription[]) =>
  aws.elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: targets }));

const deregister = (group: string, ...targets: TargetDescription[]) =>
  aws.elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: targets }));

/** Address, port, state and reason of each target. */
async function health(group: string, targets?: TargetDescription[]): Promise<unknown[]> {
  const command = new DescribeTargetHealthCommand({ TargetGroupArn: group, Targets: targets });
  const { TargetHealthDescriptions = [] } = await aws.elb.send(command);
  return TargetHealthDescriptions.map(({ Target, TargetHealth }) => [
    Target?.Id,
    Target?.Port,
    TargetHealth?.State,
    TargetHealth?.Reason,
  ]);
}

const told = (id: string, port: number, state: ReportedTarget['state'], reason: string | null = null) => ({
  id,
  port,
  state,
  reason,
  description: null,
});

describe('the health of a target', () => {
  it('is unused until a load balancer uses the group, initial until told, then what was told', async () => {
    const group = await createTargetGroup(aws, network, 'told');
    await register(group, { Id: '127.20.0.5', Port: 8080 }, { Id: '127.20.1.5' });
    expect(await health(group)).toEqual([
      ['127.20.0.5', 8080, 'unused', 'Target.NotInUse'],
      ['127.20.1.5', 8080, 'unused', 'Target.NotInUse'],
    ]);
    await attach(aws, balancer.listener, group, 10);
    const initial = ['127.20.1.5', 8080, 'initial', 'Elb.RegistrationInProgress'];
    expect(await health(group)).toEqual([
      ['127.20.0.5', 8080, 'initial', 'Elb.RegistrationInProgress'],
      initial,
    ]);
    await aws.emulator.control.putTargetHealth({ [group]: [told('127.20.0.5', 8080, 'healthy')] });
    expect(await health(group)).toEqual([['127.20.0.5', 8080, 'healthy', undefined], initial]);
    const failed = told('127.20.0.5', 8080, 'unhealthy', 'Target.Timeout');
    await aws.emulator.control.putTargetHealth({ [group]: [failed] });
    expect(await health(group)).toEqual([['127.20.0.5', 8080, 'unhealthy', 'Target.Timeout'], initial]);
    const { TargetHealthDescriptions } = await aws.elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group }),
    );
    expect(TargetHealthDescriptions?.[1]).toMatchObject({
      HealthCheckPort: '8080',
      Target: { AvailabilityZone: 'eu-central-1b' },
    });
  });

  it('is draining after it was deregistered, as long as that is told', async () => {
    const group = await createTargetGroup(aws, network, 'draining');
    await attach(aws, balancer.listener, group, 11);
    await register(group, { Id: '127.20.0.6', Port: 8080 });
    await deregister(group, { Id: '127.20.0.6', Port: 8080 });
    expect(await health(group)).toEqual([]);
    const drains = { [group]: [told('127.20.0.6', 8080, 'draining')] };
    await aws.emulator.control.putTargetHealth(drains);
    expect(await health(group)).toEqual([
      ['127.20.0.6', 8080, 'draining', 'Target.DeregistrationInProgress'],
    ]);
    await register(group, { Id: '127.20.0.6', Port: 8080 });
    expect(await health(group)).toEqual([['127.20.0.6', 8080, 'initial', 'Elb.RegistrationInProgress']]);
    await deregister(group, { Id: '127.20.0.6', Port: 8080 });
    await aws.emulator.control.putTargetHealth({});
    expect(await health(group)).toEqual([]);
    expect(await health(group, [{ Id: '127.20.0.6', Port: 8080 }])).toEqual([
      ['127.20.0.6', 8080, 'unused', 'Target.NotRegistered'],
    ]);
  });

  it('belongs to address and port: one address may be two targets', async () => {
    const group = await createTargetGroup(aws, network, 'ports');
    await register(group, { Id: '127.20.0.7', Port: 8080 }, { Id: '127.20.0.7', Port: 9090 });
    await deregister(group, { Id: '127.20.0.7', Port: 8080 });
    expect(await health(group)).toEqual([['127.20.0.7', 9090, 'unused', 'Target.NotInUse']]);
    await deregister(group, { Id: '127.20.0.99', Port: 1 });
    expect(await health(group)).toHaveLength(1);
  });
});

describe('a target group', () => {
  const usedBy = async (group: string) => {
    const command = new DescribeTargetGroupsCommand({ TargetGroupArns: [group] });
    return (await aws.elb.send(command)).TargetGroups?.[0]?.LoadBalancerArns;
  };

  it('is used as long as a rule forwards to it, whatever its weight', async () => {
    const old = await createTargetGroup(aws, network, 'old');
    const next = await createTargetGroup(aws, network, 'next');
    const rule = await attach(aws, balancer.listener, old, 20);
    expect(await usedBy(old)).toEqual([balancer.loadBalancer]);
    expect(await usedBy(next)).toEqual([]);
    const forward = (...weights: [string, number][]) =>
      aws.elb.send(
        new ModifyRuleCommand({
          RuleArn: rule,
          Actions: [
            {
              Type: 'forward',
              ForwardConfig: {
                TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
              },
            },
          ],
        }),
      );
    await forward([old, 100], [next, 0]);
    expect(await usedBy(next)).toEqual([balancer.loadBalancer]);
    const inUse = aws.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: next }));
    await expect(inUse).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await forward([old, 1]);
    expect(await usedBy(next)).toEqual([]);
    await aws.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: next }));
    await aws.elb.send(new DeleteRuleCommand({ RuleArn: rule }));
    expect(await usedBy(old)).toEqual([]);
  });

  it('takes fifty tags, as on AWS', async () => {
    const group = await createTargetGroup(aws, network, 'tags');
    const tags = (count: number) => Array.from({ length: count }, (_, i) => ({ Key: `k${i}`, Value: 'v' }));
    await aws.elb.send(new AddTagsCommand({ ResourceArns: [group], Tags: tags(50) }));
    const tooMany = aws.elb.send(new AddTagsCommand({ ResourceArns: [group], Tags: tags(51) }));
    await expect(tooMany).rejects.toMatchObject({ name: 'TooManyTagsException' });
  });
});

describe('a load balancer', () => {
  it('lists its rules by priority, the default last', async () => {
    const { listener } = await createBalancer(aws, network, 'ordered');
    const group = await createTargetGroup(aws, network, 'ordered');
    for (const priority of [30, 5, 100]) await attach(aws, listener, group, priority);
    const { Rules } = await aws.elb.send(new DescribeRulesCommand({ ListenerArn: listener }));
    expect(Rules?.map(({ Priority }) => Priority)).toEqual(['5', '30', '100', 'default']);
  });

  it('is not deleted while it is protected', async () => {
    const { loadBalancer } = await createBalancer(aws, network, 'kept');
    const protect = (Value: string) =>
      aws.elb.send(
        new ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: loadBalancer,
          Attributes: [{ Key: 'deletion_protection.enabled', Value }],
        }),
      );
    const remove = () => aws.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: loadBalancer }));
    await protect('true');
    await expect(remove()).rejects.toMatchObject({ name: 'OperationNotPermittedException' });
    await protect('false');
    await remove();
  });
});

describe('the number of a rule', () => {
  it('is taken once: for a new rule, and for one that moves', async () => {
    const group = await createTargetGroup(aws, network, 'numbers');
    const first = await attach(aws, balancer.listener, group, 41);
    await expect(attach(aws, balancer.listener, group, 41)).rejects.toMatchObject({
      name: 'PriorityInUseException',
    });
    const second = await attach(aws, balancer.listener, group, 42);
    const move = (rule: string, to: number) =>
      aws.elb.send(new SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: rule, Priority: to }] }));
    await expect(move(second, 41)).rejects.toMatchObject({ name: 'PriorityInUseException' });
    await move(second, 43);
    await aws.elb.send(new DeleteRuleCommand({ RuleArn: first }));
    await move(second, 41);
    const { Rules = [] } = await aws.elb.send(new DescribeRulesCommand({ RuleArns: [second] }));
    expect(Rules.map(({ Priority }) => Priority)).toEqual(['41']);
  });
});
