import type { Path, Problem } from '../../problems';
import type { AnyApi, Api, Environment } from '../schema';

/** What a rule finds; where in the file that is, is found by its path. */
export interface Finding extends Omit<Problem, 'file' | 'line' | 'column'> {
  /** What of the place is meant. @default 'value' */
  readonly where?: 'key' | 'value';
  /** Where it is told when the path is not in the file, as its value is a default. */
  readonly or?: Path;
}

/** Looks at the whole environment for one thing that can be wrong. */
export type Rule = (environment: Environment) => Iterable<Finding>;

/** Looks at one API for one thing that can be wrong. */
export type ApiRule = (api: AnyApi, name: string, environment: Environment) => Iterable<Finding>;

/** Looks at one API whose instances are run here. */
export type OwnApiRule = (api: Api, name: string, environment: Environment) => Iterable<Finding>;

/** Stages that have a load balancer. */
export const hasBalancer = ({ stage }: Environment): boolean => stage !== 'api';

/** Stages at which the load balancer has rules for each API; at `gateway` it has one for all, where it is its own. */
export const hasRulesOfApis = ({ stage, listener }: Environment): boolean =>
  stage === 'load-balanced' || (stage === 'gateway' && listener !== undefined);

/** `1 entry`, `2 entries`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

export const list = (values: readonly (string | number)[]): string =>
  values.map((one) => `\`${one}\``).join(', ');

/** Places of the entries that stood in the list before. */
export const repeated = (values: readonly string[]): number[] =>
  values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []));
