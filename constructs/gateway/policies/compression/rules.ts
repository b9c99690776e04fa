/** What can be wrong with what is compressed. */
import type { PolicyRule } from '../rule';

const oneAnswerForAllEncodings: PolicyRule = function* ({ policies: { cache, compression } }) {
  if (!compression || !cache?.varyBy.headers.includes('accept-encoding')) return;
  yield {
    code: 'COMPRESSION_VARY',
    path: ['cache', 'varyBy', 'headers'],
    message: 'With compression by the gateway, the cache keeps one answer for all encodings.',
    given: 'accept-encoding',
    fix: 'Take accept-encoding out of varyBy.headers, or set `compression: none`.',
  };
};

export const rules: readonly PolicyRule[] = [oneAnswerForAllEncodings];
