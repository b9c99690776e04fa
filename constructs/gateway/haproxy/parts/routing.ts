/** Finds the API of a request: with one map where hosts and paths decide, with rules where headers do. */

import { type Prefix, prefixesInOrder } from '../../prefixes';
import { refuse } from '../answers/errors';
import { all, found, not, type Rule, requestLines, rule } from '../language/rules';
import { line, mapFile, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import type { Context } from './sections';

export const apisFile = 'apis.map';
const hostsFile = 'hosts.lst';

/** The path with a slash at its end, as the map has them: a prefix then ends where a segment does. */
const segments = (path: string) => (path === '/' ? line`/` : line`${put('path', path)}/`);

/** What a prefix gives: the API's name and, for the log, the prefix itself. */
const target = (prefix: Prefix) => line`${put('name', prefix.api)}|${put('path', prefix.path)}`;

const mapLine = (prefix: Prefix) =>
  line`${prefix.host === undefined ? line`` : put('host', prefix.host)}${segments(prefix.path)} ${target(prefix)}`;

/** ACLs compare without a wildcard where there is none: a regular expression takes more time. */
function headerCondition({ name, value }: Prefix['headers'][number]): Text {
  const header = line`req.fhdr(${put('headerName', name)})`;
  return /[*?]/.test(value)
    ? line`{ ${header} -m reg -i -- ${put('headerWildcard', value)} }`
    : line`{ ${header} -m str -i -- ${put('headerValue', value)} }`;
}

const unlessFound = not(found('target'));

function headerRule(prefix: Prefix): Rule {
  const host =
    prefix.host === undefined ? [] : [line`{ var(${txn.host}) -m str ${put('host', prefix.host)} }`];
  return rule(
    line`set-var(${txn.target}) str(${target(prefix)})`,
    all(
      unlessFound,
      ...host,
      line`{ var(${txn.segments}) -m beg ${segments(prefix.path)} }`,
      ...prefix.headers.map(headerCondition),
    ),
  );
}

const named = ({ hosts = [] }: Context['model']): boolean => hosts.length > 0;

/** RFC 9110, section 7.4: who answers for another name may say what a client then believes of that one. */
const ofNoHost = (model: Context['model']): Rule[] =>
  named(model)
    ? refuse({
        status: 421,
        reason: 'no-host',
        detail: 'Nothing answers for this host here.',
        when: all(line`!{ var(${txn.host}) -m str -f ${hostsFile as Text} }`),
      })
    : [];

/** Sets `txn.api`; answers 421 when the environment has no such host, 404 when no API takes the request. */
export function routing({ model }: Context): Text[] {
  const prefixes = prefixesInOrder(model.apis);
  const byHeader = prefixes.filter(({ headers }) => headers.length > 0);
  const byHost = prefixes.filter(({ host, headers }) => host !== undefined && headers.length === 0);
  const map = line`map_beg(${apisFile as Text})`;
  return requestLines([
    rule(line`set-var(${txn.segments}) path,concat(/)`),
    rule(line`set-var(${txn.host}) req.hdr(host),host_only`),
    ...ofNoHost(model),
    ...byHeader.filter(({ host }) => host !== undefined).map(headerRule),
    ...(byHost.length > 0
      ? [
          rule(
            line`set-var(${txn.target}) var(${txn.host}),concat(,${txn.segments}),${map}`,
            all(unlessFound),
          ),
        ]
      : []),
    ...byHeader.filter(({ host }) => host === undefined).map(headerRule),
    rule(line`set-var(${txn.target}) var(${txn.segments}),${map}`, all(unlessFound)),
    rule(line`set-var(${txn.api}) var(${txn.target}),field(1,|)`),
    rule(line`set-var(${txn.prefix}) var(${txn.target}),field(2,|)`),
    ...refuse({
      status: 404,
      reason: 'no-api',
      detail: 'No API answers here.',
      when: all(not(found('api'))),
    }),
  ]);
}

/** The map: `host/path/` and `/path/` to the API; and the hosts, one a line. */
export function routingFiles({ model }: Context): Record<string, string> {
  const lines = prefixesInOrder(model.apis).filter(({ headers }) => headers.length === 0);
  return {
    [apisFile]: mapFile(lines.map(mapLine)),
    ...(named(model) ? { [hostsFile]: mapFile((model.hosts ?? []).map((name) => put('host', name))) } : {}),
  };
}
