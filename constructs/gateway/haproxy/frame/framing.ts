/**
 * Where a request ends, two programs could see in two places: what one of them takes for a body is a request for the
 * other, which no rule has judged (request smuggling). HAProxy parses the framing, and sends it on anew; here is refused
 * what it forgives, and what a server behind it might read otherwise. RFC 9112, section 6.
 */

import { refuse } from '../answers/errors';
import { all, type Condition, found, isTrue, not, requestLines, rule } from '../language/rules';
import { line, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { lua } from '../lua/program';

/** Whether the body comes in chunks. */
export const coded = found('coding');
const sized = found('length');
const awaits = found('expect');
/** Whether there is a body, as far as the head says. */
export const hasBody = isTrue('body');
const http10 = line`{ req.ver 1.0 }`;
const empty = line`{ var(${txn.length}) -m str 0 }`;

/**
 * Fifteen digits: every program can count to there, in whatever type it has. HAProxy 2.6 reads 2^64 as 0. Some take
 * digits after a 0 as octal.
 */
const plainLength = line`{ var(${txn.length}) -m reg ^(0|[1-9][0-9]{0,14})$ }`;
const plainCoding = line`{ var(${txn.coding}) -m str -i chunked }`;

const ambiguous: Condition = [
  [coded, not(plainCoding)],
  [coded, line`{ req.fhdr_cnt(transfer-encoding) gt 1 }`],
  [coded, http10],
  [sized, not(plainLength)],
];

/** The connection ends: what follows on it may be no request. */
const close = line`hdr Connection close`;

/**
 * Before all other refusals, as those leave the connection open: what the program in front takes for the rest of a body
 * would be the next request here, and its answer would go to another caller.
 */
export const refuseFraming: readonly Text[] = requestLines([
  rule(line`set-var(${txn.coding}) req.fhdr(transfer-encoding)`),
  rule(line`set-var(${txn.length}) req.fhdr(content-length)`),
  rule(line`set-var(${txn.expect}) req.fhdr(expect)`),
  ...refuse({
    status: 400,
    reason: 'framing',
    detail: 'Where the request ends can be read in more than one way.',
    when: ambiguous,
    headers: close,
  }),
  // A server that does not know an expectation may answer, and take the body for the next request.
  ...refuse({
    status: 417,
    reason: 'expectation',
    detail: 'Of expectations only 100-continue can be met.',
    when: [
      [awaits, line`!{ var(${txn.expect}) -m str -i 100-continue }`],
      [awaits, line`{ req.fhdr_cnt(expect) gt 1 }`],
    ],
    headers: close,
  }),
]);

/** After the head has been measured as it arrived. */
export const plainFraming: readonly Text[] = requestLines([
  rule(line`set-var(${txn.body}) bool(true)`, [[coded], [sized, not(empty)]]),
  // One way to write it: not all compare without regard to case.
  rule(line`set-header Transfer-Encoding chunked`, all(coded)),
  // In HTTP/1.0 it has no meaning, and without a body there is nothing to wait for: RFC 9110, section 10.1.1.
  rule(line`del-header expect`, all(awaits)),
  rule(line`set-header Expect 100-continue`, all(awaits, not(http10), hasBody)),
]);

/** Only where HAProxy cannot drop fields after the last chunk by itself: see `parts/trailers.ts`. */
const before = (...lines: readonly Text[]): Text[] => [
  line`.if !version_atleast(3.2)`,
  ...lines,
  line`.endif`,
];

const trailersProgram = 'trailers.lua';

export const loadTrailersProgram = before(line`lua-load-per-thread ${trailersProgram as Text}`);

/** For the frontend that clients come in by: before its rules, ... */
export const trailersFilter = before(line`filter lua.trailers`);

/** ... and after `plainFraming`. What cannot be watched does not pass. */
export const watchTrailers = before(
  ...requestLines([
    rule(line`lua.watch_trailers`, all(coded)),
    ...refuse({
      status: 500,
      reason: 'trailers',
      detail: 'The gateway failed.',
      when: all(coded, not(isTrue('watched'))),
      headers: close,
    }),
  ]),
);

export const framingFiles = (): Record<string, string> => ({ [trailersProgram]: lua[trailersProgram] ?? '' });
