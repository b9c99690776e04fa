/**
 * Every name that AWS shows, in one place. Names say the environment first, and are the same in all stages.
 * The lengths and forms that AWS takes are checked in `rules/names.ts`.
 */
import { createHash } from 'node:crypto';

/** Ids of what an environment has one of. Names of APIs are lower case, so that none can be one of these. */
export const ids = {
  cluster: 'Cluster',
  namespace: 'Namespace',
  loadBalancer: 'LoadBalancer',
  listener: 'Listener',
  consumersSecret: 'ConsumersSecret',
  /** Security group of the load balancer. */
  balancerGroup: 'alb',
  /** Security group and target group that all gateways are in. */
  gateway: 'gateway',
} as const;

export const TARGET_GROUP_NAME_LENGTH = 32;

/** The first digits of a hash: the same text gives the same digits on every machine. */
export function hashDigits(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/** A whole number from 0 up to, and without, `below`. */
export function hashNumber(text: string, below: number): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % below;
}

/** The service of an API's new version, and its name in the namespace: `orders-canary`. */
export const canaryId = (api: string): string => `${api}-canary`;

/**
 * The nested stacks of an API's new version. Others than the API's: gateways wait for a new version, and an API waits for
 * its traffic to have moved to the gateways. No name in a file has a dot.
 */
export const canaryNestedStack = (nestedStack: string): string => `${nestedStack}.canaries`;

/** The container beside an API's own that asks it whether it can serve. */
export const probeName = (api: string): string => `${api}-probe`;

/** `gateway-a`. */
export const memberId = (letter: string): string => `${ids.gateway}-${letter}`;

export const clusterName = (environment: string): string => environment;
export const networkName = (environment: string): string => environment;

interface Named {
  readonly name: string;
  readonly namespace?: { readonly name: string };
}

export const namespaceName = ({ name, namespace }: Named): string => namespace?.name ?? `${name}.internal`;
/** In a namespace that exists there may be those of other environments. */
export const discoveryName = ({ name, namespace }: Named, id: string): string =>
  namespace ? `${name}-${id}` : id;

/** Service, task definition and security group of an API or a gateway. */
export const serviceName = (environment: string, id: string): string => `${environment}-${id}`;
export const logGroupName = (environment: string, id: string): string => `/stagecraft/${environment}/${id}`;
/** Where the environment's own CloudWatch metrics are. */
export const metricsNamespace = (environment: string): string => `Stagecraft/${environment}`;
export const scalingPolicyName = (environment: string, id: string): string => `${environment}-${id}-cpu`;
export const securityGroupName = (environment: string, id: string): string => `${environment}-${id}`;

/** IAM has no regions: the name says the region, so that one account can hold an environment in two. */
export function roleName(
  environment: string,
  region: string,
  id: string,
  kind: 'execution' | 'task',
): string {
  return `${environment}-${region}-${id}-${kind}`;
}

export const loadBalancerName = (environment: string): string => `${environment}-alb`;
export const certificateName = (environment: string): string => environment;

/**
 * AWS replaces a target group when its port, protocol or network changes. The old one and the new one stand
 * side by side for a while then, so the name changes exactly when AWS replaces it.
 */
export function targetGroupName(
  environment: string,
  id: string,
  about: { readonly port: number; readonly network: string },
): string {
  return `${environment}-${id}-${hashDigits(`${about.port}/HTTP/${about.network}`, 4)}`;
}
/** Length of the longest target group name that `targetGroupName` makes. */
export const targetGroupNameLength = (environment: string, id: string): number =>
  environment.length + id.length + 6;

export const consumersSecretName = (environment: string): string => `${environment}/consumers`;
export const userPoolName = (environment: string): string => environment;
export const machineClientName = (environment: string, client: string): string => `${environment}-${client}`;

export const localStatePath = (environment: string, region: string): string =>
  `terraform.${environment}.${region}.tfstate`;
export const s3StateKey = (environment: string, region: string): string =>
  `stagecraft/${environment}.${region}.tfstate`;

/** Of the rule that lets everything out. AWS CDK writes this text itself. */
export const EGRESS_DESCRIPTION = 'Allow all outbound traffic by default';

/** As CloudFormation publishes the records that validate a certificate. */
export const VALIDATION_RECORD_TTL_SECONDS = 300;
