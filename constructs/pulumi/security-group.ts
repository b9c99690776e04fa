import {
  SecurityGroup as AwsSecurityGroup,
  type SecurityGroupArgs as AwsSecurityGroupArgs,
} from '@pulumi/aws/ec2/securityGroup';
import {
  SecurityGroupEgressRule as VpcSecurityGroupEgressRule,
  type SecurityGroupEgressRuleArgs as VpcSecurityGroupEgressRuleArgs,
} from '@pulumi/aws/vpc/securityGroupEgressRule';
import {
  SecurityGroupIngressRule as VpcSecurityGroupIngressRule,
  type SecurityGroupIngressRuleArgs as VpcSecurityGroupIngressRuleArgs,
} from '@pulumi/aws/vpc/securityGroupIngressRule';
import type * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { Part } from '../graph/part';
import { ingressId, type SecurityGroupLink, securityGroup } from '../graph/security-group';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { outsideEach, PartComponent } from './part-component';

/** Security group ids by the id that the blueprint calls them. */
export type Peers = Readonly<Record<string, pulumi.Input<string>>>;

export interface SecurityGroupTransform {
  readonly group?: Transform<AwsSecurityGroupArgs>;
  readonly ingress?: Transform<VpcSecurityGroupIngressRuleArgs>;
  readonly egress?: Transform<VpcSecurityGroupEgressRuleArgs>;
}

export interface SecurityGroupArgs {
  readonly securityGroup: blueprint.SecurityGroup;
  readonly vpcId: pulumi.Input<string>;
  /** Ids of the security groups that the rules name; none when they name address blocks alone. */
  readonly peers?: Peers;
  readonly transform?: SecurityGroupTransform;
}

/**
 * A security group that is closed but for the rules it is told to admit.
 *
 * Rules are resources of their own, never inline: so a rule can come before the traffic it is for and go
 * after it, and groups can name each other.
 * @throws Error when a rule names a group that is not among the peers and is not this one
 */
export class SecurityGroup extends PartComponent<'security-group'> {
  static readonly resources = {
    aws_security_group: AwsSecurityGroup,
    aws_vpc_security_group_egress_rule: VpcSecurityGroupEgressRule,
    aws_vpc_security_group_ingress_rule: VpcSecurityGroupIngressRule,
  };
  static readonly nouns = {};

  constructor(
    name: string,
    args: SecurityGroupArgs | Part<'security-group'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('SecurityGroup', name, args instanceof Part ? args : SecurityGroup.#part(name, args), options);
  }

  static #part(name: string, { securityGroup: settings, vpcId, peers, transform }: SecurityGroupArgs) {
    return new Part(securityGroup(name, settings, outside(vpcId), outsideEach(peers)).noun, transform);
  }

  get group(): AwsSecurityGroup {
    return this.child('Group');
  }

  get egress(): VpcSecurityGroupEgressRule {
    return this.child('Egress');
  }

  /** By the rule's id. */
  get ingress(): Readonly<Record<string, VpcSecurityGroupIngressRule>> {
    return Object.fromEntries(this.settings.ingress.map((rule) => [rule.id, this.child(ingressId(rule))]));
  }

  /** Id that other groups' rules and network interfaces name it by. */
  get groupId(): pulumi.Output<string> {
    return this.group.id;
  }

  override outputs(): pulumi.Inputs {
    return { groupId: this.groupId };
  }

  /** What must stand before traffic may come or go. */
  get access(): pulumi.Resource[] {
    return [this.egress, ...Object.values(this.ingress)];
  }

  /** What a graph needs of it. */
  get link(): SecurityGroupLink {
    return { id: outside(this.groupId), access: this.access.map(outside) };
  }
}
