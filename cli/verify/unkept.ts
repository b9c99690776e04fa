/** A row for each promise of the environment file that its stage does not keep: what is not shown is not forgotten. */
import { unenforced } from '../../constructs/blueprint/promises';
import type { Environment } from '../../constructs/blueprint/schema';
import type { ClaimResult } from './claim';

export const unkept = (environment: Environment): ClaimResult[] =>
  Object.entries(unenforced(environment)).flatMap(([api, promised]) =>
    promised.map(({ promise, route }) => {
      const place = route ? `${api}/${route}` : api;
      return {
        id: `${place}.${promise}`,
        title: `${place}: ${promise} is enforced`,
        result: 'not kept' as const,
        evidence: `stage ${environment.stage} has no gateways; the file goes without by \`unenforcedBeforeGateway\``,
        milliseconds: 0,
      };
    }),
  );
