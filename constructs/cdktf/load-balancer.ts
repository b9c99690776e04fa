import { Lb, type LbConfig } from '@cdktf/provider-aws/lib/lb';
import { LbListener, type LbListenerConfig } from '@cdktf/provider-aws/lib/lb-listener';
import { LbListenerRule, type LbListenerRuleConfig } from '@cdktf/provider-aws/lib/lb-listener-rule';
import { Route53Record, type Route53RecordConfig } from '@cdktf/provider-aws/lib/route53-record';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import {
  Certificate,
  type CertificateTransform,
  ExistingCertificate,
  type ICertificate,
} from './certificate';
import { ruleSettings } from './listener-rule';
import { literal } from './literal';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { TargetGroup, type TargetGroupTransform } from './target-group';
import { type Transform, transformed } from './transform';

export interface LoadBalancerTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly loadBalancer?: Transform<LbConfig>;
  readonly certificate?: CertificateTransform;
  readonly httpListener?: Transform<LbListenerConfig>;
  readonly httpsListener?: Transform<LbListenerConfig>;
  readonly targetGroup?: TargetGroupTransform;
  readonly trafficRule?: Transform<LbListenerRuleConfig>;
  readonly record?: Transform<Route53RecordConfig>;
}

export interface LoadBalancerProps {
  readonly loadBalancer: blueprint.LoadBalancer;
  readonly vpcId: string;
  /** Public subnets, in two zones or more. */
  readonly subnetIds: readonly string[];
  /** Ids of the security groups that the load balancer's rules name; none when they name address blocks alone. */
  readonly peers?: Peers;
  /** What must stand before the load balancer is reachable, such as the public subnets' routes. */
  readonly dependsOn?: readonly ITerraformDependable[];
  readonly transform?: LoadBalancerTransform;
}

/**
 * An Application Load Balancer: TLS ends here, HTTP is redirected, and a request goes where a rule sends it or
 * gets the fixed answer of the listener.
 *
 * Stands alone in front of services that are not ours: register them in `targetGroups.<id>.arn`.
 */
