import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { type Accepted, accept, resourceOf } from './suppressions';
import { type Transform, transformed } from './transform';
import { sayWhenUnsaid } from './unsaid';

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

/** Why a statement may end in a star. */
const streams: Accepted = {
  rule: 'AwsSolutions-IAM5',
  reason: 'The star stands for the streams of one log group, whose names ECS and the collectors choose.',
  findings: '^Resource::arn:.*:log-group:<[^<>]+>:\\*$',
};
const registry: Accepted = {
  rule: 'AwsSolutions-IAM5',
  reason: 'ecr:GetAuthorizationToken has no narrower resource.',
  findings: '^Resource::\\*$',
};

/**
 * A role that one service principal may assume, with the statements it is given and no others. They stand in the role
 * itself: whoever may assume it may do all of it from its first moment on.
 */
export class IamRole extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, { role, arns, transform }: IamRoleProps) {
    super(scope, id);
    const { name, description, principal, statements } = role;
    const document = new iam.PolicyDocument({
      statements: statements.map(
        ({ sid, actions, resources }) =>
          new iam.PolicyStatement({
            sid,
            actions: [...actions],
            resources: resources.flatMap((resource) => resourceArns(resource, arns)),
          }),
      ),
    });
    this.role = new iam.Role(
      this,
      'Role',
      transformed(
        {
          roleName: name,
          description,
          assumedBy: new iam.ServicePrincipal(principal),
          ...(statements.length > 0 && { inlinePolicies: { [name]: document } }),
        },
        transform?.role,
      ),
    );
    const resource = resourceOf(this.role) as iam.CfnRole;
    sayWhenUnsaid(resource, 'policies', []);
    sayWhenUnsaid(resource, 'managedPolicyArns', []);
    const resources = statements.flatMap((statement) => statement.resources);
    const has = (test: (resource: blueprint.StatementResource) => boolean, accepted: Accepted) =>
      resources.some(test) ? [accepted] : [];
    accept(
      this.role,
      ...has((resource) => 'ref' in resource && resource.ref.endsWith('log-group'), streams),
      ...has((resource) => 'arn' in resource && resource.arn === '*', registry),
    );
  }
}

function resourceArns(resource: blueprint.StatementResource, arns: StatementArns): string[] {
  if ('arn' in resource) return [resource.arn];
  const arn = arns[resource.ref];
  if (arn === undefined) throw new Error(`A statement speaks of the ${resource.ref}, and there is none.`);
  // The group itself, and the streams in it: actions on streams are checked against the longer ARN.
  return resource.ref.endsWith('log-group') ? [arn, `${arn}:*`] : [arn];
}
