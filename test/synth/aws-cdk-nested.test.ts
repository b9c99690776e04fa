/**
 * APIs in nested stacks: what stands in which stack, and in which order the stacks are deployed. That the resources are those
 * of the other engines, the facts show (`engines`); what CloudFormation does with them, `test/sandbox` and `test/deploy`.
 */

import { NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { ApiService } from '../../constructs/aws-cdk/api-service';
import type { Stage } from '../../constructs/blueprint/schema';
import type { GatewayStack } from '../../stacks/aws-cdk/stacks';
import { existing } from './support/aws-cdk-existing';
import { type Settings, stackAt, synthesizedIn, withoutHash } from './support/aws-cdk-template';
import { shopAt } from './support/many-apis';

const CANARY = 'canary: { image: "registry.example/stock:2", percent: 5 }';
const apis = (stage: Stage) => ({
  orders: '',
  stock: `nestedStack: b${stage === 'gateway' ? `, ${CANARY}` : ''}`,
  users: 'nestedStack: b, instances: { min: 2, max: 4 }',
  prices: 'nestedStack: c',
});

const made = (stage: Stage) => stackAt(shopAt(apis(stage), stage));

/** `NestedStacksbservices…` -> `b/services`. */
const nameOf = (logicalId: string): string =>
  withoutHash(logicalId).replace(
    /^NestedStacks(\w)(canaries)?(.*?)NestedStack.*$/,
    (_, name, canaries, part) => `${name}${canaries ? '.canaries' : ''}/${part.replace(/^from/, 'from-')}`,
  );

const nestedOf = (stack: Stack): [string, NestedStack][] =>
  stack.node
    .findAll()
    .flatMap((one) =>
      one instanceof NestedStack
        ? [[one.node.path.replace(/.*NestedStacks\//, ''), one] as [string, NestedStack]]
        : [],
    );

const resourcesOf = (stack: Stack): Settings => Template.fromStack(stack).toJSON().Resources;

/** By the nested stack, the logical ids without hash. */
const within = (stage: Stage): Record<string, string[]> =>
  Object.fromEntries(
    nestedOf(made(stage)).map(([name, stack]) => [
      name,
      Object.keys(resourcesOf(stack)).map(withoutHash).toSorted(),
    ]),
  );

const service = (name: string): string[] =>
  ['Discovery', 'ExecutionRole', 'LogsGroup', 'Service', 'TaskDefinition', 'TaskRole'].map(
    (one) => `${name}${one}`,
  );
const services = {
  'b/services': [
    ...service('stock'),
    'usersDiscovery',
    'usersExecutionRole',
    'usersLogsGroup',
    'usersService',
    'usersServiceTaskCountTarget',
    'usersServiceTaskCountTargetPolicy',
    'usersTaskDefinition',
    'usersTaskRole',
  ],
  'c/services': service('prices'),
};
const groups = {
  'b/groups': ['stockSecurityGroup', 'usersSecurityGroup'],
  'c/groups': ['pricesSecurityGroup'],
};
const canary = {
  'b.canaries/services': service('stockcanary'),
  'b.canaries/groups': ['stockcanarySecurityGroup'],
};
const rulesFrom = (what: string) => ({
  [`b/from-${what}`]: [`stockSecurityGroupfrom${what}8080`, `usersSecurityGroupfrom${what}8080`],
  [`c/from-${what}`]: [`pricesSecurityGroupfrom${what}8080`],
});

test.each<[Stage, Record<string, string[]>]>([
  [
    'api',
    {
      ...services,
      'b/groups': [
        'stockSecurityGroup',
        'stockSecurityGroupfromanywhere8080',
        'usersSecurityGroup',
        'usersSecurityGroupfromanywhere8080',
      ],
      'c/groups': ['pricesSecurityGroup', 'pricesSecurityGroupfromanywhere8080'],
    },
  ],
  ['load-balanced', { ...services, ...groups, ...rulesFrom('balancer') }],
  [
    'gateway',
    {
      ...services,
      ...groups,
      ...rulesFrom('gateways'),
      ...canary,
      'b.canaries/from-gateways': ['stockcanarySecurityGroupfromgateways8080'],
    },
  ],
])('at stage %s these stand in nested stacks, and nothing of the API that names none', (stage, wanted) => {
  expect(within(stage)).toEqual(wanted);
});

/** Nested stacks by name, gateways' services, and traffic rules, which are one here. */
function toldAs(logicalId: string, all: Settings): string | undefined {
  const name = withoutHash(logicalId);
  if (all[logicalId]?.Type === 'AWS::CloudFormation::Stack') return nameOf(logicalId);
  if (/^LoadBalancerTraffic/.test(name)) return 'traffic';
  return /^Gatewaygateway[ab]Service$/.test(name) ? name.slice('Gateway'.length) : undefined;
}

/** What each waits for, by `DependsOn` or by a reference. */
function waitsAt(stage: Stage): Record<string, string[]> {
  const all = resourcesOf(made(stage));
  const waits: Record<string, Set<string>> = {};
  for (const [logicalId, { DependsOn = [], Properties }] of Object.entries(all)) {
    const waiting = toldAs(logicalId, all);
    if (waiting === undefined) continue;
    const references = [...JSON.stringify(Properties).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)];
    const on = [...[DependsOn].flat(), ...references.map(([, name = '']) => name)];
    const told = on.flatMap((one) => toldAs(one, all) ?? []).filter((one) => one !== waiting);
    waits[waiting] = new Set([...(waits[waiting] ?? []), ...told]);
  }
  return Object.fromEntries(Object.entries(waits).map(([name, on]) => [name, [...on].toSorted()]));
}

describe('a nested stack is deployed after what it waits for, and before what waits for it', () => {
  const groupsFirst = { 'b/groups': [], 'c/groups': [] };

  test('api', () => {
    expect(waitsAt('api')).toEqual({
      ...groupsFirst,
      'b/services': ['b/groups'],
      'c/services': ['c/groups'],
    });
  });

  test('load-balanced: traffic comes when the services are steady', () => {
    expect(waitsAt('load-balanced')).toEqual({
      ...groupsFirst,
      'b/from-balancer': ['b/groups'],
      'c/from-balancer': ['c/groups'],
      'b/services': ['b/from-balancer', 'b/groups'],
      'c/services': ['c/from-balancer', 'c/groups'],
      traffic: ['b/services', 'c/services'],
    });
  });

  test('gateway: the gateways are let in, traffic moves to them, and the services let go of their target groups', () => {
    const letIn = ['b.canaries/from-gateways', 'b.canaries/services', 'b/from-gateways', 'c/from-gateways'];
    expect(waitsAt('gateway')).toEqual({
      ...groupsFirst,
      'b.canaries/groups': [],
      'b.canaries/from-gateways': ['b.canaries/groups'],
      'b.canaries/services': ['b.canaries/from-gateways', 'b.canaries/groups'],
      'b/from-gateways': ['b/groups'],
      'c/from-gateways': ['c/groups'],
      gatewayaService: letIn,
      gatewaybService: [...letIn, 'gatewayaService'],
      traffic: ['gatewayaService', 'gatewaybService'],
      'b/services': ['b/from-gateways', 'b/groups', 'traffic'],
      'c/services': ['c/from-gateways', 'c/groups', 'traffic'],
    });
  });
});

test('what stands in a nested stack is found at its API as what stands beside it', () => {
  const { services } = (made('gateway') as GatewayStack).stage;
  const found = Object.entries(services).map(([name, { fargate, securityGroup, scaling }]) => [
    name,
    Object.keys(securityGroup.ingress),
    Stack.of(securityGroup).node.id,
    Stack.of(securityGroup.access[0] as Construct).node.id,
    Stack.of(fargate.service).node.id,
    scaling !== undefined,
  ]);
  const rule = ['from-gateways'];
  expect(found).toEqual([
    ['orders', rule, 'shop', 'shop', 'shop', false],
    ['stock', rule, 'groups', 'from-gateways', 'services', false],
    ['stock-canary', rule, 'groups', 'from-gateways', 'services', false],
    ['users', rule, 'groups', 'from-gateways', 'services', true],
    ['prices', rule, 'groups', 'from-gateways', 'services', false],
  ]);
});

test('who names no nested stack has none, and stands where it stood when others name one', () => {
  const alone = resourcesOf(stackAt(shopAt({ orders: '', users: '' }, 'gateway')));
  expect(Object.values(alone).map(({ Type }) => Type)).not.toContain('AWS::CloudFormation::Stack');
  const beside = resourcesOf(stackAt(shopAt({ orders: '', users: 'nestedStack: b' }, 'gateway')));
  const own = (all: Settings): string[] =>
    Object.keys(all).filter((name) => !/^users|^NestedStacks/.test(name));
  expect(own(beside)).toEqual(own(alone));
  expect(own(beside).length).toBeGreaterThan(60);
});

test("an API in a stack of one's own stands there, whatever its words say", () => {
  const all = synthesizedIn((stack) => {
    const words = { name: 'shop', api: 'stock', image: 'registry.example/stock:1', nestedStack: 'b' };
    new ApiService(stack, 'stock', { ...words, ...existing(stack) });
  });
  expect(Object.values(all.counts)).not.toContain('AWS::CloudFormation::Stack');
  expect(all.one('stockService').ServiceName).toBe('shop-stock');
});
