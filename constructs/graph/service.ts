import type { Container, Role, Service, Statement, StatementResource } from '../blueprint/blueprint';
import { logDelivery } from '../blueprint/fargate';
import type { TargetGroupLink } from './load-balancer';
import { type LogGroupLink, logGroup } from './observability';
import {
  type Awaited,
  type Concat,
  createBeforeDestroy,
  type NounOf,
  type Resource,
  ref,
  resource,
  type Value,
  waitsFor,
} from './resource';
import { type Peers, type SecurityGroupLink, securityGroup } from './security-group';

/** A statement whose resources are ARNs. */
export interface RoleStatement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly (Value | Concat)[];
}

export interface ServiceResources {
  readonly cluster: {
    readonly name: string;
    /** Where its services run. AWS has it from the services; some engines ask for it. */
    readonly vpcId?: Value;
  };
  /** Private: names of services, seen from inside the VPC alone. */
  readonly namespace: {
    readonly name: string;
    readonly description: string;
    readonly vpcId: Value;
    /** TTL of the SOA record: how long a resolver may keep that a name does not exist. */
    readonly negativeTtlSeconds: number;
  };
  /** With an inline policy of its own name, when it has statements. */
  readonly role: {
    readonly name: string;
    readonly description: string;
    readonly principal: string;
    readonly statements: readonly RoleStatement[];
  };
  readonly 'task-definition': {
    readonly family: string;
    readonly cpu: number;
    readonly memoryMiB: number;
    readonly networkMode: 'awsvpc';
    readonly launchType: 'FARGATE';
    readonly operatingSystemFamily: 'LINUX';
    readonly cpuArchitecture: 'X86_64' | 'ARM64';
    readonly executionRoleArn: Value;
    readonly taskRoleArn: Value;
    readonly volumes: readonly string[];
    readonly containers: readonly ContainerSettings[];
    readonly log: ContainerLog;
  };
  readonly 'discovery-service': {
    readonly name: string;
    readonly namespaceId: Value;
    readonly recordType: 'A';
    readonly ttlSeconds: number;
    readonly routingPolicy: 'MULTIVALUE';
    /** Of the custom health check: ECS tells the health of its tasks; Cloud Map answers with the healthy ones. */
    readonly failureThreshold: 1;
  };
  readonly service: {
    readonly name: string;
    readonly clusterArn: Value;
    readonly taskDefinitionArn: Value;
    readonly launchType: 'FARGATE';
    readonly desiredCount: number;
    readonly minimumHealthyPercent: number;
    readonly maximumPercent: number;
    readonly zoneRebalancing: boolean;
    readonly circuitBreaker: { readonly enable: true; readonly rollback: true };
    readonly subnets: readonly Value[];
    readonly securityGroups: readonly Value[];
    readonly assignPublicIp: boolean;
    readonly registryArn: Value;
    readonly attachment?: {
      readonly targetGroupArn: Value;
      readonly container: string;
      readonly port: number;
      readonly healthCheckGraceSeconds: number;
    };
    readonly propagateTags: 'SERVICE';
    /** A deploy waits as long until the service is steady. */
    readonly waitMinutes: number;
  };
  readonly 'scaling-target': {
    readonly serviceNamespace: 'ecs';
    readonly scalableDimension: 'ecs:service:DesiredCount';
    /** The ECS service. */
    readonly clusterArn: Value;
    readonly serviceName: Value;
    readonly minCapacity: number;
    readonly maxCapacity: number;
  };
  readonly 'scaling-policy': {
    readonly name: string;
    readonly scalingTarget: Value;
    readonly metric: 'ECSServiceAverageCPUUtilization';
    readonly targetPercent: number;
    readonly cooldownSeconds: number;
  };
}

/** Where a task's containers log. */
export interface ContainerLog {
  readonly groupName: Value;
  readonly region: string;
  readonly streamPrefix: string;
  readonly mode: 'non-blocking';
  readonly maxBufferMiB: number;
}

/** A container, with what it is told by reference in its places. */
export interface ContainerSettings extends Omit<Container, 'environment' | 'engineValues' | 'secrets'> {
  readonly environment: Readonly<Record<string, Value>>;
  readonly secrets: Readonly<Record<string, Value>>;
}

/** ARNs of what a statement may speak of by reference. */
export type StatementArns = Readonly<
  Record<'log-group' | 'metrics-log-group' | 'consumers-secret', Value | undefined>
>;

export interface RoleLink {
  readonly arn: Value;
  /** What must stand before the role can do its work. */
  readonly access: readonly Awaited[];
}

/** A role that one service principal may assume, with the statements it is given and no others. */
export function iamRole(
  id: string,
  settings: Role,
  arns: StatementArns,
  transform: string,
): { readonly noun: NounOf<'iam-role'>; readonly link: RoleLink } {
  const { name, description, principal, statements } = settings;
  const role = resource(
    'role',
    'Role',
    { name, description, principal, statements: statements.map((one) => statement(one, arns)) },
    { transform: 'role' },
  );
  return {
    noun: {
      noun: 'iam-role',
      id,
      settings,
      resources: [role],
      nouns: [],
      waits: [],
      transform: [transform],
    },
    link: { arn: ref(role, 'arn'), access: [role] },
  };
}

