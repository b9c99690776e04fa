/**
 * The blueprint: an environment resolved. Every name, number and text that any engine needs is decided here,
 * in no engine's terms. What an engine alone can know (ids, ARNs, host names) stands as a reference.
 */
import type { ContainerTies } from '../containers';
import type { Stage } from './schema';

export type ZoneLetter = string;
export type SubnetKind = 'public' | 'private';

export interface NewNetwork {
  readonly kind: 'new';
  readonly name: string;
  readonly cidr: string;
  readonly zones: readonly {
    readonly letter: ZoneLetter;
    /** `eu-central-1a`. */
    readonly zone: string;
    readonly publicCidr: string;
    /** Absent when nothing runs in private subnets. */
    readonly privateCidr?: string;
    /** Whether a NAT gateway stands in this zone. */
    readonly nat: boolean;
    /** Zone whose NAT gateway the private subnet uses. Absent without private subnet. */
    readonly natZone?: ZoneLetter;
  }[];
}

export interface ExistingNetwork {
  readonly kind: 'existing';
  readonly vpcId: string;
  readonly cidr: string;
  readonly publicSubnetIds: Readonly<Record<ZoneLetter, string>>;
  readonly privateSubnetIds: Readonly<Record<ZoneLetter, string>>;
}

/** Who a security group rule lets in. */
export type Peer = { readonly cidr: string } | { readonly group: string };

export interface SecurityGroupRule {
  readonly id: string;
  readonly description: string;
  readonly from: Peer;
  readonly port: number;
}

/** Ingress is closed but for these rules; egress is open, as tasks pull images and call what they need. */
export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly ingress: readonly SecurityGroupRule[];
}

/** What an IAM statement speaks of. Engines turn a reference into the ARN. */
export type StatementResource =
  | { readonly arn: string }
  /** The service's log group and its streams. */
  | { readonly ref: 'log-group' }
  /** The log group that the collectors write metrics to. */
  | { readonly ref: 'metrics-log-group' }
  | { readonly ref: 'consumers-secret' };

export interface Statement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly StatementResource[];
  /** Why it is as wide as it is. */
  readonly because?: string;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Service principal that assumes it. */
  readonly principal: string;
  /** Empty: no policy is made. */
  readonly statements: readonly Statement[];
  /** ARNs of policies that exist. @default none */
  readonly managedPolicyArns?: readonly string[];
}

