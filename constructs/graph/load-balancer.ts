import type { Certificate, ListenerRule, LoadBalancer, TargetGroup } from '../blueprint/blueprint';
import { VALIDATION_RECORD_TTL_SECONDS } from '../blueprint/names';
import {
  type Awaited,
  createBeforeDestroy,
  type NounOf,
  type Ref,
  type Resource,
  ref,
  resource,
  type Value,
  type Wait,
  waitsFor,
} from './resource';
import { type Peers, securityGroup } from './security-group';

export interface ListenerRuleSettings extends Pick<ListenerRule, 'priority' | 'conditions'> {
  readonly listenerArn: Value;
  readonly forward: readonly { readonly targetGroupArn: Value; readonly weight: number }[];
}

type Listener = { readonly loadBalancerArn: Value } & (
  | {
      readonly port: 80;
      readonly protocol: 'HTTP';
      readonly redirect: {
        readonly protocol: 'HTTPS';
        readonly port: number;
        readonly statusCode: 'HTTP_301';
      };
    }
  | {
      readonly port: 443;
      readonly protocol: 'HTTPS';
      readonly sslPolicy: string;
      readonly certificateArn: Value;
      readonly fixedResponse: {
        readonly statusCode: number;
        readonly contentType: string;
        readonly messageBody: string;
      };
    }
);

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
  readonly listener: Listener;
  readonly 'listener-rule': ListenerRuleSettings;
  readonly 'target-group': Omit<TargetGroup, 'id'> & {
    readonly protocol: 'HTTP';
    readonly targetType: 'ip';
    readonly vpcId: Value;
    readonly healthCheckProtocol: 'HTTP';
  };
  /** Proven by a DNS record for each name, and known once it is issued. */
  readonly certificate: {
    readonly name: string;
    readonly domainName: string;
    readonly subjectAlternativeNames: readonly string[];
    readonly hostedZoneId: Value;
    readonly recordTtlSeconds: number;
  };
  /** A name that is an alias of a load balancer's. */
  readonly 'alias-record': {
    readonly hostedZoneId: Value;
    readonly name: string;
    readonly target: Ref;
    readonly evaluateTargetHealth: boolean;
  };
}

/** A target group that a service may be put into. */
export interface TargetGroupLink {
  readonly arn: Value;
  /** What puts the target group behind a load balancer: a service in it must wait for these. */
  readonly attached: readonly Awaited[];
}

function ruleSettings(
  rule: ListenerRule,
  listenerArn: Value,
  arnOf: (targetGroup: string) => Value,
): ListenerRuleSettings {
  if (rule.forward.length === 0) throw new Error(`Listener rule "${rule.id}" forwards to no target group.`);
  const { priority, conditions, forward } = rule;
  return {
    listenerArn,
    priority,
    conditions,
    forward: forward.map(({ targetGroup, weight }) => ({ targetGroupArn: arnOf(targetGroup), weight })),
  };
}

export interface TargetGroupInput {
  readonly targetGroup: TargetGroup;
  /** The rule that puts the group behind the listener before any traffic comes to it. */
  readonly attachRule: ListenerRule;
  readonly listenerArn: Value;
  readonly vpcId: Value;
}

/**
 * A target group, and the rule that puts it behind a listener.
 *
 * ECS refuses a service whose target group has no load balancer, and traffic must not meet an empty group: so the attach
 * rule comes first, then the service, then the rule that brings traffic.
 */
export function targetGroup(
  id: string,
  { targetGroup: settings, attachRule, listenerArn, vpcId }: TargetGroupInput,
): { readonly noun: NounOf<'target-group'>; readonly link: TargetGroupLink } {
  const { id: _, ...about } = settings;
  const group = resource(
    'target-group',
    'TargetGroup',
    { ...about, protocol: 'HTTP', targetType: 'ip', vpcId, healthCheckProtocol: 'HTTP' },
    { transform: 'targetGroup', lifetime: createBeforeDestroy },
  );
  const arn = ref(group, 'arn');
  const rule = resource(
    'listener-rule',
    'AttachRule',
    ruleSettings(attachRule, listenerArn, () => arn),
    {
      transform: 'attachRule',
      lifetime: createBeforeDestroy,
    },
  );
  return {
    noun: {
      noun: 'target-group',
      id,
      settings,
      resources: [group, rule],
      nouns: [],
      waits: [],
      transform: ['targetGroup'],
    },
    link: { arn, attached: [rule] },
  };
}

/**
 * An ACM certificate, proven by a DNS record per name, renewed by ACM as long as the records stand.
 * @param hostedZone zone that proves the names; by default the one that the settings name
 */
export function certificate(
  id: string,
  settings: Extract<Certificate, { kind: 'new' }>,
  hostedZone?: Value,
): { readonly noun: NounOf<'certificate'>; readonly arn: Value } {
  const { name, domains, hostedZoneId } = settings;
  const [domainName, ...subjectAlternativeNames] = domains;
  if (domainName === undefined) throw new Error(`Certificate "${name}" has no domain name.`);
  const made = resource(
    'certificate',
    'Certificate',
    {
      name,
      domainName,
      subjectAlternativeNames,
      hostedZoneId: hostedZone ?? hostedZoneId,
      recordTtlSeconds: VALIDATION_RECORD_TTL_SECONDS,
    },
    { transform: 'certificate', lifetime: createBeforeDestroy },
  );
  return {
    noun: {
      noun: 'certificate',
      id,
      settings,
      resources: [made],
      nouns: [],
      waits: [],
      transform: ['certificate'],
    },
    arn: ref(made, 'arn'),
  };
}

