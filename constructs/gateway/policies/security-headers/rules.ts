/** What can be wrong with what browsers are told. */
import type { PolicyRule } from '../rule';

const oneYear = 31_536_000;

const preloaded: PolicyRule = function* ({ policies: { securityHeaders } }) {
  if (securityHeaders === 'none' || securityHeaders.hsts === 'none') return;
  const { includeSubDomains, maxAgeSeconds, preload } = securityHeaders.hsts;
  if (!preload || (includeSubDomains && maxAgeSeconds >= oneYear)) return;
  yield {
    code: 'HSTS_PRELOAD',
    path: ['securityHeaders', 'hsts', 'preload'],
    message: 'Browsers build in only what holds for all names below, and for a year.',
    given: `includeSubDomains ${includeSubDomains}, maxAgeSeconds ${maxAgeSeconds}`,
    allowed: 'includeSubDomains true, maxAgeSeconds 31536000 or more',
    fix: 'Write both, or take `preload` away.',
  };
};

export const rules: readonly PolicyRule[] = [preloaded];
