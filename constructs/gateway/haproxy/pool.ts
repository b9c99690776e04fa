/** The instances of an API: found by name, checked, and tried again only where that cannot do harm. */
import type { GatewayApi, GatewayModel } from '../model';
import { all, not, type Rules, rule } from './rules';
import type { Section } from './sections';
import { line, put, type Text } from './text';
import { dnsAddress } from './variables';

/**
 * Places for addresses. An address that has gone keeps its place for `hold obsolete`, so a rolling deploy needs
 * more of them than there are instances.
 */
export const slots = (mostInstances: number) => mostInstances + Math.max(4, Math.ceil(mostInstances / 2));

/**
 * How instances are looked up. Cloud Map answers at most eight addresses, chosen by chance: an address counts as
 * gone only when 20 s of answers had none of it. A resolver that fails must not empty a pool.
 */
export function poolResolvers({ apis }: Pick<GatewayModel, 'apis'>): Section {
  // Each name is asked for once in this time; a task may ask its resolver 1024 questions per second.
  const periodSeconds = Math.max(2, Math.ceil(apis.length / 50));
  return {
    head: line`resolvers pools`,
    lines: [
      ...resolverLines,
      line`timeout resolve ${periodSeconds}s`,
      line`hold valid ${periodSeconds}s`,
      line`hold obsolete ${Math.max(20, 4 * periodSeconds)}s`,
      line`hold nx 10s`,
    ],
  };
}

export const resolverLines: readonly Text[] = [
  line`nameserver vpc "${dnsAddress}"`,
  line`accepted_payload_size 4096`,
  line`resolve_retries 3`,
  line`timeout retry 1s`,
  line`hold timeout 60s`,
  line`hold refused 60s`,
  line`hold other 60s`,
];

/** Lines of a backend that say where its requests go. */
export interface Pool {
  /** How they are sent: what APIs may have in common. */
  readonly settings: readonly Text[];
  readonly rules: Rules;
  readonly servers: readonly Text[];
}

export function pool(api: GatewayApi): Pool {
  const { health, requestTimeoutSeconds } = api;
  const name = put('name', api.name);
  const checks = line`check inter ${health.intervalSeconds}s fastinter 500ms fall 2 rise 2`;
  // Only failures to connect count here: counting error answers would let one caller take a pool down.
  const observe = line`observe layer4 error-limit 10 on-error mark-down`;
  const connections = line`slowstart 10s pool-purge-delay 2s`;
  return {
    settings: [
      line`balance leastconn`,
      line`timeout server ${requestTimeoutSeconds}s`,
      line`timeout check ${health.timeoutSeconds}s`,
      line`option httpchk`,
      // A request that may have reached an instance is sent again only if twice is the same as once.
      line`retry-on conn-failure empty-response`,
    ],
    rules: {
      request: [rule(line`disable-l7-retry`, all(not(line`METH_GET`)))],
      response: [rule(line`set-var(txn.server) srv_name`)],
    },
    servers: [
      line`http-check send meth GET uri ${put('path', health.path)} ver HTTP/1.1 hdr Host ${put('host', api.pool.host)}`,
      line`http-check expect status ${put('status', health.status)}`,
      line`default-server ${checks} ${observe} ${connections}`,
      line`server-template ${name}- 1-${slots(api.pool.mostInstances)} ${put('host', api.pool.host)}:${api.pool.port} resolvers pools init-addr none resolve-prefer ipv4`,
    ],
  };
}
