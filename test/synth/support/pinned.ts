/** What is pinned: every environment file at every stage, what else a file can say, and blueprints written by hand. */
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { environmentAt, everyEnvironment, stages } from './aws-cdk-template';
import { blueprintAt } from './blueprints';
import { fullAt, namedVariants } from './variants';

export interface Pinned {
  /** `prod/gateway`, `every-field/api/without-tags`, `by-hand/gateway`. */
  readonly name: string;
  readonly blueprint: Blueprint;
}

/** Each environment file of this repository at each stage. */
export const pinnedEnvironments = (): Pinned[] =>
  everyEnvironment.map(([name, stage]) => ({
    name: `${name}/${stage}`,
    blueprint: environmentAt(name, stage),
  }));

/** The environment that says all, at each stage. */
export const pinnedFull = (): Pinned[] =>
  stages.map((stage) => ({ name: `every-field/${stage}/full`, blueprint: fullAt(stage) }));

/** The environment that says all, with each thing left out or said otherwise, at each stage that takes it. */
export const pinnedVariants = (): Pinned[] =>
  namedVariants(stages).map(({ name, blueprint }) => ({ name: `every-field/${name}`, blueprint }));

export const pinnedByHand = (): Pinned[] =>
  stages.map((stage) => ({ name: `by-hand/${stage}`, blueprint: blueprintAt(stage) }));
