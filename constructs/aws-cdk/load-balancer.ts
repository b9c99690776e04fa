import { Duration } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct, type IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { Certificate, type CertificateTransform, ExistingCertificate } from './certificate';
import { ruleSettings } from './listener-rule';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { accept } from './suppressions';
import { TargetGroup, type TargetGroupTransform } from './target-group';
import { type Transform, transformed } from './transform';

export interface LoadBalancerTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly loadBalancer?: Transform<elbv2.ApplicationLoadBalancerProps>;
  readonly certificate?: CertificateTransform;
  readonly httpListener?: Transform<elbv2.ApplicationListenerProps>;
  readonly httpsListener?: Transform<elbv2.ApplicationListenerProps>;
  readonly targetGroup?: TargetGroupTransform;
  readonly trafficRule?: Transform<elbv2.ApplicationListenerRuleProps>;
  readonly record?: Transform<route53.ARecordProps>;
}

export interface LoadBalancerProps {
  readonly loadBalancer: blueprint.LoadBalancer;
  readonly vpc: ec2.IVpc;
  /** Public subnets, in two zones or more. */
  readonly subnets: readonly ec2.ISubnet[];
  /**
   * Zone of the alias records and of the certificate's.
   * @default the zones that the blueprint names
   */
  readonly hostedZone?: route53.IHostedZone;
  /** The security groups that the load balancer's rules name; none when they name address blocks alone. */
  readonly peers?: Peers;
  /** What must stand before the load balancer is reachable, such as the public subnets' routes. */
  readonly dependsOn?: readonly IDependable[];
  readonly transform?: LoadBalancerTransform;
}

/**
 * An Application Load Balancer: TLS ends here, HTTP is redirected, and a request goes where a rule sends it or
 * gets the fixed answer of the listener.
 *
 * Stands alone in front of services that are not ours: register them in `targetGroups.<id>.targetGroup`.
 */