const statement = ({ sid, actions, resources }: Statement, arns: StatementArns): RoleStatement => ({
  sid,
  actions,
  resources: resources.flatMap((one) => resourceArns(one, arns)),
});

function resourceArns(about: StatementResource, arns: StatementArns): (Value | Concat)[] {
  if ('arn' in about) return [about.arn];
  const arn = arns[about.ref];
  if (arn === undefined) throw new Error(`A statement speaks of the ${about.ref}, and there is none.`);
  // The group itself, and the streams in it: actions on streams are checked against the longer ARN.
  return about.ref.endsWith('log-group') ? [arn, { concat: [arn, ':*'] }] : [arn];
}

export interface ContainerSurroundings {
  readonly consumersSecretArn?: Value;
  /** Issuer of the environment's own user pool, `https://…`. */
  readonly userPoolIssuer?: Value;
}

/**
 * A container, with what it is told by reference in its places.
 * @throws Error when it reads the consumers' secret or the user pool's issuer, and there is none
 */
export function containerSettings(
  container: Container,
  surroundings: ContainerSurroundings,
): ContainerSettings {
  const { environment, engineValues = {}, secrets, ...others } = container;
  return {
    ...others,
    environment: { ...environment, ...filled(container.name, engineValues, surroundings) },
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([variable, secret]) => [
        variable,
        'arn' in secret ? secret.arn : secretArn(container.name, surroundings),
      ]),
    ),
  };
}

function filled(
  container: string,
  engineValues: NonNullable<Container['engineValues']>,
  { userPoolIssuer }: ContainerSurroundings,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(engineValues).map(([variable, { ref: what }]) => {
      if (userPoolIssuer !== undefined) return [variable, userPoolIssuer];
      throw new Error(
        `Container "${container}" reads the ${what}, and there is none. Give it as userPoolIssuer.`,
      );
    }),
  );
}

function secretArn(container: string, { consumersSecretArn }: ContainerSurroundings): Value {
  if (consumersSecretArn !== undefined) return consumersSecretArn;
  throw new Error(
    `Container "${container}" reads the consumers' secret, and there is none. Give its ARN as consumersSecretArn.`,
  );
}

/** Where a service runs. */
export interface Placement {
  readonly region: string;
  readonly clusterArn: Value;
  /** Cloud Map namespace that the service is found in. */
  readonly namespaceId: Value;
  readonly subnetIds: readonly Value[];
}

export interface FargateServiceInput extends Placement, ContainerSurroundings {
  readonly service: Service;
  readonly securityGroup: SecurityGroupLink;
  /** Where its tasks log. @default made here, as the blueprint says */
  readonly logGroup?: LogGroupLink;
  /** The target group that the service's `attachment` names. */
  readonly targetGroup?: TargetGroupLink;
  /** ARN of the log group that metrics are written to, for a service that has a collector. */
  readonly metricsLogGroupArn?: Value;
  /** What must stand before the first task starts, such as the subnets' routes. */
  readonly dependsOn?: readonly Awaited[];
}

export interface FargateServiceParts {
  readonly noun: NounOf<'fargate-service'>;
  /** The ECS service itself. */
  readonly service: Resource;
}

/** An ECS service on Fargate: what an API's pool and a gateway have in common. */
export function fargateService(
  id: string,
  input: FargateServiceInput,
  transform: readonly string[],
): FargateServiceParts {
  const { service, securityGroup: group, targetGroup, dependsOn = [] } = input;
  const own = input.logGroup === undefined ? logGroup('Logs', service.logGroup) : undefined;
  const log = input.logGroup ?? (own as NonNullable<typeof own>).link;
  const arns: StatementArns = {
    'log-group': log.arn,
    'metrics-log-group': input.metricsLogGroupArn,
    'consumers-secret': input.consumersSecretArn,
  };
  const executionRole = iamRole('ExecutionRole', service.executionRole, arns, 'executionRole');
  const taskRole = iamRole('TaskRole', service.taskRole, arns, 'taskRole');
  const definition = taskDefinition(input, log, executionRole.link, taskRole.link);
  const discovery = discoveryService(input);
  const ecs = ecsService(input, ref(definition, 'arn'), ref(discovery, 'arn'));
  const noun: NounOf<'fargate-service'> = {
    noun: 'fargate-service',
    id,
    settings: service,
    resources: [definition, discovery, ecs],
    nouns: [...(own ? [own.noun] : []), executionRole.noun, taskRole.noun],
    waits: waitsFor(ecs, [
      ...group.access,
      ...executionRole.link.access,
      ...taskRole.link.access,
      ...((service.attachment && targetGroup?.attached) ?? []),
      ...dependsOn,
    ]),
    transform,
  };
  return { noun, service: ecs };
}

