/** All that rules find wrong with the policies of an API or of a model. */
import type { Problem } from '../../problems';
import type { GatewayApi, GatewayModel } from '../model';
import { inherits, type Place, pathOf, placesOf, writtenAt } from '../places';
import type { PolicyFinding, PolicyRule } from './rule';
import { rules } from './rules';

function problemOf({ path: [policy, ...rest], told, ...finding }: PolicyFinding, place: Place): Problem {
  const start = told === 'written' ? writtenAt(place, policy) : [...pathOf(place), policy];
  return { ...finding, path: [...start, ...rest] };
}

/** Each once: what is wrong with the API's own policy is not told again of the routes that have it from there. */
export function problemsOf(api: GatewayApi, asked: readonly PolicyRule[]): Problem[] {
  const ofApi = new Set<string>();
  const problems = new Map<string, Problem>();
  for (const rule of asked) {
    for (const place of placesOf(api)) {
      for (const finding of rule(place)) {
        const said = JSON.stringify(finding);
        if (!place.route) ofApi.add(said);
        else if (inherits(place, finding.path[0]) && ofApi.has(said)) continue;
        const problem = problemOf(finding, place);
        problems.set(JSON.stringify(problem), problem);
      }
    }
  }
  return [...problems.values()];
}

/** Whichever program carries the policies out. */
export const policyProblems = ({ apis }: Pick<GatewayModel, 'apis'>): Problem[] =>
  apis.flatMap((api) => problemsOf(api, rules));