export interface LoadBalancerInput {
  readonly loadBalancer: LoadBalancer;
  readonly vpcId: Value;
  /** Public subnets, in two zones or more. */
  readonly subnetIds: readonly Value[];
  /** Zone of the alias records and of the certificate's. @default the zones that the settings name */
  readonly hostedZoneId?: Value;
  /** The security groups that the load balancer's rules name. @default none */
  readonly peers?: Peers;
  /** What must stand before the load balancer is reachable, such as the public subnets' routes. */
  readonly dependsOn?: readonly Awaited[];
}

export interface LoadBalancerParts {
  readonly noun: NounOf<'load-balancer'>;
  readonly peers: Peers;
  readonly targetGroups: Readonly<Record<string, TargetGroupLink>>;
  /** By the rule's id. */
  readonly trafficRules: Readonly<Record<string, Resource>>;
}

/**
 * An Application Load Balancer: TLS ends here, HTTP is redirected, and a request goes where a rule sends it or gets the
 * fixed answer of the listener.
 */
export function loadBalancer(id: string, input: LoadBalancerInput): LoadBalancerParts {
  const { loadBalancer: settings, vpcId, dependsOn = [] } = input;
  const group = securityGroup('SecurityGroup', settings.securityGroup, vpcId, input.peers);
  const balancer = balancerResource(input, group.link.id);
  const issued =
    settings.https.certificate.kind === 'new'
      ? certificate('Certificate', settings.https.certificate, input.hostedZoneId)
      : { arn: settings.https.certificate.arn };
  const [http, https] = listeners(settings, ref(balancer, 'arn'), issued.arn);
  const listenerArn = ref(https, 'arn');
  const groups = settings.targetGroups.map((one) => {
    const attachRule = settings.attachRules.find((rule) => rule.targetGroup === one.id);
    if (attachRule === undefined) throw new Error(`Target group "${one.id}" has no attach rule.`);
    return [one.id, targetGroup(one.id, { targetGroup: one, attachRule, listenerArn, vpcId })] as const;
  });
  const targetGroups = Object.fromEntries(groups.map(([name, { link }]) => [name, link]));
  const trafficRules = Object.fromEntries(
    settings.trafficRules.map((rule) => [rule.id, trafficRule(rule, listenerArn, targetGroups)]),
  );
  const records = settings.records.map((one) =>
    aliasRecord(one, input.hostedZoneId ?? one.hostedZoneId, ref(balancer, 'dnsName')),
  );
  const rules = Object.values(trafficRules);
  const waits: Wait[] = [
    ...waitsFor(balancer, [...group.link.access, ...dependsOn]),
    // A name must not lead to a load balancer that has nothing to answer with yet.
    ...records.flatMap((record) => waitsFor(record, rules)),
  ];
  return {
    noun: {
      noun: 'load-balancer',
      id,
      settings,
      resources: [balancer, http, https, ...rules, ...records],
      nouns: [group.noun, ...('noun' in issued ? [issued.noun] : []), ...groups.map(([, { noun }]) => noun)],
      waits,
      transform: ['loadBalancer'],
    },
    peers: { [settings.securityGroup.id]: group.link.id },
    targetGroups,
    trafficRules,
  };
}

function balancerResource({ loadBalancer, vpcId, subnetIds }: LoadBalancerInput, group: Value): Resource {
  const { name, idleTimeoutSeconds, deletionProtection, dropInvalidHeaderFields, desyncMitigationMode } =
    loadBalancer;
  return resource(
    'load-balancer',
    'LoadBalancer',
    {
      name,
      scheme: 'internet-facing',
      vpcId,
      subnets: subnetIds,
      securityGroups: [group],
      idleTimeoutSeconds,
      deletionProtection,
      dropInvalidHeaderFields,
      desyncMitigationMode,
    },
    { transform: 'loadBalancer' },
  );
}

function listeners(
  { http, https }: LoadBalancer,
  loadBalancerArn: Value,
  certificateArn: Value,
): [Resource, Resource] {
  const { status, contentType, body } = https.notFound;
  return [
    resource(
      'listener',
      'Http',
      {
        loadBalancerArn,
        port: http.port,
        protocol: 'HTTP',
        redirect: { protocol: 'HTTPS', port: https.port, statusCode: http.redirectStatus },
      },
      { transform: 'httpListener' },
    ),
    resource(
      'listener',
      'Https',
      {
        loadBalancerArn,
        port: https.port,
        protocol: 'HTTPS',
        sslPolicy: https.sslPolicy,
        certificateArn,
        fixedResponse: { statusCode: status, contentType, messageBody: body },
      },
      { transform: 'httpsListener' },
    ),
  ];
}

/** In a group of their own: an API may be called as another one's rule is. */
function trafficRule(
  rule: ListenerRule,
  listenerArn: Value,
  targetGroups: Readonly<Record<string, TargetGroupLink>>,
): Resource {
  const arnOf = (id: string): Value => {
    const group = targetGroups[id];
    if (group !== undefined) return group.arn;
    const known = Object.keys(targetGroups).join(', ');
    throw new Error(`A traffic rule forwards to target group "${id}"; the load balancer has: ${known}.`);
  };
  return resource('listener-rule', `Traffic/${rule.id}`, ruleSettings(rule, listenerArn, arnOf), {
    transform: 'trafficRule',
    lifetime: createBeforeDestroy,
  });
}

function aliasRecord(
  { id, name }: LoadBalancer['records'][number],
  hostedZoneId: Value,
  target: Ref,
): Resource {
  return resource(
    'alias-record',
    `Records/${id}`,
    { hostedZoneId, name, target, evaluateTargetHealth: false },
    { transform: 'record' },
  );
}
