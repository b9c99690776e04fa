import { Role as AwsIamRole, type RoleArgs as AwsIamRoleArgs } from '@pulumi/aws/iam/role';
import {
  RolePolicy as IamRolePolicy,
  type RolePolicyArgs as IamRolePolicyArgs,
} from '@pulumi/aws/iam/rolePolicy';
import { RolePolicyAttachment } from '@pulumi/aws/iam/rolePolicyAttachment';
import type * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { iamRole } from '../graph/iam-role';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outsideEach, PartComponent } from './part-component';

/** ARNs of what a statement may speak of by reference. */
export interface StatementArns {
  readonly 'log-group'?: pulumi.Input<string>;
  readonly 'metrics-log-group'?: pulumi.Input<string>;
  readonly 'consumers-secret'?: pulumi.Input<string>;
}

export interface IamRoleTransform {
  readonly role?: Transform<AwsIamRoleArgs>;
  readonly policy?: Transform<IamRolePolicyArgs>;
}

export interface IamRoleArgs {
  readonly role: blueprint.Role;
  readonly arns: StatementArns;
  readonly transform?: IamRoleTransform;
}

/** A role that one service principal may assume, with the statements it is given and no others. */
export class IamRole extends PartComponent<'iam-role'> {
  static readonly resources = {
    aws_iam_role: AwsIamRole,
    aws_iam_role_policy: IamRolePolicy,
    aws_iam_role_policy_attachment: RolePolicyAttachment,
  };
  static readonly nouns = {};

  constructor(name: string, args: IamRoleArgs | Part<'iam-role'>, options?: pulumi.ComponentResourceOptions) {
    super(
      'IamRole',
      name,
      args instanceof Part
        ? args
        : new Part(iamRole(name, args.role, outsideEach(args.arns), 'role').noun, args.transform),
      options,
    );
  }

  get role(): AwsIamRole {
    return this.child('Role');
  }

  /** Absent when the role has no statements. */
  get policy(): IamRolePolicy | undefined {
    return this.find('Policy');
  }

  get arn(): pulumi.Output<string> {
    return this.role.arn;
  }

  override outputs(): pulumi.Inputs {
    return { arn: this.arn };
  }

  /** What must stand before the role can do its work. */
  get access(): pulumi.Resource[] {
    return [...this.children.values()];
  }
}
