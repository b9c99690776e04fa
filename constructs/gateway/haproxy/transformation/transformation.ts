/**
 * What the API gets and what it answers, in another form. The request is changed last, on its way to the pool: for a
 * cached API that is on the owner's side, after the key. The answer is changed on the public side: hits too.
 */
import type { GatewayModel } from '../../model';
import type { Place } from '../../places';
import type { PolicyFinding } from '../../policies/rule';
import type { Transformation } from '../../policies/transformation';
import { all, type Rule, rule, together } from '../language/rules';
import { line, type PlaceName, put, type Text, textProblem } from '../language/text';
import { txn } from '../language/vocabulary';
import { policy } from '../parts/policy';
import { growthOf, largestHead, sum } from '../parts/room';
import {
  mostPlaceholders,
  type PathChange,
  pathChange,
  pathGrowth,
  pathRules,
  placeholderCount,
} from './path';
import { prefixGrowth, prefixRules, strippedDepths } from './prefix';
import { queryGrowth, queryRules, refuseLongQuery } from './query';
import { headerFormat, literalsOf, longestHeader, requestSources, responseSources } from './text';

type Headers = Transformation['response'];

/** How many lines of a header keep their values under its new name. */
const mostLines = 4;

function headerRules(
  { setHeaders, removeHeaders, renameHeaders }: Headers,
  from: Text,
  sources: typeof requestSources,
): Rule[] {
  const lines = Array.from({ length: mostLines }, (_, index) => index + 1);
  const renamed = Object.entries(renameHeaders).flatMap(([old, name], index) => {
    const [before, after] = [put('headerName', old), put('headerName', name)];
    // Taken aside: both at once would need twice the room.
    const aside = (nth: number) => line`${txn.renamed}_${from}_${index}_${nth}`;
    const has = (nth: number) => all(line`{ var(${aside(nth)}) -m found }`);
    return [
      ...lines.map((nth) => rule(line`set-var(${aside(nth)}) ${from}.fhdr(${before},${nth})`)),
      rule(line`del-header ${before}`),
      rule(line`del-header ${after}`, has(1)),
      ...lines.map((nth) => rule(line`add-header ${after} %[var(${aside(nth)})]`, has(nth))),
    ];
  });
  return [
    ...renamed,
    ...removeHeaders.map((name) => rule(line`del-header ${put('headerName', name)}`)),
    ...Object.entries(setHeaders).map(([name, value]) =>
      rule(line`set-header ${put('headerName', name)} "${headerFormat(value, sources)}"`),
    ),
  ];
}

/** The longest that what is set can be; a new name can be longer than the old one. */
function headerGrowth({ setHeaders, renameHeaders }: Headers) {
  const set = Object.entries(setHeaders).map(([name, value]) => [name, longestHeader(value)] as const);
  const renamed = Object.entries(renameHeaders).map(
    ([old, name]) => mostLines * Math.max(0, name.length - old.length),
  );
  return { set: Object.fromEntries(set), renamed: renamed.reduce((one, other) => one + other, 0) };
}

interface ToPool {
  readonly path?: PathChange;
  readonly request: Transformation['request'];
}

/** Rules for what goes to the pool: after all others, and after the cache's. */
export const requestTransformation = policy<ToPool>({
  settings: (place) => {
    const { transformation } = place.policies;
    if (!transformation) return undefined;
    const path = pathChange(transformation.path, place);
    return { ...(path ? { path } : {}), request: transformation.request };
  },
  rules: ({ path, request }) => ({
    request: [
      ...(path ? pathRules(path) : []),
      ...queryRules(request.setQuery, request.removeQuery),
      ...headerRules(request, line`req`, requestSources),
    ],
  }),
});

interface Settings {
  readonly transformation: Transformation;
  readonly path?: PathChange;
  /** By which the API is reached, where it does not see its prefix. */
  readonly hosts?: readonly string[];
}

type At = PolicyFinding['path'];

