/** How a program becomes a data plane: whatever it can do, what is wrong with a policy is found before it is asked. */
import { type Problem, Problems } from '../problems';
import type { DataPlane, GatewayModel } from './model';
import { policyProblems } from './policies/problems';

/** What a program brings. Its `render` is given models without problems only. */
export interface Program extends Omit<DataPlane, 'problems'> {
  /** What it cannot carry out of a model that is right in itself. */
  limits(model: GatewayModel): readonly Problem[];
}

/** The one place where a model is judged: all problems at once, those that any program would have first. */
export function judged({ limits, ...program }: Program): DataPlane {
  const problems = (model: GatewayModel) => [...policyProblems(model), ...limits(model)];
  return {
    ...program,
    problems,
    render(model, member) {
      const found = problems(model);
      if (found.length > 0) throw new Problems(found);
      return program.render(model, member);
    },
  };
}
