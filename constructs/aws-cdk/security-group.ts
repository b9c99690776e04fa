import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct, IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { Part } from '../graph/part';
import { ingressId, type SecurityGroupLink, securityGroup } from '../graph/security-group';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { outsideEach, PartConstruct } from './part-construct';

/** Security groups by the id that the blueprint calls them. */
export type Peers = Readonly<Record<string, ec2.ISecurityGroup>>;

export interface SecurityGroupTransform {
  readonly group?: Transform<ec2.SecurityGroupProps>;
  readonly ingress?: Transform<ec2.CfnSecurityGroupIngressProps>;
}

export interface SecurityGroupProps {
  readonly securityGroup: blueprint.SecurityGroup;
  readonly vpc: ec2.IVpc;
  /** The security groups that the rules name; none when they name address blocks alone. */
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
export class SecurityGroup extends PartConstruct<'security-group'> implements ec2.IConnectable {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: SecurityGroupProps | Part<'security-group'>) {
    super(scope, id, props instanceof Part ? props : SecurityGroup.#part(id, props));
  }

  static #part(id: string, { securityGroup: settings, vpc, peers, transform }: SecurityGroupProps) {
    return new Part(securityGroup(id, settings, outside(vpc), outsideEach(peers)).noun, transform);
  }

  get group(): ec2.SecurityGroup {
    return this.child('Group');
  }

  /** By the rule's id. */
  get ingress(): Readonly<Record<string, ec2.CfnSecurityGroupIngress>> {
    return Object.fromEntries(this.settings.ingress.map((rule) => [rule.id, this.child(ingressId(rule))]));
  }

  get connections(): ec2.Connections {
    return this.group.connections;
  }

  /** What must stand before traffic may come. The way out is in the group itself. */
  get access(): IDependable[] {
    return Object.values(this.ingress);
  }

  /** What a graph needs of it. */
  get link(): SecurityGroupLink {
    return { id: outside(this.group), access: this.access.map(outside) };
  }
}
