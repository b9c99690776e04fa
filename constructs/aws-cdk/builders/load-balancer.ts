import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { RuleCondition } from '../../blueprint/blueprint';
import type { ResourceOf } from '../../graph/resource';
import type { FixedResponse, Forward } from '../../graph/settings/listener';
import { isOutside, type Value } from '../../graph/value';
import { accept } from '../suppressions';
import type { Values } from '../values';
import type { Builders, Building } from './builder';

export const loadBalancer: Pick<
  Builders,
  'load-balancer' | 'listener' | 'listener-rule' | 'target-group' | 'certificate' | 'alias-record'
> = {
  'load-balancer': ({ scope, name, settings, values, transformed }) => {
    const loadBalancer = new elbv2.ApplicationLoadBalancer(
      scope,
      name,
      transformed({
        loadBalancerName: settings.name,
        vpc: values.of('vpc', settings.vpcId),
        vpcSubnets: { subnets: settings.subnets.map((one) => values.of('subnet', one)) },
        internetFacing: settings.scheme === 'internet-facing',
        // L2 makes one of its own where it is given none, and takes no more than one.
        securityGroup: values.of('security-group', settings.securityGroups[0] as Value),
        idleTimeout: Duration.seconds(settings.idleTimeoutSeconds),
        deletionProtection: settings.deletionProtection,
        dropInvalidHeaderFields: settings.dropInvalidHeaderFields,
        // The enumeration's values are AWS's own words.
        desyncMitigationMode: settings.desyncMitigationMode as elbv2.DesyncMitigationMode,
      }),
    );
    accept(loadBalancer, {
      rule: 'AwsSolutions-ELB2',
      reason:
        'Access logs need a bucket of the account: `loadBalancer.logAccessLogs(bucket)`. Gateways log every request.',
    });
    return { named: loadBalancer };
  },
  listener: ({ scope, name, settings, values, transformed }) => ({
    named: new elbv2.ApplicationListener(
      scope,
      name,
      transformed({
        loadBalancer: values.of('load-balancer', settings.loadBalancerArn),
        // The security group's rules are the graph's.
        open: false,
        port: settings.port,
        protocol: elbv2.ApplicationProtocol[settings.protocol],
        ...('certificateArn' in settings && {
          // The enumeration's values are the names of AWS's policies.
          sslPolicy: settings.sslPolicy as elbv2.SslPolicy,
          certificates: [listenerCertificate(settings.certificateArn, values)],
        }),
        defaultAction: defaultAction(settings),
      }),
    ),
  }),
  'listener-rule': ({ scope, name, settings, values, transformed }) => {
    const rule = new elbv2.ApplicationListenerRule(
      scope,
      name,
      transformed({
        listener: values.of('listener', settings.listenerArn),
        priority: settings.priority,
        conditions: settings.conditions.map(conditionSettings),
        action: 'forward' in settings ? forwardTo(settings, values) : fixedResponse(settings.fixedResponse),
      }),
    );
    return { named: rule };
  },
  'target-group': ({ scope, name, settings: { healthCheck, ...settings }, values, transformed }) => ({
    named: new elbv2.ApplicationTargetGroup(
      scope,
      name,
      transformed({
        targetGroupName: settings.name,
        port: settings.port,
        protocol: elbv2.ApplicationProtocol[settings.protocol],
        // The enumeration's values are AWS's own words.
        targetType: settings.targetType as elbv2.TargetType,
        vpc: values.of('vpc', settings.vpcId),
        deregistrationDelay: Duration.seconds(settings.deregistrationDelaySeconds),
        healthCheck: {
          protocol: elbv2.Protocol[settings.healthCheckProtocol],
          port: String(healthCheck.port),
          path: healthCheck.path,
          healthyHttpCodes: healthCheck.matcher,
          interval: Duration.seconds(healthCheck.intervalSeconds),
          timeout: Duration.seconds(healthCheck.timeoutSeconds),
          healthyThresholdCount: healthCheck.healthyThreshold,
          unhealthyThresholdCount: healthCheck.unhealthyThreshold,
        },
      }),
    ),
  }),
  certificate: ({ scope, name, settings, transformed }) => {
    const { domainName, subjectAlternativeNames, hostedZoneId } = settings;
    const certificate = new acm.Certificate(
      scope,
      name,
      transformed({
        domainName,
        ...(subjectAlternativeNames.length > 0 && { subjectAlternativeNames: [...subjectAlternativeNames] }),
        certificateName: settings.name,
        validation: acm.CertificateValidation.fromDns(zone(scope, 'Zone', hostedZoneId)),
      }),
    );
    return { named: certificate };
  },
  'alias-record': aliasRecord,
};

function aliasRecord({ scope, name, settings, values, transformed }: Building<'alias-record'>) {
  const target = new LoadBalancerTarget(values.of('load-balancer', settings.target), {
    evaluateTargetHealth: settings.evaluateTargetHealth,
  });
  const record = new route53.ARecord(
    scope,
    name,
    transformed({
      zone: zone(scope, `Zone-${name}`, settings.hostedZoneId),
      // With its last dot it is a full name: the zone's need not be known.
      recordName: `${settings.name}.`,
      target: route53.RecordTarget.fromAlias(target),
    }),
  );
  return { named: record };
}

/** A text, known now or later, or a construct. */
const given = (value: Value): unknown =>
  typeof value === 'object' && isOutside(value) ? value.outside : value;

/** A zone that a user gave, or one that is known by its id. */
function zone(scope: Construct, id: string, value: Value): route53.IHostedZone {
  const one = given(value);
  return typeof one === 'string'
    ? route53.HostedZone.fromHostedZoneId(new Construct(scope, id), 'Zone', one)
    : (one as route53.IHostedZone);
}

function listenerCertificate(value: Value, values: Values): elbv2.IListenerCertificate {
  const one = given(value);
  return typeof one === 'string' ? elbv2.ListenerCertificate.fromArn(one) : values.of('certificate', value);
}

function defaultAction(settings: ResourceOf<'listener'>['settings']): elbv2.ListenerAction {
  if ('redirect' in settings) {
    const { protocol, port, statusCode } = settings.redirect;
    return elbv2.ListenerAction.redirect({
      protocol,
      port: String(port),
      permanent: statusCode === 'HTTP_301',
    });
  }
  return fixedResponse(settings.fixedResponse);
}

const fixedResponse = ({ statusCode, contentType, messageBody }: FixedResponse): elbv2.ListenerAction =>
  elbv2.ListenerAction.fixedResponse(statusCode, { contentType, messageBody });

function forwardTo({ forward }: Forward, values: Values): elbv2.ListenerAction {
  const groups = forward.map(({ targetGroupArn, weight }) => ({
    targetGroup: values.of('target-group', targetGroupArn),
    weight,
  }));
  return groups.length === 1
    ? elbv2.ListenerAction.forward(groups.map(({ targetGroup }) => targetGroup))
    : elbv2.ListenerAction.weightedForward(groups);
}

function conditionSettings(condition: RuleCondition): elbv2.ListenerCondition {
  const values = [...condition.values];
  switch (condition.kind) {
    case 'host':
      return elbv2.ListenerCondition.hostHeaders(values);
    case 'path':
      return elbv2.ListenerCondition.pathPatterns(values);
    case 'header':
      return elbv2.ListenerCondition.httpHeader(condition.name, values);
    case 'source-ip':
      return elbv2.ListenerCondition.sourceIps(values);
  }
}
