/** The engines that are compared, each from a blueprint to facts. */
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { factsOfCdktf } from './cdktf';
import { factsOfCloudFormation } from './cloudformation';
import type { Facts } from './facts';
import { factsOfPulumi } from './pulumi';
import { configurationOf, templateOf } from './synthesized';

export const engines = {
  cdktf: async (blueprint: Blueprint): Promise<Facts> => factsOfCdktf(configurationOf(blueprint)),
  'aws-cdk': async (blueprint: Blueprint): Promise<Facts> => factsOfCloudFormation(templateOf(blueprint)),
  pulumi: factsOfPulumi,
} as const;

export type Engine = keyof typeof engines;
export const names = Object.keys(engines) as Engine[];

/** The one that the others are compared with. */
export const FIRST = 'cdktf' as const satisfies Engine;
export type Other = Exclude<Engine, typeof FIRST>;
export const others = names.filter((name): name is Other => name !== FIRST);
