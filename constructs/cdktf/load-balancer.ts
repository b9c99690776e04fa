import { Lb, type LbConfig } from '@cdktf/provider-aws/lib/lb';
import { LbListener, type LbListenerConfig } from '@cdktf/provider-aws/lib/lb-listener';
import { LbListenerRule, type LbListenerRuleConfig } from '@cdktf/provider-aws/lib/lb-listener-rule';
import { Route53Record, type Route53RecordConfig } from '@cdktf/provider-aws/lib/route53-record';
import type { Construct } from 'constructs';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { type LoadBalancerWords, loadBalancerPart } from '../words/load-balancer';
import {
  Certificate,
  type CertificateTransform,
  ExistingCertificate,
  type ICertificate,
} from './certificate';
import { PartConstruct } from './part-construct';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { TargetGroup, type TargetGroupTransform } from './target-group';
import { type ExistingPlace, engineAt } from './words';

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

export interface LoadBalancerProps extends LoadBalancerWords, Pick<ExistingPlace, 'region' | 'network'> {
  readonly transform?: LoadBalancerTransform;
}

/**
 * An Application Load Balancer: TLS ends here, HTTP is redirected, and a request goes where a rule sends it or gets the fixed
 * answer of the listener. Said in the environment file's words, and checked as a file is.
 *
 * Stands alone in front of servers that are run elsewhere: register them in `targetGroups.<api>.arn`.
 *
 * ```ts
 * new LoadBalancer(this, 'front', {
 *   name: 'shop', region: 'eu-central-1',
 *   network: { vpc: vpc.id, cidr: '10.0.0.0/16', publicSubnets: { a: first.id, b: second.id } },
 *   domain: { name: 'api.shop.example', hostedZone: { id: zone.id, name: 'shop.example' } },
 *   apis: { orders: { port: 8080, paths: ['/orders'] } },
 * });
 * ```
 * @throws Problems all that is wrong, each with the construct's path and the property: `apis.orders.paths`
 */
export class LoadBalancer extends PartConstruct<'load-balancer'> {
  static readonly resources = {
    aws_lb: Lb,
    aws_lb_listener: LbListener,
    aws_lb_listener_rule: LbListenerRule,
    aws_route53_record: Route53Record,
  };
  static readonly nouns = {
    'security-group': SecurityGroup,
    'target-group': TargetGroup,
    certificate: Certificate,
  };

  constructor(scope: Construct, id: string, props: LoadBalancerProps | Part<'load-balancer'>) {
    super(scope, id, props instanceof Part ? props : LoadBalancer.#part(scope, id, props));
  }

  static #part(scope: Construct, id: string, { transform, ...words }: LoadBalancerProps) {
    return new Part(loadBalancerPart(id, words, engineAt(scope, id)), transform);
  }

  get securityGroup(): SecurityGroup {
    return this.child('SecurityGroup');
  }

  get loadBalancer(): Lb {
    return this.child('LoadBalancer');
  }

  get certificate(): ICertificate {
    const { certificate } = this.settings.https;
    return certificate.kind === 'new'
      ? this.child<Certificate>('Certificate')
      : new ExistingCertificate(certificate.arn);
  }

  get httpListener(): LbListener {
    return this.child('Http');
  }

  get httpsListener(): LbListener {
    return this.child('Https');
  }

  /** By the target group's id, each with the rule that attaches it. */
  get targetGroups(): Readonly<Record<string, TargetGroup>> {
    return this.each(this.settings.targetGroups);
  }

  /** By the rule's id. */
  get trafficRules(): Readonly<Record<string, LbListenerRule>> {
    return this.each(this.settings.trafficRules, (id) => `Traffic/${id}`);
  }

  /** Alias records, by the record's id. */
  get records(): Readonly<Record<string, Route53Record>> {
    return this.each(this.settings.records, (id) => `Records/${id}`);
  }

  /** The security group's id by its name in the blueprint, for the rules of what the load balancer calls. */
  get peers(): Peers {
    return { [this.settings.securityGroup.id]: this.securityGroup.groupId };
  }
}
