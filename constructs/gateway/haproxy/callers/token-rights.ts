/**
 * What a caller needs beside being known: scopes and claims of its token, or a name in a list. A caller with a key has
 * no token, and what is not there denies.
 */

import type { Authorization } from '../../policies/authorization';
import type { PolicyFinding } from '../../policies/rule';
import { refuse } from '../answers/errors';
import { all, type Condition, inLines, isTrue, not, type Rule, rule } from '../language/rules';
import { join, line, put, type Text, textProblem } from '../language/text';
import { txn } from '../language/vocabulary';
import { asksForRights, rightsId } from './token-settings';

const insufficient = (scopes: readonly string[]): Text => {
  const names = join(
    scopes.map((scope) => put('scopeInHeader', scope)),
    line` `,
  );
  const scope = scopes.length > 0 ? line`, scope=\"${names}\"` : line``;
  return line`hdr WWW-Authenticate "Bearer realm=\"api\", error=\"insufficient_scope\"${scope}"`;
};

const missing = (reason: string, detail: string, scopes: readonly string[], when: Condition): Rule[] =>
  refuse({ status: 403, reason, detail, when, headers: insufficient(scopes) });

export function rightRules(needs: Authorization): Rule[] {
  if (!asksForRights(needs)) return [];
  const { scopes = [], anyScope = [] } = needs;
  const lacksScope = all(line`{ var(${txn.token_lacks}) -m str scope-missing }`);
  return [
    rule(line`lua.token_rights ${rightsId(needs)}`),
    ...(scopes.length + anyScope.length > 0
      ? missing('scope-missing', 'The token lacks a scope.', [...scopes, ...anyScope], lacksScope)
      : []),
    ...missing('claim-missing', 'The token does not allow this.', [], all(not(isTrue('token_allowed')))),
  ];
}

/** A line has at most 63 words. */
const namesPerLine = 16;

/** @param issuer label of the issuer whose tokens are taken; absent: none are, and no caller is called `jwt:` */
export function consumerRules({ consumers }: Authorization, issuer: string | undefined): Rule[] {
  if (!consumers) return [];
  const names = consumers.map((name) => put('consumer', name.replace(/^jwt:/, `jwt:${issuer ?? ''}:`)));
  return [
    ...inLines(names, namesPerLine).map((some) =>
      rule(
        line`set-var(${txn.consumer_allowed}) bool(true)`,
        all(line`{ var(${txn.consumer}) -m str -- ${join(some, line` `)} }`),
      ),
    ),
    ...refuse({
      status: 403,
      reason: 'not-allowed',
      detail: 'This consumer may not call this.',
      when: all(not(isTrue('consumer_allowed'))),
    }),
  ];
}

export const rightLimits = ({
  scopes = [],
  anyScope = [],
  consumers = [],
}: Authorization): PolicyFinding[] => [
  ...scopes.flatMap((one, index) => textProblem('scopeInHeader', one, ['authorization', 'scopes', index])),
  ...anyScope.flatMap((one, index) =>
    textProblem('scopeInHeader', one, ['authorization', 'anyScope', index]),
  ),
  ...consumers.flatMap((name, index) =>
    textProblem('consumer', name.replace(/^jwt:/, 'jwt::'), ['authorization', 'consumers', index]),
  ),
];
