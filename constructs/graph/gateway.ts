import type { GatewayData, GatewayPair, Service } from '../blueprint/blueprint';
import { consumersSecret, type SecretLink } from './consumers-secret';
import { fargateService, type Placement } from './fargate-service';
import { type LogGroupLink, logGroup } from './observability';
import type { Noun, NounOf, Resource, Wait } from './resource';
import {
  type OpenSecurityGroup,
  openSecurityGroup,
  type Peers,
  type SecurityGroupLink,
} from './security-group';
import type { TargetGroupLink } from './target-group';
import type { Awaited, Value } from './value';

/** What others need of the gateways' data. */
export interface GatewayDataLink {
  /** Absent when no API asks for a key and no consumer is declared. */
  readonly consumersSecret?: SecretLink;
  /** By the member's id. */
  readonly logGroups: Readonly<Record<string, LogGroupLink>>;
  /** Absent when no collector writes to CloudWatch. */
  readonly metricsLogGroup?: LogGroupLink;
}

/**
 * What the gateways leave behind: the consumers' keys and the logs. A stage has it whether it has gateways or not, so
 * that nothing of it goes with them.
 * @param existing the secret with the consumers' keys, when it exists
 */
export function gatewayData(
  id: string,
  data: GatewayData,
  existing?: SecretLink,
): { readonly noun: NounOf<'gateway-data'>; readonly link: GatewayDataLink } {
  const { deletionProtection } = data;
  const secret =
    data.consumersSecret && !existing
      ? consumersSecret(data.consumersSecret.id, data.consumersSecret, deletionProtection)
      : undefined;
  const logs = Object.entries(data.logGroups).map(
    ([member, settings]) =>
      // In a scope of the member's, whose other resources stand beside it.
      [member, logGroup(`${member}/Logs`, settings, { deletionProtection })] as const,
  );
  const metrics =
    data.metricsLogGroup &&
    logGroup(data.metricsLogGroup.id, data.metricsLogGroup, {
      deletionProtection,
      transform: ['metricsLogGroup'],
    });
  const nouns: (Noun | undefined)[] = [secret?.noun, ...logs.map(([, { noun }]) => noun), metrics?.noun];
  return {
    noun: {
      noun: 'gateway-data',
      id,
      settings: data,
      resources: [],
      nouns: nouns.filter((noun) => noun !== undefined),
      waits: [],
      transform: [],
    },
    link: {
      consumersSecret: existing ?? secret?.link,
      logGroups: Object.fromEntries(logs.map(([member, { link }]) => [member, link])),
      metricsLogGroup: metrics?.link,
    },
  };
}

export interface GatewayPairInput extends Omit<Placement, 'subnetIds'> {
  readonly gateway: GatewayPair;
  readonly vpcId: Value;
  /** Subnets by the member's id. */
  readonly subnetIds: Readonly<Record<string, readonly Value[]>>;
  readonly targetGroup: TargetGroupLink;
  /** What the members write and read. */
  readonly data: GatewayDataLink;
  readonly userPoolIssuer?: Value;
  /** The security groups that the members' rules name, such as the load balancer's. */
  readonly peers?: Peers;
  /** What must stand before the first member starts. */
  readonly dependsOn?: readonly Awaited[];
}

export interface GatewayPairParts {
  readonly noun: NounOf<'gateway-pair'>;
  readonly peers: Peers;
  /** ECS services by the member's id. */
  readonly members: Readonly<Record<string, Resource>>;
}

/** Gateways as named members: a service of one task each, pinned to a zone, rolled one after the other. */
export function gatewayPair(id: string, input: GatewayPairInput): GatewayPairParts {
  const { members } = input.gateway;
  const groups = securityGroups(input);
  const made = members.map((member) => {
    const group = groups.links[member.securityGroup.id] as SecurityGroupLink;
    return [member.id, memberService(member, group, input)] as const;
  });
  const services = Object.fromEntries(made.map(([name, { service }]) => [name, service]));
  return {
    noun: {
      noun: 'gateway-pair',
      id,
      settings: input.gateway,
      resources: [],
      nouns: [...groups.nouns, ...made.map(([, { noun }]) => noun)],
      waits: oneAfterTheOther(members, services),
      transform: [],
    },
    peers: Object.fromEntries(Object.entries(groups.links).map(([name, link]) => [name, link.id])),
    members: services,
  };
}

/** Members may share a group, and groups may name each other. */
function securityGroups({ gateway, vpcId, peers }: GatewayPairInput) {
  const open: Record<string, OpenSecurityGroup> = {};
  for (const { securityGroup } of gateway.members) {
    open[securityGroup.id] ??= openSecurityGroup(securityGroup.id, securityGroup, vpcId);
  }
  const own = Object.fromEntries(Object.entries(open).map(([id, { id: groupId }]) => [id, groupId]));
  const admitted = Object.entries(open).map(
    ([id, group]) => [id, group.admit({ ...peers, ...own })] as const,
  );
  return {
    nouns: admitted.map(([, { noun }]) => noun),
    links: Object.fromEntries(admitted.map(([id, { link }]) => [id, link])),
  };
}

function memberService(member: Service, securityGroup: SecurityGroupLink, input: GatewayPairInput) {
  const { data, dependsOn = [] } = input;
  const subnetIds = input.subnetIds[member.id];
  if (subnetIds === undefined) {
    const known = Object.keys(input.subnetIds).join(', ') || 'none';
    throw new Error(`Gateway "${member.id}" has no subnets; given are those of ${known}.`);
  }
  return fargateService(
    member.id,
    {
      service: member,
      region: input.region,
      clusterArn: input.clusterArn,
      namespaceId: input.namespaceId,
      subnetIds,
      securityGroup,
      targetGroup: input.targetGroup,
      logGroup: data.logGroups[member.id],
      consumersSecretArn: data.consumersSecret?.arn,
      metricsLogGroupArn: data.metricsLogGroup?.arn,
      userPoolIssuer: input.userPoolIssuer,
      dependsOn: [...(data.consumersSecret?.written ?? []), ...dependsOn],
    },
    ['member'],
  );
}

/** Two live tasks under one peer name would overwrite each other's counters, and one member must always serve. */
function oneAfterTheOther(members: readonly Service[], services: Readonly<Record<string, Resource>>): Wait[] {
  return members.flatMap(({ id, after }) =>
    after.map((before) => {
      const on = services[before];
      if (on !== undefined) return { waiting: services[id] as Resource, on };
      throw new Error(
        `Gateway "${id}" comes after "${before}", which is no member. Members: ${Object.keys(services).join(', ')}.`,
      );
    }),
  );
}
