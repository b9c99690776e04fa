import { dataPlane } from '../../gateway';
import { Problems } from '../../problems';
import { gatewayModel } from '../resolving/gateway-pair';
import type { Rule } from './rule';

/** What the data plane cannot carry out, or what does not fit a task definition. */
export const gatewayText: Rule = (environment) => {
  if (environment.stage !== 'gateway') return [];
  const model = gatewayModel(environment);
  try {
    for (const member of model.members) dataPlane.render(model, member);
    return [];
  } catch (error) {
    if (error instanceof Problems) return error.problems;
    throw error;
  }
};
