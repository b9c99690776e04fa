/** Answers compressed on their way out: HAProxy's filter, once in each backend. See `policies/compression/schema.ts`. */
import type { GatewayApi } from '../../model';
import type { Policies } from '../../policies';
import { defaultTypes } from '../../policies/compression';
import type { PolicyFinding } from '../../policies/rule';
import { rule } from '../language/rules';
import { join, line, put, type Text, textProblem } from '../language/text';
import { policy } from '../parts/policy';

type Api = Pick<GatewayApi, 'policies' | 'routes'>;

const typesOf = ({ compression }: Policies): readonly string[] | undefined =>
  compression === true ? defaultTypes : compression?.types;

/** Types of the first place that has any; `limits` sees to it that there are no others. */
const typesIn = (api: Api): readonly string[] | undefined =>
  [api, ...api.routes].map(({ policies }) => typesOf(policies)).find((types) => types !== undefined);

/**
 * The filter, with `offload`: it takes Accept-Encoding away when it will compress. That cannot stand in a defaults
 * section.
 */
export function compressionLines(api: GatewayApi): Text[] {
  const types = typesIn(api);
  if (!types) return [];
  const names = join(
    types.map((type) => put('contentType', type)),
    line` `,
  );
  return [line`compression algo gzip`, line`compression type ${names}`, line`compression offload`];
}

interface Settings {
  /** None: nobody compresses, in an API of which other answers are compressed. */
  readonly types: readonly string[];
}

/** The filter stands in a backend, so there is one for all routes. */
function otherTypes(types: readonly string[], api: Api): PolicyFinding[] {
  const others = typesIn(api) ?? [];
  if (types.length === 0 || String(types) === String(others)) return [];
  return [
    {
      code: 'COMPRESSION_TYPES',
      path: ['compression'],
      message: 'The compressed answers of one API have one list of types.',
      given: types.join(', '),
      allowed: `${others.join(', ')}; or none`,
      fix: 'Write the same types as in the other place, or `none`.',
    },
  ];
}

export const compression = policy<Settings>({
  settings: ({ api, policies }) => (typesIn(api) ? { types: typesOf(policies) ?? [] } : undefined),

  limits: ({ types }, { api }) => [
    ...types.flatMap((type, index) => textProblem('contentType', type, ['compression', 'types', index])),
    ...otherTypes(types, api),
  ],

  // Without this header the filter does nothing, and the API neither.
  rules: ({ types }) => ({ request: types.length > 0 ? [] : [rule(line`del-header accept-encoding`)] }),
});
