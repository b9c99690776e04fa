/** The path that the API gets. */

import { isPlaceholder, segmentsOf } from '../../path-template';
import type { Place } from '../../places';
import type { Transformation } from '../../policies/transformation';
import { all, type Rule, rule } from '../language/rules';
import { join, line, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { pathCondition } from '../parts/routes';

type PathPolicy = NonNullable<Transformation['path']>;

export type PathChange =
  /** `prefixes`: a number of segments, where all prefixes of the API have as many. */
  | { readonly to: string; readonly prefixes: number | readonly string[] }
  | { readonly rewrite: string; readonly from: readonly string[] };

export const segmentsIn = (path: string): number => (path === '/' ? 0 : path.split('/').length - 1);

export function pathChange(path: PathPolicy | undefined, { api, route }: Place): PathChange | undefined {
  if (!path) return undefined;
  if ('rewrite' in path) return { rewrite: path.rewrite, from: route?.paths ?? [] };
  const [first, ...others] = new Set(api.paths.map(segmentsIn));
  const prefixes = first !== undefined && others.length === 0 ? first : [...api.paths];
  return { to: 'replacePrefix' in path ? path.replacePrefix : '/', prefixes };
}

/** Never an empty path: that would be no request. An API whose prefix is taken away is told of it. */
function prefixRule(segments: number, to: string): Rule[] {
  if (segments === 0) return to === '/' ? [] : [rule(line`replace-path ^(.*)$ ${put('path', to)}\1`)];
  if (to !== '/') return [rule(line`replace-path ^(/[^/]+){${segments}}(/.*)?$ ${put('path', to)}\2`)];
  return [
    // Counted with what stands before the first slash.
    rule(line`set-header X-Forwarded-Prefix %[path,field(1,/,${segments + 1})]`),
    rule(line`replace-path ^(/[^/]+){${segments}}/?(.*)$ /\2`),
  ];
}

function prefixRules(to: string, prefixes: number | readonly string[]): Rule[] {
  if (typeof prefixes === 'number') return prefixRule(prefixes, to);
  const longestFirst = [...prefixes].sort((a, b) => b.length - a.length);
  const unknown = line`!{ var(${txn.prefix_depth}) -m found }`;
  const found = longestFirst.map((prefix) =>
    rule(
      line`set-var(${txn.prefix_depth}) int(${segmentsIn(prefix)})`,
      prefix === '/' ? all(unknown) : all(unknown, line`{ path,concat(/) -m beg ${put('path', prefix)}/ }`),
    ),
  );
  const changes = [...new Set(prefixes.map(segmentsIn))].flatMap((segments) =>
    prefixRule(segments, to).map(({ action }) =>
      rule(action, all(line`{ var(${txn.prefix_depth}) -m int ${segments} }`)),
    ),
  );
  return [...found, ...changes];
}

/** More cannot be referred to. */
export const mostPlaceholders = 9;
export const placeholderCount = (path: string): number => segmentsOf(path).filter(isPlaceholder).length;

const reference = (group: number) => `\\${group}` as Text;

/** The route has compared the path already: only the places of its segments count here. */
function rewriteRule(rewrite: string, from: string): Rule {
  const names = segmentsOf(from).filter(isPlaceholder);
  const segment = (one: string) =>
    isPlaceholder(one) ? (one.endsWith('+}') ? line`/(.+)` : line`/([^/]+)`) : line`/[^/]+`;
  const pattern = from === '/' ? line`` : join(segmentsOf(from).map(segment), line``);
  const target = segmentsOf(rewrite).map((one): Text => {
    if (isPlaceholder(one)) return line`/${reference(names.indexOf(one) + 1)}`;
    return put('path', `/${one}`);
  });
  return rule(line`replace-path ^${pattern}/?$ ${join(target, line``)}`);
}

function rewriteRules(rewrite: string, from: readonly string[]): Rule[] {
  const [only, ...others] = from;
  if (only !== undefined && others.length === 0) return [rewriteRule(rewrite, only)];
  // Which of its paths it was is found before any is changed.
  const unknown = line`!{ var(${txn.form}) -m found }`;
  return [
    ...from.map((path, index) =>
      rule(line`set-var(${txn.form}) int(${index})`, all(unknown, pathCondition(path))),
    ),
    ...from.map((path, index) =>
      rule(rewriteRule(rewrite, path).action, all(line`{ var(${txn.form}) -m int ${index} }`)),
    ),
  ];
}

/** How much longer the path can become, of a request whose path has so many bytes at most. */
export function pathGrowth(change: PathChange | undefined, longestPath: number): number {
  if (!change) return 0;
  if (!('rewrite' in change)) return change.to.length;
  const used = segmentsOf(change.rewrite).filter(isPlaceholder);
  return change.rewrite.length + (used.length - new Set(used).size) * longestPath;
}

export const pathRules = (change: PathChange): Rule[] =>
  'rewrite' in change ? rewriteRules(change.rewrite, change.from) : prefixRules(change.to, change.prefixes);
