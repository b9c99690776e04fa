/**
 * An API that is reached by a prefix which it does not see. It is told of the prefix, and what it says of its own paths is
 * put right for clients: see `policies/transformation/schema.ts`. HAProxy cannot compare a part of a value with a variable, so
 * the prefix is put before each path, and taken away again where it then stands twice.
 */

import { all, type Condition, inLines, isTrue, type Rule, type Rules, rule } from '../language/rules';
import { join, line, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { type Growth, growthOf, largestHead, noGrowth } from '../parts/room';
import { type PathChange, segmentsIn } from './path';

/** Segments of the prefixes; where an API has some of several lengths, that of this request is told by its own. */
export function strippedDepths(change: PathChange | undefined): number[] {
  if (!change || 'rewrite' in change || change.to !== '/') return [];
  const { prefixes } = change;
  return typeof prefixes === 'number' ? [prefixes] : [...new Set(prefixes.map(segmentsIn))];
}

const prefix = line`%[var(${txn.prefix})]`;
const atRoot = isTrue('at_root');
const own = isTrue('own_location');
const located = line`var(${txn.located})`;

/** `https://host` or `//host`, up to the path. */
const authority = line`(?:(?:(?i:https?):)?//[^/?#]*)`;
const segments = (depth: number) => line`(?:/[^/?#;]+){${depth}}`;
/** Browsers take such a cookie for the path `/` alone. */
const hostCookie = line`(?i:__Host-)`;
const pathAttribute = line`(?!${hostCookie})(.*;[ \t]*(?i:path)[ \t]*=[ \t]*)`;
const attributeEnds = line`(?=[ \t]*(?:;|\$))`;

const replace = (header: Text, pattern: Text, by: Text, when: Condition): Rule =>
  rule(line`replace-header ${header} "^${pattern}\$" "${by}"`, when);

/** What the rules of all depths have in common, and what they do when the prefix has some segments. */
interface Depths {
  readonly any: readonly Text[];
  readonly each: readonly { readonly depth: number; readonly when: readonly Text[] }[];
}

function depthsOf(depths: readonly number[]): Depths {
  const some = depths.filter((depth) => depth > 0);
  const several = depths.length > 1;
  return {
    any: depths.includes(0) ? [line`!{ var(${txn.prefix}) -m str / }`] : [],
    each: some.map((depth) => ({
      depth,
      when: several ? [line`{ var(${txn.prefix}) -m reg "^${segments(depth)}\$" }`] : [],
    })),
  };
}

/** A line may have 64 words. */
const hostsPerLine = 40;

/** The host of a URL is the one that was asked for, or another by which the API is reached. */
function ownRules(hosts: readonly string[], when: readonly Text[]): Rule[] {
  const names = inLines(
    hosts.map((host) => put('host', host)),
    hostsPerLine,
  );
  const isUrl = line`{ ${located} -m reg -i "^(https?:)?//" }`;
  return [
    rule(line`unset-var(${txn.own_location})`),
    rule(line`unset-var(${txn.location_host})`),
    rule(
      line`set-var(${txn.location_host}) "${located},field(3,/),lower,regsub('[?#].*\$',''),regsub(':(80|443)\$','')"`,
      all(...when, isUrl),
    ),
    ...[
      line`{ var(${txn.location_host}),strcmp(${txn.authority}) eq 0 }`,
      ...names.map((some) => line`{ var(${txn.location_host}) -m str ${join(some, line` `)} }`),
    ].map((is) => rule(line`set-var(${txn.own_location}) bool(true)`, all(is))),
  ];
}

function locationRules(header: Text, hosts: readonly string[], depths: Depths): Rule[] {
  const has = [line`{ ${located} -m found }`, ...depths.any];
  return [
    rule(line`unset-var(${txn.located})`),
    rule(line`set-var(${txn.located}) res.fhdr(${header})`),
    ...ownRules(hosts, has),
    replace(header, line`/([^/].*)?`, line`${prefix}/\1`, all(...has)),
    replace(header, line`(${authority})(.*)`, line`\1${prefix}\2`, all(...has, own)),
    ...depths.each.flatMap(({ depth, when }) => [
      replace(header, line`(${segments(depth)})\1([/?#].*)?`, line`\1\2`, all(...has, ...when)),
      replace(
        header,
        line`(${authority})(${segments(depth)})\2([/?#].*)?`,
        line`\1\2\3`,
        all(...has, ...when, own),
      ),
    ]),
    // Of the API's root, which a client takes for a file beside others, or for what it can climb out of.
    replace(
      header,
      line`(?=.)(?![/?#]|[A-Za-z][A-Za-z0-9+.-]*:)(?:\.\.?(?:/|\$))*(.*)`,
      line`${prefix}/\1`,
      all(...has, atRoot),
    ),
  ];
}

function cookieRules(depths: Depths): Rule[] {
  const header = line`Set-Cookie`;
  return [
    replace(header, line`${pathAttribute}(/.*)`, line`\1${prefix}\2`, all(...depths.any)),
    ...depths.each.flatMap(({ depth, when }) => [
      replace(
        header,
        line`${pathAttribute}(${segments(depth)})\2((?:/[^;]*)?${attributeEnds}.*)`,
        line`\1\2\3`,
        all(...when),
      ),
      // With a slash at its end a path would not take the prefix itself.
      replace(
        header,
        line`${pathAttribute}(${segments(depth)})/${attributeEnds}(.*)`,
        line`\1\2\3`,
        all(...when),
      ),
    ]),
    // By default a cookie is for the folder of what was asked for: of the prefix itself, the one above.
    replace(
      header,
      line`(?!${hostCookie})(?!.*;[ \t]*(?i:path)[ \t]*=[ \t]*/)(.*)`,
      line`\1; Path=${prefix}`,
      all(...depths.any, atRoot),
    ),
  ];
}

/** @param prefixes of which one is put before a path, and told. */
export function prefixGrowth(given: readonly number[], prefixes: readonly string[]): Growth {
  if (given.every((depth) => depth === 0)) return noGrowth;
  const length = Math.max(...prefixes.map((one) => one.length));
  // Any line of an answer may set a cookie.
  const answer = 2 * length + largestHead.lines * ('; Path='.length + length);
  return growthOf({ request: { 'x-forwarded-prefix': length } }, { answer });
}

/** Rules of the public side. @param hosts by which the API is reached, beside the one that was asked for */
export function prefixRules(given: readonly number[], hosts: readonly string[]): Rules {
  const depths = depthsOf(given);
  if (depths.each.length === 0) return {};
  return {
    request: [
      rule(line`set-var(${txn.authority}) "req.fhdr(host),lower,regsub(':(80|443)\$','')"`),
      rule(line`set-var(${txn.at_root}) bool(true)`, all(line`{ path,rtrim(/),strcmp(${txn.prefix}) eq 0 }`)),
    ],
    response: [
      ...locationRules(line`Location`, hosts, depths),
      ...locationRules(line`Content-Location`, hosts, depths),
      ...cookieRules(depths),
    ],
  };
}
