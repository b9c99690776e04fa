/** Keys that people know from other tools: what does it here, or why nothing does. */

export interface Foreign {
  readonly message: string;
  readonly fix: string;
}

/** Other tools' words, by what does it here. Each is about the place that it is mostly written at. */
const words: readonly (readonly [words: string, does: string])[] = [
  [
    'tasks replicas desiredCount count desired_count minReplicas numberOfTasks',
    'Write `instances: { min: 2, max: 4 }`.',
  ],
  [
    'autoscaling scaling autoScaling scale',
    'Write `instances: { min: 2, max: 4, targetCpuPercent: 60 }`: between two numbers the service scales by CPU.',
  ],
  ['targetMemoryPercent memoryPercent targetMemory', 'Pools scale by average CPU: write `targetCpuPercent`.'],
  ['env envs variables environmentVariables env_vars', 'Write `environment: { NAME: value }`.'],
  ['containerPort targetPort hostPort ports container_port', 'Write `port`.'],
  [
    'healthCheck healthcheck livenessProbe readinessProbe startupProbe health_check',
    'Write `health: { path: /healthz }`.',
  ],
  ['entrypoint entryPoint args cmd', 'Write `command`, the program with its arguments.'],
  [
    'dockerfile build buildContext',
    'Images are built elsewhere: build and push one, and name it in `image`.',
  ],
  ['timeout requestTimeout idleTimeout timeoutSeconds', 'Write `requestTimeoutSeconds`.'],
  [
    'rateLimiting throttle throttling rate_limit quota usagePlan',
    'Write `policies: { rateLimit: { requests: 100, perSeconds: 60 } }`.',
  ],
  ['auth authorizer authorizers', 'Write `policies: { authentication: { apiKey: {} } }`.'],
  ['keyAuth apiKey apiKeys jwt oauth oidc', 'Write it under `policies: { authentication: … }`.'],
  ['caching', 'Write `policies: { cache: { ttlSeconds: 30 } }`.'],
  [
    'tls ssl https certificate certificates acm',
    'TLS ends at the load balancer: `domain:` has `hostedZone` for a new certificate, or `certificateArn` for one that exists.',
  ],
  [
    'alb loadBalancer loadbalancer elb listeners',
    'A load balancer comes with `stage: load-balanced`; its names are those of `domain` and `hosts`.',
  ],
  [
    'targetGroup targetGroups',
    'Each API has a target group from `stage: load-balanced` on; how it is checked is `health`.',
  ],
  [
    'hostname host domainName',
    'Write `hosts: [orders.example.com]` for an API, `domain: { name: … }` for the environment.',
  ],
  ['path prefix route uri', 'Write `paths: [/orders]`.'],
  [
    'vpc vpcId subnets subnetIds',
    'A network that exists stands under `network: { vpc: …, cidr: …, publicSubnets: … }`.',
  ],
  ['natGateways nat', 'Write `network: { egress: single-nat }`, `nat-per-zone` or `public`.'],
  ['availabilityZones azs maxAzs', 'Write `network: { zones: [a, b] }`.'],
  [
    'securityGroups securityGroupIds',
    'Security groups are made for each part, as narrow as it works with. None can be named.',
  ],
  [
    'cognito userPool',
    'Write `identity: { cognito: … }` for a pool of its own, `policies: { authentication: { jwt: … } }` to take tokens.',
  ],
  ['logs logging logRetention retentionInDays', 'Write `logRetentionDays`.'],
  ['backend terraform remoteState', 'Write `state: { kind: s3, bucket: … }`.'],
  ['ram memoryLimit memoryMB mem', 'Write `memoryMiB`.'],
  ['vcpu vcpus cpuUnits', 'Write `cpu`: 1024 is one vCPU.'],
  ['arch cpuArchitecture platform', 'Write `architecture: arm64` or `x86_64`.'],
  [
    'replicaCount gateways gatewayCount',
    'Name the gateways: `gateway: { members: [{ name: a, zone: a }, { name: b, zone: b }] }`.',
  ],
  ['deletion_protection terminationProtection removalPolicy', 'Write `deletionProtection: true`.'],
  [
    'waf wafv2 webAcl webAclArn firewall',
    'No web ACL is made. `rateLimit` limits callers; an ACL of your own can be associated with the load balancer.',
  ],
  [
    'protocol protocolVersion grpc http2 appProtocol',
    'It cannot be chosen: APIs speak HTTP/1.1 with the load balancer and the gateways, so that gRPC is not served.',
  ],
  ['spot capacityProvider fargateSpot', 'Tasks run on Fargate on demand; nothing else can be chosen.'],
  ['privileged user readonlyRootFilesystem', 'What the image says holds; it cannot be changed here.'],
];

const byWord: ReadonlyMap<string, string> = new Map(
  words.flatMap(([all, does]) => all.split(' ').map((word) => [word.toLowerCase(), does] as const)),
);

/** Every word that the table has. */
export const foreignWords: readonly string[] = [...byWord.keys()];

/** @returns undefined when the word is nobody's */
export function foreignWord(key: string): Foreign | undefined {
  const fix = byWord.get(key.toLowerCase());
  return fix === undefined ? undefined : { message: `\`${key}\` is a word of other tools.`, fix };
}
