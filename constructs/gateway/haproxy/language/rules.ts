/** Rules: what is done, and when. Kept apart until they are printed, so that a rule can be narrowed to some routes. */
import { join, line, type Text } from './text';
import { txn, type Variable } from './vocabulary';

/** Alternatives, one of which must hold; in each, all terms must hold. A term is `{ … }` or `!{ … }`. */
export type Condition = readonly (readonly Text[])[];

export const always: Condition = [[]];
export const all = (...terms: readonly Text[]): Condition => [terms];
export const any = (...terms: readonly Text[]): Condition => terms.map((term) => [term]);
export const both = (first: Condition, second: Condition): Condition =>
  first.flatMap((one) => second.map((other) => [...one, ...other]));

export const not = (term: Text): Text => line`!${term}`;

/** Whether a variable of the request has been set, to whatever value. */
export const found = (variable: Variable): Text => line`{ var(${txn[variable]}) -m found }`;
/** Whether a variable of the request is true. */
export const isTrue = (variable: Variable): Text => line`{ var(${txn[variable]}) -m bool }`;

/** Whether a variable of the request is one of the names, however many: a line may have 64 words. */
export const isOneOf = (variable: Variable, names: readonly Text[]): Text =>
  names.length <= 8
    ? line`{ var(${txn[variable]}) -m str ${join(names, line` `)} }`
    : line`{ var(${txn[variable]}) -m reg "^(${join(names, line`|`)})\$" }`;

/** Parts of a list of words that is too long for one line. */
export const inLines = <Word>(words: readonly Word[], perLine: number): Word[][] =>
  Array.from({ length: Math.ceil(words.length / perLine) }, (_, index) =>
    words.slice(index * perLine, (index + 1) * perLine),
  );

export interface Rule {
  /** What follows `http-request`, `http-response` or `http-after-response`. */
  readonly action: Text;
  /** @default always */
  readonly when?: Condition;
}

export const rule = (action: Text, when?: Condition): Rule => ({ action, when });

/** Rules for a request and for its answer, in the order that they are tried. */
export interface Rules {
  readonly request?: readonly Rule[];
  readonly response?: readonly Rule[];
  readonly afterResponse?: readonly Rule[];
}

const narrowed = (scope: Condition, rules: readonly Rule[] = []): Rule[] =>
  rules.map(({ action, when = always }) => ({ action, when: both(scope, when) }));

/** The same rules, for requests that the scope holds for. */
export const within = (scope: Condition, { request, response, afterResponse }: Rules): Rules => ({
  request: narrowed(scope, request),
  response: narrowed(scope, response),
  afterResponse: narrowed(scope, afterResponse),
});

export const together = (rules: readonly Rules[]): Rules => ({
  request: rules.flatMap(({ request = [] }) => request),
  response: rules.flatMap(({ response = [] }) => response),
  afterResponse: rules.flatMap(({ afterResponse = [] }) => afterResponse),
});

function printed(keyword: Text, { action, when = always }: Rule): Text {
  if (when.some((terms) => terms.length === 0)) return line`${keyword} ${action}`;
  const alternatives = when.map((terms) => join(terms, line` `));
  return line`${keyword} ${action} if ${join(alternatives, line` || `)}`;
}

export const requestLines = (rules: readonly Rule[]): Text[] =>
  rules.map((one) => printed(line`http-request`, one));

export const printRules = ({ request = [], response = [], afterResponse = [] }: Rules): Text[] => [
  ...requestLines(request),
  ...response.map((one) => printed(line`http-response`, one)),
  ...afterResponse.map((one) => printed(line`http-after-response`, one)),
];
