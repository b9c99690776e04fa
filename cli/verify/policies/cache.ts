/** What is kept, and that all gateways have it. */
import { expectThat, NotShown } from '../claim';
import { ask, fresh, type PolicyCheck } from './check';

const TIMES = 4;

const kept: PolicyCheck = {
  policy: 'cache',
  id: 'cache',
  ofPair: true,
  title: 'a second request is answered from the cache, whichever gateway takes it',
  applies: ({ policies, method }) => policies.cache !== undefined && method === 'GET',
  async check(target, context) {
    const query = fresh(target);
    const first = await ask(target, context, { query });
    expectThat(first.status === 200, `answered ${first.status}`);
    const outcome = first.headers['x-cache'] ?? 'absent';
    // Where no part of the query makes another answer, someone else may have asked before.
    const isNew = query !== undefined && target.policies.cache?.varyBy.query === undefined;
    expectThat(outcome === 'MISS' || (outcome === 'HIT' && !isNew), `first: X-Cache ${outcome}`);
    const members = new Set<string>();
    for (let i = 0; i < TIMES; i++) {
      const again = await ask(target, context, { query });
      const seen = again.headers['x-cache'] ?? 'absent';
      if (seen !== 'HIT' && target.policies.cache?.freshness === 'respect')
        throw new NotShown(
          `the API says how long: Cache-Control ${again.headers['cache-control'] ?? 'absent'}`,
        );
      expectThat(seen === 'HIT', `request ${i + 2}: X-Cache ${seen}`);
      expectThat(again.text === first.text, 'the body is another one');
      if (again.headers.via) members.add(again.headers.via);
    }
    return `${outcome}, then ${TIMES} x HIT${members.size ? ` by ${[...members].sort().join(' and ')}` : ''}`;
  },
};

export const cacheChecks: readonly PolicyCheck[] = [kept];
