/** What can be wrong with whom a limit counts. What windows mean beside each other is asked of the whole environment. */
import type { PolicyRule } from '../rule';

const consumerKnown: PolicyRule = function* ({ policies: { authentication, rateLimit } }) {
  if (rateLimit?.by !== 'consumer' || authentication !== 'public') return;
  const plans = 'plans' in rateLimit;
  yield {
    code: 'LIMIT_WITHOUT_CONSUMER',
    path: ['rateLimit', 'by'],
    message: 'A limit per consumer needs to know the consumer, and this API is public.',
    given: 'consumer',
    allowed: plans ? 'windows' : 'address, api',
    fix: plans
      ? 'Write `windows`, by address or api, or set policies.authentication.'
      : 'Limit by address or api, or set policies.authentication.',
  };
};

export const rules: readonly PolicyRule[] = [consumerKnown];
