import { Lb, type LbConfig } from '@cdktf/provider-aws/lib/lb';
import { LbListener, type LbListenerConfig } from '@cdktf/provider-aws/lib/lb-listener';
import { LbListenerRule, type LbListenerRuleConfig } from '@cdktf/provider-aws/lib/lb-listener-rule';
import { Route53Record, type Route53RecordConfig } from '@cdktf/provider-aws/lib/route53-record';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { loadBalancer } from '../graph/load-balancer';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import {
  Certificate,
  type CertificateTransform,
  ExistingCertificate,
  type ICertificate,
} from './certificate';
import { outsideEach, PartConstruct } from './part-construct';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { TargetGroup, type TargetGroupTransform } from './target-group';

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
    super(scope, id, props instanceof Part ? props : LoadBalancer.#part(id, props));
  }

  static #part(id: string, props: LoadBalancerProps) {
    const input = {
      loadBalancer: props.loadBalancer,
      vpcId: outside(props.vpcId),
      subnetIds: props.subnetIds.map(outside),
      peers: outsideEach(props.peers),
      dependsOn: props.dependsOn?.map(outside),
    };
    return new Part(loadBalancer(id, input).noun, props.transform);
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
    return Object.fromEntries(this.settings.targetGroups.map(({ id }) => [id, this.child(id)]));
  }

  /** By the rule's id. */
  get trafficRules(): Readonly<Record<string, LbListenerRule>> {
    return Object.fromEntries(this.settings.trafficRules.map(({ id }) => [id, this.child(`Traffic/${id}`)]));
  }

  /** Alias records, by the record's id. */
  get records(): Readonly<Record<string, Route53Record>> {
    return Object.fromEntries(this.settings.records.map(({ id }) => [id, this.child(`Records/${id}`)]));
  }

  /** The security group's id by its name in the blueprint, for the rules of what the load balancer calls. */
  get peers(): Peers {
    return { [this.settings.securityGroup.id]: this.securityGroup.groupId };
  }
}
