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
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { EGRESS_DESCRIPTION } from '../blueprint/names';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

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
  readonly transform?: SecurityGroupTransform;
}

/**
 * A security group that is closed but for the rules it is told to admit.
 *
 * Rules are resources of their own, never inline: so a rule can come before the traffic it is for and go
 * after it, and groups can name each other.
 */
export class SecurityGroup extends Construct {
  readonly group: AwsSecurityGroup;
  readonly egress: VpcSecurityGroupEgressRule;
  /** By the rule's id. */
  readonly ingress: Readonly<Record<string, VpcSecurityGroupIngressRule>>;
  readonly #rules: Record<string, VpcSecurityGroupIngressRule> = {};
  readonly #props: SecurityGroupProps;

  constructor(scope: Construct, id: string, props: SecurityGroupProps) {
    super(scope, id);
    this.#props = props;
    this.ingress = this.#rules;
    const { name, description } = literal(props.securityGroup);
    this.group = new AwsSecurityGroup(
      this,
      'Group',
      transformed(
        { name, description, vpcId: props.vpcId, lifecycle: { createBeforeDestroy: true } },
        props.transform?.group,
      ),
    );
    this.egress = new VpcSecurityGroupEgressRule(
      this,
      'Egress',
      transformed(
        {
          securityGroupId: this.group.id,
          ipProtocol: '-1',
          cidrIpv4: '0.0.0.0/0',
          description: literal(EGRESS_DESCRIPTION),
          lifecycle: { createBeforeDestroy: true },
        },
        props.transform?.egress,
      ),
    );
  }

  /** Id that other groups' rules and network interfaces name it by. */
  get groupId(): string {
    return this.group.id;
  }

  /** What must stand before traffic may come or go. */
  get access(): ITerraformDependable[] {
    return [this.egress, ...Object.values(this.ingress)];
  }

  /**
   * Makes the ingress rules. Called once all groups that the rules name exist, as two groups may name each other.
   * @throws when a rule names a group that is not among the peers and is not this one.
   */
  admit(peers: Peers = {}): this {
    const own = this.#props.securityGroup;
    for (const rule of literal(own.ingress)) {
      this.#rules[rule.id] = new VpcSecurityGroupIngressRule(
        this,
        // A rule for another port is another rule: the old one must let in until the last old task has gone.
        `${rule.id}-${rule.port}`,
        transformed(
          {
            securityGroupId: this.group.id,
            description: rule.description,
            ipProtocol: 'tcp',
            fromPort: rule.port,
            toPort: rule.port,
            ...('cidr' in rule.from
              ? { cidrIpv4: rule.from.cidr }
              : { referencedSecurityGroupId: this.#peer(rule.from.group, peers) }),
            lifecycle: { createBeforeDestroy: true },
          },
          this.#props.transform?.ingress,
        ),
      );
    }
    return this;
  }

  #peer(group: string, peers: Peers): string {
    if (group === this.#props.securityGroup.id) return this.group.id;
    const id = peers[group];
    if (id !== undefined) return id;
    const known = Object.keys(peers).join(', ') || 'none';
    throw new Error(
      `Security group "${this.#props.securityGroup.id}" lets in group "${group}", and peers has no such group (it has: ${known}). Add its id to peers: { "${group}": "sg-…" }.`,
    );
  }
}
