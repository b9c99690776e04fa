/**
 * What the API gets and what it answers, in another form. The request is changed last, on its way to the pool: for a
 * cached API that is on the owner's side, after the key. The answer is changed on the public side: hits too.
 */
import type { Path, Problem } from '../../../problems';
import type { GatewayModel } from '../../model';
import type { Policies } from '../../policies';
import { all, type Rule, rule, together } from '../language/rules';
import { line, type PlaceName, put, type Text, textProblem } from '../language/text';
import { txn } from '../language/vocabulary';
import { policy } from '../parts/policy';
import { growthOf, largestHead, sum } from '../parts/room';
import { type Place, pathOf } from '../parts/sections';
import {
  mostPlaceholders,
  type PathChange,
  pathChange,
  pathGrowth,
  pathRules,
  placeholderCount,
  unknownPlaceholders,
} from './path';
import { prefixGrowth, prefixRules, strippedDepths } from './prefix';
import { queryGrowth, queryRules, refuseLongQuery } from './query';
import { headerFormat, literalsOf, longestHeader, names, requestSources, responseSources } from './text';

type Transformation = NonNullable<Policies['transformation']>;
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
  readonly public: boolean;
  /** What is wrong with it beside a cache; absent: nothing. */
  readonly beyond?: readonly Beyond[];
  /** By which the API is reached, where it does not see its prefix. */
  readonly hosts?: readonly string[];
}

/** A name that is set, removed or renamed twice: which one counts? */
function twice(names: readonly string[], path: Path): Problem[] {
  const again = names.filter((name, index) => names.indexOf(name) !== index);
  return [...new Set(again)].map((name) => ({
    code: 'TRANSFORMATION_TWICE',
    path,
    message: `\`${name}\` is set, removed or renamed more than once.`,
    given: name,
    fix: 'Keep one of them.',
  }));
}

function valueProblems(
  values: Readonly<Record<string, string>>,
  [namePlace, valuePlace]: readonly [PlaceName, PlaceName],
  path: Path,
  open: boolean,
): Problem[] {
  return Object.entries(values).flatMap(([name, value]) => [
    ...textProblem(namePlace, name, [...path, name]),
    ...literalsOf(value).flatMap((part) => textProblem(valuePlace, part, [...path, name])),
    ...(open && names(value, 'consumer')
      ? [
          {
            code: 'TRANSFORMATION_WITHOUT_CONSUMER',
            path: [...path, name],
            message: 'The consumer is not known here: this API is public.',
            given: value,
            fix: 'Write it without {consumer}, or set policies.authentication.',
          },
        ]
      : []),
  ]);
}

function headerProblems(headers: Headers, path: Path, open: boolean): Problem[] {
  const { setHeaders, removeHeaders, renameHeaders } = headers;
  const renamed = Object.entries(renameHeaders);
  return [
    ...valueProblems(setHeaders, ['headerName', 'format'], [...path, 'setHeaders'], open),
    ...removeHeaders.flatMap((name, index) =>
      textProblem('headerName', name, [...path, 'removeHeaders', index]),
    ),
    ...renamed.flatMap((names) =>
      names.flatMap((name) => textProblem('headerName', name, [...path, 'renameHeaders', names[0]])),
    ),
    ...twice([...Object.keys(setHeaders), ...removeHeaders, ...renamed.flat()], path),
  ];
}

function pathProblems(change: PathChange | undefined, path: Path): Problem[] {
  if (!change) return [];
  if (!('rewrite' in change)) return textProblem('path', change.to, [...path, 'replacePrefix']);
  const { rewrite, from } = change;
  const at = [...path, 'rewrite'];
  const problem = (message: string, rest: Pick<Problem, 'given' | 'allowed' | 'fix'>): Problem => ({
    code: 'TRANSFORMATION_REWRITE',
    path: at,
    message,
    ...rest,
  });
  if (from.length === 0) {
    return [
      problem('Only the paths of a route can be rewritten.', {
        given: rewrite,
        fix: 'Write it at a route that has `paths`, or use `replacePrefix`.',
      }),
    ];
  }
  return [
    ...textProblem(rewrite === '' ? 'path' : 'pathTemplate', rewrite, at),
    ...from.flatMap((template) => [
      ...unknownPlaceholders(rewrite, template).map((name) =>
        problem(`The path ${template} has no ${name}.`, {
          given: rewrite,
          allowed: template,
          fix: 'Use placeholders that all paths of the route have.',
        }),
      ),
      ...(placeholderCount(template) > mostPlaceholders
        ? [
            problem('The path has too many placeholders.', {
              given: template,
              allowed: `up to ${mostPlaceholders}`,
              fix: 'Use {rest+} for what follows.',
            }),
          ]
        : []),
    ]),
  ];
}

interface Beyond {
  readonly at: Path;
  readonly value: string;
  readonly placeholder: 'clientAddress' | 'consumer';
}

/** Of a request whose answer may be kept, the API learns no more than the key holds. */
function beyondKey({ cache, transformation: own }: Policies): Beyond[] {
  if (!cache || !own) return [];
  const unknown = ['clientAddress' as const, ...(cache.varyBy.consumer ? [] : ['consumer' as const])];
  const { setHeaders, setQuery } = own.request;
  return Object.entries({ setHeaders, setQuery }).flatMap(([field, values]) =>
    Object.entries(values).flatMap(([name, value]) =>
      unknown
        .filter((one) => names(value, one))
        .map((placeholder) => ({ at: [field, name], value, placeholder })),
    ),
  );
}

const beyondProblem = ({ at, value, placeholder }: Beyond, path: Path): Problem => ({
  code: 'TRANSFORMATION_BEYOND_KEY',
  path: [...path, ...at],
  message: `The answer to one caller would be kept for others: {${placeholder}} is no part of the cache's key.`,
  given: value,
  fix:
    placeholder === 'consumer'
      ? 'Write it without {consumer}, or set cache.varyBy.consumer.'
      : `Write it without {${placeholder}}, or set \`cache: none\`.`,
});

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
    const { transformation: own, authentication } = place.policies;
    if (!own) return undefined;
    const beyond = beyondKey(place.policies);
    const path = pathChange(own.path, place);
    return {
      transformation: own,
      path,
      public: authentication === 'public',
      ...(beyond.length > 0 ? { beyond } : {}),
      ...(strippedDepths(path).length > 0 ? { hosts: place.api.hosts } : {}),
    };
  },

  problems: ({ transformation: { request, response }, path, public: open, beyond = [] }, place) => {
    const at = [...pathOf(place), 'transformation'];
    const query = [...at, 'request'];
    return [
      ...pathProblems(path, [...at, 'path']),
      ...beyond.map((one) => beyondProblem(one, query)),
      ...headerProblems(request, query, open),
      ...valueProblems(request.setQuery, ['queryName', 'queryValue'], [...query, 'setQuery'], open),
      ...request.removeQuery.flatMap((name, index) =>
        textProblem('queryName', name, [...query, 'removeQuery', index]),
      ),
      ...twice([...Object.keys(request.setQuery), ...request.removeQuery], query),
      ...headerProblems(response, [...at, 'response'], open),
    ];
  },

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
