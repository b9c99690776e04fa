/** Everything that an environment file can say or leave out, at every stage, each as a blueprint. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { resolve } from '../../../constructs/blueprint/resolve';
import type { Stage } from '../../../constructs/blueprint/schema';
import { Problems } from '../../../constructs/problems';
import { parsedAt } from '../../unit/heed';

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of `every-field.yaml`. */
export const everyField = (): Tree =>
  parse(readFileSync(path.resolve(__dirname, 'every-field.yaml'), 'utf8')) as Tree;

/** Every place of a tree at which something stands, the outer ones first. */
export function placesOf(tree: Tree, before: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const place = [...before, key];
    return [place, ...(isTree(value) ? placesOf(value, place) : [])];
  });
}

function without(tree: Tree, [key = '', ...others]: readonly string[]): Tree {
  const { [key]: gone, ...rest } = tree;
  return others.length === 0 || !isTree(gone) ? rest : { ...rest, [key]: without(gone, others) };
}

/** Undefined when the environment is refused at that stage. */
function blueprintOf(tree: Tree, stage: Stage): Blueprint | undefined {
  try {
    // What it goes without follows from what is left in it.
    const said = without(tree, ['apis', 'orders', 'unenforcedBeforeGateway']);
    return resolve(parsedAt(stringify(said), stage));
  } catch (error) {
    if (error instanceof Problems) return undefined;
    throw error;
  }
}

/** The environment with everything that a stage takes. */
export function fullAt(stage: Stage): Blueprint {
  const blueprint = blueprintOf(fitting(everyField(), stage), stage);
  if (blueprint === undefined) throw new Error(`every-field.yaml is refused at stage ${stage}.`);
  return blueprint;
}

/** The environment with everything, where all that can be adopted is. */
export function adoptedAt(stage: Stage): Blueprint {
  const tree = (CHOICES['existing-everything'] as (full: Tree) => Tree)(everyField());
  const said = without(fitting(tree, stage), ['apis', 'orders', 'unenforcedBeforeGateway']);
  return resolve(parsedAt(stringify(said), stage));
}

/** A canary, and a pool that is not ours, are for gateways alone. */
const fitting = (tree: Tree, stage: Stage): Tree =>
  stage === 'gateway' ? tree : without(without(tree, ['apis', 'orders', 'canary']), ['apis', 'legacy']);

/** What of a blueprint can decide which settings a resource has: no text and no number does, but what is there. */
const shapeOf = (blueprint: Blueprint): string =>
  JSON.stringify(blueprint, (_, value) => {
    if (typeof value === 'string') return '';
    return typeof value === 'number' ? 0 : value;
  });

/** An API that takes no tokens of the environment's own user pool. */
const withoutPool = (apis: Tree): Tree => {
  const orders = apis.orders as Tree;
  const policies = { ...(orders.policies as Tree), authentication: { apiKey: {} } };
  return { ...apis, orders: { ...orders, policies } };
};

/** What stands beside nothing else in `every-field.yaml`: the other choice at a place. */
const CHOICES: Readonly<Record<string, (full: Tree) => Tree>> = {
  'existing-network': (full) => ({
    ...full,
    network: {
      vpc: 'vpc-0a1b2c3d4e5f60718',
      cidr: '10.0.0.0/16',
      publicSubnets: { a: 'subnet-00000001', b: 'subnet-00000002', c: 'subnet-00000003' },
      privateSubnets: { a: 'subnet-00000004', b: 'subnet-00000005', c: 'subnet-00000006' },
    },
  }),
  'existing-public-network': (full) => ({
    ...full,
    network: {
      vpc: 'vpc-0a1b2c3d4e5f60718',
      cidr: '10.0.0.0/16',
      publicSubnets: { a: 'subnet-00000001', b: 'subnet-00000002', c: 'subnet-00000003' },
    },
  }),
  'existing-cluster-and-namespace': (full) => ({
    ...full,
    cluster: { arn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own' },
    namespace: { id: 'ns-0123456789abcdef', name: 'own.internal' },
  }),
  'existing-everything': (full) => {
    const { domain: _, identity: _1, ...others } = full;
    return {
      ...without(without(others, ['apis', 'orders', 'hosts']), ['apis', 'legacy', 'hosts']),
      apis: withoutPool(others.apis as Tree),
      network: {
        vpc: 'vpc-0a1b2c3d4e5f60718',
        cidr: '10.0.0.0/16',
        privateSubnets: { a: 'subnet-00000004', b: 'subnet-00000005', c: 'subnet-00000006' },
      },
      cluster: { arn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/own' },
      namespace: { id: 'ns-0123456789abcdef', name: 'own.internal' },
      listener: {
        arn: 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/own/50dc6c495c0c9188/f2f7dc8efc522ab2',
        securityGroup: 'sg-0a1b2c3d4e5f60719',
      },
    };
  },
  'public-egress': (full) => ({ ...full, network: { ...(full.network as Tree), egress: 'public' } }),
  'single-nat': (full) => ({ ...full, network: { ...(full.network as Tree), egress: 'single-nat' } }),
  'existing-certificate': (full) => ({
    ...full,
    domain: {
      ...(full.domain as Tree),
      certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b',
    },
  }),
  'certificate-without-zone': (full) => ({
    ...full,
    domain: {
      name: 'api.shop.example',
      certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b',
    },
  }),
  'local-state': (full) => ({ ...full, state: { kind: 'local', path: 'own.tfstate' } }),
  'cloudwatch-metrics': (full) => ({
    ...full,
    gateway: { ...(full.gateway as Tree), metrics: 'cloudwatch', usageMetrics: true },
  }),
};

export interface Variant {
  /** `gateway/full`, `api/without-tags`. */
  readonly name: string;
  readonly stage: Stage;
  readonly blueprint: Blueprint;
}

/**
 * The environment with everything, with each thing left out, and with each other choice, at each stage that takes it; no
 * shape twice.
 */
export function namedVariants(stages: readonly Stage[]): Variant[] {
  const full = everyField();
  const trees: [string, Tree][] = [
    ['full', full],
    ...placesOf(full).map((place): [string, Tree] => [`without-${place.join('.')}`, without(full, place)]),
    ...Object.entries(CHOICES).map(([name, choose]): [string, Tree] => [name, choose(full)]),
  ];
  const byShape = new Map<string, Variant>();
  for (const stage of stages) {
    for (const [name, tree] of trees) {
      const blueprint = blueprintOf(fitting(tree, stage), stage);
      if (blueprint === undefined) continue;
      const shape = shapeOf(blueprint);
      if (!byShape.has(shape)) byShape.set(shape, { name: `${stage}/${name}`, stage, blueprint });
    }
  }
  return [...byShape.values()];
}

export const variants = (stages: readonly Stage[]): Blueprint[] =>
  namedVariants(stages).map(({ blueprint }) => blueprint);
