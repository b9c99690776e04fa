import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, type IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { accept } from './suppressions';
import { type Transform, transformed } from './transform';

/** Security groups by the id that the blueprint calls them. */
export type Peers = Readonly<Record<string, ec2.ISecurityGroup>>;

export interface SecurityGroupTransform {
  readonly group?: Transform<ec2.SecurityGroupProps>;
  readonly ingress?: Transform<ec2.CfnSecurityGroupIngressProps>;
}

export interface SecurityGroupProps {
  readonly securityGroup: blueprint.SecurityGroup;
  readonly vpc: ec2.IVpc;
  readonly transform?: SecurityGroupTransform;
}

/**
 * A security group that is closed but for the rules it is told to admit.
 *
 * Rules are resources of their own, never inline: so a rule can come before the traffic it is for and go
 * after it, and groups can name each other.
 */
export class SecurityGroup extends Construct implements ec2.IConnectable {
  readonly group: ec2.SecurityGroup;
  /** By the rule's id. */
  readonly ingress: Readonly<Record<string, ec2.CfnSecurityGroupIngress>>;
  readonly #rules: Record<string, ec2.CfnSecurityGroupIngress> = {};
  readonly #props: SecurityGroupProps;

  constructor(scope: Construct, id: string, props: SecurityGroupProps) {
    super(scope, id);
    this.#props = props;
    this.ingress = this.#rules;
    const { name, description } = props.securityGroup;
    this.group = new ec2.SecurityGroup(
      this,
      'Group',
      transformed(
        { securityGroupName: name, description, vpc: props.vpc, allowAllOutbound: true },
        props.transform?.group,
      ),
    );
  }

  get connections(): ec2.Connections {
    return this.group.connections;
  }

  /** What must stand before traffic may come. The way out is in the group itself. */
  get access(): IDependable[] {
    return Object.values(this.ingress);
  }

  /**
   * Makes the ingress rules. Called once all groups that the rules name exist, as two groups may name each other.
   * @throws when a rule names a group that is not among the peers and is not this one.
   */
  admit(peers: Peers = {}): this {
    for (const rule of this.#props.securityGroup.ingress) this.#rules[rule.id] = this.#rule(rule, peers);
    return this;
  }

  /** L1, as L2's `addIngressRule` gives no rule back to wait for, and names it after the peer's path. */
  #rule(rule: blueprint.SecurityGroupRule, peers: Peers): ec2.CfnSecurityGroupIngress {
    const ingress = new ec2.CfnSecurityGroupIngress(
      this,
      // A rule for another port is another rule: the old one must let in until the last old task has gone.
      `${rule.id}-${rule.port}`,
      transformed(
        {
          groupId: this.group.securityGroupId,
          description: rule.description,
          ipProtocol: 'tcp',
          fromPort: rule.port,
          toPort: rule.port,
          ...('cidr' in rule.from
            ? { cidrIp: rule.from.cidr }
            : { sourceSecurityGroupId: this.#peer(rule.from.group, peers).securityGroupId }),
        },
        this.#props.transform?.ingress,
      ),
    );
    if ('cidr' in rule.from && rule.from.cidr === '0.0.0.0/0') {
      accept(ingress, {
        rule: 'AwsSolutions-EC23',
        reason: `${rule.description}: a public API is open to everyone, on this port alone.`,
      });
    }
    return ingress;
  }

  #peer(group: string, peers: Peers): ec2.ISecurityGroup {
    if (group === this.#props.securityGroup.id) return this.group;
    const peer = peers[group];
    if (peer !== undefined) return peer;
    const known = Object.keys(peers).join(', ') || 'none';
    throw new Error(
      `Security group "${this.#props.securityGroup.id}" lets in group "${group}", and peers has no such group (it has: ${known}). Add it to peers: { "${group}": SecurityGroup.fromSecurityGroupId(…) }.`,
    );
  }
}
