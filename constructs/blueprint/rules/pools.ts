/** Pools that are not ours, which the gateways find by name. */
import { FOREIGN_TTL_SECONDS, lookupSeconds, MOST_UNSEEN_SECONDS, unseenSeconds } from '../resolving/timing';
import type { ApiRule } from './rule';

/** A load balancer sends to addresses, and whoever runs the instances would have to register each. */
export const poolStage: ApiRule = function* (api, name, { stage }) {
  if (!('at' in api) || stage === 'gateway') return;
  yield {
    code: 'AT_STAGE',
    path: ['apis', name, 'at'],
    message: `Only gateways find instances by name, and at stage \`${stage}\` there is none.`,
    given: api.at,
    allowed: 'stage gateway',
    fix: 'Set `stage: gateway`, or write `image` instead of `at` to run the instances here.',
  };
};

export const poolPort: ApiRule = function* (api, name) {
  if (!('at' in api) || Number(api.at.split(':')[1]) <= 65_535) return;
  yield {
    code: 'AT_PORT',
    path: ['apis', name, 'at'],
    message: 'There is no port of this number.',
    given: api.at,
    allowed: 'a port from 1 to 65535',
    fix: 'Write the port that the instances listen on.',
  };
};

/** So many addresses are seen within `MOST_UNSEEN_SECONDS`, when each answer of a minute has eight of them. */
const MOST_ADDRESSES = 21;

export const poolIsKnown: ApiRule = function* (api, name) {
  if (!('at' in api)) return;
  const { max } = api.instances;
  const seconds = unseenSeconds(max, lookupSeconds(1), FOREIGN_TTL_SECONDS);
  if (seconds <= MOST_UNSEEN_SECONDS) return;
  yield {
    code: 'POOL_TOO_LARGE',
    path: ['apis', name, 'instances', 'max'],
    message: `The gateways could not keep track of \`${name}\`: an answer may have 8 of up to ${max} addresses, and is kept for ${FOREIGN_TTL_SECONDS} s, so one that has gone would be told only after ${seconds} s.`,
    given: String(max),
    allowed: `up to ${MOST_ADDRESSES}`,
    fix: 'Name a load balancer that stands before them.',
  };
};
