/** How waits are put together, and one that both engines once had not. */
import { environmentAt } from '../support/aws-cdk-template';
import { names } from './engines';
import { factsOf } from './suite';
import { waitsOf } from './waits';

const waits = (direct: Record<string, string[]>) =>
  Object.fromEntries(
    [...waitsOf(new Map(Object.entries(direct).map(([path, on]) => [path, new Set(on)])))].map(
      ([path, on]) => [path, [...on]],
    ),
  );

test('waits are those of what is waited for, too', () => {
  expect(waits({ a: ['b'], b: ['c'], c: [] })).toEqual({ a: ['b', 'c'], b: ['c'], c: [] });
});

test('a thing of parts stands when the last of them does, and its name is that of the whole', () => {
  const direct = {
    'x/Group': ['Vpc'],
    'x/Egress': ['x/Group'],
    one: ['x/Group'],
    other: ['x/Egress'],
    Vpc: [],
  };
  expect(waits(direct)).toEqual({ 'x/Group': ['Vpc'], one: ['Vpc'], other: ['x/Group', 'Vpc'], Vpc: [] });
});

test('a thing of which two parts are last stands when both do', () => {
  const direct = {
    'x/TaskRole/Role': [],
    'x/TaskRole/Policy': ['x/TaskRole/Role'],
    'x/TaskRole/ManagedPolicy/one': ['x/TaskRole/Role'],
    early: ['x/TaskRole/Policy'],
    late: ['x/TaskRole/Policy', 'x/TaskRole/ManagedPolicy/one'],
  };
  expect(waits(direct)).toEqual({ 'x/TaskRole/Role': [], early: [], late: ['x/TaskRole/Role'] });
});

test('parts that do not wait for each other are no thing', () => {
  expect(() => waits({ 'x/Group': [], 'x/Egress': [] })).toThrow(
    'The others wait for no part of x/Group: x/Group, x/Egress.',
  );
});

test('a circle is told', () => {
  expect(() => waits({ a: ['b'], b: ['a'] })).toThrow('A circle: a waits for b waits for a.');
});

let facts: Awaited<ReturnType<typeof factsOf>>;
let before: Awaited<ReturnType<typeof factsOf>>;
beforeAll(async () => {
  before = await factsOf(environmentAt('prod', 'load-balanced'));
  facts = await factsOf(environmentAt('prod', 'gateway'));
}, 120_000);

test.each(names)('%s: the load balancer waits for the public routes and the internet gateway', (engine) => {
  const on = [...(facts[engine].waits.get('LoadBalancer') ?? [])];
  expect(on.filter((path) => path.startsWith('Network/')).toSorted()).toEqual([
    'Network/InternetGateway',
    'Network/Public-a',
    'Network/Public-b',
    'Network/PublicAssociation-a',
    'Network/PublicAssociation-b',
    'Network/PublicRoute',
    'Network/PublicRoutes',
    'Network/Vpc',
  ]);
});

const RULE = 'LoadBalancer/Traffic/traffic-gateway';
const APIS = ['catalog', 'orders'];
const trafficRules = (paths: Iterable<string>) =>
  [...paths].filter((path) => path.startsWith('LoadBalancer/Traffic/'));

test.each(names)('%s: pools let go when all requests go to the gateways', (engine) => {
  const { waits, resources } = facts[engine];
  expect(trafficRules(resources.keys())).toEqual([RULE]);
  expect([...(waits.get(RULE) ?? [])]).toEqual(
    expect.arrayContaining(['Gateway/gateway-a/Service', 'Gateway/gateway-b/Service']),
  );
  expect(APIS.map((api) => waits.get(`${api}/Service`)?.has(RULE))).toEqual([true, true]);
});

test.each(names)('%s: gateways keep all requests until each API has its rule again', (engine) => {
  const { waits, resources } = before[engine];
  const rules = trafficRules(resources.keys()).filter((path) => path !== RULE);
  expect(rules).toHaveLength(3);
  const on = [...(waits.get(RULE) ?? [])];
  expect(on).toEqual(expect.arrayContaining([...rules, ...APIS.map((api) => `${api}/Service`)]));
  expect(APIS.map((api) => waits.get(`${api}/Service`)?.has(RULE))).toEqual([false, false]);
});
