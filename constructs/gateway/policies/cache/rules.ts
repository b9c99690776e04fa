/** What can be wrong with what is kept, and for whom. */
import { waysOf } from '../authentication';
import type { PolicyRule } from '../rule';

const defaultBesideOverride: PolicyRule = function* ({ policies: { cache } }) {
  if (cache?.defaultTtlSeconds === undefined || cache.freshness !== 'override') return;
  yield {
    code: 'CACHE_DEFAULT_TTL',
    path: ['cache', 'defaultTtlSeconds'],
    message: 'Every answer is kept for ttlSeconds here, so there is no default.',
    given: `defaultTtlSeconds: ${cache.defaultTtlSeconds} with freshness: override`,
    fix: 'Leave it out, or set freshness to respect.',
  };
};

const defaultWithinTtl: PolicyRule = function* ({ policies: { cache } }) {
  if (cache?.defaultTtlSeconds === undefined || cache.freshness === 'override') return;
  if (cache.defaultTtlSeconds <= cache.ttlSeconds) return;
  yield {
    code: 'CACHE_DEFAULT_TTL',
    path: ['cache', 'defaultTtlSeconds'],
    message: 'An answer is kept for ttlSeconds at most.',
    given: String(cache.defaultTtlSeconds),
    allowed: `up to ${cache.ttlSeconds}`,
    fix: 'Lower it, or set ttlSeconds higher.',
  };
};

/** What is not there would make all callers the same. */
const scopeOfToken: PolicyRule = function* ({ policies: { authentication, cache } }) {
  if (!cache?.varyBy.scope || waysOf(authentication).jwt) return;
  yield {
    code: 'CACHE_SCOPE_WITHOUT_TOKEN',
    path: ['cache', 'varyBy', 'scope'],
    message: 'Scopes are read from a token, and none is asked for here.',
    given: 'true',
    fix: 'Set authentication.jwt, or leave it out.',
  };
};

const cookiesDropped: PolicyRule = function* ({ policies: { cache } }) {
  if (cache?.cookies !== 'drop' || !cache.varyBy.headers.includes('cookie')) return;
  yield {
    code: 'CACHE_COOKIES',
    path: ['cache', 'cookies'],
    message: 'Cookies that the API does not get make no other answer.',
    given: 'drop, with cookie among varyBy.headers',
    fix: 'Take one of them away.',
  };
};

/** What is taken away before an answer is looked for would make all callers the same. */
const headersLeft: PolicyRule = function* ({ policies: { authentication, cache } }) {
  const { apiKey, jwt } = waysOf(authentication);
  const removed = [apiKey?.header, jwt && !jwt.forward ? 'authorization' : undefined];
  for (const [index, header] of (cache?.varyBy.headers ?? []).entries()) {
    if (!removed.includes(header)) continue;
    yield {
      code: 'CACHE_VARY_REMOVED',
      path: ['cache', 'varyBy', 'headers', index],
      message: 'The gateway takes this header away when it has found out who calls.',
      given: header,
      fix: 'Use varyBy.consumer.',
    };
  }
};

export const rules: readonly PolicyRule[] = [
  defaultBesideOverride,
  defaultWithinTtl,
  scopeOfToken,
  cookiesDropped,
  headersLeft,
];
