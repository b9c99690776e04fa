/** What a client must not send is taken away, before anything else. */

import { claimPattern } from '../../claiming-headers';
import type { GatewayModel } from '../../model';
import { join, line, put, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import { hasBody } from './framing';

/** Names that are the gateway's or the balancer's own word on who calls; and what belongs to one connection. */
const ownNames =
  'x-(consumer|gateway|amzn-oidc|amzn-mtls)-.*|proxy(-.*)?|keep-alive|te|trailer|http2-settings';

/** To many servers X_Name, X.Name and X-Name are the same variable. */
const otherCharacters = '[^A-Za-z0-9-]';

/** All in one pass over the headers. The balancer's have been read before, and what is right of them is set after. */
export const strippedNames = `${otherCharacters}|^(${ownNames})$|^${claimPattern}`;

export const stripHeaders: readonly Text[] = [
  line`http-request del-header '${strippedNames as Text}' -m reg`,
  // A header named in Connection is removed by the next program: a client could remove ours. Only WebSocket may
  // upgrade: a tunnel of cleartext HTTP/2 would carry requests that no rule sees.
  line`http-request set-var(${txn.websocket}) bool(true) if METH_GET { req.ver 1.1 } !${hasBody} { req.fhdr_cnt(upgrade) eq 1 } { req.fhdr(upgrade) -m str -i websocket } { req.hdr(connection) -m str -i upgrade }`,
  line`http-request del-header connection`,
  line`http-request del-header upgrade unless { var(${txn.websocket}) -m bool }`,
  line`http-request set-header Connection upgrade if { var(${txn.websocket}) -m bool }`,
];

/**
 * Who the client is, and how it came. The balancer appends the address that it saw to X-Forwarded-For, so only the
 * last one counts, and only from the balancer; the API gets that one alone, from `tellClient`.
 */
export function readClient({ balancerCidrs }: Pick<GatewayModel, 'balancerCidrs'>): Text[] {
  const blocks = balancerCidrs.map((cidr) => put('cidr', cidr));
  const fromBalancer =
    blocks.length === 0
      ? []
      : [
          line`acl from_balancer src ${join(blocks, line` `)}`,
          line`http-request set-var(${txn.client}) req.hdr_ip(x-forwarded-for,-1) if from_balancer`,
          line`http-request set-var(${txn.proto}) str(https) if from_balancer { req.hdr(x-forwarded-proto,-1) -m str https }`,
          line`http-request set-var(${txn.port}) req.hdr(x-forwarded-port,-1) if from_balancer { req.hdr(x-forwarded-port,-1) -m reg ^[0-9]{1,5}$ }`,
        ];
  return [
    line`http-request set-var(${txn.client}) src`,
    line`http-request set-var(${txn.proto}) str(http)`,
    ...fromBalancer,
  ];
}

/** After all that a client said of it has been taken away. */
export const tellClient: readonly Text[] = [
  line`http-request add-header X-Forwarded-For %[var(${txn.client})]`,
  line`http-request add-header X-Forwarded-Proto %[var(${txn.proto})]`,
  line`http-request add-header X-Forwarded-Port %[var(${txn.port})] if { var(${txn.port}) -m found }`,
  line`http-request set-header X-Request-Id %[var(${txn.request_id})]`,
];

/** One name for a request in all logs: the caller's if it is well formed, else a new one. */
export const requestId: readonly Text[] = [
  line`http-request set-var(${txn.request_id}) uuid()`,
  line`http-request set-var(${txn.request_id}) req.fhdr(x-request-id) if { req.fhdr_cnt(x-request-id) eq 1 } { req.fhdr(x-request-id) -m reg ^[A-Za-z0-9._-]{8,64}$ }`,
];
