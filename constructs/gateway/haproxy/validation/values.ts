/** Whether a value of a request is what the policy says: what cannot be read, or is missing, is not. */

import { longestMatched, longestValue, readPattern, substitute, takesBeyondAscii } from '../../pattern';
import type { PolicyFinding } from '../../policies/rule';
import type { ValueCheck } from '../../policies/validation';
import { type Refusal, refuse } from '../answers/errors';
import { all, any, type Condition, isTrue, not, type Rule, rule } from '../language/rules';
import { join, line, put, type Text, textProblem } from '../language/text';
import { txn } from '../language/vocabulary';

/** One character of UTF-8 beyond ASCII. */
const character = line`[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf][\x80-\xbf]|[\xf1-\xf3][\x80-\xbf][\x80-\xbf][\x80-\xbf]|\xf4[\x80-\x8f][\x80-\xbf][\x80-\xbf]`;
const substituted = line`regsub("${character}",\x${substitute.charCodeAt(0).toString(16) as Text},g)`;

const decimal = line`"^(0|-?[1-9][0-9]{0,14})\$"`;

function patternTerm(value: Text, pattern: string): Text {
  // HAProxy compares bytes: each character beyond ASCII is made into one.
  const read = takesBeyondAscii(readPattern(pattern)) ? line`${value},${substituted}` : value;
  return line`!{ ${read} -m reg ${put('pattern', pattern)} }`;
}

/** HAProxy takes no range that begins below zero, so it is moved to begin there. */
function integerTerms(value: Text, { minimum, maximum }: NonNullable<ValueCheck['integer']>): Text[] {
  const moved =
    minimum === 0 ? value : minimum < 0 ? line`${value},add(${-minimum})` : line`${value},sub(${minimum})`;
  return [line`!{ ${value} -m reg ${decimal} }`, line`!{ ${moved} -m int 0:${maximum - minimum} }`];
}

/**
 * Refuses when one of the alternatives holds. Each has a line of its own, as a line has 64 words at most, and is not
 * looked at any more when one before it held.
 */
export function reject(refusal: Refusal, alternatives: Condition): Rule[] {
  if (alternatives.length === 0) return [];
  const wrong = isTrue('invalid');
  const marks = alternatives.map((terms, index) =>
    rule(line`set-var(${txn.invalid}) bool(true)`, [index === 0 ? terms : [not(wrong), ...terms]]),
  );
  return [...marks, ...refuse({ ...refusal, when: all(wrong) })];
}

/** When the value (a sample expression) is not what it must be. */
export function invalid(value: Text, { pattern, enum: values, integer }: ValueCheck): Condition {
  const said = pattern !== undefined || values || integer;
  if (!said) return [];
  const literals = values?.map((one) => put('literalRegex', one));
  return any(
    line`{ ${value},length gt ${pattern === undefined ? longestValue : longestMatched(readPattern(pattern))} }`,
    ...(integer ? integerTerms(value, integer) : []),
    ...(literals ? [line`!{ ${value} -m reg "^(${join(literals, line`|`)})\$" }`] : []),
    ...(pattern === undefined ? [] : [patternTerm(value, pattern)]),
  );
}

/** The same in words, after the name of what it is. */
export const demand = ({ integer }: ValueCheck): string =>
  integer ? `must be a whole number from ${integer.minimum} to ${integer.maximum}` : 'is not valid';

/** What of a check HAProxy cannot be told. */
export const valueLimits = (
  { pattern, enum: values = [] }: ValueCheck,
  path: PolicyFinding['path'],
): PolicyFinding[] => [
  ...(pattern === undefined ? [] : textProblem('pattern', pattern, [...path, 'pattern'])),
  ...values.flatMap((one, index) => textProblem('literalRegex', one, [...path, 'enum', index])),
];
