/** What can be wrong with which pages may call. */
import type { PolicyRule } from '../rule';

const credentialsForSome: PolicyRule = function* ({ policies: { cors } }) {
  if (cors?.origins !== 'any' || !cors.credentials) return;
  yield {
    code: 'CORS_ANY_CREDENTIALS',
    path: ['cors', 'credentials'],
    message: 'Any page on the internet could read what the API answers to a user who is signed in.',
    given: 'origins any, credentials true',
    allowed: 'credentials with origins that are named',
    fix: 'Name the origins, or take `credentials` away.',
  };
};

export const rules: readonly PolicyRule[] = [credentialsForSome];
