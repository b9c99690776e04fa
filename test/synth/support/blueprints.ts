/** Blueprints written by hand, one per stage: what the engine is given in its own tests, whatever the resolver does. */
import type {
  Blueprint,
  Container,
  GatewayData,
  GatewayPair,
  LoadBalancer,
  NewNetwork,
  Role,
  SecurityGroupRule,
  Service,
  TargetGroup,
  TrafficRule,
} from '../../../constructs/blueprint/blueprint';
import type { Stage } from '../../../constructs/blueprint/schema';

const anywhere = { cidr: '0.0.0.0/0' };
const letIn = (id: string, from: SecurityGroupRule['from'], port: number): SecurityGroupRule => ({
  id,
  description: `${id} to ${port}`,
  from,
  port,
});

const network = (stage: Stage): NewNetwork => ({
  kind: 'new',
  name: 'shop',
  cidr: '10.20.0.0/16',
  zones: ['a', 'b'].map((letter, index) => ({
    letter,
    zone: `eu-central-1${letter}`,
    publicCidr: `10.20.${index}.0/24`,
    ...(stage !== 'api' && { privateCidr: `10.20.${10 + index}.0/24`, natZone: 'a' }),
    nat: stage !== 'api' && letter === 'a',
  })),
});

const executionRole = (service: string, readsSecret: boolean): Role => ({
  id: 'execution-role',
  name: `shop-${service}-execution`,
  description: `Starts the tasks of ${service}.`,
  principal: 'ecs-tasks.amazonaws.com',
  statements: [
    { sid: 'LogIn', actions: ['ecr:GetAuthorizationToken'], resources: [{ arn: '*' }] },
    {
      sid: 'WriteLogs',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [{ ref: 'log-group' }],
    },
    ...(readsSecret
      ? [
          {
            sid: 'ReadConsumers',
            actions: ['secretsmanager:GetSecretValue'],
            resources: [{ ref: 'consumers-secret' as const }],
          },
        ]
      : []),
  ],
});

const taskRole = (service: string): Role => ({
  id: 'task-role',
  name: `shop-${service}-task`,
  description: `What ${service} may do.`,
  principal: 'ecs-tasks.amazonaws.com',
  statements: [],
});

type Differing = Pick<Service, 'placement' | 'desiredCount' | 'deployment' | 'scaling' | 'attachment'> & {
  readonly ingress: readonly SecurityGroupRule[];
  readonly container: Pick<Container, 'image' | 'ports' | 'environment' | 'secrets'> & Partial<Container>;
  readonly group?: string;
  readonly after?: readonly string[];
};

const service = (
  id: string,
  { ingress, container, group = id, after = [], ...rest }: Differing,
): Service => ({
  id,
  name: `shop-${id}`,
  taskDefinition: {
    family: `shop-${id}`,
    cpu: 256,
    memoryMiB: 512,
    architecture: 'X86_64',
    containers: [{ name: id, stopTimeoutSeconds: 60, ...container }],
  },
  executionRole: executionRole(id, Object.keys(container.secrets).length > 0),
  taskRole: taskRole(id),
  logGroup: { id: 'logs', name: `/stagecraft/shop/${id}`, retentionDays: 30 },
  securityGroup: { id: group, name: `shop-${group}`, description: `Tasks of ${group}.`, ingress },
  discovery: { name: id, ttlSeconds: 5 },
  after,
  ...rest,
});

const api = (id: string, stage: Stage): Service =>
  service(id, {
    ingress: [
      stage === 'api'
        ? letIn('anywhere', anywhere, 8080)
        : letIn(
            stage === 'gateway' ? 'gateway' : 'alb',
            { group: stage === 'gateway' ? 'gateway' : 'alb' },
            8080,
          ),
    ],
    container: {
      image: `registry.example/${id}:1`,
      ports: [8080],
      environment: { PORT: '8080' },
      secrets: {},
    },
    placement:
      stage === 'api'
        ? { subnets: 'public', zones: ['a', 'b'], assignPublicIp: true }
        : { subnets: 'private', zones: ['a', 'b'], assignPublicIp: false },
    deployment: { minimumHealthyPercent: 100, maximumPercent: 200, zoneRebalancing: true, waitMinutes: 20 },
    desiredCount: 2,
    ...(id === 'orders' && {
      scaling: { min: 2, max: 4, targetCpuPercent: 60, policyName: `shop-${id}-cpu`, cooldownSeconds: 300 },
    }),
    ...(stage === 'load-balanced' && {
      attachment: { targetGroup: id, container: id, port: 8080, healthCheckGraceSeconds: 30 },
    }),
  });

