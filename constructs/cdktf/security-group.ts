import {
  SecurityGroup as AwsSecurityGroup,
  type SecurityGroupConfig,
} from '@cdktf/provider-aws/lib/security-group';
import {
  VpcSecurityGroupEgressRule,
  type VpcSecurityGroupEgressRuleConfig,
} from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import {
  VpcSecurityGroupIngressRule,
  type VpcSecurityGroupIngressRuleConfig,
} from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { Part } from '../graph/part';
import { ingressId, type SecurityGroupLink, securityGroup } from '../graph/security-group';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { outsideEach, PartConstruct } from './part-construct';

/** Security group ids by the id that the blueprint calls them. */
export type Peers = Readonly<Record<string, string>>;

export interface SecurityGroupTransform {
  readonly group?: Transform<SecurityGroupConfig>;
  readonly ingress?: Transform<VpcSecurityGroupIngressRuleConfig>;
  readonly egress?: Transform<VpcSecurityGroupEgressRuleConfig>;
}

export interface SecurityGroupProps {
  readonly securityGroup: blueprint.SecurityGroup;
  readonly vpcId: string;
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
export class SecurityGroup extends PartConstruct<'security-group'> {
  static readonly resources = {
    aws_security_group: AwsSecurityGroup,
    aws_vpc_security_group_egress_rule: VpcSecurityGroupEgressRule,
    aws_vpc_security_group_ingress_rule: VpcSecurityGroupIngressRule,
  };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: SecurityGroupProps | Part<'security-group'>) {
    super(scope, id, props instanceof Part ? props : SecurityGroup.#part(id, props));
  }

  static #part(id: string, { securityGroup: settings, vpcId, peers, transform }: SecurityGroupProps) {
    return new Part(securityGroup(id, settings, outside(vpcId), outsideEach(peers)).noun, transform);
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
  get groupId(): string {
    return this.group.id;
  }

  /** What must stand before traffic may come or go. */
  get access(): ITerraformDependable[] {
    return [this.egress, ...Object.values(this.ingress)];
  }

  /** What a graph needs of it. */
  get link(): SecurityGroupLink {
    return { id: outside(this.groupId), access: this.access.map(outside) };
  }
}
