/**
 * The engines, in the order in which one is chosen for who names none. To read the list loads no engine's packages: those
 * come when an environment is synthesized.
 */
import { awsCdk } from './aws-cdk/engine';
import { cdktf } from './cdktf/engine';
import type { Engine } from './engine';
import { pulumi } from './pulumi/engine';
import { UserError } from './user-error';

export const engines: readonly Engine[] = [cdktf, awsCdk, pulumi];

export const preferred: Engine = cdktf;

/** @throws UserError that lists the names there are */
export function engineNamed(name: string, all: readonly Engine[] = engines): Engine {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  throw new UserError(`There is no engine ${name}. There are: ${all.map((one) => one.name).join(', ')}.`);
}

/** Those that may be chosen for who names none, the preferred one first. */
export const chosenByDefault = (all: readonly Engine[] = engines): readonly Engine[] =>
  all.filter(({ onlyWhenAsked }) => !onlyWhenAsked);

/** Those that have something to repair. */
export const repairing: readonly Engine[] = engines.filter(({ repair }) => repair !== undefined);
