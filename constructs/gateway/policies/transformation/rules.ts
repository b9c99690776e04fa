/** What can be wrong with another form of a request and of its answer. */
import type { Path } from '../../../problems';
import { isPlaceholder, segmentsOf } from '../../path-template';
import type { PolicyFinding, PolicyRule } from '../rule';
import { names } from './placeholders';
import type { Transformation } from './schema';

function* repeated(all: readonly string[], path: Path): Iterable<PolicyFinding> {
  const again = all.filter((name, index) => all.indexOf(name) !== index);
  for (const name of new Set(again)) {
    yield {
      code: 'TRANSFORMATION_TWICE',
      path: ['transformation', ...path],
      message: `\`${name}\` is set, removed or renamed more than once.`,
      given: name,
      fix: 'Keep one of them.',
    };
  }
}

const headerNames = ({ setHeaders, removeHeaders, renameHeaders }: Transformation['response']): string[] => [
  ...Object.keys(setHeaders),
  ...removeHeaders,
  ...Object.entries(renameHeaders).flat(),
];

/** Of two, which one counts? */
const namedOnce: PolicyRule = function* ({ policies: { transformation } }) {
  if (!transformation) return;
  const { request, response } = transformation;
  yield* repeated(headerNames(request), ['request']);
  yield* repeated([...Object.keys(request.setQuery), ...request.removeQuery], ['request']);
  yield* repeated(headerNames(response), ['response']);
};

/** Each text that something is set to, and where it stands. */
const textsIn = ({ request, response }: Transformation): { text: string; path: string[] }[] =>
  [
    { section: ['request', 'setHeaders'], values: request.setHeaders },
    { section: ['request', 'setQuery'], values: request.setQuery },
    { section: ['response', 'setHeaders'], values: response.setHeaders },
  ].flatMap(({ section, values }) =>
    Object.entries(values).map(([name, text]) => ({ text, path: [...section, name] })),
  );

const consumerKnown: PolicyRule = function* ({ policies: { authentication, transformation } }) {
  if (!transformation || authentication !== 'public') return;
  for (const { text, path } of textsIn(transformation)) {
    if (!names(text, 'consumer')) continue;
    yield {
      code: 'TRANSFORMATION_WITHOUT_CONSUMER',
      path: ['transformation', ...path],
      message: 'The consumer is not known here: this API is public.',
      given: text,
      fix: 'Write it without {consumer}, or set policies.authentication.',
    };
  }
};

/** Of a request whose answer may be kept, the API learns no more than the key holds. */
const withinKey: PolicyRule = function* ({ policies: { cache, transformation } }) {
  if (!cache || !transformation) return;
  const unknown = ['clientAddress' as const, ...(cache.varyBy.consumer ? [] : ['consumer' as const])];
  for (const { text, path } of textsIn(transformation)) {
    if (path[0] !== 'request') continue;
    for (const placeholder of unknown.filter((one) => names(text, one))) {
      yield {
        code: 'TRANSFORMATION_BEYOND_KEY',
        path: ['transformation', ...path],
        message: `The answer to one caller would be kept for others: {${placeholder}} is no part of the cache's key.`,
        given: text,
        fix:
          placeholder === 'consumer'
            ? 'Write it without {consumer}, or set cache.varyBy.consumer.'
            : `Write it without {${placeholder}}, or set \`cache: none\`.`,
      };
    }
  }
};

const rewriteOf = (transformation: Transformation | undefined): string | undefined => {
  const path = transformation?.path;
  return path && 'rewrite' in path ? path.rewrite : undefined;
};

const rewriteOfRoute: PolicyRule = function* ({ route, policies: { transformation } }) {
  const rewrite = rewriteOf(transformation);
  if (rewrite === undefined || (route && route.paths.length > 0)) return;
  yield {
    code: 'TRANSFORMATION_REWRITE',
    path: ['transformation', 'path', 'rewrite'],
    message: 'Only the paths of a route can be rewritten.',
    given: rewrite,
    fix: 'Write it at a route that has `paths`, or use `replacePrefix`.',
  };
};

const rewriteOfKnown: PolicyRule = function* ({ route, policies: { transformation } }) {
  const rewrite = rewriteOf(transformation);
  if (rewrite === undefined) return;
  for (const template of route?.paths ?? []) {
    const known = segmentsOf(template);
    for (const name of segmentsOf(rewrite).filter((one) => isPlaceholder(one) && !known.includes(one))) {
      yield {
        code: 'TRANSFORMATION_REWRITE',
        path: ['transformation', 'path', 'rewrite'],
        message: `The path ${template} has no ${name}.`,
        given: rewrite,
        allowed: template,
        fix: 'Use placeholders that all paths of the route have.',
      };
    }
  }
};

export const rules: readonly PolicyRule[] = [
  rewriteOfRoute,
  rewriteOfKnown,
  withinKey,
  consumerKnown,
  namedOnce,
];
