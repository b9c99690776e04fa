import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { iamRole } from '../graph/iam-role';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';

/** ARNs of what a statement may speak of by reference. */
export interface StatementArns {
  readonly 'log-group'?: string;
  readonly 'metrics-log-group'?: string;
  readonly 'consumers-secret'?: string;
}

export interface IamRoleTransform {
  readonly role?: Transform<iam.RoleProps>;
}

export interface IamRoleProps {
  readonly role: blueprint.Role;
  readonly arns: StatementArns;
  readonly transform?: IamRoleTransform;
}

/**
 * A role that one service principal may assume, with the statements it is given and no others. They stand in the role
 * itself: whoever may assume it may do all of it from its first moment on.
 */
export class IamRole extends PartConstruct<'iam-role'> {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: IamRoleProps | Part<'iam-role'>) {
    super(scope, id, props instanceof Part ? props : IamRole.#part(id, props));
  }

  static #part(id: string, { role, arns, transform }: IamRoleProps) {
    const given = (name: keyof StatementArns) => (arns[name] === undefined ? undefined : outside(arns[name]));
    const values = {
      'log-group': given('log-group'),
      'metrics-log-group': given('metrics-log-group'),
      'consumers-secret': given('consumers-secret'),
    };
    return new Part(iamRole(id, role, values, 'role').noun, transform);
  }

  get role(): iam.Role {
    return this.child('Role');
  }
}
