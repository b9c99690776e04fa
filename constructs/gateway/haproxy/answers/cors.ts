/** What browsers ask before and after a page calls an API of another origin: see `policies/cors/schema.ts`. */

import type { GatewayApi } from '../../model';
import { type Place, placesOf } from '../../places';
import type { Cors } from '../../policies/cors';
import {
  all,
  always,
  both,
  type Condition,
  found,
  inLines,
  isTrue,
  not,
  type Rule,
  type Rules,
  rule,
  together,
} from '../language/rules';
import { join, line, put, type Text, textProblem } from '../language/text';
import { txn, type Variable } from '../language/vocabulary';
import { type Policy, policy } from '../parts/policy';
import { growthOf } from '../parts/room';
import { routeLines } from '../parts/routes';
import { refuse } from './errors';

const isPreflight = [
  line`METH_OPTIONS`,
  line`{ req.fhdr(origin) -m found }`,
  line`{ req.fhdr(access-control-request-method) -m found }`,
];

/** A line of HAProxy's has 64 words at most. */
const originsPerLine = 10;

/**
 * Sets a variable to what the answer says, for origins that are allowed. They are compared letter by letter; a list of
 * origins, or two headers, are none of them.
 */
function allowedOrigin(variable: Variable, { origins }: Cors, when: Condition): Rule[] {
  if (origins === 'any') return [rule(line`set-var(${txn[variable]}) str(*)`, when)];
  return inLines(origins, originsPerLine).map((some) => {
    const names = join(
      some.map((origin) => put('origin', origin)),
      line` `,
    );
    return rule(
      line`set-var(${txn[variable]}) req.fhdr(origin)`,
      both(when, all(line`{ req.fhdr_cnt(origin) eq 1 }`, line`{ req.fhdr(origin) -m str -- ${names} }`)),
    );
  });
}

const list = (names: readonly Text[]) => join(names, line`, `);
const headerList = (names: readonly string[]) => list(names.map((name) => put('headerName', name)));

/** Headers of the answer to a preflight, beside those of every answer. */
function preflightHeaders({ methods, headers, maxAgeSeconds }: Cors): Text {
  const names =
    headers.length > 0 ? line` hdr Access-Control-Allow-Headers "${headerList(headers)}"` : line``;
  return line`hdr Access-Control-Allow-Methods "${list(methods as readonly string[] as readonly Text[])}"${names} hdr Access-Control-Max-Age ${maxAgeSeconds}`;
}

const asked = isTrue('preflight');

const refuseOrigin = refuse({
  status: 403,
  reason: 'cors-origin',
  detail: 'Pages of this origin may not call the API.',
  when: all(asked),
  headers: line`hdr Vary Origin`,
});

function preflightRules(cors: Cors): Rules {
  const credentials = cors.credentials ? line` hdr Access-Control-Allow-Credentials true` : line``;
  // `*` is the same for all.
  const vary = cors.origins === 'any' ? line`` : line` hdr Vary Origin`;
  return {
    request: [
      rule(line`set-var(${txn.preflight}) bool(true)`, all(...isPreflight)),
      ...allowedOrigin('preflight_origin', cors, all(asked)),
      rule(
        line`return status 204 hdr Access-Control-Allow-Origin %[var(${txn.preflight_origin})]${credentials} ${preflightHeaders(cors)}${vary}`,
        all(found('preflight_origin')),
      ),
      ...(cors.origins === 'any' ? [] : refuseOrigin),
    ],
  };
}

const settings = ({ policies }: Place) => policies.cors;

/** Answers preflights. The route is that of the announced method: `requestedRouteLines`. */
const preflight = policy<Cors>({ settings, rules: preflightRules }, 'requested_route');

const actual = policy<Cors>({
  settings,

  limits: ({ origins, headers, exposeHeaders }) => [
    ...(origins === 'any' ? [] : origins).flatMap((origin, index) =>
      textProblem('origin', origin, ['cors', 'origins', index]),
    ),
    ...Object.entries({ headers, exposeHeaders }).flatMap(([field, names]) =>
      names.flatMap((name, index) => textProblem('headerName', name, ['cors', field, index])),
    ),
  ],

  growth: ({ origins, exposeHeaders }) =>
    growthOf({
      answer: {
        'access-control-allow-origin':
          origins === 'any' ? 1 : Math.max(...origins.map(({ length }) => length)),
        'access-control-allow-credentials': 'true'.length,
        'access-control-expose-headers': exposeHeaders.join(', ').length,
        vary: 'Origin'.length,
      },
    }),

  rules: (cors) => ({
    request: allowedOrigin('cors_origin', cors, always),
    // One voice: the API's own words would contradict, or be added to, the gateway's.
    response: [rule(line`del-header access-control- -m beg`)],
    afterResponse: [
      rule(
        line`set-header Access-Control-Allow-Origin %[var(${txn.cors_origin})]`,
        all(found('cors_origin')),
      ),
      ...(cors.credentials
        ? [rule(line`set-header Access-Control-Allow-Credentials true`, all(found('cors_origin')))]
        : []),
      ...(cors.exposeHeaders.length > 0
        ? [
            rule(
              line`set-header Access-Control-Expose-Headers "${headerList(cors.exposeHeaders)}"`,
              all(found('cors_origin')),
            ),
          ]
        : []),
      ...(cors.origins === 'any'
        ? []
        : [
            rule(
              line`add-header Vary Origin`,
              all(not(found('preflight')), line`!{ res.hdr(vary) -m str -i origin * }`),
            ),
          ]),
    ],
  }),
});

/** Before all other policies, since a preflight carries no key. */
export const cors: Policy = {
  ...actual,
  rules: (api, context) => together([preflight.rules(api, context), actual.rules(api, context)]),
};

/** Finds the route that the announced method would take, where routes differ in what they allow. */
export function requestedRouteLines(api: GatewayApi): Text[] {
  const different = new Set(placesOf(api).map(({ policies }) => JSON.stringify(policies.cors)));
  if (different.size < 2) return [];
  return routeLines(api, {
    variable: 'requested_route',
    method: line`req.fhdr(access-control-request-method) -m str`,
    when: isPreflight,
  });
}
