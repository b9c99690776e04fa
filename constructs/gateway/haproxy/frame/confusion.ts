/**
 * Requests that two programs could read differently are refused: what one of them checks, the other one would not do.
 * They are not put right, since that needs experimental directives.
 */

import { refuse } from '../answers/errors';
import { all, any, requestLines, rule } from '../language/rules';
import { join, line, type Text } from '../language/text';
import { txn } from '../language/vocabulary';

/** Parts of a path, as regular expressions in lower case, that have no one meaning. */
const confusing: readonly Text[] = [
  // Empty and dot segments, backslashes, and parameters of segments.
  line`//`,
  line`/\.\.?(/|$)`,
  line`\\`,
  line`;`,
  // A percent sign without two digits after it.
  line`%($|[^0-9a-f]|[0-9a-f]($|[^0-9a-f]))`,
  // What needs no encoding (RFC 3986, section 2.3): rules compare the path as it is written.
  line`%(2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])`,
  // What would be one of the above when it is decoded, or decoded twice: % / ; \
  line`%(2[5f]|3b|5c)`,
  // Control characters, of Unicode too, and its separators of lines.
  line`%([01]|7f|c2%[89]|e2%80%a[89])`,
  // What is not UTF-8: bytes and beginnings that it does not have, ...
  line`%(c[01]|f[5-9a-f]|e0%[89]|ed%[ab]|f0%8|f4%[9ab])`,
  // ... characters that end too early, ...
  line`%([cdef].|[ef].%..|f.%..%..)($|[^%]|%[^89ab])`,
  // ... and bytes that belong to no character.
  line`(^.?.?|[^%]..|%[0-7].|%[cd].%..|%e.%..%..|%f.%..%..%..)%[89ab]`,
];

const confusingPath = line`{ path -m reg -i '${join(confusing, line`|`)}' }`;

/** From 1 to 65535: some refuse others, some take them modulo 2^16, and some read digits after a 0 as octal. */
const port = line`([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])`;

/** A name or an address, and perhaps a port. Not `name.`, which is the same name to some, and another to others. */
const plainHost = line`{ req.fhdr(host) -m reg -i '^(\[[0-9a-f]*:[0-9a-f:.]*\]|([a-z0-9_-]+\.)*[a-z0-9_-]+)(:${port})?$' }`;

/** What stands in brackets is an address of version 6. HAProxy reads `1.2.3.4:` as one of version 4, so no dot comes before a colon. */
const inBrackets = line`{ req.fhdr(host) -m beg [ }`;
const addressInBrackets = line`{ req.fhdr(host),field(2,[),field(1,]),ipmask(32,128) -m found }`;

const isPath = line`{ url -m beg / }`;

const allowed = line`GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS`;

/** Requests that no API gets to see. */
export const refuseConfusion: readonly Text[] = requestLines([
  ...refuse({
    status: 405,
    reason: 'trace',
    detail: 'TRACE is not allowed.',
    when: all(line`METH_TRACE`),
    headers: line`hdr Allow "${allowed}"`,
  }),
  // Some programs read `post` as POST. Compared through a variable: what is asked for as `method` has a way of its own to
  // match, and HAProxy 3.4 warns when it gets another. `concat()` makes text of it: 2.6 compares the bare one otherwise.
  rule(line`set-var(${txn.method}) method,concat()`),
  ...refuse({
    status: 400,
    reason: 'method',
    detail: 'The method is not of upper-case letters.',
    when: all(line`!{ var(${txn.method}) -m reg ^[A-Z][A-Z-]{0,31}$ }`),
  }),
  ...refuse({
    status: 400,
    reason: 'version',
    detail: 'The version is not HTTP 1.0 or 1.1.',
    when: all(line`!{ req.ver 1.0 1.1 }`),
  }),
  ...refuse({
    status: 400,
    reason: 'host',
    detail: 'The Host header is not the name of one host.',
    when: [
      [line`!{ req.fhdr_cnt(host) eq 1 }`],
      [line`!${plainHost}`],
      [inBrackets, line`!${addressInBrackets}`],
    ],
  }),
  ...refuse({
    status: 400,
    reason: 'target',
    detail: 'The request is not for a path of this host.',
    when: all(line`!${isPath}`, line`!{ url -m reg -i ^https?://[^/?@]+/ }`),
  }),
  // HAProxy 2.6 lets DEL and some bytes beyond ASCII pass, by where they stand.
  ...refuse({
    status: 400,
    reason: 'target',
    detail: 'The target has characters that have to be encoded.',
    when: all(line`{ url -m reg [^!-~] }`),
  }),
  ...refuse({
    status: 400,
    reason: 'path',
    detail: 'The path can be read in more than one way.',
    when: any(confusingPath, line`!{ path -m beg / }`),
  }),
  // HAProxy lets NUL and others pass in a header's value, where some programs would end it. The class is of all bytes
  // that are allowed.
  ...refuse({
    status: 400,
    reason: 'control-character',
    detail: 'A header has a control character.',
    when: all(line`{ req.hdrs -m reg "[^\t\n\r -~\x80-\xff]" }`),
  }),
  // What a proxy is asked for, with scheme and host, would reach the API like that; the host was compared with Host.
  rule(line`set-uri %[pathq]`, all(line`!${isPath}`)),
]);
