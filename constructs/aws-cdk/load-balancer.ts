import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct, IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { loadBalancer } from '../graph/load-balancer';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { Certificate, type CertificateTransform, ExistingCertificate } from './certificate';
import { outsideEach, PartConstruct } from './part-construct';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { TargetGroup, type TargetGroupTransform } from './target-group';

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
export class LoadBalancer extends PartConstruct<'load-balancer'> implements ec2.IConnectable {
  static readonly nouns = {
    'security-group': SecurityGroup,
    'target-group': TargetGroup,
    certificate: Certificate,
  };

  constructor(scope: Construct, id: string, props: LoadBalancerProps | Part<'load-balancer'>) {
    super(scope, id, props instanceof Part ? props : LoadBalancer.#part(id, props));
    const { certificate } = this.settings.https;
    if (certificate.kind === 'existing') new ExistingCertificate(this, 'Certificate', certificate);
  }

  static #part(id: string, props: LoadBalancerProps) {
    const input = {
      loadBalancer: props.loadBalancer,
      vpcId: outside(props.vpc),
      subnetIds: props.subnets.map(outside),
      hostedZoneId: props.hostedZone && outside(props.hostedZone),
      peers: outsideEach(props.peers),
      dependsOn: props.dependsOn?.map(outside),
    };
    return new Part(loadBalancer(id, input).noun, props.transform);
  }

  get securityGroup(): SecurityGroup {
    return this.child('SecurityGroup');
  }

  get loadBalancer(): elbv2.ApplicationLoadBalancer {
    return this.child('LoadBalancer');
  }

  get certificate(): acm.ICertificate {
    return this.child<Certificate | ExistingCertificate>('Certificate').certificate;
  }

  get httpListener(): elbv2.ApplicationListener {
    return this.child('Http');
  }

  get httpsListener(): elbv2.ApplicationListener {
    return this.child('Https');
  }

  /** By the target group's id, each with the rule that attaches it. */
  get targetGroups(): Readonly<Record<string, TargetGroup>> {
    return Object.fromEntries(this.settings.targetGroups.map(({ id }) => [id, this.child(id)]));
  }

  /** By the rule's id. */
  get trafficRules(): Readonly<Record<string, elbv2.ApplicationListenerRule>> {
    return Object.fromEntries(this.settings.trafficRules.map(({ id }) => [id, this.child(`Traffic/${id}`)]));
  }

  /** Alias records, by the record's id. */
  get records(): Readonly<Record<string, route53.ARecord>> {
    return Object.fromEntries(this.settings.records.map(({ id }) => [id, this.child(`Records/${id}`)]));
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
}
