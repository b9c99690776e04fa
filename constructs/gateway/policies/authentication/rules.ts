/** What can be wrong with who is let in. */
import type { PolicyRule } from '../rule';
import { waysOf } from './schema';

const someWay: PolicyRule = function* ({ policies: { authentication } }) {
  if (authentication === 'public' || authentication.apiKey || authentication.jwt) return;
  yield {
    code: 'AUTHENTICATION_EMPTY',
    path: ['authentication'],
    message: 'No caller could prove who it is.',
    given: 'neither `apiKey` nor `jwt`',
    fix: 'Add one of them, or write `authentication: public`.',
  };
};

/** The own pool has only the clients that the environment file gives it. */
const tokensForThisApi: PolicyRule = function* ({ policies }) {
  const { jwt } = waysOf(policies.authentication);
  if (!jwt || ('userPool' in jwt && jwt.userPool === true)) return;
  if (jwt.audience !== undefined || jwt.clientIds !== undefined) return;
  yield {
    code: 'JWT_AUDIENCE',
    path: ['authentication', 'jwt'],
    message: 'Tokens that the issuer gives to anyone, for any API, would be taken here.',
    given: 'neither `audience` nor `clientIds`',
    allowed: 'one of them, or both',
    fix: 'Name what `aud` has to be, or the `client_id` of who may call; or write `audience: any`.',
  };
};

export const rules: readonly PolicyRule[] = [someWay, tokensForThisApi];