export class LoadBalancer extends Construct implements ec2.IConnectable {
  readonly settings: blueprint.LoadBalancer;
  readonly securityGroup: SecurityGroup;
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  readonly certificate: acm.ICertificate;
  readonly httpListener: elbv2.ApplicationListener;
  readonly httpsListener: elbv2.ApplicationListener;
  /** By the target group's id, each with the rule that attaches it. */
  readonly targetGroups: Readonly<Record<string, TargetGroup>>;
  /** By the rule's id. */
  readonly trafficRules: Readonly<Record<string, elbv2.ApplicationListenerRule>>;
  /** Alias records, by the record's id. */
  readonly records: Readonly<Record<string, route53.ARecord>>;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    const { vpc, transform } = props;
    const settings = props.loadBalancer;
    this.settings = settings;
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      securityGroup: settings.securityGroup,
      vpc,
      transform: transform?.securityGroup,
    }).admit(props.peers);
    this.loadBalancer = this.#loadBalancer(props);
    this.httpListener = this.#httpListener(settings, transform?.httpListener);
    this.certificate = this.#certificate(props);
    this.httpsListener = this.#httpsListener(settings, transform?.httpsListener);
    this.targetGroups = this.#targetGroups(props);
    this.trafficRules = this.#trafficRules(settings, transform?.trafficRule);
    this.records = this.#records(props);
  }

  /** The security group by its id in the blueprint, for the rules of what the load balancer calls. */
  get peers(): Peers {
    return { [this.settings.securityGroup.id]: this.securityGroup.group };
  }

  get connections(): ec2.Connections {
    return this.securityGroup.connections;
  }

  /** Requests, answers, connections and times of the load balancer. */
  get metrics(): elbv2.IApplicationLoadBalancerMetrics {
    return this.loadBalancer.metrics;
  }

  #loadBalancer(props: LoadBalancerProps): elbv2.ApplicationLoadBalancer {
    const { loadBalancer: settings, vpc, subnets, dependsOn = [], transform } = props;
    const loadBalancer = new elbv2.ApplicationLoadBalancer(
      this,
      'LoadBalancer',
      transformed(
        {
          loadBalancerName: settings.name,
          vpc,
          vpcSubnets: { subnets: [...subnets] },
          internetFacing: true,
          securityGroup: this.securityGroup.group,
          idleTimeout: Duration.seconds(settings.idleTimeoutSeconds),
          deletionProtection: settings.deletionProtection,
          dropInvalidHeaderFields: settings.dropInvalidHeaderFields,
          // The enumeration's values are AWS's own words.
          desyncMitigationMode: settings.desyncMitigationMode as elbv2.DesyncMitigationMode,
        },
        transform?.loadBalancer,
      ),
    );
    loadBalancer.node.addDependency(...this.securityGroup.access, ...dependsOn);
    accept(loadBalancer, {
      rule: 'AwsSolutions-ELB2',
      reason:
        'Access logs need a bucket of the account: `loadBalancer.logAccessLogs(bucket)`. Gateways log every request.',
    });
    return loadBalancer;
  }

  #httpListener(
    { http, https }: blueprint.LoadBalancer,
    transform: Transform<elbv2.ApplicationListenerProps> | undefined,
  ): elbv2.ApplicationListener {
    return new elbv2.ApplicationListener(
      this,
      'Http',
      transformed(
        {
          loadBalancer: this.loadBalancer,
          // The security group's rules are the blueprint's.
          open: false,
          port: http.port,
          protocol: elbv2.ApplicationProtocol.HTTP,
          defaultAction: elbv2.ListenerAction.redirect({
            protocol: 'HTTPS',
            port: String(https.port),
            permanent: http.redirectStatus === 'HTTP_301',
          }),
        },
        transform,
      ),
    );
  }

  #certificate({ loadBalancer, hostedZone, transform }: LoadBalancerProps): acm.ICertificate {
    const { certificate } = loadBalancer.https;
    return certificate.kind === 'existing'
      ? new ExistingCertificate(this, 'Certificate', certificate).certificate
      : new Certificate(this, 'Certificate', { certificate, hostedZone, transform: transform?.certificate })
          .certificate;
  }

  #httpsListener(
    { https }: blueprint.LoadBalancer,
    transform: Transform<elbv2.ApplicationListenerProps> | undefined,
  ): elbv2.ApplicationListener {
    const { status, contentType, body } = https.notFound;
    return new elbv2.ApplicationListener(
      this,
      'Https',
      transformed(
        {
          loadBalancer: this.loadBalancer,
          open: false,
          port: https.port,
          protocol: elbv2.ApplicationProtocol.HTTPS,
          // The enumeration's values are the names of AWS's policies.
          sslPolicy: https.sslPolicy as elbv2.SslPolicy,
          certificates: [this.certificate],
          defaultAction: elbv2.ListenerAction.fixedResponse(status, { contentType, messageBody: body }),
        },
        transform,
      ),
    );
  }

  #targetGroups({ loadBalancer, vpc, transform }: LoadBalancerProps): Record<string, TargetGroup> {
    return Object.fromEntries(
      loadBalancer.targetGroups.map((targetGroup) => {
        const attachRule = loadBalancer.attachRules.find((rule) => rule.targetGroup === targetGroup.id);
        if (attachRule === undefined) throw new Error(`Target group "${targetGroup.id}" has no attach rule.`);
        const child = new TargetGroup(this, targetGroup.id, {
          targetGroup,
          attachRule,
          listener: this.httpsListener,
          vpc,
          transform: transform?.targetGroup,
        });
        return [targetGroup.id, child];
      }),
    );
  }

  #trafficRules(
    { trafficRules }: blueprint.LoadBalancer,
    transform: Transform<elbv2.ApplicationListenerRuleProps> | undefined,
  ): Record<string, elbv2.ApplicationListenerRule> {
    const groupOf = (id: string): elbv2.IApplicationTargetGroup => {
      const targetGroup = this.targetGroups[id];
      if (targetGroup !== undefined) return targetGroup.targetGroup;
      const known = Object.keys(this.targetGroups).join(', ');
      throw new Error(`A traffic rule forwards to target group "${id}"; the load balancer has: ${known}.`);
    };
    // A group of their own: an API may be called as another one's rule is.
    const scope = new Construct(this, 'Traffic');
    return Object.fromEntries(
      trafficRules.map((rule) => [
        rule.id,
        new elbv2.ApplicationListenerRule(
          scope,
          rule.id,
          transformed(ruleSettings(rule, this.httpsListener, groupOf), transform),
        ),
      ]),
    );
  }

  #records({ loadBalancer, hostedZone, transform }: LoadBalancerProps): Record<string, route53.ARecord> {
    const scope = new Construct(this, 'Records');
    return Object.fromEntries(
      loadBalancer.records.map(({ id, name, hostedZoneId }) => {
        const zone =
          hostedZone ??
          route53.HostedZone.fromHostedZoneId(new Construct(scope, `Zone-${id}`), 'Zone', hostedZoneId);
        const record = new route53.ARecord(
          scope,
          id,
          transformed(
            {
              zone,
              // With its last dot it is a full name: the zone's need not be known.
              recordName: `${name}.`,
              target: route53.RecordTarget.fromAlias(
                new LoadBalancerTarget(this.loadBalancer, { evaluateTargetHealth: false }),
              ),
            },
            transform?.record,
          ),
        );
        // A name must not lead to a load balancer that has nothing to answer with yet.
        record.node.addDependency(...Object.values(this.trafficRules));
        return [id, record];
      }),
    );
  }
}
