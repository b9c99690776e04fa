/** Times that must be longer than one another, so that no request is cut. */
import { longestSeconds } from '../../gateway/balancing';
import { type ApiRule, hasBalancer } from './rule';

/** A target that leaves finishes its requests in the deregistration delay; then the connection is closed. */
export const requestFitsDrain: ApiRule = function* (api, name, environment) {
  const { requestTimeoutSeconds } = api;
  const longest = longestSeconds(api);
  const { deregistrationDelaySeconds } = environment;
  if (!hasBalancer(environment) || longest < deregistrationDelaySeconds) return;
  yield {
    code: 'REQUEST_TIMEOUT_DRAIN',
    path: ['apis', name, 'requestTimeoutSeconds'],
    or: ['deregistrationDelaySeconds'],
    message: `A deploy would cut requests of \`${name}\`: one may take as long as a leaving instance is given.`,
    given: `requestTimeoutSeconds ${requestTimeoutSeconds}${longest > requestTimeoutSeconds ? `, balancing.queueTimeoutSeconds ${api.balancing.queueTimeoutSeconds}` : ''}, deregistrationDelaySeconds ${deregistrationDelaySeconds}`,
    allowed: `less than deregistrationDelaySeconds, which may be 3600 at most`,
    fix: `Set \`deregistrationDelaySeconds\` to ${Math.min(longest + 5, 3600)} or more, or lower \`requestTimeoutSeconds\`.`,
  };
};
