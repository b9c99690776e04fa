/**
 * What lives as long as the environment, and what happens when AWS has to make it anew.
 *
 * Three kinds of resources:
 * - **Kept** (the table below): traffic, names or data hang on it. It has one name for life, and it is changed in place.
 *   A deploy that would replace it stops before it has done anything.
 * - **Side by side**: task definitions, target groups, listener rules, security group rules, certificates. The new one
 *   is made first, and the old one goes when nothing uses it any more. Whatever AWS replaces it for is part of its
 *   name or key: a target group's port, protocol and network (`targetGroupName`), a rule's port.
 * - **Written over**: policies of roles, scaling, metric filters, records that prove a certificate. To make one of them
 *   again is the same as to change it.
 *
 * What must outlive what: a target group and its attach rule outlive the services in it, a rule that lets in outlives
 * who it lets in, and what leads somewhere moves away before that goes (see `order.ts`).
 */

/** A kind of resource that is made once. */
export interface Kept {
  /** What people call it. */
  readonly what: string;
  /** What goes wrong when it is made anew. */
  readonly loses: string;
  /** How to get what was wanted without that. */
  readonly instead: string;
}

const SECOND_ENVIRONMENT =
  'write a second environment file with the new value, deploy it beside this one, move the domain, and remove the old one';

const network = (what: string): Kept => ({
  what,
  loses: 'all that stands in it is made anew, and nothing answers meanwhile',
  instead: SECOND_ENVIRONMENT,
});

/** By the kind's name. */
export const kept = {
  network: network('the VPC'),
  subnet: network('a subnet'),
  address: {
    what: 'an address that the APIs call out from',
    loses: 'partners that let the old address in refuse the new one',
    instead: 'tell the partners first; the new address is known after the deploy',
  },
  natGateway: {
    what: 'a NAT gateway',
    loses: 'tasks in private subnets cannot call out meanwhile',
    instead: 'do it in a quiet hour',
  },
  securityGroup: {
    what: 'a security group',
    loses: 'tasks of the old group and of the new one do not let each other in',
    instead: SECOND_ENVIRONMENT,
  },
  loadBalancer: {
    what: 'the load balancer',
    loses: 'its host name changes, and clients that know the old address fail',
    instead: SECOND_ENVIRONMENT,
  },
  listener: {
    what: 'a listener of the load balancer',
    loses: 'nothing answers on its port meanwhile',
    instead: SECOND_ENVIRONMENT,
  },
  targetGroup: {
    what: 'a target group',
    loses: 'the old group is empty before the rule leads to the new one, and requests fail meanwhile',
    instead: 'add an API of another name with the new setting, move the paths to it, then remove the old one',
  },
  cluster: {
    what: 'the cluster',
    loses: 'every service in it is made anew',
    instead: SECOND_ENVIRONMENT,
  },
  service: {
    what: 'a service',
    loses: 'its tasks end before those of the new one serve',
    instead: 'add an API of another name with the new setting, move the paths to it, then remove the old one',
  },
  namespace: {
    what: 'the namespace',
    loses: 'no service finds another meanwhile',
    instead: SECOND_ENVIRONMENT,
  },
  discovery: {
    what: "a service's name in the namespace",
    loses: 'no service finds it meanwhile',
    instead: SECOND_ENVIRONMENT,
  },
  record: {
    what: 'a DNS record',
    loses: 'the name leads nowhere meanwhile, and resolvers remember that',
    instead: 'add the new name to the domain, deploy, and take the old one away later',
  },
  userPool: {
    what: 'the user pool',
    loses: 'its machine clients, their secrets and every token',
    instead: SECOND_ENVIRONMENT,
  },
  userPoolClient: {
    what: 'a machine client',
    loses: 'its id and its secret: whoever uses it is locked out',
    instead: 'add a client of another name, hand out its secret, then remove the old one',
  },
  userPoolDomain: {
    what: "the user pool's domain",
    loses: 'clients get no tokens at the old address, and a pool has one domain at a time',
    instead: 'do it in a quiet hour, and tell the clients the new address of the token endpoint',
  },
  secret: {
    what: 'a secret',
    loses: "the consumers' keys",
    instead: SECOND_ENVIRONMENT,
  },
  logGroup: {
    what: 'a log group',
    loses: 'the logs in it',
    instead: SECOND_ENVIRONMENT,
  },
} as const satisfies Readonly<Record<string, Kept>>;

export type KeptKind = keyof typeof kept;
