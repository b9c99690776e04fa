/** Times that must be longer than one another, so that no request is cut. */
import { longestSeconds } from '../../gateway/balancing';
import { mostInstances } from '../resolving/services';
import {
  lookupSeconds,
  MOST_UNSEEN_SECONDS,
  MOST_WAIT_MINUTES,
  poolWaitMinutes,
  unseenSeconds,
} from '../resolving/timing';
import type { ApiRule, OwnApiRule } from './rule';

/** The longest deregistration delay that AWS takes. */
const MOST_DRAIN_SECONDS = 3600;

/**
 * A target that leaves finishes its requests in the deregistration delay; then the connection is closed. Asked at every
 * stage, so that a file that is sound at one is so at the next.
 */
export const requestFitsDrain: ApiRule = function* (api, name, environment) {
  const { requestTimeoutSeconds } = api;
  const longest = longestSeconds(api);
  const { deregistrationDelaySeconds } = environment;
  if (longest < deregistrationDelaySeconds) return;
  yield {
    code: 'REQUEST_TIMEOUT_DRAIN',
    path: ['apis', name, 'requestTimeoutSeconds'],
    or: ['deregistrationDelaySeconds'],
    message: `A deploy would cut requests of \`${name}\`: one may take as long as a leaving instance is given.`,
    given: `requestTimeoutSeconds ${requestTimeoutSeconds}${longest > requestTimeoutSeconds ? `, balancing.queueTimeoutSeconds ${api.balancing.queueTimeoutSeconds}` : ''}, deregistrationDelaySeconds ${deregistrationDelaySeconds}`,
    allowed: `less than deregistrationDelaySeconds, which may be ${MOST_DRAIN_SECONDS} at most`,
    fix:
      longest < MOST_DRAIN_SECONDS
        ? `Set \`deregistrationDelaySeconds\` to ${Math.min(longest + 5, MOST_DRAIN_SECONDS)} or more, or lower \`requestTimeoutSeconds\`.`
        : `Lower \`requestTimeoutSeconds\`${longest > requestTimeoutSeconds ? ' or `balancing.queueTimeoutSeconds`, together' : ''} to less than ${MOST_DRAIN_SECONDS}.`,
  };
};

/** What waits for a deploy gives up at some time, and a deploy that it has left is neither done nor undone. */
export const deployFitsWait: OwnApiRule = function* (api, name, environment) {
  const minutes = poolWaitMinutes(environment, api);
  if (minutes <= MOST_WAIT_MINUTES) return;
  const { graceSeconds, intervalSeconds, unhealthyThreshold, timeoutSeconds } = api.health;
  const { deregistrationDelaySeconds } = environment;
  const checkSeconds = unhealthyThreshold * intervalSeconds + timeoutSeconds;
  yield {
    code: 'DEPLOY_TOO_LONG',
    path: ['apis', name, 'health', 'intervalSeconds'],
    or: ['deregistrationDelaySeconds'],
    message:
      `A deploy of \`${name}\` that fails may take ${minutes} minutes: four starts, each with its grace and its failing ` +
      'checks, and two drains.',
    given: `health.graceSeconds ${graceSeconds}, failing checks ${checkSeconds} s, deregistrationDelaySeconds ${deregistrationDelaySeconds}`,
    allowed: `up to ${MOST_WAIT_MINUTES} minutes: CloudFormation waits no longer for a service`,
    fix: 'Lower `health.graceSeconds`, `health.intervalSeconds` or `deregistrationDelaySeconds`.',
  };
};

/** Twice as many are 176 during a deploy, which are seen in 900 s; 178 are not. */
const MOST_INSTANCES = 88;

/** The gateways find a pool by eight addresses at a time. */
export const poolIsFound: OwnApiRule = function* ({ instances, canary }, name, { stage }) {
  if (stage !== 'gateway') return;
  const pools = [
    { place: ['apis', name, 'instances'], counts: instances },
    ...(canary ? [{ place: ['apis', name, 'canary', 'instances'], counts: canary.instances }] : []),
  ];
  for (const { place, counts } of pools) {
    const most = mostInstances({ instances: { targetCpuPercent: 60, ...counts } });
    const seconds = unseenSeconds(most, lookupSeconds(1));
    if (seconds <= MOST_UNSEEN_SECONDS) continue;
    yield {
      code: 'POOL_TOO_LARGE',
      path: [...place, counts.max === undefined ? 'min' : 'max'],
      or: place,
      message:
        `The gateways could not keep track of \`${name}\`: Cloud Map answers with 8 of up to ${most} instances at a time, ` +
        `so one that has gone would be told from one that is not in the answer only after ${seconds} s.`,
      given: `${most / 2} instances, ${most} during a deploy`,
      allowed: `up to ${MOST_INSTANCES} instances`,
      fix: 'Give each instance more `cpu` and run fewer of them, or divide the API.',
    };
  }
};
