/** A policy is never dropped in silence. */
import { promisedOf, promiseText } from '../promises';
import { list, type OwnApiRule } from './rule';

/** In the order of the file, each once. */
const namesOf = (...all: Parameters<typeof promisedOf>): string[] => [
  ...new Set(promisedOf(...all).map(({ promise }) => promise)),
];

export const policiesUnenforced: OwnApiRule = function* (api, name, { stage }) {
  if (stage === 'gateway') return;
  const accepted: readonly string[] = api.unenforcedBeforeGateway;
  const open = promisedOf(api, name).filter(({ promise }) => !accepted.includes(promise));
  if (open.length === 0) return;
  yield {
    code: 'POLICIES_UNENFORCED',
    path: ['apis', name],
    where: 'key',
    message: `Stage \`${stage}\` has no gateways, and only they enforce what \`${name}\` says: its callers reach it without.`,
    given: open.map(promiseText).join(', '),
    allowed: 'stage gateway, or what `unenforcedBeforeGateway` names',
    fix: `Set \`stage: gateway\`, or accept it: write \`unenforcedBeforeGateway: [${namesOf(api, name).join(', ')}]\` under \`${name}\`.`,
  };
};

/** What is accepted before it is said would be accepted unseen. */
export const acceptedUnsaid: OwnApiRule = function* (api, name) {
  const said = namesOf(api, name);
  for (const [index, promise] of api.unenforcedBeforeGateway.entries()) {
    if (said.includes(promise)) continue;
    yield {
      code: 'UNENFORCED_UNSAID',
      path: ['apis', name, 'unenforcedBeforeGateway', index],
      message: `\`${name}\` has no \`${promise}\` that could go unenforced.`,
      given: promise,
      allowed: list(said) || 'none',
      fix: 'Take it out of the list.',
    };
  }
};