export interface Container extends ContainerTies {
  readonly name: string;
  readonly image: string;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly ports: readonly number[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, { readonly arn: string } | { readonly ref: 'consumers-secret' }>>;
  readonly stopTimeoutSeconds: number;
}

/** A number that CloudWatch makes of the lines of a log group. */
export interface MetricFilter {
  readonly id: string;
  readonly name: string;
  /** Which lines count: a filter pattern for JSON. */
  readonly pattern: string;
  readonly metric: {
    readonly namespace: string;
    readonly name: string;
    /** A number, or the field that holds it: `$.total_ms`. */
    readonly value: string;
    readonly unit: 'Count' | 'Milliseconds';
    /** Where a line has the value of each dimension: `{ Api: '$.api' }`. */
    readonly dimensions: Readonly<Record<string, string>>;
  };
}

export interface LogGroup {
  readonly id: string;
  readonly name: string;
  readonly retentionDays: number;
  /** Absent: none. */
  readonly metricFilters?: readonly MetricFilter[];
}

export interface HealthCheck {
  /** A port, or the port that the traffic goes to. */
  readonly port: number | 'traffic-port';
  readonly path: string;
  readonly matcher: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface TargetGroup {
  readonly id: string;
  readonly name: string;
  readonly port: number;
  readonly deregistrationDelaySeconds: number;
  readonly healthCheck: HealthCheck;
}

/** A Fargate service: an API's pool, or one gateway. */
export interface Service {
  /** Construct id, equal in all stages. */
  readonly id: string;
  readonly name: string;
  readonly taskDefinition: {
    readonly family: string;
    readonly cpu: number;
    readonly memoryMiB: number;
    readonly architecture: 'X86_64' | 'ARM64';
    readonly containers: readonly Container[];
    /** Empty folders that containers share by their `mounts`; they last as long as the task. @default none */
    readonly volumes?: readonly string[];
  };
  readonly executionRole: Role;
  readonly taskRole: Role;
  readonly logGroup: LogGroup;
  readonly securityGroup: SecurityGroup;
  readonly placement: {
    readonly subnets: SubnetKind;
    readonly zones: readonly ZoneLetter[];
    readonly assignPublicIp: boolean;
  };
  readonly deployment: {
    readonly minimumHealthyPercent: number;
    readonly maximumPercent: number;
    /** Whether ECS moves tasks when the zones have unequal numbers of them; needs a maximum above 100 %. */
    readonly zoneRebalancing: boolean;
    /** Longest that an engine waits until a deploy is steady or rolled back, or until a deleted service has gone. */
    readonly waitMinutes: number;
  };
  readonly desiredCount: number;
  /** Absent: a fixed number of tasks. */
  readonly scaling?: {
    readonly min: number;
    readonly max: number;
    readonly targetCpuPercent: number;
    readonly policyName: string;
    /** After a step up or down, until the next. */
    readonly cooldownSeconds: number;
  };
  /** Name in the namespace, and how long an answer may be kept. */
  readonly discovery: { readonly name: string; readonly ttlSeconds: number };
  /**
   * Name of the nested stacks that it stands in, with AWS CDK: a stack of CloudFormation holds 500 resources. What another
   * name stands in is another service, which is made anew.
   *
   * @default in the environment's own stack
   */
  readonly nestedStack?: string;
  /** Where the load balancer finds it: id of a target group of the load balancer. */
  readonly attachment?: {
    readonly targetGroup: string;
    readonly container: string;
    readonly port: number;
    readonly healthCheckGraceSeconds: number;
  };
  /** Ids of services that must be steady before this one is deployed. */
  readonly after: readonly string[];
}

export type RuleCondition =
  | { readonly kind: 'host'; readonly values: readonly string[] }
  | { readonly kind: 'path'; readonly values: readonly string[] }
  | { readonly kind: 'header'; readonly name: string; readonly values: readonly string[] }
  /** Address blocks that the connection comes from, as the load balancer sees it. */
  | { readonly kind: 'source-ip'; readonly values: readonly string[] };

export interface ListenerRule {
  readonly id: string;
  readonly priority: number;
  readonly conditions: readonly RuleCondition[];
  /** Target groups by id. Weights add up to 100. Empty: the rule answers as the listener does when no rule matches. */
  readonly forward: readonly { readonly targetGroup: string; readonly weight: number }[];
}

export interface TrafficRule extends ListenerRule {
  /** Whose requests it takes. Absent: all, whichever API they are for. */
  readonly api?: string;
}

export type Certificate =
  | {
      readonly kind: 'new';
      readonly name: string;
      readonly domains: readonly string[];
      readonly hostedZoneId: string;
    }
  | { readonly kind: 'existing'; readonly arn: string };

export interface LoadBalancer {
  readonly id: string;
  readonly name: string;
  readonly securityGroup: SecurityGroup;
  readonly idleTimeoutSeconds: number;
  readonly deletionProtection: boolean;
  readonly desyncMitigationMode: 'defensive';
  /** Headers whose names are not of letters, digits and hyphens do not get further. */
  readonly dropInvalidHeaderFields: boolean;
  readonly https: {
    readonly port: 443;
    readonly sslPolicy: string;
    readonly certificate: Certificate;
    /** What is answered when no rule matches. */
    readonly notFound: { readonly status: 404; readonly contentType: string; readonly body: string };
  };
  readonly http: { readonly port: 80; readonly redirectStatus: 'HTTP_301' };
  readonly targetGroups: readonly TargetGroup[];
  /** One per target group, by the target group's id: puts it behind the load balancer before any traffic does. */
  readonly attachRules: readonly (ListenerRule & { readonly targetGroup: string })[];
  /** At stage `gateway` one. */
  readonly trafficRules: readonly TrafficRule[];
  /** Alias records; empty when the domain has no hosted zone here. */
  readonly records: readonly { readonly id: string; readonly name: string; readonly hostedZoneId: string }[];
}

/** A listener that exists, and what is put behind it. */
export interface ExistingListener {
  readonly id: string;
  readonly arn: string;
  /** Security group of its load balancer: by which id rules name it, and its own. */
  readonly securityGroup: { readonly id: string; readonly groupId: string };
  readonly targetGroups: LoadBalancer['targetGroups'];
  readonly attachRules: LoadBalancer['attachRules'];
  readonly trafficRules: LoadBalancer['trafficRules'];
  readonly notFound: LoadBalancer['https']['notFound'];
}

export interface ConsumersSecret {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Written once, when the secret is made. `stagecraft consumers` writes what follows. */
  readonly initialText: string;
  readonly initialLabel: string;
}

/**
 * What the gateways leave behind: keys and logs. It depends on the environment file, and not on the line `stage:`, so it
 * stands before the first gateway does, stays when they go, and is as it was when they come back. What the file does not
 * speak of any more goes.
 */
export interface GatewayData {
  /** Absent when no API asks for a key and no consumer is declared. */
  readonly consumersSecret?: ConsumersSecret;
  /** The members' log groups, by the member's id; with metric filters at stage `gateway`. An empty one costs nothing. */
  readonly logGroups: Readonly<Record<string, LogGroup>>;
  /** Present when collectors write metrics to CloudWatch. */
  readonly metricsLogGroup?: LogGroup;
  /** Whether the engine refuses to delete it together with the environment. */
  readonly deletionProtection: boolean;
}

export interface GatewayPair {
  readonly members: readonly Service[];
  /**
   * Ids of services that must be steady before any member is deployed, and are removed only after all members have let
   * go of them: the APIs' new versions. @default none
   */
  readonly canaries?: readonly string[];
  /** Target group of the load balancer that all members are in. */
  readonly targetGroup: string;
  /** What the members write and read, and what outlives them. */
  readonly data: GatewayData;
}

export interface Identity {
  readonly userPoolName: string;
  readonly domainPrefix: string;
  /** Where the prefix gives tokens: `auth.eu-central-1.amazoncognito.com`. */
  readonly tokenDomain: string;
  /** Whether AWS refuses to delete the pool. */
  readonly deletionProtection: boolean;
  readonly resourceServer: {
    readonly identifier: string;
    readonly name: string;
    readonly scopes: readonly { readonly name: string; readonly description: string }[];
  };
  readonly machineClients: readonly {
    readonly id: string;
    readonly name: string;
    readonly scopes: readonly string[];
    readonly accessTokenMinutes: number;
  }[];
}

export type TerraformState =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string; readonly region: string };

export interface Blueprint {
  readonly environment: string;
  readonly stage: Stage;
  readonly region: string;
  /** The one that it may be deployed into. Absent: the one of the credentials. */
  readonly account?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly state: TerraformState;
  readonly network: NewNetwork | ExistingNetwork;
  readonly cluster: {
    readonly id: string;
    readonly name: string;
    /** Of one that exists. @default it is made */
    readonly arn?: string;
  };
  readonly namespace: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    /** How long a resolver may keep that a name does not exist: TTL of the SOA record. */
    readonly negativeTtlSeconds: number;
    /** Of one that exists. @default it is made */
    readonly namespaceId?: string;
  };
  /** The APIs' pools. */
  readonly services: readonly Service[];
  readonly loadBalancer?: LoadBalancer;
  /** Instead of a load balancer. */
  readonly listener?: ExistingListener;
  readonly gateway?: GatewayPair;
  /** The same in all stages. */
  readonly data: GatewayData;
  /** The same in all stages. */
  readonly identity?: Identity;
  /** Host name that clients use; absent at stage `api`. */
  readonly host?: string;
}
