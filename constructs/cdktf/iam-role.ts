import { IamRole as AwsIamRole, type IamRoleConfig } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy, type IamRolePolicyConfig } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { type ITerraformDependable, TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { iamRole } from '../graph/iam-role';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outsideEach, PartConstruct } from './part-construct';

/** ARNs of what a statement may speak of by reference. */
export interface StatementArns {
  readonly 'log-group'?: string;
  readonly 'metrics-log-group'?: string;
  readonly 'consumers-secret'?: string;
}

export interface IamRoleTransform {
  readonly role?: Transform<IamRoleConfig>;
  readonly policy?: Transform<IamRolePolicyConfig>;
}

export interface IamRoleProps {
  readonly role: blueprint.Role;
  readonly arns: StatementArns;
  readonly transform?: IamRoleTransform;
}

/** A role that one service principal may assume, with the statements it is given and no others. */
export class IamRole extends PartConstruct<'iam-role'> {
  static readonly resources = {
    aws_iam_role: AwsIamRole,
    aws_iam_role_policy: IamRolePolicy,
    aws_iam_role_policy_attachment: IamRolePolicyAttachment,
  };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: IamRoleProps | Part<'iam-role'>) {
    super(
      scope,
      id,
      props instanceof Part
        ? props
        : new Part(iamRole(id, props.role, outsideEach(props.arns), 'role').noun, props.transform),
    );
  }

  get role(): AwsIamRole {
    return this.child('Role');
  }

  /** Absent when the role has no statements. */
  get policy(): IamRolePolicy | undefined {
    return this.find('Policy');
  }

  get arn(): string {
    return this.role.arn;
  }

  /** What must stand before the role can do its work. */
  get access(): ITerraformDependable[] {
    return this.node.findAll().filter(TerraformResource.isTerraformResource);
  }
}