const member = (letter: 'a' | 'b'): Service =>
  service(`gateway-${letter}`, {
    group: 'gateway',
    after: letter === 'b' ? ['gateway-a'] : [],
    ingress: [
      letIn('alb', { group: 'alb' }, 8080),
      letIn('alb-status', { group: 'alb' }, 9000),
      letIn('peers', { group: 'gateway' }, 10000),
    ],
    container: {
      image: 'registry.example/haproxy:lts',
      entryPoint: ['sh', '-c'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell reads it, and Terraform must not
      command: ['echo "${CONFIG}" | base64 -d | gunzip > /tmp/haproxy.cfg'],
      ports: [8080, 9000, 10000],
      environment: { ME: `gateway-${letter}`, CONFIG: 'H4sIAAAA' },
      secrets: { CONSUMERS: { ref: 'consumers-secret' } },
    },
    placement: { subnets: 'private', zones: [letter], assignPublicIp: false },
    deployment: { minimumHealthyPercent: 0, maximumPercent: 100, zoneRebalancing: false, waitMinutes: 25 },
    desiredCount: 1,
    attachment: {
      targetGroup: 'gateway',
      container: `gateway-${letter}`,
      port: 8080,
      healthCheckGraceSeconds: 30,
    },
  });

const targetGroup = (id: string, port: number | 'traffic-port'): TargetGroup => ({
  id,
  name: `shop-${id}`,
  port: 8080,
  deregistrationDelaySeconds: 60,
  healthCheck: {
    port,
    path: '/healthz',
    matcher: '200',
    intervalSeconds: 10,
    timeoutSeconds: 4,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  },
});

const apiRules = (apis: readonly string[]): TrafficRule[] =>
  apis.map((id, index) => ({
    id: `traffic-1-${id}`,
    api: id,
    priority: 100 + index,
    conditions: [{ kind: 'path', values: [`/${id}`, `/${id}/*`] }],
    forward: [{ targetGroup: id, weight: 100 }],
  }));

/** Of no request, until there are gateways. */
const gatewayRule = (stage: Stage): TrafficRule => ({
  id: 'traffic-gateway',
  priority: 99,
  conditions: [
    stage === 'gateway'
      ? { kind: 'path', values: ['/*'] }
      : { kind: 'source-ip', values: ['255.255.255.255/32'] },
  ],
  forward: stage === 'gateway' ? [{ targetGroup: 'gateway', weight: 100 }] : [],
});

const loadBalancer = (stage: Stage, apis: readonly string[]): LoadBalancer => {
  const groups = stage === 'gateway' ? ['gateway'] : apis;
  return {
    id: 'LoadBalancer',
    name: 'shop-alb',
    securityGroup: {
      id: 'alb',
      name: 'shop-alb',
      description: 'The load balancer.',
      ingress: [letIn('https', anywhere, 443), letIn('http', anywhere, 80)],
    },
    idleTimeoutSeconds: 60,
    deletionProtection: false,
    desyncMitigationMode: 'defensive',
    dropInvalidHeaderFields: true,
    https: {
      port: 443,
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      certificate: {
        kind: 'new',
        name: 'shop',
        domains: ['api.shop.example'],
        hostedZoneId: 'Z0123456789ABCDEFGHIJ',
      },
      notFound: { status: 404, contentType: 'application/json', body: '{"error":"no_route"}' },
    },
    http: { port: 80, redirectStatus: 'HTTP_301' },
    targetGroups: groups.map((id) => targetGroup(id, stage === 'gateway' ? 9000 : 'traffic-port')),
    attachRules: groups.map((id) => ({
      id: `attach-${id}`,
      targetGroup: id,
      priority: id === 'gateway' ? 1 : 2 + apis.indexOf(id),
      conditions: [{ kind: 'header', name: 'x-stagecraft-target', values: [id] }],
      forward: [{ targetGroup: id, weight: 100 }],
    })),
    trafficRules: [gatewayRule(stage), ...(stage === 'gateway' ? [] : apiRules(apis))],
    records: [{ id: 'api.shop.example', name: 'api.shop.example', hostedZoneId: 'Z0123456789ABCDEFGHIJ' }],
  };
};

const data: GatewayData = {
  consumersSecret: {
    id: 'ConsumersSecret',
    name: 'shop/consumers',
    description: 'Hashed keys of the consumers.',
    initialText: '# no keys yet',
    initialLabel: 'INITIAL',
  },
  logGroups: { 'gateway-a': member('a').logGroup, 'gateway-b': member('b').logGroup },
  deletionProtection: false,
};

const gateway: GatewayPair = {
  members: [member('a'), member('b')],
  targetGroup: 'gateway',
  data,
};

/** Two APIs: `orders` scales from two to four tasks, `reports` has two. */
export const blueprintAt = (stage: Stage): Blueprint => ({
  environment: 'shop',
  stage,
  region: 'eu-central-1',
  tags: { Environment: 'shop', ManagedBy: 'stagecraft' },
  state: { kind: 'local', path: 'terraform.shop.tfstate' },
  network: network(stage),
  cluster: { id: 'Cluster', name: 'shop' },
  namespace: {
    id: 'Namespace',
    name: 'shop.internal',
    description: 'Services of shop.',
    negativeTtlSeconds: 5,
  },
  services: ['orders', 'reports'].map((id) => api(id, stage)),
  ...(stage !== 'api' && {
    loadBalancer: loadBalancer(stage, ['orders', 'reports']),
    host: 'api.shop.example',
  }),
  ...(stage === 'gateway' && { gateway }),
  data,
});

/** Between `load-balanced` and `gateway`: each API's rule leads to the gateways with a tenth of its requests. */
export function dividedBlueprint(): Blueprint {
  const gateway = blueprintAt('gateway');
  const balanced = blueprintAt('load-balanced');
  const [after, before] = [gateway.loadBalancer, balanced.loadBalancer];
  if (after === undefined || before === undefined) throw new Error('both stages have a load balancer');
  return {
    ...gateway,
    services: balanced.services,
    loadBalancer: {
      ...after,
      targetGroups: [...after.targetGroups, ...before.targetGroups],
      attachRules: [...after.attachRules, ...before.attachRules],
      trafficRules: before.trafficRules.flatMap(({ api, ...rule }) =>
        api === undefined
          ? []
          : [
              {
                ...rule,
                api,
                forward: [
                  { targetGroup: 'gateway', weight: 10 },
                  { targetGroup: api, weight: 90 },
                ],
              },
            ],
      ),
    },
  };
}
