/** In what an engine differs from the first one, and why that is right. What is listed and is no longer so fails. */

import type { Other } from './engines';
import type { Facts, Settings } from './facts';

/** A value, or what tells whether it is meant. */
type Value =
  | string
  | number
  | Settings
  | readonly unknown[]
  | undefined
  | ((value: unknown, all: Facts) => boolean);

export interface Difference {
  readonly kind: string;
  /** Where there is such a thing alone: a pattern for paths. @default all */
  readonly at?: RegExp;
  /** Places of the setting. */
  readonly setting: RegExp;
  readonly first: Value;
  readonly here: Value;
  readonly why: string;
}

/** A wait that one alone has. */
export interface WaitDifference {
  readonly only: 'first' | 'here';
  readonly waiting: RegExp;
  readonly on: RegExp;
  readonly why: string;
}

/** The tags of all that has none of its own. */
const commonTags = (value: unknown, { resources }: Facts): boolean =>
  JSON.stringify(value) === JSON.stringify(resources.get('Cluster')?.settings.Tags);

const untagged = (kind: string): Difference => ({
  kind,
  setting: /^Tags$/,
  first: commonTags,
  here: undefined,
  why: 'CloudFormation has no tags for these, or has them only of late and checkers refuse them.',
});

const forUsers = (setting: RegExp, here: Value): Difference => ({
  kind: 'AWS::Cognito::UserPool',
  setting,
  first: undefined,
  here,
  why: 'CDK writes what people get who sign up or forget their password; the pool has none.',
});

const CODE = 'The verification code to your new account is {####}';

export const DIFFERENCES: Readonly<Record<Other, readonly Difference[]>> = {
  pulumi: [],
  'aws-cdk': [
    untagged('AWS::EC2::SecurityGroupIngress'),
    untagged('AWS::ElasticLoadBalancingV2::Listener'),
    untagged('AWS::ElasticLoadBalancingV2::ListenerRule'),
    untagged('AWS::ApplicationAutoScaling::ScalableTarget'),
    {
      kind: 'AWS::ECS::Service',
      setting: /^Cluster$/,
      first: '«Cluster#Arn»',
      here: '«Cluster#Name»',
      why: 'ECS takes the name of a cluster for its ARN.',
    },
    {
      kind: 'AWS::ECS::Service',
      setting: /^DesiredCount$/,
      first: (value) => typeof value === 'number' && value >= 1,
      here: undefined,
      why: 'CloudFormation starts a pool that is autoscaled with one task, so that no deploy undoes what autoscaling did.',
    },
    {
      kind: 'AWS::ECS::TaskDefinition',
      setting: /^ContainerDefinitions\.\d+\.Environment\.USER_POOL_ISSUER$/,
      first: 'https://«Identity/UserPool#Endpoint»',
      here: '«Identity/UserPool#ProviderURL»',
      why: "Terraform has the issuer's address without https.",
    },
    {
      kind: 'AWS::ApplicationAutoScaling::ScalableTarget',
      setting: /^RoleARN$/,
      first: undefined,
      here: (value) =>
        /^arn:aws:iam::(«AWS::#AccountId»|\d{12}):role\/aws-service-role\/ecs\.application-autoscaling\.amazonaws\.com\/AWSServiceRoleForApplicationAutoScaling_ECSService$/.test(
          String(value),
        ),
      why: "CDK names the service's own role, which AWS takes when none is named.",
    },
    {
      kind: 'AWS::Route53::RecordSet',
      setting: /^AliasTarget\.DNSName$/,
      first: '«LoadBalancer#DNSName»',
      here: 'dualstack.«LoadBalancer#DNSName»',
      why: 'Two names of the same load balancer: an A record of either gives the same addresses.',
    },
    {
      kind: 'AWS::ServiceDiscovery::PrivateDnsNamespace',
      setting: /^Properties$/,
      first: undefined,
      here: { DnsProperties: { SOA: { TTL: 5 } } },
      why: "Terraform's provider has no argument for the SOA record.",
    },
    {
      kind: 'AWS::Cognito::UserPoolClient',
      setting: /^SupportedIdentityProviders$/,
      first: undefined,
      here: ['COGNITO'],
      why: 'CDK names who lets people sign in; machines do not.',
    },
    forUsers(/^AccountRecoverySetting$/, {
      RecoveryMechanisms: [
        { Name: 'verified_phone_number', Priority: 1 },
        { Name: 'verified_email', Priority: 2 },
      ],
    }),
    forUsers(/^(?:Email|Sms)VerificationMessage$/, CODE),
    forUsers(/^EmailVerificationSubject$/, 'Verify your new account'),
    forUsers(/^VerificationMessageTemplate$/, {
      DefaultEmailOption: 'CONFIRM_WITH_CODE',
      EmailMessage: CODE,
      EmailSubject: 'Verify your new account',
      SmsMessage: CODE,
    }),
  ],
};

export const WAIT_DIFFERENCES: Readonly<Record<Other, readonly WaitDifference[]>> = {
  pulumi: [],
  'aws-cdk': [
    {
      only: 'here',
      waiting: /TaskDefinition$/,
      on: /(?:Execution|Task)Role\/Role$|ConsumersSecret|^Gateway\/MetricsLogs\/Group$/,
      why: 'A task definition starts nothing. With CDKTF the service waits for the policies, with AWS CDK they are in the roles.',
    },
    {
      only: 'here',
      waiting: /ExecutionRole\/Role$/,
      on: /ConsumersSecret/,
      why: 'The policy names the secret, not its first text, which the service waits for.',
    },
    {
      only: 'here',
      waiting: /-\d+$/,
      on: /\/Group$/,
      why: "A rule needs the group, not the group's way out, which with CDKTF is a resource of its own.",
    },
    {
      only: 'here',
      waiting: /-canary\/(?:Service|ScalingTarget|ScalingPolicy)$/,
      on: /^Gateway\/gateway\/Group$/,
      why: 'The same, for a service that waits for such a rule and for nothing that needs the way out of its group.',
    },
    {
      only: 'here',
      waiting: /^LoadBalancer\/(?:Traffic|Records)\//,
      on: /Scaling(?:Target|Policy)$/,
      why: 'CloudFormation starts a new pool with one task, and autoscaling raises it; Terraform starts it with the minimum.',
    },
    {
      only: 'here',
      waiting: /\/(?:Service|ScalingTarget|ScalingPolicy)$/,
      on: /-canary\/Scaling(?:Target|Policy)$/,
      why: 'The same for a canary, which the gateways wait for.',
    },
  ],
};
