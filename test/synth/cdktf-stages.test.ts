/** Each stage gives exactly these resources, under these addresses. Does not show that AWS takes them: see test/deploy. */
import type { Stage } from '../../constructs/blueprint/schema';
import { fromLoadBalancedOn, inAllStages, onlyApi, onlyGateway, onlyLoadBalanced } from './support/addresses';
import { blueprintAt } from './support/blueprints';
import { synthesized, synthesizedAt } from './support/terraform-json';

const stages: readonly Stage[] = ['api', 'load-balanced', 'gateway'];

describe('what each stage has', () => {
  test.each([
    ['api', [...inAllStages, ...onlyApi]],
    ['load-balanced', [...inAllStages, ...fromLoadBalancedOn, ...onlyLoadBalanced]],
    ['gateway', [...inAllStages, ...fromLoadBalancedOn, ...onlyGateway]],
  ] as const)('stage %s has these addresses and no others', (stage, addresses) => {
    expect(synthesizedAt(stage).addresses).toEqual(addresses.toSorted());
  });

  test('stage api', () => {
    expect(synthesizedAt('api').counts).toEqual({
      aws_appautoscaling_policy: 1,
      aws_appautoscaling_target: 1,
      aws_cloudwatch_log_group: 4,
      aws_ecs_cluster: 1,
      aws_ecs_service: 2,
      aws_ecs_task_definition: 2,
      aws_iam_role: 4,
      aws_iam_role_policy: 2,
      aws_internet_gateway: 1,
      aws_route: 1,
      aws_route_table: 1,
      aws_route_table_association: 2,
      aws_secretsmanager_secret: 1,
      aws_secretsmanager_secret_version: 1,
      aws_security_group: 2,
      aws_service_discovery_private_dns_namespace: 1,
      aws_service_discovery_service: 2,
      aws_subnet: 2,
      aws_vpc: 1,
      aws_vpc_security_group_egress_rule: 2,
      aws_vpc_security_group_ingress_rule: 2,
    });
  });

  test('stage load-balanced', () => {
    expect(synthesizedAt('load-balanced').counts).toEqual({
      aws_acm_certificate: 1,
      aws_acm_certificate_validation: 1,
      aws_appautoscaling_policy: 1,
      aws_appautoscaling_target: 1,
      aws_cloudwatch_log_group: 4,
      aws_ecs_cluster: 1,
      aws_ecs_service: 2,
      aws_ecs_task_definition: 2,
      aws_eip: 1,
      aws_iam_role: 4,
      aws_iam_role_policy: 2,
      aws_internet_gateway: 1,
      aws_lb: 1,
      aws_lb_listener: 2,
      aws_lb_listener_rule: 5,
      aws_lb_target_group: 2,
      aws_nat_gateway: 1,
      aws_route: 3,
      aws_route53_record: 2,
      aws_route_table: 3,
      aws_route_table_association: 4,
      aws_secretsmanager_secret: 1,
      aws_secretsmanager_secret_version: 1,
      aws_security_group: 3,
      aws_service_discovery_private_dns_namespace: 1,
      aws_service_discovery_service: 2,
      aws_subnet: 4,
      aws_vpc: 1,
      aws_vpc_security_group_egress_rule: 3,
      aws_vpc_security_group_ingress_rule: 4,
    });
  });

  test('stage gateway', () => {
    expect(synthesizedAt('gateway').counts).toEqual({
      aws_acm_certificate: 1,
      aws_acm_certificate_validation: 1,
      aws_appautoscaling_policy: 1,
      aws_appautoscaling_target: 1,
      aws_cloudwatch_log_group: 4,
      aws_ecs_cluster: 1,
      aws_ecs_service: 4,
      aws_ecs_task_definition: 4,
      aws_eip: 1,
      aws_iam_role: 8,
      aws_iam_role_policy: 4,
      aws_internet_gateway: 1,
      aws_lb: 1,
      aws_lb_listener: 2,
      aws_lb_listener_rule: 2,
      aws_lb_target_group: 1,
      aws_nat_gateway: 1,
      aws_route: 3,
      aws_route53_record: 2,
      aws_route_table: 3,
      aws_route_table_association: 4,
      aws_secretsmanager_secret: 1,
      aws_secretsmanager_secret_version: 1,
      aws_security_group: 4,
      aws_service_discovery_private_dns_namespace: 1,
      aws_service_discovery_service: 4,
      aws_subnet: 4,
      aws_vpc: 1,
      aws_vpc_security_group_egress_rule: 4,
      aws_vpc_security_group_ingress_rule: 7,
    });
  });

  test('no stage looks anything up in the account', () => {
    for (const stage of stages) expect(synthesizedAt(stage).configuration.data).toBeUndefined();
  });
});

describe('what an environment does not use', () => {
  test('an existing network adds nothing to it', () => {
    const { counts } = synthesized({
      ...blueprintAt('load-balanced'),
      network: {
        kind: 'existing',
        vpcId: 'vpc-0a1b2c3d',
        cidr: '10.0.0.0/16',
        publicSubnetIds: { a: 'subnet-0000000a', b: 'subnet-0000000b' },
        privateSubnetIds: { a: 'subnet-1000000a', b: 'subnet-1000000b' },
      },
    });
    const made = ['aws_vpc', 'aws_subnet', 'aws_route', 'aws_route_table', 'aws_nat_gateway', 'aws_eip'];
    for (const type of made) expect(counts[type]).toBeUndefined();
    expect(counts.aws_ecs_service).toBe(2);
  });

  test('an existing certificate needs no validation, and a domain without a zone has no record', () => {
    const blueprint = blueprintAt('load-balanced');
    const loadBalancer = blueprint.loadBalancer as NonNullable<typeof blueprint.loadBalancer>;
    const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/own';
    const stack = synthesized({
      ...blueprint,
      loadBalancer: {
        ...loadBalancer,
        records: [],
        https: { ...loadBalancer.https, certificate: { kind: 'existing', arn } },
      },
    });
    expect(stack.counts.aws_acm_certificate).toBeUndefined();
    expect(stack.counts.aws_acm_certificate_validation).toBeUndefined();
    expect(stack.counts.aws_route53_record).toBeUndefined();
    expect(stack.one('aws_lb_listener.LoadBalancer_Https').certificate_arn).toBe(arn);
  });

  test('without a user pool there is nothing of Cognito, without scaling nothing of autoscaling', () => {
    const { services } = blueprintAt('api');
    const { counts } = synthesized({
      ...blueprintAt('api'),
      services: services.filter((service) => service.scaling === undefined),
    });
    expect(Object.keys(counts).filter((type) => type.startsWith('aws_cognito'))).toEqual([]);
    expect(Object.keys(counts).filter((type) => type.startsWith('aws_appautoscaling'))).toEqual([]);
  });
});

test('a blueprint of another stage is refused with the stage and what it lacks', () => {
  expect(() => synthesized({ ...blueprintAt('load-balanced'), stage: 'gateway' })).toThrow(
    'The blueprint of "shop" is at stage "gateway" and has no gateway. Take the construct of that stage.',
  );
});
