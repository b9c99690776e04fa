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

/** What of a blueprint can decide which settings a resource has: no text and no number does, but what is there. */
const shapeOf = (blueprint: Blueprint): string =>
  JSON.stringify(blueprint, (_, value) => {
    if (typeof value === 'string') return '';
    return typeof value === 'number' ? 0 : value;
  });

/** The environment with everything, and with each thing left out, at each stage that takes it; no shape twice. */
export function variants(stages: readonly Stage[]): Blueprint[] {
  const full = everyField();
  const trees = [full, ...placesOf(full).map((place) => without(full, place))];
  const byShape = new Map<string, Blueprint>();
  for (const stage of stages) {
    for (const tree of trees) {
      // A canary is for gateways alone.
      const fitting = stage === 'gateway' ? tree : without(tree, ['apis', 'orders', 'canary']);
      const blueprint = blueprintOf(fitting, stage);
      if (blueprint !== undefined) byShape.set(shapeOf(blueprint), blueprint);
    }
  }
  return [...byShape.values()];
}
