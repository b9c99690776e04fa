/** What the gateway listens on: clients, by way of the load balancer; and whoever asks how it is. */

import { refuse } from '../answers/errors';
import { ofNoApi } from '../answers/security-headers';
import { cachedFile, isCached } from '../cache/cache';
import { draining, leaving } from '../container/drain';
import { ready } from '../container/ready';
import { all, printRules, requestLines, within } from '../language/rules';
import { line, put, type Text } from '../language/text';
import { listenAddress, loopbackAddress, startTime } from '../language/variables';
import { txn } from '../language/vocabulary';
import { canaryBackend } from '../parts/canary';
import { controlPort, healthPath, metricsPath, ports } from '../parts/ports';
import { routing } from '../parts/routing';
import type { Context, Section } from '../parts/sections';
import { readClient, requestId, stripHeaders, tellClient } from './client';
import { refuseConfusion } from './confusion';
import { plainFraming, refuseFraming, trailersFilter, watchTrailers } from './framing';
import { refuseLargeHead } from './head';
import { endHop } from './hops';
import { accessLog, noteRequest } from './log';

/** Set on every answer, the gateway's own too. */
const answerHeaders: readonly Text[] = [
  line`http-after-response set-header X-Request-Id %[var(${txn.request_id})] if { var(${txn.request_id}) -m found }`,
  // Other answers have them from their API's backend.
  ...printRules(within(all(line`{ be_name traffic }`), { afterResponse: ofNoApi })),
  // Whoever keeps a connection open must leave while new ones are still taken.
  line`http-after-response set-header Connection close if ${leaving}`,
];

export function trafficFrontend(context: Context): Section {
  const cached = context.model.apis.some(isCached)
    ? [line`use_backend %[var(${txn.api})].cached if METH_GET { var(${txn.api}) -m str -f ${cachedFile} }`]
    : [];
  return {
    head: line`frontend traffic from base`,
    lines: [
      line`bind "${listenAddress}:${ports.traffic}"`,
      ...trailersFilter,
      ...accessLog(context.member),
      ...noteRequest,
      ...readClient(context.model),
      ...requestId,
      ...refuseFraming,
      ...refuseLargeHead,
      ...refuseConfusion,
      ...plainFraming,
      ...watchTrailers,
      ...stripHeaders,
      ...tellClient,
      ...routing(context),
      ...printRules({ response: endHop }),
      ...answerHeaders,
      // Which member answered: RFC 9110, section 7.6.3.
      line`http-after-response add-header Via "1.1 ${put('name', context.member.name)}"`,
      ...cached,
      line`use_backend %[var(${txn.api})]`,
    ],
  };
}

/**
 * Health says whether this gateway can take requests, and nothing of the pools behind it: one dead API must not take
 * the gateways out. A gateway that has just started says so until it knows the pools' addresses (`container/ready.ts`)
 * and the others' counts.
 */
export function statusFrontend(warmUpSeconds: number): Section {
  return {
    head: line`frontend gateway.status from base`,
    lines: [
      line`bind "${listenAddress}:${ports.status}"`,
      line`monitor-uri ${healthPath as Text}`,
      line`monitor fail if ${draining} || { date(-"${startTime}") lt ${warmUpSeconds} } || !${ready}`,
      line`http-request use-service prometheus-exporter if { path ${metricsPath as Text} }`,
      ...requestLines(refuse({ status: 404, reason: 'no-api', detail: 'Nothing is here.' })),
    ],
  };
}

const poolsOf = ({ model: { apis } }: Context): Text[] =>
  apis.flatMap((api) => [put('name', api.name), ...(api.canary ? [canaryBackend(api)] : [])]);

/**
 * From this machine only: the start script asks whether all pools are known, says when the gateway is ready, and when to
 * drain, as a signal would end the taking of requests.
 *
 * @param reloads whether a worker is asked for its servers, before another one takes over
 */
export function controlFrontend(context: Context, reloads: boolean): Section {
  return {
    head: line`frontend gateway.control from base`,
    lines: [
      line`bind "${loopbackAddress}:${controlPort}"`,
      ...(reloads ? [line`http-request use-service lua.servers if METH_GET { path /servers }`] : []),
      ...poolsOf(context).map((name) => line`acl unknown nbsrv(${name}) lt 1`),
      line`http-request return status 503 if { path /known } unknown`,
      line`http-request return status 204 if { path /known }`,
      line`http-request set-var(proc.ready) bool(true) if METH_POST { path /ready }`,
      line`http-request set-var(proc.draining) bool(true) if METH_POST { path /drain }`,
      line`http-request return status 204 if METH_POST { path /ready /drain }`,
      line`http-request return status 404`,
    ],
  };
}
