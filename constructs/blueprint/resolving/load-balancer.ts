import type { DataPlane } from '../../gateway';
import type { Certificate, ExistingListener, LoadBalancer, TargetGroup } from '../blueprint';
import { certificateName, ids, loadBalancerName, targetGroupName } from '../names';
import { type Api, type Environment, ownApis } from '../schema';
import { certificateDomains } from './certificate-domains';
import { gatewayTargetGroup } from './gateway-pair';
import { attachRules, trafficRules } from './listener-rules';
import { networkIdentity } from './network';
import { balancerGroup } from './security-groups';
import { balancerIdleTimeoutSeconds } from './timing';

/** TLS 1.3 and 1.2 with forward secrecy. */
const SSL_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

const NOT_FOUND = {
  status: 404,
  contentType: 'application/json',
  body: JSON.stringify({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'No API answers here.',
  }),
} as const;

function certificate(environment: Environment): Certificate {
  const { domain, name } = environment;
  if (domain?.certificateArn) return { kind: 'existing', arn: domain.certificateArn };
  const hostedZoneId = domain?.hostedZone?.id;
  if (hostedZoneId === undefined) throw new Error(`${name} has no way to a certificate`);
  return { kind: 'new', name: certificateName(name), domains: certificateDomains(environment), hostedZoneId };
}

function apiTargetGroup(environment: Environment, name: string, api: Api): TargetGroup {
  const { health } = api;
  return {
    id: name,
    name: targetGroupName(environment.name, name, { port: api.port, network: networkIdentity(environment) }),
    port: api.port,
    deregistrationDelaySeconds: environment.deregistrationDelaySeconds,
    healthCheck: {
      port: 'traffic-port',
      path: health.path,
      matcher: health.status,
      intervalSeconds: health.intervalSeconds,
      timeoutSeconds: health.timeoutSeconds,
      healthyThreshold: health.healthyThreshold,
      unhealthyThreshold: health.unhealthyThreshold,
    },
  };
}

function records(environment: Environment): LoadBalancer['records'] {
  const hostedZoneId = environment.domain?.hostedZone?.id;
  if (hostedZoneId === undefined) return [];
  return certificateDomains(environment).map((name) => ({ id: `alias-${name}`, name, hostedZoneId }));
}

/** The target groups, and the rules that lead to them. */
function rulesOf(
  environment: Environment,
  plane: DataPlane,
): Pick<LoadBalancer, 'targetGroups' | 'attachRules' | 'trafficRules'> {
  const { stage, apis } = environment;
  const targetGroups =
    stage === 'gateway'
      ? [gatewayTargetGroup(environment, plane)]
      : ownApis(apis).map(([id, api]) => apiTargetGroup(environment, id, api));
  return {
    targetGroups,
    attachRules: attachRules(
      environment,
      targetGroups.map((group) => group.id),
    ),
    trafficRules: trafficRules(environment),
  };
}

export const resolveListener = (
  environment: Environment,
  { arn, securityGroup }: NonNullable<Environment['listener']>,
  plane: DataPlane,
): ExistingListener => ({
  id: ids.listener,
  arn,
  securityGroup: { id: ids.balancerGroup, groupId: securityGroup },
  ...rulesOf(environment, plane),
  notFound: NOT_FOUND,
});

export function resolveLoadBalancer(environment: Environment, plane: DataPlane): LoadBalancer {
  const { name, deletionProtection } = environment;
  return {
    id: ids.loadBalancer,
    name: loadBalancerName(name),
    securityGroup: balancerGroup(environment),
    idleTimeoutSeconds: balancerIdleTimeoutSeconds(environment),
    deletionProtection,
    desyncMitigationMode: 'defensive',
    dropInvalidHeaderFields: true,
    https: {
      port: 443,
      sslPolicy: SSL_POLICY,
      certificate: certificate(environment),
      notFound: NOT_FOUND,
    },
    http: { port: 80, redirectStatus: 'HTTP_301' },
    ...rulesOf(environment, plane),
    records: records(environment),
  };
}
