/** A new version of an API: what it adds to the stack, who waits for whom, and that nothing else is replaced. */
import type { Blueprint, Service } from '../../constructs/blueprint/blueprint';
import { blueprintAt } from './support/blueprints';
import { type Synthesized, synthesized, synthesizedAt } from './support/terraform-json';

/** The gateway stage's blueprint with a new version of `orders`. */
function withCanary(): Blueprint {
  const blueprint = blueprintAt('gateway');
  const orders = blueprint.services.find(({ id }) => id === 'orders');
  if (!orders || !blueprint.gateway) throw new Error('the stage has both');
  const id = 'orders-canary';
  const { scaling, ...fixed } = orders;
  const canary: Service = {
    ...fixed,
    id,
    name: `shop-${id}`,
    taskDefinition: { ...orders.taskDefinition, family: `shop-${id}` },
    executionRole: { ...orders.executionRole, name: `shop-${id}-execution` },
    taskRole: { ...orders.taskRole, name: `shop-${id}-task` },
    logGroup: { ...orders.logGroup, name: `/stagecraft/shop/${id}` },
    securityGroup: { ...orders.securityGroup, id, name: `shop-${id}` },
    discovery: { ...orders.discovery, name: id },
    desiredCount: 1,
  };
  return {
    ...blueprint,
    services: [...blueprint.services, canary],
    gateway: { ...blueprint.gateway, canaries: [id] },
  };
}

const withoutHash = (address: string) => address.replace(/_[0-9A-F]{8}$/, '');
const services = (stack: Synthesized, address: string) =>
  stack.waitsFor(address).filter((one) => one.startsWith('aws_ecs_service.'));

describe('a canary', () => {
  const before = synthesizedAt('gateway');
  const stack = synthesized(withCanary());
  const added = stack.addresses.filter((address) => !before.addresses.includes(address)).map(withoutHash);

  test('is a pool more, and takes nothing away', () => {
    expect(added).toEqual([
      'aws_cloudwatch_log_group.orders-canary_Logs_Group',
      'aws_ecs_service.orders-canary_Service',
      'aws_ecs_task_definition.orders-canary_TaskDefinition',
      'aws_iam_role.orders-canary_ExecutionRole',
      'aws_iam_role.orders-canary_TaskRole',
      'aws_iam_role_policy.orders-canary_ExecutionRole_Policy',
      'aws_security_group.orders-canary_SecurityGroup',
      'aws_service_discovery_service.orders-canary_Discovery',
      'aws_vpc_security_group_egress_rule.orders-canary_SecurityGroup_Egress',
      'aws_vpc_security_group_ingress_rule.orders-canary_SecurityGroup_gateway-8080',
    ]);
    expect(before.addresses.filter((address) => !stack.addresses.includes(address))).toEqual([]);
    expect(stack.addresses).toHaveLength(before.addresses.length + 10);
  });

  test('changes nothing that was there but what the gateways wait for', () => {
    const changed = before.addresses.map(withoutHash).filter((address) => {
      return JSON.stringify(stack.one(address)) !== JSON.stringify(before.one(address));
    });
    expect(changed).toEqual([
      'aws_ecs_service.Gateway_gateway-a_Service',
      'aws_ecs_service.Gateway_gateway-b_Service',
    ]);
    for (const address of changed) {
      const { depends_on: _, ...now } = stack.one(address);
      const { depends_on: __, ...then } = before.one(address);
      expect(now).toEqual(then);
    }
  });

  test('is steady before a gateway leads to it, and removed when all have let go', () => {
    const canary = 'aws_ecs_service.orders-canary_Service';
    expect(services(stack, 'aws_ecs_service.Gateway_gateway-a_Service')).toEqual([canary]);
    expect(services(stack, 'aws_ecs_service.Gateway_gateway-b_Service')).toEqual([
      'aws_ecs_service.Gateway_gateway-a_Service',
      canary,
    ]);
    for (const member of ['gateway-a', 'gateway-b']) {
      expect(stack.waitsFor(`aws_ecs_service.Gateway_${member}_Service`)).toContain(
        'aws_vpc_security_group_ingress_rule.orders-canary_SecurityGroup_gateway-8080',
      );
    }
    expect(stack.one(canary).wait_for_steady_state).toBe(true);
    expect(stack.createdBeforeDestroyed()).toEqual(expect.arrayContaining([canary]));
  });

  test('waits for no gateway and for no rule of the load balancer', () => {
    const waits = stack.waitsFor('aws_ecs_service.orders-canary_Service');
    expect(waits.filter((one) => /ecs_service|listener_rule/.test(one))).toEqual([]);
    expect(stack.one('aws_ecs_service.orders-canary_Service').load_balancer).toBeUndefined();
  });
});
