/** A load balancer as Elastic Load Balancing describes it, in the part of its words that the sandbox carries. */

export interface BalancerState {
  /** Undefined while there is no load balancer with listeners; then nothing listens. */
  readonly loadBalancer?: LoadBalancerFacts;
  readonly listeners: readonly Listener[];
  readonly targetGroups: readonly TargetGroup[];
  /** What is provisioned but not carried, one sentence each. */
  readonly problems: readonly string[];
}

export interface LoadBalancerFacts {
  readonly arn: string;
  readonly name: string;
  /** `idle_timeout.timeout_seconds`, for both sides. @default 60 */
  readonly idleTimeoutSeconds: number;
  /** `routing.http.drop_invalid_header_fields.enabled`. @default false */
  readonly dropInvalidHeaderFields: boolean;
  /** `routing.http2.enabled`. @default true */
  readonly http2: boolean;
  /** `routing.http.xff_header_processing.mode`. @default append */
  readonly forwardedFor: 'append' | 'preserve' | 'remove';
  /** Where requests and health checks to targets come from: an address inside a subnet of the load balancer. */
  readonly sourceAddress?: string;
}

export interface Listener {
  readonly arn: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** The port on AWS, not on this machine. */
  readonly port: 80 | 443;
  readonly tls?: ListenerTls;
  /** Ascending priority. */
  readonly rules: readonly Rule[];
  readonly defaultAction: Action;
}

export interface ListenerTls {
  /** ACM certificates; the first one answers a client that names no host, or an unknown one. */
  readonly certificateArns: readonly string[];
  /** As DescribeSSLPolicies tells it. */
  readonly policy: {
    readonly name: string;
    readonly protocols: readonly string[];
    readonly ciphers: readonly string[];
  };
}

export interface Rule {
  /** 1 to 50000; the first match wins. */
  readonly priority: number;
  /** All must hold. */
  readonly conditions: readonly Condition[];
  readonly action: Action;
}

/** One of `values` must match. `*` stands for any characters, `?` for one, where AWS allows them. */
export type Condition =
  | {
      readonly field: 'host-header' | 'path-pattern' | 'http-request-method' | 'source-ip';
      readonly values: readonly string[];
    }
  | { readonly field: 'http-header'; readonly name: string; readonly values: readonly string[] }
  | { readonly field: 'query-string'; readonly values: readonly QueryPair[] };

export interface QueryPair {
  /** Left out: the value may stand under any key. */
  readonly key?: string;
  readonly value: string;
}

export type Action =
  | { readonly type: 'forward'; readonly targetGroups: readonly WeightedTargetGroup[] }
  | Redirect
  | {
      readonly type: 'fixed-response';
      readonly status: number;
      readonly contentType?: string;
      readonly body?: string;
    };

export interface WeightedTargetGroup {
  readonly arn: string;
  /** 0 to 999. */
  readonly weight: number;
}

/** Each part may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}`. */
export interface Redirect {
  readonly type: 'redirect';
  readonly status: 301 | 302;
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

export interface TargetGroup {
  readonly arn: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly algorithm: 'round_robin' | 'least_outstanding_requests';
  /** `deregistration_delay.timeout_seconds`. @default 300 */
  readonly deregistrationDelaySeconds: number;
  readonly healthCheck: HealthCheckSettings;
  /** Registered ones; a target that drains is not among them. */
  readonly targets: readonly TargetAddress[];
}

export interface HealthCheckSettings {
  readonly protocol: 'HTTP' | 'HTTPS';
  /** `traffic-port` or a number. */
  readonly port: string;
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** `200`, `200,202` or `200-299`. */
  readonly matcher: string;
}

export interface TargetAddress {
  readonly address: string;
  readonly port: number;
}

/** ARNs of the target groups that some rule or default action forwards to, with whatever weight. */
export function groupsInUse(state: BalancerState): ReadonlySet<string> {
  const actions = state.listeners.flatMap((listener) => [
    ...listener.rules.map((rule) => rule.action),
    listener.defaultAction,
  ]);
  return new Set(
    actions.flatMap((action) => (action.type === 'forward' ? action.targetGroups.map(({ arn }) => arn) : [])),
  );
}
