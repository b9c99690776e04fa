/**
 * JSON Web Tokens. What is not there denies: a comparison with nothing is false, so each rule says what must hold.
 *
 * Variables of a request whose token has passed all checks, for the policies that come after:
 * - `txn.token`: the token; read claims with `var(txn.token),jwt_payload_query('$.name')`
 * - `txn.token_subject`: value of the consumer's claim, without `jwt:`
 * - `txn.consumer`: `jwt:` and the same
 */
import type { Problem } from '../../problems';
import { consumerClaim, type Jwt } from '../policies/jwt';
import { refuse } from './errors';
import { issuerOf, issuerText, keyMap } from './issuers';
import { all, type Condition, found, isTrue, not, type Rule, rule } from './rules';
import { join, line, put, type Text, textProblem } from './text';

/** Longer ones cost time, and HAProxy once wrote beyond its buffer at 21,800. */
const longestToken = 4096;
const scheme = 'Bearer ';
/** HAProxy 2.6 reads arrays only by their places. */
export const arrayPlaces = 8;
/** With this, the longest key of a rate limit has room for it. */
const consumerPattern = line`'^[A-Za-z0-9._:@|-]{1,60}$'`;
/** Seconds since 1970, up to the year 5138. */
const timePattern = line`'^[0-9]{1,11}$'`;

/** A request that tries to use a token, well formed or not. */
export const withToken = line`{ req.fhdr(authorization) -m reg -i '^bearer( |$)' }`;

export const bearerChallenge = (error?: string): Text =>
  error === undefined
    ? line`hdr WWW-Authenticate "Bearer realm=\"api\""`
    : line`hdr WWW-Authenticate "Bearer realm=\"api\", error=\"${error as Text}\""`;

const unauthorized = (reason: string, detail: string, when: Condition): Rule[] =>
  refuse({ status: 401, reason, detail, when, headers: bearerChallenge('invalid_token') });

const payload = (claim: Text, type = line``) => line`var(txn.bearer),jwt_payload_query('$.${claim}'${type})`;
const header = (name: Text) => line`var(txn.bearer),jwt_header_query('$.${name}')`;
const integer = line`,'int'`;

const anyOf = (values: readonly string[]): Text =>
  join(
    values.map((value) => put('claimValue', value)),
    line` `,
  );

/** Three parts of base64url: nothing that two programs could read differently gets further. */
const readToken: readonly Rule[] = [
  ...refuse({
    status: 400,
    reason: 'several-tokens',
    detail: 'More than one Authorization header was sent.',
    when: all(line`{ req.fhdr_cnt(authorization) gt 1 }`),
    headers: bearerChallenge('invalid_request'),
  }),
  rule(
    line`set-var(txn.bearer) req.fhdr(authorization),bytes(${scheme.length})`,
    all(
      line`{ req.fhdr(authorization) -m reg -i '^bearer [A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' }`,
      line`{ req.fhdr(authorization),length le ${scheme.length + longestToken} }`,
    ),
  ),
  ...unauthorized('bad-token', 'The token is no JSON Web Token.', all(not(found(line`bearer`)))),
];

/** The algorithm is ours, never the token's; so is the file, found by the issuer's own kids. */
function signature(jwt: Jwt): Rule[] {
  const map = keyMap(issuerOf(jwt));
  const verified = jwt.algorithms.map((name) => {
    const algorithm = name as Text;
    return rule(
      line`set-var(txn.token_signed) bool(true)`,
      all(
        line`{ ${header(line`alg`)} -m str ${algorithm} }`,
        line`{ var(txn.bearer),jwt_verify(${algorithm},txn.token_key) -m int 1 }`,
      ),
    );
  });
  return [
    rule(line`set-var(txn.token_key) ${header(line`kid`)},map_str(${map})`),
    ...verified,
    ...unauthorized(
      'wrong-signature',
      'The token is not signed with a key of the issuer.',
      all(not(isTrue(line`token_signed`))),
    ),
    // RFC 7515, section 4.1.11: what must be understood, and is not.
    ...unauthorized(
      'critical-header',
      'The token has critical header parameters.',
      all(line`{ ${header(line`crit[0]`)} -m found }`),
    ),
  ];
}

