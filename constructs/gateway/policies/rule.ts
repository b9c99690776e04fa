/** What can be wrong with a policy whichever program carries it out: a rule is one small function that finds one thing. */
import type { Path, Problem } from '../../problems';
import type { Place } from '../places';
import type { Policies } from './index';

export interface PolicyFinding extends Pick<Problem, 'code' | 'message' | 'given' | 'allowed' | 'fix'> {
  /** The policy, and what of it: `['cors', 'credentials']`. */
  readonly path: readonly [policy: keyof Policies, ...rest: Path];
  /**
   * Where it is told of a route that has the policy from its API: at the route, where something beside it makes it wrong,
   * or where the policy is written. @default 'place'
   */
  readonly told?: 'place' | 'written';
}

/** Looks at one place for one thing that can be wrong. */
export type PolicyRule = (place: Place) => Iterable<PolicyFinding>;
