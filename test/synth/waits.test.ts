/**
 * Both engines wait for the same: whatever waits for something with one engine, by reference or in words, waits for it
 * with the other too. Does not prove: that a wait is needed, or that none is missing in both.
 */
import { environmentAt, everyEnvironment } from './support/aws-cdk-template';
import { type Waits, waitsOfAwsCdk, waitsOfTerraform } from './support/waits';

interface Difference {
  readonly engine: 'aws-cdk' | 'cdktf';
  readonly waiting: RegExp;
  readonly on: RegExp;
  readonly why: string;
}

/** Waits that one engine alone has, and why that is right. One that is no longer there fails. */
const MEANT: readonly Difference[] = [
  {
    engine: 'aws-cdk',
    waiting: /TaskDefinition$/,
    on: /ExecutionRole\/Role$|ConsumersSecret/,
    why: 'A task definition starts nothing. With CDKTF the service waits for the policy, with AWS CDK it is in the role.',
  },
  {
    engine: 'aws-cdk',
    waiting: /ExecutionRole\/Role$/,
    on: /ConsumersSecret/,
    why: 'The policy names the secret, not its first text, which the service waits for.',
  },
  {
    engine: 'aws-cdk',
    waiting: /-\d+$/,
    on: /\/Group$/,
    why: "A rule needs the group, not the group's way out, which with CDKTF is a resource of its own.",
  },
  {
    engine: 'aws-cdk',
    waiting: /^LoadBalancer\/(?:Traffic|Records)\//,
    on: /Scaling(?:Target|Policy)$/,
    why: 'CloudFormation starts a new pool with one task, and autoscaling raises it; Terraform starts it with the minimum.',
  },
];

const onlyIn = (engine: Difference['engine'], one: Waits, other: Waits) =>
  [...one].flatMap(([waiting, on]) =>
    [...on].filter((name) => !other.get(waiting)?.has(name)).map((name) => ({ engine, waiting, on: name })),
  );

const compared = everyEnvironment.map(([name, stage]) => {
  const blueprint = environmentAt(name, stage);
  const cdktf = waitsOfTerraform(blueprint);
  const awsCdk = waitsOfAwsCdk(blueprint);
  const differences = [...onlyIn('cdktf', cdktf, awsCdk), ...onlyIn('aws-cdk', awsCdk, cdktf)];
  return { name, stage, cdktf, awsCdk, differences };
});

type Found = (typeof compared)[number]['differences'][number];
const covers = (one: Difference, { engine, waiting, on }: Found): boolean =>
  one.engine === engine && one.waiting.test(waiting) && one.on.test(on);

test.each(compared)('$name at stage $stage is made of the same with both engines', ({ cdktf, awsCdk }) => {
  expect([...awsCdk.keys()].toSorted()).toEqual([...cdktf.keys()].toSorted());
});

test.each(compared)('at $name, stage $stage, both engines wait for the same', ({ differences }) => {
  const unmeant = differences.filter((found) => !MEANT.some((one) => covers(one, found)));
  expect(unmeant.map(({ engine, waiting, on }) => `only with ${engine} ${waiting} waits for ${on}`)).toEqual(
    [],
  );
});

test.each(MEANT)('is there still: $why', (one) => {
  expect(compared.some(({ differences }) => differences.some((found) => covers(one, found)))).toBe(true);
});

describe('with each engine', () => {
  const { cdktf, awsCdk } = compared.find(({ name, stage }) => name === 'prod' && stage === 'gateway') ?? {};
  const engines = [['cdktf', cdktf] as const, ['aws-cdk', awsCdk] as const];

  test.each(engines)(
    '%s the load balancer waits for the public routes and the internet gateway',
    (_, waits) => {
      const on = waits?.get('LoadBalancer') ?? new Set();
      expect([...on].filter((name) => name.startsWith('Network/')).toSorted()).toEqual([
        'Network/InternetGateway',
        'Network/Public-a',
        'Network/Public-b',
        'Network/PublicAssociation-a',
        'Network/PublicAssociation-b',
        'Network/PublicRoute',
        'Network/PublicRoutes',
        'Network/Vpc',
      ]);
    },
  );
});