const valueLimits = (
  values: Readonly<Record<string, string>>,
  [namePlace, valuePlace]: readonly [PlaceName, PlaceName],
  at: At,
): PolicyFinding[] =>
  Object.entries(values).flatMap(([name, value]) => [
    ...textProblem(namePlace, name, [...at, name]),
    ...literalsOf(value).flatMap((part) => textProblem(valuePlace, part, [...at, name])),
  ]);

function headerLimits({ setHeaders, removeHeaders, renameHeaders }: Headers, at: At): PolicyFinding[] {
  return [
    ...valueLimits(setHeaders, ['headerName', 'format'], [...at, 'setHeaders']),
    ...removeHeaders.flatMap((name, index) =>
      textProblem('headerName', name, [...at, 'removeHeaders', index]),
    ),
    ...Object.entries(renameHeaders).flatMap((names) =>
      names.flatMap((name) => textProblem('headerName', name, [...at, 'renameHeaders', names[0]])),
    ),
  ];
}

function pathLimits(change: PathChange | undefined): PolicyFinding[] {
  if (!change) return [];
  const at: At = ['transformation', 'path'];
  if (!('rewrite' in change)) return textProblem('path', change.to, [...at, 'replacePrefix']);
  const { rewrite, from } = change;
  if (from.length === 0) return [];
  return [
    ...textProblem(rewrite === '' ? 'path' : 'pathTemplate', rewrite, [...at, 'rewrite']),
    ...from
      .filter((template) => placeholderCount(template) > mostPlaceholders)
      .map(
        (template): PolicyFinding => ({
          code: 'TRANSFORMATION_REWRITE',
          path: [...at, 'rewrite'],
          message: 'The path has too many placeholders.',
          given: template,
          allowed: `up to ${mostPlaceholders}`,
          fix: 'Use {rest+} for what follows.',
        }),
      ),
  ];
}

const changesQuery = ({ setQuery, removeQuery }: Transformation['request']) =>
  Object.keys(setQuery).length + removeQuery.length > 0;

/** Hosts of the environment that are no API's own: all APIs without hosts are reached by them. */
const sharedHosts = ({ hosts = [], apis }: GatewayModel): string[] => {
  const taken = new Set(apis.flatMap((api) => api.hosts));
  return hosts.filter((host) => !taken.has(host));
};

/** Rules of the public side. */
export const transformation = policy<Settings>({
  settings: (place: Place) => {
    const { transformation: own } = place.policies;
    if (!own) return undefined;
    const path = pathChange(own.path, place);
    return {
      transformation: own,
      path,
      ...(strippedDepths(path).length > 0 ? { hosts: place.api.hosts } : {}),
    };
  },

  limits: ({ transformation: { request, response }, path }) => [
    ...pathLimits(path),
    ...headerLimits(request, ['transformation', 'request']),
    ...valueLimits(request.setQuery, ['queryName', 'queryValue'], ['transformation', 'request', 'setQuery']),
    ...request.removeQuery.flatMap((name, index) =>
      textProblem('queryName', name, ['transformation', 'request', 'removeQuery', index]),
    ),
    ...headerLimits(response, ['transformation', 'response']),
  ],

  rules: ({ transformation: { request, response }, path, hosts = [] }, { model }) =>
    together([
      { request: changesQuery(request) ? refuseLongQuery : [] },
      prefixRules(strippedDepths(path), hosts.length > 0 ? hosts : sharedHosts(model)),
      { response: headerRules(response, line`res`, responseSources) },
    ]),

  growth: ({ transformation: { request, response }, path }, { api }) => {
    const [toPool, toClient] = [headerGrowth(request), headerGrowth(response)];
    return sum([
      growthOf({ request: toPool.set, answer: toClient.set }),
      {
        request:
          toPool.renamed +
          queryGrowth(request.setQuery, request.removeQuery) +
          pathGrowth(path, largestHead.bytes),
        answer: toClient.renamed,
        lines: 0,
      },
      prefixGrowth(strippedDepths(path), api.paths),
    ]);
  },
});
