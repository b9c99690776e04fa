import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { type LoadBalancerWords, loadBalancerPart } from '../words/load-balancer';
import { Certificate, type CertificateTransform, ExistingCertificate } from './certificate';
import { PartConstruct } from './part-construct';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { TargetGroup, type TargetGroupTransform } from './target-group';
import { type ExistingPlace, engineAt, placeIn } from './words';

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

/** The name that clients use, and how it comes to a certificate: a new one that a zone proves, or one that exists. */
export interface DomainProps {
  readonly name: string;
  /** Zone of the alias records and of the certificate's. */
  readonly hostedZone?: route53.IHostedZone;
  readonly certificate?: acm.ICertificate;
}

export interface LoadBalancerProps
  extends Omit<LoadBalancerWords, 'domain'>,
    Pick<ExistingPlace, 'vpc' | 'cidr' | 'region'> {
  /** Subnets for the load balancer, in two zones or more. @default the public ones */
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly domain: DomainProps;
  readonly transform?: LoadBalancerTransform;
}

/**
 * An Application Load Balancer: TLS ends here, HTTP is redirected, and a request goes where a rule sends it or gets the fixed
 * answer of the listener. Said in the environment file's words, and checked as a file is.
 *
 * Stands alone in front of servers that are run elsewhere: register them in `targetGroups.<api>.targetGroup`.
 *
 * ```ts
 * new LoadBalancer(this, 'front', {
 *   name: 'shop', vpc,
 *   domain: { name: 'api.shop.example', hostedZone },
 *   apis: { orders: { port: 8080, paths: ['/orders'] } },
 * });
 * ```
 * @throws Problems all that is wrong, each with the construct's path and the property: `apis.orders.paths`
 */
export class LoadBalancer extends PartConstruct<'load-balancer'> implements ec2.IConnectable {
  static readonly nouns = {
    'security-group': SecurityGroup,
    'target-group': TargetGroup,
    certificate: Certificate,
  };

  readonly #certificate: acm.ICertificate | undefined;

  constructor(scope: Construct, id: string, props: LoadBalancerProps | Part<'load-balancer'>) {
    super(scope, id, props instanceof Part ? props : LoadBalancer.#part(scope, id, props));
    const { certificate } = this.settings.https;
    this.#certificate = props instanceof Part ? undefined : props.domain.certificate;
    if (certificate.kind === 'existing' && !this.#certificate)
      new ExistingCertificate(this, 'Certificate', certificate);
  }

  static #part(scope: Construct, id: string, { transform, domain, ...said }: LoadBalancerProps) {
    const { vpc, vpcSubnets = { subnetType: ec2.SubnetType.PUBLIC }, cidr, region, ...words } = said;
    const place = placeIn(scope, { vpc, vpcSubnets, cidr, region });
    const noun = loadBalancerPart(
      id,
      { ...words, ...place.words, domain: domainWords(domain) },
      engineAt(scope, id),
      place.network,
    );
    return new Part(noun, transform);
  }

  get securityGroup(): SecurityGroup {
    return this.child('SecurityGroup');
  }

  get loadBalancer(): elbv2.ApplicationLoadBalancer {
    return this.child('LoadBalancer');
  }

  get certificate(): acm.ICertificate {
    return this.#certificate ?? this.child<Certificate | ExistingCertificate>('Certificate').certificate;
  }

  get httpListener(): elbv2.ApplicationListener {
    return this.child('Http');
  }

  get httpsListener(): elbv2.ApplicationListener {
    return this.child('Https');
  }

  /** By the target group's id, each with the rule that attaches it. */
  get targetGroups(): Readonly<Record<string, TargetGroup>> {
    return this.each(this.settings.targetGroups);
  }

  /** By the rule's id. */
  get trafficRules(): Readonly<Record<string, elbv2.ApplicationListenerRule>> {
    return this.each(this.settings.trafficRules, (id) => `Traffic/${id}`);
  }

  /** Alias records, by the record's id. */
  get records(): Readonly<Record<string, route53.ARecord>> {
    return this.each(this.settings.records, (id) => `Records/${id}`);
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

/** A domain, in the file's words. */
const domainWords = ({ name, hostedZone, certificate }: DomainProps) => ({
  name,
  hostedZone: hostedZone && { id: hostedZone, name: hostedZone.zoneName },
  certificateArn: certificate,
});
