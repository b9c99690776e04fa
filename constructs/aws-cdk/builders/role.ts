import * as iam from 'aws-cdk-lib/aws-iam';
import type { RoleStatement } from '../../graph/settings/iam-role';
import { type Accepted, accept, resourceOf } from '../suppressions';
import { sayWhenUnsaid } from '../unsaid';
import type { Builders } from './builder';

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

const managed: Accepted = {
  rule: 'AwsSolutions-IAM4',
  reason: 'The environment file names the policy of AWS itself.',
};

/** A statement of the environment file's, with the reason that the file gives. */
const wide = ({ actions, resources, because: reason }: RoleStatement): readonly Accepted[] => {
  const texts = [
    ...actions.map((one) => `Action::${one}`),
    ...resources.map((one) => `Resource::${one}`),
  ].filter((one) => one.includes('*'));
  if (reason === undefined || texts.length === 0) return [];
  // cdk-nag takes a variable of IAM's for one of CloudFormation's, and writes it `<aws:username>`.
  const said = texts.map((one) => one.replace(/\$\{([^}]*)\}/g, '<$1>'));
  const escaped = said.map((one) => one.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return [{ rule: 'AwsSolutions-IAM5', reason, findings: `^(?:${escaped.join('|')})$` }];
};

export const role: Pick<Builders, 'role'> = {
  // The statements stand in the role itself: whoever may assume it may do all of it from its first moment on.
  role: ({ scope, name, settings, values, transformed }) => {
    const { statements, managedPolicyArns = [] } = settings;
    const document = new iam.PolicyDocument({
      statements: statements.map(
        ({ sid, actions, resources }) =>
          new iam.PolicyStatement({
            sid,
            actions: [...actions],
            resources: resources.map((one) => values.text(one)),
          }),
      ),
    });
    const role = new iam.Role(
      scope,
      name,
      transformed({
        roleName: settings.name,
        description: settings.description,
        assumedBy: new iam.ServicePrincipal(settings.principal),
        ...(statements.length > 0 && { inlinePolicies: { [settings.name]: document } }),
        ...(managedPolicyArns.length > 0 && {
          managedPolicies: managedPolicyArns.map((arn, index) =>
            iam.ManagedPolicy.fromManagedPolicyArn(scope, `${name}ManagedPolicy${index}`, arn),
          ),
        }),
      }),
    );
    const resource = resourceOf(role) as iam.CfnRole;
    sayWhenUnsaid(resource, 'policies', []);
    sayWhenUnsaid(resource, 'managedPolicyArns', []);
    const resources = statements
      .filter(({ because }) => because === undefined)
      .flatMap((statement) => statement.resources);
    accept(
      role,
      ...(resources.some((one) => typeof one === 'object' && 'concat' in one) ? [streams] : []),
      ...(resources.includes('*') ? [registry] : []),
      ...statements.flatMap(wide),
      ...(managedPolicyArns.some((arn) => arn.includes(':iam::aws:')) ? [managed] : []),
    );
    return { named: role };
  },
};
