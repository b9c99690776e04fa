/** The instances of an API: found by name, checked, and tried again only where that cannot do harm. */

import type { GatewayApi, GatewayModel } from '../../model';
import { refuse } from '../answers/errors';
import { all, not, type Rule, type Rules, rule } from '../language/rules';
import { line, put, type Text } from '../language/text';
import { dnsAddress } from '../language/variables';
import { txn } from '../language/vocabulary';
import { merged, type Section } from './sections';

/**
 * Places for addresses. An address that has gone keeps its place for `hold obsolete`, so a rolling deploy needs
 * more of them than there are instances.
 */
export const slots = (mostInstances: number) => mostInstances + Math.max(4, Math.ceil(mostInstances / 2));

/**
 * A name and a port. HAProxy reads the kind of an address at its start, and of `rhttp@` only the first three letters: so
 * the kind is said, and a name cannot be taken for one.
 */
export const hostAddress = (host: string, port: number): Text => line`ipv4@${put('host', host)}:${port}`;

/** Pools whose instances are missed for equally long are looked up alike. */
const resolversOf = ({ unseenSeconds }: GatewayApi['pool']): Text => line`pools.${unseenSeconds}s`;

/**
 * How instances are looked up. Cloud Map answers at most eight addresses, chosen by chance: an address counts as gone
 * only when none of the answers of `unseenSeconds` had it, or when the name has not existed for so long. A resolver
 * that fails must not empty a pool: the last addresses are kept, and the checks decide.
 *
 * HAProxy looks which addresses are too old only when an answer has others (`hold obsolete`, in whole seconds). So in
 * the first answer after a silence of more than `unseenSeconds`, a pool of more than eight has these eight alone, and
 * gets the others back with the next answers. `hold nx`, `timeout`, `refused` and `other` count from the last good
 * answer and take the whole pool. `other` is all else, an answer without an address too.
 */
export function poolResolvers(
  model: Pick<GatewayModel, 'apis' | 'lookupSeconds' | 'unansweredSeconds'>,
): Section[] {
  const { apis, lookupSeconds } = model;
  const pools = apis.flatMap(({ pool: one, canary }) => (canary ? [one, canary.pool] : [one]));
  return merged(
    pools.map((one) => ({
      head: line`resolvers ${resolversOf(one)}`,
      lines: [
        ...resolverLines(model),
        line`timeout resolve ${lookupSeconds}s`,
        line`hold valid ${lookupSeconds}s`,
        line`hold obsolete ${one.unseenSeconds}s`,
        line`hold nx ${one.unseenSeconds}s`,
      ],
    })),
  );
}

export const resolverLines = ({ unansweredSeconds }: Pick<GatewayModel, 'unansweredSeconds'>): Text[] => [
  line`nameserver vpc "${dnsAddress}"`,
  line`accepted_payload_size 4096`,
  line`resolve_retries 3`,
  line`timeout retry 1s`,
  line`hold timeout ${unansweredSeconds}s`,
  line`hold refused ${unansweredSeconds}s`,
  line`hold other ${unansweredSeconds}s`,
];

/** Lines of a backend that say where its requests go. */
export interface Pool {
  /** How they are sent: what APIs may have in common. */
  readonly settings: readonly Text[];
  readonly rules: Rules;
  readonly servers: readonly Text[];
}

/** What the defaults of all backends say already is not said again. */
const timesOf = ({ balancing }: GatewayApi): Text[] => {
  const { queueTimeoutSeconds, connectTimeoutSeconds, retries } = balancing;
  return [
    ...(queueTimeoutSeconds === 5 ? [] : [line`timeout queue ${queueTimeoutSeconds}s`]),
    ...(connectTimeoutSeconds === 2 ? [] : [line`timeout connect ${connectTimeoutSeconds}s`]),
    ...(retries === 2 ? [] : [line`retries ${retries}`]),
  ];
};

/**
 * An API that hangs holds no more than this of a gateway. First of all rules: who is told to come back has used up
 * nothing. The request itself is counted too.
 */
const bound = ({ balancing: { maxConcurrentRequests: most } }: GatewayApi): Rule[] =>
  most === undefined
    ? []
    : refuse({
        status: 503,
        reason: 'busy',
        detail: 'The API has as many requests under way as it may.',
        when: all(line`{ be_conn gt ${most} }`),
        headers: line`hdr Retry-After 1`,
      });

export function pool(api: GatewayApi): Pool {
  const { health, requestTimeoutSeconds, balancing } = api;
  const name = put('name', api.name);
  const checks = line`check inter ${health.intervalSeconds}s fastinter 500ms fall 2 rise 2`;
  // Only failures to connect count here: counting error answers would let one caller take a pool down.
  const observe = line`observe layer4 error-limit 10 on-error mark-down`;
  const slowly = balancing.slowStartSeconds > 0 ? line`slowstart ${balancing.slowStartSeconds}s ` : line``;
  const most =
    balancing.maxConnectionsPerInstance === undefined
      ? line``
      : line`maxconn ${balancing.maxConnectionsPerInstance} `;
  const connections = line`${slowly}${most}pool-purge-delay 2s`;
  return {
    settings: [
      line`balance ${balancing.algorithm as Text}`,
      line`timeout server ${requestTimeoutSeconds}s`,
      ...timesOf(api),
      line`timeout check ${health.timeoutSeconds}s`,
      line`option httpchk`,
      // A request that may have reached an instance is sent again only if twice is the same as once.
      line`retry-on conn-failure empty-response`,
    ],
    rules: {
      request: [...bound(api), rule(line`disable-l7-retry`, all(not(line`METH_GET`)))],
      response: [rule(line`set-var(${txn.server}) srv_name`)],
    },
    servers: [
      line`http-check send meth GET uri ${put('path', health.path)} ver HTTP/1.1 hdr Host ${put('host', api.pool.host)}`,
      line`http-check expect status ${put('status', health.status)}`,
      line`default-server ${checks} ${observe} ${connections}`,
      line`server-template ${name}- 1-${slots(api.pool.mostInstances)} ${hostAddress(api.pool.host, api.pool.port)} resolvers ${resolversOf(api.pool)} init-addr last,none resolve-prefer ipv4`,
    ],
  };
}
