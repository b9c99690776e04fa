import type { LoadBalancer } from '../blueprint/blueprint';
import { certificate } from './certificate';
import { type Front, groupsAndRules } from './front';
import { listeners } from './listener';
import { type NounOf, type Resource, resource, type Wait, waitsFor } from './resource';
import { securityGroup } from './security-group';
import { type Awaited, type Ref, ref, type Value } from './value';

export interface LoadBalancerInput {
  readonly loadBalancer: LoadBalancer;
  readonly vpcId: Value;
  /** Public subnets, in two zones or more. */
  readonly subnetIds: readonly Value[];
  /** What must stand before the load balancer is reachable, such as the public subnets' routes. */
  readonly dependsOn?: readonly Awaited[];
}

export interface LoadBalancerParts extends Front {
  readonly noun: NounOf<'load-balancer'>;
}

/**
 * An Application Load Balancer: TLS ends here, HTTP is redirected, and a request goes where a rule sends it or gets the
 * fixed answer of the listener.
 */
export function loadBalancer(id: string, input: LoadBalancerInput): LoadBalancerParts {
  const { loadBalancer: settings, vpcId, dependsOn = [] } = input;
  const group = securityGroup('SecurityGroup', settings.securityGroup, vpcId);
  const balancer = balancerResource(input, group.link.id);
  const issued =
    settings.https.certificate.kind === 'new'
      ? certificate('Certificate', settings.https.certificate)
      : { arn: settings.https.certificate.arn };
  const [http, https] = listeners(settings, ref(balancer, 'arn'), issued.arn);
  const {
    nouns: groups,
    targetGroups,
    trafficRules,
  } = groupsAndRules(settings, settings.https, ref(https, 'arn'), vpcId);
  const records = settings.records.map((one) => aliasRecord(one, ref(balancer, 'dnsName')));
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
      nouns: [group.noun, ...('noun' in issued ? [issued.noun] : []), ...groups],
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

function aliasRecord({ id, name, hostedZoneId }: LoadBalancer['records'][number], target: Ref): Resource {
  return resource(
    'alias-record',
    `Records/${id}`,
    { hostedZoneId, name, target, evaluateTargetHealth: false },
    { transform: 'record' },
  );
}