export class LoadBalancer extends Construct {
  readonly settings: blueprint.LoadBalancer;
  readonly securityGroup: SecurityGroup;
  readonly loadBalancer: Lb;
  readonly certificate: ICertificate;
  readonly httpListener: LbListener;
  readonly httpsListener: LbListener;
  /** By the target group's id, each with the rule that attaches it. */
  readonly targetGroups: Readonly<Record<string, TargetGroup>>;
  /** By the rule's id. */
  readonly trafficRules: Readonly<Record<string, LbListenerRule>>;
  /** Alias records, by the record's id. */
  readonly records: Readonly<Record<string, Route53Record>>;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    const { vpcId, transform } = props;
    const settings = props.loadBalancer;
    this.settings = settings;
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      securityGroup: settings.securityGroup,
      vpcId,
      transform: transform?.securityGroup,
    }).admit(props.peers);
    this.loadBalancer = this.#loadBalancer(props);
    this.httpListener = this.#httpListener(settings, transform?.httpListener);
    this.certificate = this.#certificate(settings.https.certificate, transform?.certificate);
    this.httpsListener = this.#httpsListener(settings, transform?.httpsListener);
    this.targetGroups = this.#targetGroups(props);
    this.trafficRules = this.#trafficRules(settings, transform?.trafficRule);
    this.records = this.#records(settings, transform?.record);
  }

  /** The security group's id by its name in the blueprint, for the rules of what the load balancer calls. */
  get peers(): Peers {
    return { [this.settings.securityGroup.id]: this.securityGroup.groupId };
  }

  #loadBalancer({ loadBalancer, subnetIds, dependsOn = [], transform }: LoadBalancerProps): Lb {
    return new Lb(
      this,
      'LoadBalancer',
      transformed(
        {
          name: literal(loadBalancer.name),
          loadBalancerType: 'application',
          internal: false,
          subnets: [...subnetIds],
          securityGroups: [this.securityGroup.groupId],
          idleTimeout: loadBalancer.idleTimeoutSeconds,
          enableDeletionProtection: loadBalancer.deletionProtection,
          dropInvalidHeaderFields: loadBalancer.dropInvalidHeaderFields,
          desyncMitigationMode: loadBalancer.desyncMitigationMode,
          dependsOn: [...this.securityGroup.access, ...dependsOn],
        },
        transform?.loadBalancer,
      ),
    );
  }

  #httpListener(
    { http, https }: blueprint.LoadBalancer,
    transform: Transform<LbListenerConfig> | undefined,
  ): LbListener {
    return new LbListener(
      this,
      'Http',
      transformed(
        {
          loadBalancerArn: this.loadBalancer.arn,
          port: http.port,
          protocol: 'HTTP',
          defaultAction: [
            {
              type: 'redirect',
              redirect: { protocol: 'HTTPS', port: String(https.port), statusCode: http.redirectStatus },
            },
          ],
        },
        transform,
      ),
    );
  }

  #certificate(
    certificate: blueprint.Certificate,
    transform: CertificateTransform | undefined,
  ): ICertificate {
    return certificate.kind === 'existing'
      ? new ExistingCertificate(certificate.arn)
      : new Certificate(this, 'Certificate', { certificate, transform });
  }

  #httpsListener(
    { https }: blueprint.LoadBalancer,
    transform: Transform<LbListenerConfig> | undefined,
  ): LbListener {
    const { status, contentType, body } = literal(https.notFound);
    return new LbListener(
      this,
      'Https',
      transformed(
        {
          loadBalancerArn: this.loadBalancer.arn,
          port: https.port,
          protocol: 'HTTPS',
          sslPolicy: https.sslPolicy,
          certificateArn: this.certificate.arn,
          defaultAction: [
            {
              type: 'fixed-response',
              fixedResponse: { statusCode: String(status), contentType, messageBody: body },
            },
          ],
        },
        transform,
      ),
    );
  }

  #targetGroups({ loadBalancer, vpcId, transform }: LoadBalancerProps): Record<string, TargetGroup> {
    return Object.fromEntries(
      loadBalancer.targetGroups.map((targetGroup) => {
        const attachRule = loadBalancer.attachRules.find((rule) => rule.targetGroup === targetGroup.id);
        if (attachRule === undefined) throw new Error(`Target group "${targetGroup.id}" has no attach rule.`);
        const child = new TargetGroup(this, targetGroup.id, {
          targetGroup,
          attachRule,
          listenerArn: this.httpsListener.arn,
          vpcId,
          transform: transform?.targetGroup,
        });
        return [targetGroup.id, child];
      }),
    );
  }

  #trafficRules(
    { trafficRules }: blueprint.LoadBalancer,
    transform: Transform<LbListenerRuleConfig> | undefined,
  ): Record<string, LbListenerRule> {
    const arnOf = (id: string): string => {
      const targetGroup = this.targetGroups[id];
      if (targetGroup !== undefined) return targetGroup.arn;
      const known = Object.keys(this.targetGroups).join(', ');
      throw new Error(`A traffic rule forwards to target group "${id}"; the load balancer has: ${known}.`);
    };
    // A group of their own: an API may be called as another one's rule is.
    const scope = new Construct(this, 'Traffic');
    return Object.fromEntries(
      trafficRules.map((rule) => [
        rule.id,
        new LbListenerRule(
          scope,
          rule.id,
          transformed(ruleSettings(rule, this.httpsListener.arn, arnOf), transform),
        ),
      ]),
    );
  }

  #records(
    { records }: blueprint.LoadBalancer,
    transform: Transform<Route53RecordConfig> | undefined,
  ): Record<string, Route53Record> {
    const scope = new Construct(this, 'Records');
    return Object.fromEntries(
      literal(records).map((record) => [
        record.id,
        new Route53Record(
          scope,
          record.id,
          transformed(
            {
              zoneId: record.hostedZoneId,
              name: record.name,
              type: 'A',
              alias: {
                name: this.loadBalancer.dnsName,
                zoneId: this.loadBalancer.zoneId,
                evaluateTargetHealth: false,
              },
              // A name must not lead to a load balancer that has nothing to answer with yet.
              dependsOn: Object.values(this.trafficRules),
            },
            transform,
          ),
        ),
      ]),
    );
  }
}
