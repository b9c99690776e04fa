import type { RuleCondition } from '../blueprint/blueprint';
import type { Resource, ResourceOf } from '../graph/resource';
import type { FixedResponse, Forward, ListenerRuleSettings } from '../graph/settings/listener';
import type { ValidationOption } from './resource';
import type { Translated, Translations } from './translation';

export const loadBalancer: Pick<
  Translations,
  'load-balancer' | 'listener' | 'listener-rule' | 'target-group' | 'certificate' | 'alias-record'
> = {
  'load-balancer': ({ settings }) => [
    {
      type: 'aws_lb',
      arguments: {
        name: settings.name,
        loadBalancerType: 'application',
        internal: settings.scheme !== 'internet-facing',
        subnets: settings.subnets,
        securityGroups: settings.securityGroups,
        idleTimeout: settings.idleTimeoutSeconds,
        enableDeletionProtection: settings.deletionProtection,
        dropInvalidHeaderFields: settings.dropInvalidHeaderFields,
        desyncMitigationMode: settings.desyncMitigationMode,
      },
    },
  ],
  listener: ({ settings }) => [
    {
      type: 'aws_lb_listener',
      arguments: {
        loadBalancerArn: settings.loadBalancerArn,
        port: settings.port,
        protocol: settings.protocol,
        ...('certificateArn' in settings && {
          sslPolicy: settings.sslPolicy,
          certificateArn: settings.certificateArn,
        }),
        defaultAction: [defaultAction(settings)],
      },
    },
  ],
  'listener-rule': ({ settings }) => [{ type: 'aws_lb_listener_rule', arguments: ruleArguments(settings) }],
  'target-group': ({ settings: { healthCheck, ...settings } }) => [
    {
      type: 'aws_lb_target_group',
      arguments: {
        name: settings.name,
        port: settings.port,
        protocol: settings.protocol,
        targetType: settings.targetType,
        vpcId: settings.vpcId,
        deregistrationDelay: String(settings.deregistrationDelaySeconds),
        healthCheck: {
          protocol: settings.healthCheckProtocol,
          port: String(healthCheck.port),
          path: healthCheck.path,
          matcher: healthCheck.matcher,
          interval: healthCheck.intervalSeconds,
          timeout: healthCheck.timeoutSeconds,
          healthyThreshold: healthCheck.healthyThreshold,
          unhealthyThreshold: healthCheck.unhealthyThreshold,
        },
      },
    },
  ],
  certificate,
  'alias-record': ({ settings: { hostedZoneId, name, target, evaluateTargetHealth } }) => [
    {
      type: 'aws_route53_record',
      arguments: {
        zoneId: hostedZoneId,
        name,
        type: 'A',
        alias: {
          name: target,
          zoneId: { of: target.of, attribute: 'hostedZoneId' },
          evaluateTargetHealth,
        },
      },
    },
  ],
};

function defaultAction(settings: ResourceOf<'listener'>['settings']): object {
  if ('redirect' in settings) {
    const { protocol, port, statusCode } = settings.redirect;
    return { type: 'redirect', redirect: { protocol, port: String(port), statusCode } };
  }
  return fixedResponse(settings.fixedResponse);
}

const fixedResponse = ({ statusCode, contentType, messageBody }: FixedResponse): object => ({
  type: 'fixed-response',
  fixedResponse: { statusCode: String(statusCode), contentType, messageBody },
});

const ruleArguments = (settings: ListenerRuleSettings) => ({
  listenerArn: settings.listenerArn,
  priority: settings.priority,
  condition: settings.conditions.map(condition),
  action: ['forward' in settings ? forwardTo(settings) : fixedResponse(settings.fixedResponse)],
});

function forwardTo({ forward }: Forward): object {
  const [first, ...others] = forward;
  if (others.length === 0) return { type: 'forward', targetGroupArn: first?.targetGroupArn };
  const targetGroup = forward.map(({ targetGroupArn, weight }) => ({ arn: targetGroupArn, weight }));
  return { type: 'forward', forward: { targetGroup } };
}

function condition(one: RuleCondition): object {
  const { values } = one;
  switch (one.kind) {
    case 'host':
      return { hostHeader: { values } };
    case 'path':
      return { pathPattern: { values } };
    case 'header':
      return { httpHeader: { httpHeaderName: one.name, values } };
    case 'source-ip':
      return { sourceIp: { values } };
  }
}

/** The request, a record for each name, and the wait until ACM has seen them. */
function certificate({ settings }: ResourceOf<'certificate'>, of: Resource): Translated[] {
  const { name, domainName, subjectAlternativeNames, hostedZoneId, recordTtlSeconds } = settings;
  const domains = [domainName, ...subjectAlternativeNames];
  const optionOf = (domain: string, option: ValidationOption['option']): ValidationOption => ({
    certificate: of,
    domain,
    option,
  });
  return [
    {
      type: 'aws_acm_certificate',
      arguments: { domainName, subjectAlternativeNames, validationMethod: 'DNS', tags: { Name: name } },
    },
    ...domains.map((domain) => ({
      type: 'aws_route53_record',
      id: `Record-${domain}`,
      transform: 'record',
      arguments: {
        zoneId: hostedZoneId,
        name: optionOf(domain, 'resourceRecordName'),
        type: optionOf(domain, 'resourceRecordType'),
        records: [optionOf(domain, 'resourceRecordValue')],
        ttl: recordTtlSeconds,
        // example.com and *.example.com are proven by the same record.
        allowOverwrite: true,
      },
    })),
    {
      type: 'aws_acm_certificate_validation',
      id: 'Validation',
      arguments: {
        certificateArn: { of, terraform: 'arn' },
        validationRecordFqdns: domains.map((domain) => ({
          of,
          part: `Record-${domain}`,
          terraform: 'fqdn',
        })),
      },
    },
  ];
}
