import { IamRole as AwsIamRole, type IamRoleConfig } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy, type IamRolePolicyConfig } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

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
export class IamRole extends Construct {
  readonly role: AwsIamRole;
  /** Absent when the role may do nothing. */
  readonly policy?: IamRolePolicy;

  constructor(scope: Construct, id: string, props: IamRoleProps) {
    super(scope, id);
    const { name, description, principal, statements } = literal(props.role);
    this.role = new AwsIamRole(
      this,
      'Role',
      transformed(
        {
          name,
          description,
          assumeRolePolicy: policyText([
            { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: principal } },
          ]),
        },
        props.transform?.role,
      ),
    );
    if (statements.length === 0) return;
    this.policy = new IamRolePolicy(
      this,
      'Policy',
      transformed(
        {
          name,
          role: this.role.name,
          policy: policyText(
            statements.map((statement) => ({
              Sid: statement.sid,
              Effect: 'Allow',
              Action: statement.actions,
              Resource: statement.resources.flatMap((resource) => resourceArns(resource, props.arns)),
            })),
          ),
        },
        props.transform?.policy,
      ),
    );
  }

  get arn(): string {
    return this.role.arn;
  }

  /** What must stand before the role can do its work. */
  get access(): ITerraformDependable[] {
    return this.policy === undefined ? [this.role] : [this.role, this.policy];
  }
}

function policyText(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function resourceArns(resource: blueprint.StatementResource, arns: StatementArns): string[] {
  if ('arn' in resource) return [resource.arn];
  const arn = arns[resource.ref];
  if (arn === undefined) throw new Error(`A statement speaks of the ${resource.ref}, and there is none.`);
  // The group itself, and the streams in it: actions on streams are checked against the longer ARN.
  return resource.ref.endsWith('log-group') ? [arn, `${arn}:*`] : [arn];
}
