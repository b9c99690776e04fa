/** The engines that are compared, each from a blueprint to facts. */
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { factsOfCdktf } from './cdktf';
import { factsOfCloudFormation } from './cloudformation';
import type { Facts } from './facts';
import { configurationOf, templateOf } from './synthesized';

export const engines = {
  cdktf: (blueprint: Blueprint): Facts => factsOfCdktf(configurationOf(blueprint)),
  'aws-cdk': (blueprint: Blueprint): Facts => factsOfCloudFormation(templateOf(blueprint)),
} as const;

export type Engine = keyof typeof engines;
export const names = Object.keys(engines) as Engine[];

/** The one that the others are compared with. */
export const FIRST = 'cdktf' as const satisfies Engine;
export type Other = Exclude<Engine, typeof FIRST>;
export const others = names.filter((name): name is Other => name !== FIRST);
