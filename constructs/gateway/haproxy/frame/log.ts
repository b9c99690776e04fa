/**
 * The access log (`access-log.ts`) on standard output. No query string, no key, no other header than the two that trace
 * a request. What a client wrote goes through `json(utf8s)`, so that a line is always one valid object.
 */

import type { AccessLogField } from '../../access-log';
import type { GatewayMember } from '../../model';
import { line, put, type Text } from '../language/text';
import { txn, type Variable } from '../language/vocabulary';

const client = (variable: Variable) => `"%[var(${txn[variable]}),json(utf8s)]"`;

/** How HAProxy writes each, in the order of a line. The member's name is the same for all. */
const formats: Readonly<Record<Exclude<AccessLogField, 'member'>, string>> = {
  time: '%Ts.%ms',
  request_id: client('request_id'),
  traceparent: client('traceparent'),
  client: client('client'),
  method: '"%[capture.req.method,json(utf8s)]"',
  host: client('log_host'),
  path: client('log_path'),
  status: '%ST',
  bytes_in: '%U',
  bytes_out: '%B',
  api: client('api'),
  prefix: client('prefix'),
  route: client('route'),
  version: client('version'),
  consumer: client('consumer'),
  cache: client('cache'),
  limit: client('limit'),
  deny: client('deny'),
  server: client('server'),
  hop: '"%s"',
  receive_ms: '%TR',
  queue_ms: '%Tw',
  connect_ms: '%Tc',
  response_ms: '%Tr',
  total_ms: '%Ta',
  // A plus sign before it says that another server took over.
  retries: '"%rc"',
  end: '"%ts"',
};

/** Lines for the frontend that clients come in by. */
export function accessLog(member: GatewayMember): Text[] {
  const object = Object.entries(formats)
    .map(([name, format]) => `"${name}":${format}`)
    .join(',');
  return [
    // 1024 bytes, the default, would cut a line in the middle.
    line`log stdout len 8192 format raw local0`,
    line`log-format '{"member":"${put('name', member.name)}",${object as Text}}'`,
  ];
}

/** What the log says of a request, noted before anything is changed. Cut, so that a line stays whole. */
export const noteRequest: readonly Text[] = [
  line`http-request set-var(${txn.log_path}) path,bytes(0,512)`,
  line`http-request set-var(${txn.log_host}) req.fhdr(host),bytes(0,128)`,
  line`http-request set-var(${txn.traceparent}) req.fhdr(traceparent) if { req.fhdr_cnt(traceparent) eq 1 } { req.fhdr(traceparent) -m reg ^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$ }`,
];
