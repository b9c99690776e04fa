/** Answers compressed on their way out: HAProxy's filter, once in each backend. See `policies/compression.ts`. */
import type { GatewayApi } from '../../model';
import type { Policies } from '../../policies';
import { defaultTypes } from '../../policies/compression';
import { rule } from '../language/rules';
import { join, line, put, type Text, textProblem } from '../language/text';
import { policy } from '../parts/policy';
import { pathOf } from '../parts/sections';

type Places = Pick<GatewayApi, 'policies' | 'routes'>;

const typesOf = ({ compression }: Policies): readonly string[] | undefined =>
  compression === true ? defaultTypes : compression?.types;

/** Types of the first place that has any; `problems` sees to it that there are no others. */
const typesIn = (api: Places): readonly string[] | undefined =>
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
  /** Types that the API's other answers have. */
  readonly others?: readonly string[];
  readonly variesByEncoding?: true;
}

export const compression = policy<Settings>({
  settings: ({ api, policies }) => {
    const all = typesIn(api);
    if (!all) return undefined;
    const types = typesOf(policies) ?? [];
    return {
      types,
      ...(types.length > 0 && String(types) !== String(all) ? { others: all } : {}),
      ...(types.length > 0 && policies.cache?.varyBy.headers.includes('accept-encoding')
        ? { variesByEncoding: true as const }
        : {}),
    };
  },

  problems: ({ types, others, variesByEncoding }, place) => [
    ...types.flatMap((type, index) =>
      textProblem('contentType', type, [...pathOf(place), 'compression', 'types', index]),
    ),
    ...(others
      ? [
          {
            code: 'COMPRESSION_TYPES',
            path: [...pathOf(place), 'compression'],
            message: 'The compressed answers of one API have one list of types.',
            given: types.join(', '),
            allowed: `${others.join(', ')}; or none`,
            fix: 'Write the same types as in the other place, or `none`.',
          },
        ]
      : []),
    ...(variesByEncoding
      ? [
          {
            code: 'COMPRESSION_VARY',
            path: [...pathOf(place), 'cache', 'varyBy', 'headers'],
            message: 'With compression by the gateway, the cache keeps one answer for all encodings.',
            given: 'accept-encoding',
            fix: 'Take accept-encoding out of varyBy.headers, or set `compression: none`.',
          },
        ]
      : []),
  ],

  // Without this header the filter does nothing, and the API neither.
  rules: ({ types }) => ({ request: types.length > 0 ? [] : [rule(line`del-header accept-encoding`)] }),
});
