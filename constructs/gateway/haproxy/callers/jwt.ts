/**
 * JSON Web Tokens. The signature is checked by HAProxy, with an algorithm and a key that are ours; what the token says is
 * read and judged once, by `lua/tokens.lua`. What is not there denies: the Lua says who calls only when all holds.
 *
 * Variables of a request whose token has passed all checks, for the policies that come after:
 * - `txn.token`: true
 * - `txn.token_scopes`: its scopes, each once, in order, with a space between
 * - `txn.consumer`: `jwt:`, the issuer's label, and who calls
 */

import { type ClaimPath, claimNames, consumerClaim, type Jwt } from '../../policies/authentication';
import { refuse } from '../answers/errors';
import { all, type Condition, found, isTrue, not, type Rule, rule } from '../language/rules';
import { line, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { issuerOf, keyMap } from './issuers';
import { tokenId } from './token-settings';

/** Longer ones cost time, and HAProxy once wrote beyond its buffer at 21,800. */
const longestToken = 4096;
const scheme = 'Bearer ';

/** A request that tries to use a token, well formed or not. */
export const withToken = line`{ req.fhdr(authorization) -m reg -i '^bearer( |$)' }`;

export const bearerChallenge = (error?: string): Text =>
  error === undefined
    ? line`hdr WWW-Authenticate "Bearer realm=\"api\""`
    : line`hdr WWW-Authenticate "Bearer realm=\"api\", error=\"${error as Text}\""`;

const unauthorized = (reason: string, detail: string, when: Condition): Rule[] =>
  refuse({ status: 401, reason, detail, when, headers: bearerChallenge('invalid_token') });

/** Three parts of base64url: nothing that two programs could read differently gets further. */
const readToken: readonly Rule[] = [
  ...refuse({
    status: 400,
    reason: 'several-tokens',
    detail: 'More than one Authorization header was sent.',
    when: all(line`{ req.fhdr_cnt(authorization) gt 1 }`),
    headers: bearerChallenge('invalid_request'),
  }),
  ...unauthorized(
    'long-token',
    `The token has more than ${longestToken} characters.`,
    all(line`{ req.fhdr(authorization),length gt ${scheme.length + longestToken} }`),
  ),
  rule(
    line`set-var(${txn.bearer}) req.fhdr(authorization),bytes(${scheme.length})`,
    all(
      line`{ req.fhdr(authorization) -m reg -i '^bearer [A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' }`,
    ),
  ),
  ...unauthorized('bad-token', 'The token is no JSON Web Token.', all(not(found('bearer')))),
];

/** The algorithm is ours, never the token's; so is the file, found by the issuer's own kids. */
function signature(jwt: Jwt): Rule[] {
  const verified = jwt.algorithms.map((name) => {
    const algorithm = name as Text;
    return rule(
      line`set-var(${txn.token_signed}) bool(true)`,
      all(
        line`{ var(${txn.token_alg}) -m str ${algorithm} }`,
        line`{ var(${txn.bearer}),jwt_verify(${algorithm},${txn.token_key}) -m int 1 }`,
      ),
    );
  });
  return [
    rule(line`set-var(${txn.token_key}) var(${txn.token_kid}),map_str(${keyMap(issuerOf(jwt))})`),
    ...verified,
    ...unauthorized(
      'wrong-signature',
      'The token is not signed with a key of the issuer.',
      all(not(isTrue('token_signed'))),
    ),
  ];
}

/** What the Lua may have against a token, and how a caller is told. */
const faults: Readonly<Record<string, string>> = {
  // RFC 7515, section 4.1.11: what must be understood, and is not.
  'critical-header': 'The token has critical header parameters.',
  'wrong-issuer': 'The token is of another issuer.',
  'wrong-use': 'The token is of another kind.',
  'expired-token': 'The token has expired, or does not say when.',
  'early-token': 'The token is not valid yet.',
  'future-token': 'The token was issued in the future.',
  'wrong-audience': 'The token is for someone else.',
  'wrong-client': 'The token is of another client.',
};

const named = (path: ClaimPath): string => claimNames(path).join('.');

/** Only characters that a detail may have. */
const shown = (text: string): string => text.replace(/[^A-Za-z0-9 ,.:;_-]/g, '_');

const reason = (one: string): Condition => all(line`{ var(${txn.token_reason}) -m str ${one as Text} }`);

function judged(jwt: Jwt): Rule[] {
  const unnamed = not(found('token_subject'));
  return [
    ...Object.entries(faults).flatMap(([one, detail]) => unauthorized(one, detail, reason(one))),
    ...unauthorized(
      'no-subject',
      `The claim ${shown(named(consumerClaim(jwt)))} does not name a caller: 1 to 60 letters, digits and the usual signs, or a whole number.`,
      reason('no-subject'),
    ),
    // Whatever else it may be: the Lua has not said who calls.
    ...unauthorized('bad-token', 'The token could not be read.', all(unnamed)),
  ];
}

/** Rules for a request that has a token. */
export function tokenRules(jwt: Jwt): Rule[] {
  return [
    ...readToken,
    rule(line`lua.read_token ${tokenId(jwt)}`),
    ...unauthorized('bad-token', 'The token is not sound JSON.', reason('bad-token')),
    ...signature(jwt),
    ...judged(jwt),
    rule(line`set-var(${txn.token}) bool(true)`),
    rule(line`set-var-fmt(${txn.consumer}) "jwt:%[var(${txn.token_subject})]"`),
    ...(jwt.forward ? [] : [rule(line`del-header authorization`)]),
  ];
}
