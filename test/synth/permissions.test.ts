/** What an API's tasks may do: the same policy with each engine, and findings of cdk-nag that the file gives a reason for. */
import { Aspects, CfnResource, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { configurationOf, type Settings, templateOf } from './engines/synthesized';
import { stackAt } from './support/aws-cdk-template';
import { fullAt } from './support/variants';

const full = fullAt('api');

/** In what IAM is asked for, whichever engine asks. */
const STATEMENTS = [
  {
    Action: ['dynamodb:GetItem', 'dynamodb:Query'],
    Effect: 'Allow',
    Resource: 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders',
    Sid: 'Own1',
  },
  {
    Action: 's3:GetObject',
    Effect: 'Allow',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM
    Resource: 'arn:aws:s3:::shop-orders/${aws:PrincipalTag/team}/*',
    Sid: 'Own2',
  },
];
const MANAGED = [
  'arn:aws:iam::123456789012:policy/team/orders',
  'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess',
];

const one = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);

test('CDKTF: a policy of the role, an attachment for each managed one, and the service waits for all', () => {
  const { resource = {} } = configurationOf(full);
  const policies = Object.entries(resource.aws_iam_role_policy ?? {}).filter(([name]) =>
    /TaskRole/.test(name),
  );
  expect(policies).toHaveLength(1);
  const [[policyName = '', { policy }] = ['', {} as Settings]] = policies;
  const { Statement } = JSON.parse(policy.replaceAll('$${', '${'));
  expect(
    (Statement as Settings[]).map(({ Action, Resource, ...rest }) => ({
      Action: one(Action),
      ...rest,
      Resource: one(Resource),
    })),
  ).toEqual(STATEMENTS);
  const attached = Object.entries(resource.aws_iam_role_policy_attachment ?? {});
  expect(attached.map(([, { policy_arn }]) => policy_arn)).toEqual(MANAGED);
  const service = Object.entries(resource.aws_ecs_service ?? {}).find(([name]) => name.startsWith('orders_'));
  for (const awaited of [
    `aws_iam_role_policy.${policyName}`,
    ...attached.map(([name]) => `aws_iam_role_policy_attachment.${name}`),
  ]) {
    expect(service?.[1].depends_on).toContain(awaited);
  }
});

test('AWS CDK: the role itself has both', () => {
  const { Resources } = templateOf(full);
  const [role] = Object.entries(Resources).filter(([id]) => id.startsWith('ordersTaskRole'));
  const { Policies, ManagedPolicyArns } = (role?.[1].Properties ?? {}) as Settings;
  expect(Policies[0].PolicyDocument.Statement).toEqual(STATEMENTS);
  expect(ManagedPolicyArns).toEqual(MANAGED);
});

test('an API without permissions has a role that may do nothing', () => {
  const { Resources } = templateOf(full);
  const [role] = Object.entries(Resources).filter(([id]) => id.startsWith('catalogTaskRole'));
  expect(role?.[1].Properties).toMatchObject({ Policies: [], ManagedPolicyArns: [] });
});

describe('cdk-nag', () => {
  /** What it says of roles, each with its finding. */
  function findings(stack: Stack): string[] {
    Aspects.of(stack).add(new AwsSolutionsChecks());
    return Annotations.fromStack(stack)
      .findError('*', Match.stringLikeRegexp('IAM[45]'))
      .map(({ entry }) => String(entry.data).replace(/:? .*/s, ''));
  }

  const wide = (because?: string): Blueprint => {
    const services = full.services.map((service) => {
      const statements = service.taskRole.statements.map(({ because: _, ...rest }) => ({ ...rest, because }));
      return { ...service, taskRole: { ...service.taskRole, statements } };
    });
    return { ...full, services };
  };

  test('finds what no reason is given for', () => {
    expect(findings(stackAt(wide()))).toHaveLength(1);
  });

  test('finds nothing where one is, and the reason stands beside the role', () => {
    const stack = stackAt(wide('The invoices of one team.'));
    expect(findings(stack)).toEqual([]);
    const roles = stack.node.findAll().filter((child) => CfnResource.isCfnResource(child));
    const reasons = roles.flatMap(
      (role) =>
        ((role as CfnResource).getMetadata('cdk_nag') as Settings | undefined)?.rules_to_suppress ?? [],
    );
    expect(reasons).toContainEqual({
      id: 'AwsSolutions-IAM5',
      reason: 'The invoices of one team.',
      applies_to: [{ regex: '/^(?:Resource::arn:aws:s3:::shop-orders\\/<aws:PrincipalTag\\/team>\\/\\*)$/' }],
    });
  });
});
