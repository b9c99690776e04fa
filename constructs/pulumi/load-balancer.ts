import { Listener as LbListener, type ListenerArgs as LbListenerArgs } from '@pulumi/aws/lb/listener';
import {
  ListenerRule as LbListenerRule,
  type ListenerRuleArgs as LbListenerRuleArgs,
} from '@pulumi/aws/lb/listenerRule';
import { LoadBalancer as Lb, type LoadBalancerArgs as LbArgs } from '@pulumi/aws/lb/loadBalancer';
import { Record as Route53Record, type RecordArgs as Route53RecordArgs } from '@pulumi/aws/route53/record';
import type * as pulumi from '@pulumi/pulumi';
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
import { outsideEach, PartComponent } from './part-component';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { TargetGroup, type TargetGroupTransform } from './target-group';

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

export interface LoadBalancerArgs {
  readonly loadBalancer: blueprint.LoadBalancer;
  readonly vpcId: pulumi.Input<string>;
  /** Public subnets, in two zones or more. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Ids of the security groups that the load balancer's rules name; none when they name address blocks alone. */
  readonly peers?: Peers;
  /** What must stand before the load balancer is reachable, such as the public subnets' routes. */
  readonly dependsOn?: readonly pulumi.Resource[];
  readonly transform?: LoadBalancerTransform;
}

/**
 * An Application Load Balancer: TLS ends here, HTTP is redirected, and a request goes where a rule sends it or
 * gets the fixed answer of the listener.
 *
 * Stands alone in front of services that are not ours: register them in `targetGroups.<id>.arn`.
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

  static #part(name: string, args: LoadBalancerArgs) {
    const input = {
      loadBalancer: args.loadBalancer,
      vpcId: outside(args.vpcId),
      subnetIds: args.subnetIds.map(outside),
      peers: outsideEach(args.peers),
      dependsOn: args.dependsOn?.map(outside),
    };
    return new Part(loadBalancer(name, input).noun, args.transform);
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
