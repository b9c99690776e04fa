import type { Ref, Value } from '../value';

export interface LoadBalancerResources {
  /** An Application Load Balancer that faces the internet. */
  readonly 'load-balancer': {
    readonly name: string;
    readonly scheme: 'internet-facing';
    /** That the subnets are in. */
    readonly vpcId: Value;
    readonly subnets: readonly Value[];
    readonly securityGroups: readonly Value[];
    readonly idleTimeoutSeconds: number;
    readonly deletionProtection: boolean;
    readonly dropInvalidHeaderFields: boolean;
    readonly desyncMitigationMode: 'defensive';
  };
  /** A name that is an alias of a load balancer's. */
  readonly 'alias-record': {
    readonly hostedZoneId: Value;
    readonly name: string;
    readonly target: Ref;
    readonly evaluateTargetHealth: boolean;
  };
}