function times({ leewaySeconds }: Jwt): Rule[] {
  // A text that is no number stays one here, and would count as 0 in a comparison.
  const read = (claim: Text): Rule =>
    rule(
      line`set-var(txn.token_${claim}) ${payload(claim, integer)}`,
      all(line`{ ${payload(claim, integer)} -m reg ${timePattern} }`),
    );
  const notLater = (claim: Text, reason: string, detail: string): Rule[] => [
    read(claim),
    // There, but not a number.
    ...unauthorized(
      reason,
      detail,
      all(not(found(line`token_${claim}`)), line`{ ${payload(claim)} -m found }`),
    ),
    ...unauthorized(
      reason,
      detail,
      all(line`{ var(txn.token_${claim}),sub(txn.token_now) gt ${leewaySeconds} }`),
    ),
  ];
  return [
    rule(line`set-var(txn.token_now) date()`),
    read(line`exp`),
    ...unauthorized(
      'expired-token',
      'The token has expired.',
      // HAProxy does not compare with a negative number.
      all(line`!{ var(txn.token_exp),add(${leewaySeconds}),sub(txn.token_now) gt 0 }`),
    ),
    ...notLater(line`nbf`, 'early-token', 'The token is not valid yet.'),
    ...notLater(line`iat`, 'early-token', 'The token was issued in the future.'),
  ];
}

function audience({ audience: wanted }: Jwt): Rule[] {
  if (wanted === undefined || wanted === 'any') return [];
  const places = [line`aud`, ...Array.from({ length: arrayPlaces }, (_, place) => line`aud[${place}]`)];
  return [
    ...places.map((place) =>
      rule(
        line`set-var(txn.token_audience) bool(true)`,
        all(not(isTrue(line`token_audience`)), line`{ ${payload(place)} -m str -- ${anyOf(wanted)} }`),
      ),
    ),
    ...unauthorized(
      'wrong-audience',
      'The token is for someone else.',
      all(not(isTrue(line`token_audience`))),
    ),
  ];
}

function claims(jwt: Jwt): Rule[] {
  const use = 'userPool' in jwt ? jwt.tokenUse : undefined;
  return [
    rule(line`set-var(txn.token_iss) ${payload(line`iss`)}`),
    ...unauthorized(
      'wrong-issuer',
      'The token is of another issuer.',
      all(line`!{ var(txn.token_iss) -m str -- ${issuerText(issuerOf(jwt))} }`),
    ),
    ...(use === undefined
      ? []
      : [
          rule(line`set-var(txn.token_use) ${payload(line`token_use`)}`),
          ...unauthorized(
            'wrong-use',
            `The token is not an ${use} token.`,
            all(line`!{ var(txn.token_use) -m str ${use as Text} }`),
          ),
        ]),
    ...times(jwt),
    ...audience(jwt),
    ...(jwt.clientIds
      ? [
          rule(
            line`set-var(txn.token_client) bool(true)`,
            all(line`{ ${payload(line`client_id`)} -m str -- ${anyOf(jwt.clientIds)} }`),
          ),
          ...unauthorized(
            'wrong-client',
            'The token is of another client.',
            all(not(isTrue(line`token_client`))),
          ),
        ]
      : []),
  ];
}

/** Rules for a request that has a token. */
export function tokenRules(jwt: Jwt): Rule[] {
  const claim = put('claim', consumerClaim(jwt));
  return [
    ...readToken,
    ...signature(jwt),
    ...claims(jwt),
    rule(
      line`set-var(txn.token_subject) ${payload(claim)}`,
      all(line`{ ${payload(claim)} -m reg ${consumerPattern} }`),
    ),
    ...unauthorized('no-subject', 'The token does not say who calls.', all(not(found(line`token_subject`)))),
    rule(line`set-var(txn.token) var(txn.bearer)`),
    rule(line`set-var-fmt(txn.consumer) "jwt:%[var(txn.token_subject)]"`),
    ...(jwt.forward ? [] : [rule(line`del-header authorization`)]),
  ];
}

export function tokenProblems(jwt: Jwt, path: readonly string[]): Problem[] {
  const problems = [
    ...('issuer' in jwt ? textProblem('url', jwt.issuer, [...path, 'issuer']) : []),
    ...textProblem('claim', consumerClaim(jwt), [...path, 'consumerClaim']),
    ...(jwt.audience === 'any' ? [] : (jwt.audience ?? [])).flatMap((value, index) =>
      textProblem('claimValue', value, [...path, 'audience', index]),
    ),
    ...(jwt.clientIds ?? []).flatMap((value, index) =>
      textProblem('claimValue', value, [...path, 'clientIds', index]),
    ),
  ];
  // The own pool has only the clients that the environment file gives it.
  const own = 'userPool' in jwt && jwt.userPool === true;
  if (own || jwt.audience !== undefined || jwt.clientIds !== undefined) return problems;
  return [
    ...problems,
    {
      code: 'JWT_AUDIENCE',
      path,
      message: 'Tokens that the issuer gives to anyone, for any API, would be taken here.',
      given: 'neither `audience` nor `clientIds`',
      allowed: 'one of them, or both',
      fix: 'Name what `aud` has to be, or the `client_id` of who may call; or write `audience: any`.',
    },
  ];
}
