/** Query parameters, set and removed in whatever way a client wrote them. */

import { refuse } from '../answers/errors';
import { all, not, type Rule, rule } from '../language/rules';
import { line, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { longestQuery, queryFormat } from './text';

/** Twice and three times as much must fit HAProxy's buffer, or it would be cut. */
export const longestQueryBytes = 4096;

const semicolon = line`';','%3B',g`;

/** A semicolon reaches the API as three bytes. */
export const refuseLongQuery: readonly Rule[] = refuse({
  status: 414,
  reason: 'query-length',
  detail: `The query has more than ${longestQueryBytes} bytes.`,
  when: [
    [line`{ query,length gt ${longestQueryBytes} }`],
    [line`{ query -m sub ; }`, line`{ query,regsub(${semicolon}),length gt ${longestQueryBytes} }`],
  ],
});

/** What the query can grow by: by its semicolons, and by what is set. */
export const queryGrowth = (set: Readonly<Record<string, string>>, remove: readonly string[]): number =>
  Object.keys(set).length + remove.length === 0
    ? 0
    : Math.ceil((longestQueryBytes * 2) / 3) +
      Object.entries(set).reduce((sum, [name, value]) => sum + name.length + longestQuery(value) + 2, 0);

const parameters = line`var(${txn.parameters})`;
const empty = line`{ ${parameters},length eq 0 }`;

/**
 * `&name=value&` for each parameter, so that each can be taken out; in the end `&` after each. Some programs leave blanks
 * before a name out, end it at a control character, and take `name[]` for a list.
 */
function without(names: readonly string[]): Rule[] {
  const change = (sample: Text) => rule(line`set-var(${txn.parameters}) "${sample}"`);
  return [
    change(line`query,regsub(${semicolon}),regsub('&','&&',g)`),
    rule(line`set-var-fmt(${txn.parameters}) "&%[${parameters}]&"`),
    ...names.map((name) =>
      change(
        line`${parameters},regsub('&([+]|%20)*${put('queryNameWritten', name)}(([[]|%5b|%[01])[^&]*)?(=[^&]*)?&','&&',gi)`,
      ),
    ),
    change(line`${parameters},regsub('&+','&',g),bytes(1)`),
  ];
}

export function queryRules(set: Readonly<Record<string, string>>, remove: readonly string[]): Rule[] {
  const added = Object.entries(set).map(
    ([name, value]) => line`${put('queryName', name)}=${queryFormat(value)}`,
  );
  const names = [...Object.keys(set), ...remove];
  if (names.length === 0) return [];
  if (added.length > 0) {
    return [...without(names), rule(line`set-query "%[${parameters}]${added.join('&') as Text}"`)];
  }
  return [
    ...without(names),
    rule(line`set-var(${txn.parameters}) "${parameters},regsub('^(.*)&\$','\\1')"`, all(not(empty))),
    rule(line`set-query %[${parameters}]`, all(not(empty))),
    rule(line`set-var(${txn.path_alone}) path`, all(empty)),
    rule(line`set-pathq %[var(${txn.path_alone})]`, all(empty)),
  ];
}
