/** A whole stage, told in the environment file's words. */
import type { Blueprint } from '../blueprint/blueprint';
import { resolve } from '../blueprint/resolve';
import type { EnvironmentInput, Stage } from '../blueprint/schema';
import { environmentGraph } from '../graph/environment';
import type { NetworkPlaces } from '../graph/network';
import type { NounOf } from '../graph/resource';
import { type Listener, meant } from './environment';
import { type Later, type Words, withValues } from './later';

/** All that a file says, but for what is about the file: the stage is the construct, and the state is the stack's. */
export type StageWords = Omit<EnvironmentInput, '$schema' | 'stage' | 'state'>;

/** A blueprint, and what in it stands for values that are known later. */
export interface StageMeant {
  readonly blueprint: Blueprint;
  readonly later: ReadonlyMap<string, Later>;
}

/** @throws Problems all that is wrong with the words */
export function stageMeant(words: Words, stage: Stage, told: Listener): StageMeant {
  const { environment, later } = meant(words, stage, told);
  return { blueprint: resolve(environment), later };
}

/** @param network where it stands, where an engine has more than ids of it */
export const stagePart = ({ blueprint, later }: StageMeant, network?: NetworkPlaces): NounOf<'stage'> =>
  withValues(environmentGraph(blueprint, network), later);
