/** What a data plane is given and what it gives back. Plain data: no engine, no cloud, no I/O. */
import type { ContainerTies } from '../containers';
import type { Problem } from '../problems';
import type { Balancing } from './balancing';
import type { PlaneMetrics } from './metrics';
import type { Policies, RouteMethod } from './policies';

/** A gateway of the pair. */
export interface GatewayMember {
  /** `gateway-a`; also its peer name. */
  readonly name: string;
  /** Host name that the other members find it by, such as `gateway-a.prod.internal`. */
  readonly host: string;
}

/** An API as a gateway sees it. */
export interface GatewayApi {
  readonly name: string;
  readonly paths: readonly string[];
  readonly hosts: readonly string[];
  /** Request headers, by lower-case name, that a request must have to belong to this API. */
  readonly headers: Readonly<Record<string, string>>;
  readonly pool: {
    /** Name that resolves to the instances. */
    readonly host: string;
    readonly port: number;
    /** Most instances that the pool can ever have at once, a rolling deploy included. */
    readonly mostInstances: number;
    /** How long an instance may be missing from all answers and still be there. */
    readonly unseenSeconds: number;
  };
  readonly health: {
    readonly path: string;
    readonly status: string;
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
  };
  readonly requestTimeoutSeconds: number;
  readonly balancing: Balancing;
  /** Another version that gets some of the callers. @default none */
  readonly canary?: {
    readonly pool: GatewayApi['pool'];
    /** Share of the callers, from 1 to 50. */
    readonly percent: number;
  };
  /** For requests that no route takes. */
  readonly policies: Policies;
  readonly routes: readonly GatewayRoute[];
}

/** Some of the requests of an API, with policies of their own. */
export interface GatewayRoute {
  readonly name: string;
  /** Empty: any. */
  readonly methods: readonly RouteMethod[];
  /** Templates such as `/orders/{id}`. Empty: any path of the API. */
  readonly paths: readonly string[];
  /** The API's where the route says nothing. */
  readonly policies: Policies;
  /** Names of the policies that the route says itself. */
  readonly refines: readonly (keyof Policies)[];
}

export interface GatewayConsumer {
  readonly name: string;
  /** APIs that it may call; undefined means all. */
  readonly apis?: readonly string[];
  /** Which of a limit's plans counts for it. */
  readonly plan?: string;
}

/** Everything that the members of one environment's gateway have in common. */
export interface GatewayModel {
  readonly members: readonly GatewayMember[];
  readonly apis: readonly GatewayApi[];
  readonly consumers: readonly GatewayConsumer[];
  /**
   * Host names that the environment answers to, those of APIs among them. A request for another one is refused: the API
   * would write links with it, which a cache would keep. @default any, where an environment has no name
   */
  readonly hosts?: readonly string[];
  /** Address blocks that the load balancer connects from: only from there `X-Forwarded-For` counts. */
  readonly balancerCidrs: readonly string[];
  /** Time after which the load balancer closes an idle connection; the gateway keeps its own open for longer. */
  readonly balancerIdleTimeoutSeconds: number;
  /** How often the name of each pool is looked up. */
  readonly lookupSeconds: number;
  /** How long the last addresses of a name are kept while it is not answered. */
  readonly unansweredSeconds: number;
  readonly cacheMiB: number;
  /** Memory for the counts of callers whom the environment does not name: addresses, and whoever has a token. @default 48 */
  readonly countsMiB?: number;
  /** Memory for what a gateway has of its clients' connections. @default no bound on them */
  readonly connectionsMiB?: number;
  readonly graceSeconds: number;
  /** How the keys that tokens are signed with are kept current. @default every 5 minutes, for 24 hours */
  readonly keys?: {
    readonly refreshSeconds: number;
    /** How long the last known ones are taken while an issuer does not answer. */
    readonly keepHours: number;
  };
}

/** What runs in a gateway's task. Ports and paths are the data plane's constants; the images are the environment's. */
export interface GatewayContainer extends ContainerTies {
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Name of the environment variable that the consumers' secret is put into. */
  readonly consumersVariable: string;
  /** Longest time from the start of the container until its health path says that it can take requests. */
  readonly startSeconds: number;
  /** Time between the stop signal and the kill; at most 120 on Fargate. */
  readonly stopTimeoutSeconds: number;
  /** Other containers of the same task. @default none */
  readonly sidecars?: readonly Sidecar[];
  /** Names of the volumes that the containers share. @default none */
  readonly volumes?: readonly string[];
}

/** A container beside the gateway's own. */
export interface Sidecar extends ContainerTies {
  /** Also names its image: `gateway.<name>Image` in the environment file. */
  readonly name: 'keys';
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stopTimeoutSeconds: number;
  /** Port that the other members reach it on. @default none */
  readonly memberPort?: number;
}

/** A program that carries out the policies. HAProxy is the default one. */
export interface DataPlane {
  readonly name: string;
  readonly ports: {
    /** From the load balancer. */
    readonly traffic: number;
    /** From the other members: the shared cache. */
    readonly cache: number;
    /** From the other members: the shared counters. */
    readonly peers: number;
    /** Health for the load balancer, metrics for the collector. */
    readonly status: number;
  };
  readonly healthPath: string;
  readonly metrics: PlaneMetrics;
  /** All that keeps a model from being carried out: what is wrong with it, and what this program cannot do. */
  problems(model: GatewayModel): readonly Problem[];
  /** @throws Problems when there are any, or when the text does not fit a task definition. */
  render(model: GatewayModel, member: GatewayMember): GatewayContainer;
  /** The text that the consumers' secret holds: one line per key, hashes only. */
  consumersText(keys: readonly { readonly consumer: string; readonly sha256: string }[]): string;
  /** The reverse of `consumersText`. */
  parseConsumersText(text: string): { readonly consumer: string; readonly sha256: string }[];
}
