/** A request whose head leaves no room for what the gateway adds is refused before anything is done with it. */

import { refuse } from '../answers/errors';
import { all, requestLines, rule } from '../language/rules';
import { line, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { largestHead } from '../parts/room';

/** What HAProxy holds of the head is shorter than its text: by four bytes in each line. */
const shorter = 4 * (largestHead.lines + 1) + 64;

const tooLarge = line`int(${largestHead.bytes + 1})`;
/** Cheap, and true of each head that could be too large; of some others too, whose bodies have begun to arrive. */
const perhaps = all(line`{ var(${txn.arrived}) -m int gt ${largestHead.bytes - shorter} }`);

/** Whatever cannot be measured is too large. */
export const refuseLargeHead: readonly Text[] = requestLines([
  rule(line`set-var(${txn.arrived}) req.len`),
  rule(line`set-var(${txn.head_bytes}) ${tooLarge}`, perhaps),
  rule(line`set-var(${txn.target_bytes}) url,length`, perhaps),
  rule(line`set-var(${txn.head_bytes}) req.hdrs,length,add(${txn.target_bytes})`, perhaps),
  rule(line`set-var(${txn.head_bytes}) ${tooLarge}`, all(line`{ req.fhdr_cnt gt ${largestHead.lines} }`)),
  ...refuse({
    status: 431,
    reason: 'head-size',
    detail: `Target and headers have more than ${largestHead.bytes} bytes, or ${largestHead.lines} lines.`,
    when: all(line`{ var(${txn.head_bytes}) -m int gt ${largestHead.bytes} }`),
  }),
]);
