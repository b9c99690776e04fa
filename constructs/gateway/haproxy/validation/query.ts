/** The query string: compared as the API will read it, and refused where the two could read it differently. */
import type { Validation, ValueCheck } from '../../policies/validation';
import { all, any, both, type Condition, type Rule } from '../language/rules';
import { join, line, put, type Text } from '../language/text';
import { demand, invalid, reject } from './values';

type Query = NonNullable<Validation['query']>;

const wrong = (reason: string, detail: string, when: Condition) =>
  reject({ status: 400, reason, detail }, when);

/** Some programs end a parameter there, others do not. */
const semicolon = line`{ query -m sub ; }`;

/** Encoded in a name: what needs no encoding, and control characters. A blank before it is left out by some. */
const ambiguousName = [
  line`{ query -m reg -i "(^|&)[^=&]*%([01]|7f|2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])" }`,
  line`{ query -m reg -i "(^|&)(\+|%20)" }`,
];

function namesRules({ parameters, additional }: Query): Rule[] {
  const unreadable = wrong(
    'query',
    'The query can be read in more than one way.',
    any(semicolon, ...(additional === 'allow' ? ambiguousName : [])),
  );
  if (additional === 'allow') return unreadable;
  const names = Object.keys(parameters).map((name) => put('queryNameRegex', name));
  const known = names.length > 0 ? line`|(${join(names, line`|`)})(=[^&]*)?(&|\$)` : line``;
  return [
    ...unreadable,
    ...wrong(
      'query-parameter',
      names.length > 0
        ? 'The query has a parameter that this API does not take.'
        : 'This API takes no parameters in the query.',
      all(line`{ query -m found }`, line`!{ query -m reg "^(&${known})*\$" }`),
    ),
  ];
}

/** Sent twice; and where other names may be sent, as a list or in other letters, which some read as the same. */
function severalForms(regex: Text, present: Text, additional: Query['additional']): Condition {
  const twice = (flags: Text) => line`{ query -m reg ${flags}"(^|&)${regex}([=&].*)?&${regex}([=&]|\$)" }`;
  if (additional === 'refuse') return all(twice(line``));
  return [
    [twice(line`-i `)],
    [line`{ query -m reg -i "(^|&)${regex}(\[|%5b)" }`],
    [line`{ query -m reg -i "(^|&)${regex}([=&]|\$)" }`, line`!${present}`],
  ];
}

/** When the value of a parameter is not what it must be. */
export function invalidParameter(name: string, check: ValueCheck): Condition {
  const given = line`urlp(${put('queryName', name)})`;
  const notValid = invalid(line`${given},url_dec(1)`, check);
  // Without control characters, the end of a value is the end for a regular expression too.
  return notValid.length > 0 ? [...any(line`{ ${given} -m reg -i "%([01]|7f)" }`), ...notValid] : [];
}

function parameterRules(name: string, check: Query['parameters'][string], query: Query): Rule[] {
  const regex = put('queryNameRegex', name);
  const present = line`{ query -m reg "(^|&)${regex}([=&]|\$)" }`;
  return [
    ...wrong(
      'query-parameter',
      `The query parameter ${name} may be sent only once, and by exactly this name.`,
      severalForms(regex, present, query.additional),
    ),
    ...(check.required
      ? wrong('query-parameter', `The query parameter ${name} is missing.`, all(line`!${present}`))
      : []),
    ...wrong(
      'query-parameter',
      `The query parameter ${name} ${demand(check)}.`,
      both(all(present), invalidParameter(name, check)),
    ),
  ];
}

export const queryRules = (query: Query): Rule[] => [
  ...namesRules(query),
  ...Object.entries(query.parameters).flatMap(([name, check]) => parameterRules(name, check, query)),
];
