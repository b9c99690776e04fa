/** What a request carries: its length, its type, and fields of a JSON body. */
import type { Validation } from '../../policies/validation';
import { refuse } from '../answers/errors';
import { all, any, both, type Condition, isTrue, not, type Rule, rule } from '../language/rules';
import { join, line, put } from '../language/text';
import { reject } from './values';

/** The body and the headers share a buffer of 16 KiB; this leaves 3 KiB for the headers. */
export const largestJsonBytes = 12 * 1024;
/** A body that is looked into has to be there in this time, or the answer is 408. */
const bodySeconds = 10;

const chunked = line`{ req.fhdr(transfer-encoding) -m found }`;
const length = line`req.fhdr(content-length)`;
const announced = line`{ ${length} -m found }`;
const hasBody: Condition = [[chunked], [announced, line`!{ ${length} -m int 0 }`]];

export function lengthRules({
  maxBodyBytes,
  requireLength = maxBodyBytes !== undefined,
}: Validation): Rule[] {
  return [
    ...(requireLength
      ? refuse({
          status: 411,
          reason: 'length',
          detail: 'The body must come with a Content-Length, not in chunks.',
          when: all(chunked),
        })
      : []),
    ...(maxBodyBytes !== undefined
      ? refuse({
          status: 413,
          reason: 'body-size',
          detail: `The body may have ${maxBodyBytes} bytes at most.`,
          when: all(announced, line`!{ ${length} -m int 0:${maxBodyBytes} }`),
        })
      : []),
  ];
}

/** Parameters of a media type (RFC 9110, section 5.6.6). Somewhat wider: a value may be anything without a blank. */
const parameters = line`[ \t]*(;[ \t]*([a-z0-9!#\$%&'*+.^_\x60|~-]+=([^][ \t\";,]+|\"[^\"\\\\]*\")[ \t]*)?)*`;

/** Types that are taken, when the policy says so or is to look into JSON. */
export const typesOf = ({ contentTypes, requiredJsonFields }: Validation): readonly string[] | undefined =>
  contentTypes ?? (requiredJsonFields ? ['application/json'] : undefined);

export function typeRules(validation: Validation): Rule[] {
  const types = typesOf(validation);
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
      hasBody,
      any(
        line`!{ req.fhdr_cnt(content-type) eq 1 }`,
        line`!{ req.fhdr(content-type) -m reg -i "^(${regex})${parameters}\$" }`,
      ),
    ),
  );
}

export function jsonRules({ requiredJsonFields }: Validation): Rule[] {
  if (!requiredJsonFields) return [];
  const looked = isTrue(line`look`);
  const reads: Condition = [[line`{ method POST PUT PATCH }`], ...hasBody];
  return [
    rule(line`set-var(txn.look) bool(true)`, reads),
    ...refuse({
      status: 415,
      reason: 'content-encoding',
      detail: 'The body must not be compressed.',
      when: all(looked, line`{ req.fhdr(content-encoding) -m found }`),
      headers: line`hdr Accept-Encoding identity`,
    }),
    rule(line`wait-for-body time ${bodySeconds}s`, both(all(looked), hasBody)),
    rule(line`set-var(txn.body_there) req.body_len`, all(looked)),
    ...refuse({
      status: 413,
      reason: 'body-size',
      detail: 'The headers are so large that the body cannot be looked into.',
      when: all(looked, line`{ req.body_size,sub(txn.body_there) gt 0 }`),
    }),
    ...[...new Set(requiredJsonFields)].flatMap((field) =>
      refuse({
        status: 400,
        reason: 'json-field',
        detail: `The JSON body needs the field ${field}.`,
        when: all(looked, not(line`{ req.body,json_query('$.${put('jsonField', field)}') -m found }`)),
      }),
    ),
  ];
}
