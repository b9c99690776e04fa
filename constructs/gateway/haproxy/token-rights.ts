/**
 * What a caller needs beside being known: scopes and claims of its token, or a name in a list. A caller with a key has
 * no `txn.token`, and what is not there denies.
 */
import type { Problem } from '../../problems';
import type { Authorization } from '../policies/authorization';
import { refuse } from './errors';
import { arrayPlaces } from './jwt';
import { all, inLines, isTrue, not, type Rule, rule } from './rules';
import { join, line, put, type Text, textProblem } from './text';

const places = Array.from({ length: arrayPlaces }, (_, place) => place);
const claim = (name: Text) => line`var(txn.token),jwt_payload_query('$.${name}')`;
/** The same in double quotes, where a dollar sign would begin an environment variable. */
const quotedClaim = (name: Text) => line`%[var(txn.token),jwt_payload_query('\$.${name}')]`;

/** All scopes between spaces: then one is found as a whole, and not as the beginning of another. */
const readScopes = (): Rule[] => [
  rule(line`set-var-fmt(txn.token_scopes) " ${quotedClaim(line`scope`)} ${quotedClaim(line`scp`)} "`),
  ...['scope', 'scp'].flatMap((name) =>
    places.map((place) =>
      rule(
        line`set-var-fmt(txn.token_scopes) "%[var(txn.token_scopes)]${quotedClaim(line`${name as Text}[${place}]`)} "`,
        all(line`{ ${claim(line`${name as Text}[${place}]`)} -m found }`),
      ),
    ),
  ),
];

const hasScope = (scope: string): Text => line`{ var(txn.token_scopes) -m sub ${put('scope', scope)} }`;

const insufficient = (scopes: readonly string[]): Text => {
  const names = join(
    scopes.map((scope) => put('scopeInHeader', scope)),
    line` `,
  );
  const scope = scopes.length > 0 ? line`, scope=\"${names}\"` : line``;
  return line`hdr WWW-Authenticate "Bearer realm=\"api\", error=\"insufficient_scope\"${scope}"`;
};

function claimRules(name: string, values: readonly string[], number: number): Rule[] {
  const holds = line`token_claim_${number}`;
  const wanted = join(
    values.map((value) => put('claimValue', value)),
    line` `,
  );
  const path = put('claim', name);
  const paths = [path, ...places.map((place) => line`${path}[${place}]`)];
  return [
    ...paths.map((one) =>
      rule(
        line`set-var(txn.${holds}) bool(true)`,
        all(not(isTrue(holds)), line`{ ${claim(one)} -m str -- ${wanted} }`),
      ),
    ),
    ...refuse({
      status: 403,
      reason: 'claim-missing',
      detail: 'The token does not allow this.',
      when: all(not(isTrue(holds))),
      headers: insufficient([]),
    }),
  ];
}

const scopeMissing = (wanted: readonly string[], when: Text): Rule[] =>
  refuse({
    status: 403,
    reason: 'scope-missing',
    detail: 'The token lacks a scope.',
    when: all(when),
    headers: insufficient(wanted),
  });

export function rightRules({ scopes = [], anyScope = [], claims = {} }: Authorization): Rule[] {
  return [
    ...(scopes.length + anyScope.length > 0 ? readScopes() : []),
    ...scopes.flatMap((scope) => scopeMissing(scopes, not(hasScope(scope)))),
    ...anyScope.map((scope) => rule(line`set-var(txn.token_scoped) bool(true)`, all(hasScope(scope)))),
    ...(anyScope.length > 0 ? scopeMissing(anyScope, not(isTrue(line`token_scoped`))) : []),
    ...Object.entries(claims).flatMap(([name, values], number) => claimRules(name, values, number)),
  ];
}

/** A line has at most 63 words. */
const namesPerLine = 16;

export function consumerRules({ consumers }: Authorization): Rule[] {
  if (!consumers) return [];
  const names = consumers.map((name) => put('consumer', name));
  return [
    ...inLines(names, namesPerLine).map((some) =>
      rule(
        line`set-var(txn.consumer_allowed) bool(true)`,
        all(line`{ var(txn.consumer) -m str -- ${join(some, line` `)} }`),
      ),
    ),
    ...refuse({
      status: 403,
      reason: 'not-allowed',
      detail: 'This consumer may not call this.',
      when: all(not(isTrue(line`consumer_allowed`))),
    }),
  ];
}

export function rightProblems(needs: Authorization, tokens: boolean, path: readonly string[]): Problem[] {
  const { scopes = [], anyScope = [], claims = {}, consumers = [] } = needs;
  const ofToken = (['scopes', 'anyScope', 'claims'] as const).filter((name) => needs[name] !== undefined);
  return [
    ...(tokens ? [] : ofToken).map((name) => ({
      code: 'AUTHORIZATION_WITHOUT_TOKEN',
      path: [...path, name],
      message: `Callers prove who they are by a key here, and a key has no ${name === 'claims' ? 'claims' : 'scopes'}.`,
      fix: 'Add `jwt` to `authentication`, or list `consumers`.',
    })),
    ...scopes.flatMap((scope, index) => textProblem('scope', scope, [...path, 'scopes', index])),
    ...anyScope.flatMap((scope, index) => textProblem('scope', scope, [...path, 'anyScope', index])),
    ...consumers.flatMap((name, index) => textProblem('consumer', name, [...path, 'consumers', index])),
    ...Object.entries(claims).flatMap(([name, values]) => [
      ...textProblem('claim', name, [...path, 'claims', name]),
      ...values.flatMap((value, index) => textProblem('claimValue', value, [...path, 'claims', name, index])),
    ]),
  ];
}
