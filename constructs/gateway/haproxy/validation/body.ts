/** What a request carries: its length, its type, and what a JSON body says, which `lua/bodies.lua` reads. */

import type { Place } from '../../places';
import { bodyTypes, largestJsonBytes, readsBody, type Validation } from '../../policies/validation';
import { type Refusal, refuse } from '../answers/errors';
import { coded, hasBody } from '../frame/framing';
import { all, any, both, isTrue, not, type Rule, rule } from '../language/rules';
import { join, line, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { bodyId } from './body-settings';
import { reject } from './values';

/** A body that is looked into has to be there in this time, or the answer is 408. */
const bodySeconds = 10;

/** Of a body that is read: so much has to be in the buffer, beside its head. */
export const readBytes = ({ policies: { validation } }: Place): number =>
  validation && readsBody(validation) ? largestJsonBytes : 0;

const length = line`req.fhdr(content-length)`;
const announced = line`{ ${length} -m found }`;

/** A body that is read is there as a whole, and measured then. */
export const needsLength = ({ requireLength, ...rest }: Validation): boolean =>
  requireLength ?? (rest.maxBodyBytes !== undefined && !readsBody(rest));

const mostBytes = (validation: Validation): number | undefined =>
  validation.maxBodyBytes ?? (readsBody(validation) ? largestJsonBytes : undefined);

const tooLarge = (most: number): Omit<Refusal, 'when'> => ({
  status: 413,
  reason: 'body-size',
  detail: `The body may have ${most} bytes at most.`,
});

export function lengthRules(validation: Validation): Rule[] {
  const most = mostBytes(validation);
  return [
    ...(needsLength(validation)
      ? refuse({
          status: 411,
          reason: 'length',
          detail: 'The body must come with a Content-Length, not in chunks.',
          when: all(coded),
        })
      : []),
    ...(most !== undefined
      ? refuse({ ...tooLarge(most), when: all(announced, line`!{ ${length} -m int 0:${most} }`) })
      : []),
  ];
}

/** Parameters of a media type (RFC 9110, section 5.6.6). Somewhat wider: a value may be anything without a blank. */
const parameters = line`[ \t]*(;[ \t]*([a-z0-9!#\$%&'*+.^_\x60|~-]+=([^][ \t\";,]+|\"[^\"\\\\]*\")[ \t]*)?)*`;

export function typeRules(validation: Validation): Rule[] {
  const types = bodyTypes(validation);
  if (!types) return [];
  const regex = join(
    types.map((type) => put('mediaTypeRegex', type)),
    line`|`,
  );
  const accept = join(
    types.map((type) => put('mediaType', type)),
    line`, `,
  );
  return reject(
    {
      status: 415,
      reason: 'content-type',
      detail: 'The body has no media type that is taken. The header Accept names those.',
      headers: line`hdr Accept "${accept}"`,
    },
    both(
      all(hasBody),
      any(
        line`!{ req.fhdr_cnt(content-type) eq 1 }`,
        line`!{ req.fhdr(content-type) -m reg -i "^(${regex})${parameters}\$" }`,
      ),
    ),
  );
}

/** What the Lua may have against a body; where it is, and what it is, is told beside. */
const faults = {
  json: 'The body is not sound JSON.',
  'json-field': 'The JSON body lacks a field that it needs.',
  'json-schema': 'The JSON body does not match its schema.',
} as const;

/** RFC 9457, section 3: a pointer as a fragment. Both are the Lua's: words and signs that JSON and this text take. */
const fault = line`"errors":[{"detail":"%[var(${txn.body_fault})]","pointer":"%[var(${txn.body_pointer})]"}]`;

const faultRules = (asked: readonly (keyof typeof faults)[]): Rule[] =>
  asked.flatMap((reason) =>
    refuse({
      status: 400,
      reason,
      detail: faults[reason],
      members: fault,
      when: all(line`{ var(${txn.body_reason}) -m str ${reason as Text} }`),
    }),
  );

export function jsonRules(validation: Validation): Rule[] {
  if (!readsBody(validation)) return [];
  const looked = isTrue('look');
  const reads = any(line`{ method POST PUT PATCH }`, hasBody);
  const most = mostBytes(validation) ?? largestJsonBytes;
  return [
    rule(line`set-var(${txn.look}) bool(true)`, reads),
    ...refuse({
      status: 415,
      reason: 'content-encoding',
      detail: 'The body must not be compressed.',
      when: all(looked, line`{ req.fhdr(content-encoding) -m found }`),
      headers: line`hdr Accept-Encoding identity`,
    }),
    rule(line`wait-for-body time ${bodySeconds}s`, all(looked, hasBody)),
    // One that came in chunks said no length.
    ...refuse({ ...tooLarge(most), when: all(looked, line`{ req.body_len gt ${most} }`) }),
    ...refuse({
      status: 413,
      reason: 'body-size',
      detail: 'The headers are so large that the body cannot be looked into.',
      when: all(looked, line`!{ internal.htx.has_eom -m bool }`),
    }),
    rule(line`lua.check_body ${bodyId(validation)}`, all(looked)),
    ...faultRules([
      'json',
      ...(validation.requiredJsonFields ? (['json-field'] as const) : []),
      ...(validation.body ? (['json-schema'] as const) : []),
    ]),
    // Whatever else it may be: the Lua has not said that all holds.
    ...refuse({
      status: 400,
      reason: 'json',
      detail: 'The body could not be read.',
      when: all(looked, not(isTrue('body_good'))),
    }),
  ];
}