function taskDefinition(
  input: FargateServiceInput,
  log: LogGroupLink,
  executionRole: RoleLink,
  taskRole: RoleLink,
): Resource {
  const { id, taskDefinition: settings } = input.service;
  const { family, cpu, memoryMiB, architecture, containers, volumes = [] } = settings;
  return resource(
    'task-definition',
    'TaskDefinition',
    {
      family,
      cpu,
      memoryMiB,
      networkMode: 'awsvpc',
      launchType: 'FARGATE',
      operatingSystemFamily: 'LINUX',
      cpuArchitecture: architecture,
      executionRoleArn: executionRole.arn,
      taskRoleArn: taskRole.arn,
      volumes,
      containers: containers.map((container) => containerSettings(container, input)),
      log: { groupName: log.name, region: input.region, streamPrefix: id, ...logDelivery },
    },
    { transform: 'taskDefinition' },
  );
}

function discoveryService({ service, namespaceId }: FargateServiceInput): Resource {
  const { name, ttlSeconds } = service.discovery;
  return resource(
    'discovery-service',
    'Discovery',
    { name, namespaceId, recordType: 'A', ttlSeconds, routingPolicy: 'MULTIVALUE', failureThreshold: 1 },
    { transform: 'discovery' },
  );
}

function ecsService(input: FargateServiceInput, taskDefinitionArn: Value, registryArn: Value): Resource {
  const { service, clusterArn, subnetIds, securityGroup: group } = input;
  const { name, desiredCount, deployment, placement, scaling } = service;
  return resource(
    'service',
    'Service',
    {
      name,
      clusterArn,
      taskDefinitionArn,
      launchType: 'FARGATE',
      desiredCount,
      minimumHealthyPercent: deployment.minimumHealthyPercent,
      maximumPercent: deployment.maximumPercent,
      zoneRebalancing: deployment.zoneRebalancing,
      circuitBreaker: { enable: true, rollback: true },
      subnets: subnetIds,
      securityGroups: [group.id],
      assignPublicIp: placement.assignPublicIp,
      registryArn,
      ...attachment(input),
      propagateTags: 'SERVICE',
      waitMinutes: deployment.waitMinutes,
    },
    {
      transform: 'service',
      // Autoscaling moves the number; a deploy must not put it back. A fixed number stays ours.
      lifetime: { ...createBeforeDestroy, ...(scaling && { ignoreChanges: ['desiredCount'] }) },
    },
  );
}

function attachment({
  service: { id, attachment: to },
  targetGroup,
}: FargateServiceInput): Pick<ServiceResources['service'], 'attachment'> {
  if (to === undefined) return {};
  if (targetGroup === undefined) {
    throw new Error(
      `Service "${id}" is attached to target group "${to.targetGroup}". Give that target group as targetGroup.`,
    );
  }
  const { container, port, healthCheckGraceSeconds } = to;
  return { attachment: { targetGroupArn: targetGroup.arn, container, port, healthCheckGraceSeconds } };
}

export interface ApiServiceInput extends Omit<FargateServiceInput, 'securityGroup'> {
  readonly vpcId: Value;
  /** Ids of the security groups that the service's rules name, such as the load balancer's. */
  readonly peers?: Peers;
}

export interface ApiServiceParts extends Omit<FargateServiceParts, 'noun'> {
  readonly noun: NounOf<'api-service'>;
  readonly securityGroup: SecurityGroupLink;
}

/** An API's pool: a Fargate service with its security group, roles, log group, Cloud Map name and autoscaling. */
export function apiService(id: string, input: ApiServiceInput): ApiServiceParts {
  const { service, vpcId, peers, clusterArn } = input;
  const group = securityGroup('SecurityGroup', service.securityGroup, vpcId, peers);
  const fargate = fargateService('Default', { ...input, securityGroup: group.link }, []);
  return {
    noun: {
      noun: 'api-service',
      id,
      settings: service,
      resources: service.scaling ? scaling(service.scaling, clusterArn, fargate.service) : [],
      nouns: [group.noun, fargate.noun],
      waits: [],
      transform: ['service'],
    },
    service: fargate.service,
    securityGroup: group.link,
  };
}

function scaling(
  { min, max, targetCpuPercent, policyName, cooldownSeconds }: NonNullable<Service['scaling']>,
  clusterArn: Value,
  service: Resource,
): Resource[] {
  const target = resource(
    'scaling-target',
    'ScalingTarget',
    {
      serviceNamespace: 'ecs',
      scalableDimension: 'ecs:service:DesiredCount',
      clusterArn,
      serviceName: ref(service, 'name'),
      minCapacity: min,
      maxCapacity: max,
    },
    { transform: 'scalingTarget' },
  );
  const policy = resource(
    'scaling-policy',
    'ScalingPolicy',
    {
      name: policyName,
      scalingTarget: ref(target, 'id'),
      metric: 'ECSServiceAverageCPUUtilization',
      targetPercent: targetCpuPercent,
      cooldownSeconds,
    },
    { transform: 'scalingPolicy' },
  );
  return [target, policy];
}
