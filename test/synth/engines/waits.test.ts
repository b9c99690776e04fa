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

test('parts that do not wait for each other are no thing', () => {
  expect(() => waits({ 'x/Group': [], 'x/Egress': [] })).toThrow(
    'No part of x/Group waits for the others: x/Group, x/Egress.',
  );
});

test('a circle is told', () => {
  expect(() => waits({ a: ['b'], b: ['a'] })).toThrow('A circle: a waits for b waits for a.');
});

let facts: Awaited<ReturnType<typeof factsOf>>;
beforeAll(async () => {
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
