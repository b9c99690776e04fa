/**
 * Who waits for whom when an environment changes, so that a stage changes under traffic and no request fails.
 *
 * Within a construct: target group -> attach rule -> service (until it is steady). Between constructs, here:
 * - a traffic rule waits for the services it leads to; one that leads nowhere waits for all that lead somewhere, as they
 *   take its requests;
 * - a service that is in no target group waits for the rule that has its API's requests: it lets go of its target group
 *   only after the rule leads elsewhere;
 * - a gateway waits for the rules that let it into the APIs' pools, so these come before it and go after it;
 * - a gateway waits for the services of new versions (canaries), so it never leads to one that does not serve.
 *
 * No service waits for a rule that leads to it, so there is no circle.
 */
import type { LoadBalancer, Service, SubnetKind } from './blueprint';

/**
 * Where the load balancer stands, and whose routes it waits for: it faces the internet, and AWS refuses it (`InvalidSubnet`)
 * until the internet gateway is attached.
 */
export const LOAD_BALANCER_SUBNETS: SubnetKind = 'public';

/** What waits, by its id. */
export interface Waiting {
  readonly kind: 'service' | 'traffic-rule';
  readonly id: string;
}

/** The rules that let others into an API's pool, by the id of its service. */
export interface PoolAccess {
  readonly kind: 'pool-access';
  readonly id: string;
}

export interface Wait {
  readonly waiting: Waiting;
  readonly on: Waiting | PoolAccess;
}

export interface Traffic {
  readonly trafficRules: LoadBalancer['trafficRules'];
  /** The APIs' pools. */
  readonly apis: readonly Pick<Service, 'id' | 'attachment'>[];
  readonly gateways: readonly Pick<Service, 'id' | 'attachment'>[];
  /** Ids of services among `apis` that each gateway waits for. @default none */
  readonly canaries?: readonly string[];
}

const service = (id: string): Waiting => ({ kind: 'service', id });
const trafficRule = (id: string): Waiting => ({ kind: 'traffic-rule', id });

/** The waits between the services, the gateways and the traffic rules of one environment. */
export function trafficOrder({ trafficRules, apis, gateways, canaries = [] }: Traffic): Wait[] {
  const leading = trafficRules.filter(({ forward }) => forward.length > 0);
  const closed = trafficRules.filter(({ forward }) => forward.length === 0);
  const ofClosed = closed.flatMap(({ id }) =>
    leading.map((on): Wait => ({ waiting: trafficRule(id), on: trafficRule(on.id) })),
  );
  const ofRules = leading.flatMap(({ id, api, forward }) => {
    const leadsTo = new Set(forward.map(({ targetGroup }) => targetGroup));
    const hasRequestsOf = (one: string): boolean =>
      api === undefined ? !canaries.includes(one) : one === api;
    return [...apis, ...gateways].flatMap((one): Wait[] => {
      if (one.attachment && leadsTo.has(one.attachment.targetGroup))
        return [{ waiting: trafficRule(id), on: service(one.id) }];
      return !one.attachment && hasRequestsOf(one.id)
        ? [{ waiting: service(one.id), on: trafficRule(id) }]
        : [];
    });
  });
  const before: Wait['on'][] = [
    ...apis.map(({ id }): PoolAccess => ({ kind: 'pool-access', id })),
    ...apis.filter(({ id }) => canaries.includes(id)).map(({ id }) => service(id)),
  ];
  return [
    ...ofClosed,
    ...ofRules,
    ...gateways.flatMap(({ id }) => before.map((on): Wait => ({ waiting: service(id), on }))),
  ];
}
