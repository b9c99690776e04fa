import * as iam from 'aws-cdk-lib/aws-iam';
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

export const role: Pick<Builders, 'role'> = {
  // The statements stand in the role itself: whoever may assume it may do all of it from its first moment on.
  role: ({ scope, name, settings, values, transformed }) => {
    const { statements } = settings;
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
      }),
    );
    const resource = resourceOf(role) as iam.CfnRole;
    sayWhenUnsaid(resource, 'policies', []);
    sayWhenUnsaid(resource, 'managedPolicyArns', []);
    const resources = statements.flatMap((statement) => statement.resources);
    accept(
      role,
      ...(resources.some((one) => typeof one === 'object' && 'concat' in one) ? [streams] : []),
      ...(resources.includes('*') ? [registry] : []),
    );
    return { named: role };
  },
};
