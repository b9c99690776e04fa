/**
 * What an answer must not have when it leaves the gateway, or goes into the cache: what belongs to the connection with
 * the API (RFC 9110, section 7.6.1), and a NUL in a header, where some programs would end it.
 */
import { refuse } from '../answers/errors';
import { all, type Rule, rule } from '../language/rules';
import { line, type Text } from '../language/text';
import { luaOf } from '../lua/files';

export const hopsProgram = 'hops.lua' as Text;
export const hopsFile = luaOf(hopsProgram);

/** Most answers have no Connection, or one that names no header. */
const namesHeaders = all(
  line`{ res.fhdr(connection) -m found }`,
  line`!{ res.fhdr(connection) -m reg -i '^ *(close|keep-alive|upgrade)?( *, *(close|keep-alive|upgrade)?)* *$' }`,
  line`!{ status 101 }`,
);

/** For the port of clients and for that of the cache. */
export const endHop: readonly Rule[] = [
  ...refuse({
    status: 502,
    reason: 'answer-control-character',
    detail: 'A header of the answer has a control character.',
    when: all(line`{ res.hdrs -m reg "\\x00" }`),
  }),
  rule(line`lua.drop_named`, namesHeaders),
  rule(line`del-header connection`, all(line`!{ status 101 }`)),
  rule(line`del-header '^(keep-alive|proxy-.*|te|trailer|http2-settings)$' -m reg`),
  rule(line`del-header upgrade`, all(line`!{ status 101 }`)),
];
