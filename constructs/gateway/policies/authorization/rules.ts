/** What can be wrong with what callers need. */
import { waysOf } from '../authentication';
import type { PolicyRule } from '../rule';

const callersKnown: PolicyRule = function* ({ policies: { authentication, authorization } }) {
  const { apiKey, jwt } = waysOf(authentication);
  if (!authorization || apiKey || jwt) return;
  yield {
    code: 'AUTHORIZATION_PUBLIC',
    path: ['authorization'],
    message: 'Callers of what is public are not known, so nothing can be asked of them.',
    fix: 'Set `authentication`, or remove `authorization`.',
  };
};

const rightsOfTokens: PolicyRule = function* ({ policies: { authentication, authorization = {} } }) {
  const { apiKey, jwt } = waysOf(authentication);
  if (!apiKey || jwt) return;
  for (const name of ['scopes', 'anyScope', 'claims'] as const) {
    if (authorization[name] === undefined) continue;
    yield {
      code: 'AUTHORIZATION_WITHOUT_TOKEN',
      path: ['authorization', name],
      message: `Callers prove who they are by a key here, and a key has no ${name === 'claims' ? 'claims' : 'scopes'}.`,
      fix: 'Add `jwt` to `authentication`, or list `consumers`.',
    };
  }
};

export const rules: readonly PolicyRule[] = [callersKnown, rightsOfTokens];
