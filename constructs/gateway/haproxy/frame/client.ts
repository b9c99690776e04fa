/** What a client must not send is taken away, before anything else. */
import type { GatewayModel } from '../../model';
import { join, line, put, type Text } from '../language/text';

/**
 * Headers that speak of who calls, from where or of what is meant, and are the balancer's, the gateway's or nobody's.
 * The method overrides and the original URLs would let a request pass a rule as one thing and reach the API as another.
 */
const strippedHeaders = [
  'forwarded',
  'x-forwarded',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-originating-ip',
  'x-remote-ip',
  'x-remote-addr',
  'true-client-ip',
  'x-host',
  'x-original-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'proxy',
  'keep-alive',
  'te',
  'http2-settings',
];

/** The same, by how their names begin. The balancer's word on who has signed in is its own: here it does not say it. */
const strippedPrefixes = ['x-consumer-', 'x-gateway-', 'x-amzn-oidc-', 'x-amzn-mtls-', 'proxy-'];

export const stripHeaders: readonly Text[] = [
  // To many servers X_Name, X.Name and X-Name are the same variable.
  line`http-request del-header [^A-Za-z0-9-] -m reg`,
  ...strippedPrefixes.map((start) => line`http-request del-header ${start as Text} -m beg`),
  ...strippedHeaders.map((name) => line`http-request del-header ${name as Text}`),
  // A header named in Connection is removed by the next program: a client could remove ours. Only WebSocket may
  // upgrade: a tunnel of cleartext HTTP/2 would carry requests that no rule sees.
  line`http-request set-var(txn.websocket) bool(true) if METH_GET { req.fhdr_cnt(upgrade) eq 1 } { req.fhdr(upgrade) -m str -i websocket } { req.hdr(connection) -m str -i upgrade }`,
  line`http-request del-header connection`,
  line`http-request del-header upgrade unless { var(txn.websocket) -m bool }`,
  line`http-request set-header Connection upgrade if { var(txn.websocket) -m bool }`,
];

/**
 * Who the client is, and how it came. The balancer appends the address that it saw to X-Forwarded-For, so only the
 * last one counts, and only from the balancer; the API gets that one alone. No other X-Forwarded header passes.
 */
export function forwardedHeaders({ balancerCidrs }: Pick<GatewayModel, 'balancerCidrs'>): Text[] {
  const blocks = balancerCidrs.map((cidr) => put('cidr', cidr));
  const fromBalancer =
    blocks.length === 0
      ? []
      : [
          line`acl from_balancer src ${join(blocks, line` `)}`,
          line`http-request set-var(txn.client) req.hdr_ip(x-forwarded-for,-1) if from_balancer`,
          line`http-request set-var(txn.proto) str(https) if from_balancer { req.hdr(x-forwarded-proto,-1) -m str https }`,
          line`http-request set-var(txn.port) req.hdr(x-forwarded-port,-1) if from_balancer { req.hdr(x-forwarded-port,-1) -m reg ^[0-9]{1,5}$ }`,
        ];
  return [
    line`http-request set-var(txn.client) src`,
    line`http-request set-var(txn.proto) str(http)`,
    ...fromBalancer,
    line`http-request del-header x-forwarded- -m beg`,
    line`http-request set-header X-Forwarded-For %[var(txn.client)]`,
    line`http-request set-header X-Forwarded-Proto %[var(txn.proto)]`,
    line`http-request set-header X-Forwarded-Port %[var(txn.port)] if { var(txn.port) -m found }`,
  ];
}

/** One name for a request in all logs: the caller's if it is well formed, else a new one. */
export const requestId: readonly Text[] = [
  line`http-request set-var(txn.request_id) uuid()`,
  line`http-request set-var(txn.request_id) req.fhdr(x-request-id) if { req.fhdr_cnt(x-request-id) eq 1 } { req.fhdr(x-request-id) -m reg ^[A-Za-z0-9._-]{8,64}$ }`,
  line`http-request set-header X-Request-Id %[var(txn.request_id)]`,
];
