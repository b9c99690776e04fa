import { Listener as LbListener, type ListenerArgs as LbListenerArgs } from '@pulumi/aws/lb/listener';
import {
  ListenerRule as LbListenerRule,
  type ListenerRuleArgs as LbListenerRuleArgs,
} from '@pulumi/aws/lb/listenerRule';
import { LoadBalancer as Lb, type LoadBalancerArgs as LbArgs } from '@pulumi/aws/lb/loadBalancer';
import { Record as Route53Record, type RecordArgs as Route53RecordArgs } from '@pulumi/aws/route53/record';
import type * as pulumi from '@pulumi/pulumi';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { type LoadBalancerWords, loadBalancerPart } from '../words/load-balancer';
import {
  Certificate,
  type CertificateTransform,
  ExistingCertificate,
  type ICertificate,
} from './certificate';
import { PartComponent } from './part-component';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { TargetGroup, type TargetGroupTransform } from './target-group';
import { type DomainWords, type ExistingPlace, engineAt } from './words';

export interface LoadBalancerTransform {
  readonly securityGroup?: SecurityGroupTransform;
  readonly loadBalancer?: Transform<LbArgs>;
  readonly certificate?: CertificateTransform;
  readonly httpListener?: Transform<LbListenerArgs>;
  readonly httpsListener?: Transform<LbListenerArgs>;
  readonly targetGroup?: TargetGroupTransform;
  readonly trafficRule?: Transform<LbListenerRuleArgs>;
  readonly record?: Transform<Route53RecordArgs>;
}

export interface LoadBalancerArgs
  extends Omit<LoadBalancerWords, 'domain'>,
    Pick<ExistingPlace, 'region' | 'network'> {
  readonly domain: DomainWords;
  readonly transform?: LoadBalancerTransform;
}

/**
 * An Application Load Balancer: TLS ends here, HTTP is redirected, and a request goes where a rule sends it or gets the fixed
 * answer of the listener. Said in the environment file's words, and checked as a file is.
 *
 * Stands alone in front of servers that are run elsewhere: register them in `targetGroups.<api>.arn`.
 *
 * ```ts
 * new LoadBalancer('front', {
 *   name: 'shop', region: 'eu-central-1',
 *   network: { vpc: vpc.id, cidr: '10.0.0.0/16', publicSubnets: { a: first.id, b: second.id } },
 *   domain: { name: 'api.shop.example', hostedZone: { id: zone.id, name: 'shop.example' } },
 *   apis: { orders: { port: 8080, paths: ['/orders'] } },
 * });
 * ```
 * @throws Problems all that is wrong, each with the component's name and the property: `apis.orders.paths`
 */
export class LoadBalancer extends PartComponent<'load-balancer'> {
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

  constructor(
    name: string,
    args: LoadBalancerArgs | Part<'load-balancer'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('LoadBalancer', name, args instanceof Part ? args : LoadBalancer.#part(name, args), options);
  }

  static #part(name: string, { transform, ...words }: LoadBalancerArgs) {
    return new Part(loadBalancerPart(name, words, engineAt(name)), transform);
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

  override outputs(): pulumi.Inputs {
    const groups = Object.entries(this.targetGroups).map(([id, { arn }]) => [id, arn]);
    return {
      arn: this.loadBalancer.arn,
      dnsName: this.loadBalancer.dnsName,
      zoneId: this.loadBalancer.zoneId,
      targetGroupArns: Object.fromEntries(groups),
    };
  }

  /** The security group's id by its name in the blueprint, for the rules of what the load balancer calls. */
  get peers(): Peers {
    return { [this.settings.securityGroup.id]: this.securityGroup.groupId };
  }
}
