/** docs/permissions: what whoever deploys must be allowed to do, by the types of the resource graph. */
import type { ResourceType } from '../../constructs/graph/resource';

/** `ec2: CreateVpc DescribeVpcs`, as one text for each service. */
type Actions = readonly string[];

const inService =
  (service: string) =>
  (names: string): string[] =>
    names.split(' ').map((name) => `${service}:${name}`);

const ec2 = inService('ec2');
const elb = inService('elasticloadbalancing');
const ecs = inService('ecs');
const iam = inService('iam');
const logs = inService('logs');
const scaling = inService('application-autoscaling');
const cognito = inService('cognito-idp');
const names = inService('servicediscovery');
const records = inService('route53');
const certificates = inService('acm');
const secrets = inService('secretsmanager');
const alarms = inService('cloudwatch');

const PASS_ROLE = 'iam:PassRole';
const LINKED_ROLE = 'iam:CreateServiceLinkedRole';

const putRecords = records('ChangeResourceRecordSets ListResourceRecordSets GetChange GetHostedZone');

/**
 * What an engine calls to make, read, change and remove a resource of each type, and what AWS asks for beside. A type of
 * the graph that is not here is no TypeScript.
 *
 * Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html;
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html;
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCloudMapFullAccess.html
 */
const byType: Readonly<Record<ResourceType, Actions>> = {
  vpc: ec2(
    'CreateVpc DeleteVpc ModifyVpcAttribute DescribeVpcs DescribeVpcAttribute DescribeRouteTables DescribeNetworkAcls DescribeSecurityGroups',
  ),
  'internet-gateway': ec2(
    'CreateInternetGateway AttachInternetGateway DetachInternetGateway DeleteInternetGateway DescribeInternetGateways',
  ),
  subnet: ec2(
    'CreateSubnet ModifySubnetAttribute DeleteSubnet DescribeSubnets DescribeNetworkInterfaces DescribeAvailabilityZones',
  ),
  'route-table': ec2('CreateRouteTable DeleteRouteTable DescribeRouteTables'),
  route: ec2('CreateRoute ReplaceRoute DeleteRoute DescribeRouteTables'),
  'subnet-route-table-association': ec2(
    'AssociateRouteTable ReplaceRouteTableAssociation DisassociateRouteTable DescribeRouteTables',
  ),
  'elastic-ip': ec2(
    'AllocateAddress ReleaseAddress DisassociateAddress DescribeAddresses DescribeAddressesAttribute',
  ),
  'nat-gateway': ec2('CreateNatGateway DeleteNatGateway DescribeNatGateways'),
  'security-group': ec2(
    'CreateSecurityGroup DeleteSecurityGroup DescribeSecurityGroups DescribeNetworkInterfaces RevokeSecurityGroupEgress',
  ),
  'security-group-ingress-rule': ec2(
    'AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress ModifySecurityGroupRules DescribeSecurityGroupRules',
  ),
  'security-group-egress-rule': ec2(
    'AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress ModifySecurityGroupRules DescribeSecurityGroupRules',
  ),
  'load-balancer': [
    ...elb(
      'CreateLoadBalancer DeleteLoadBalancer DescribeLoadBalancers DescribeLoadBalancerAttributes ModifyLoadBalancerAttributes DescribeCapacityReservation SetSecurityGroups SetSubnets SetIpAddressType',
    ),
    ...ec2(
      'DescribeAccountAttributes DescribeInternetGateways DescribeSubnets DescribeSecurityGroups DescribeVpcs',
    ),
    LINKED_ROLE,
  ],
  listener: elb(
    'CreateListener DeleteListener ModifyListener DescribeListeners DescribeListenerAttributes ModifyListenerAttributes',
  ),
  'listener-rule': elb('CreateRule DeleteRule ModifyRule SetRulePriorities DescribeRules'),
  'target-group': elb(
    'CreateTargetGroup DeleteTargetGroup ModifyTargetGroup ModifyTargetGroupAttributes DescribeTargetGroups DescribeTargetGroupAttributes DescribeTargetHealth',
  ),
  certificate: [
    ...certificates(
      'RequestCertificate DescribeCertificate DeleteCertificate UpdateCertificateOptions AddTagsToCertificate RemoveTagsFromCertificate ListTagsForCertificate',
    ),
    ...putRecords,
  ],
  'alias-record': putRecords,
  cluster: [
    ...ecs('CreateCluster DeleteCluster UpdateCluster UpdateClusterSettings DescribeClusters'),
    LINKED_ROLE,
  ],
  namespace: [
    ...names(
      'CreatePrivateDnsNamespace UpdatePrivateDnsNamespace DeleteNamespace GetNamespace ListNamespaces GetOperation',
    ),
    ...records(
      'CreateHostedZone DeleteHostedZone GetHostedZone ListHostedZonesByName ChangeResourceRecordSets',
    ),
    ...ec2('DescribeVpcs DescribeRegions'),
  ],
  'discovery-service': names(
    'CreateService UpdateService DeleteService GetService ListServices ListInstances DeregisterInstance',
  ),
  role: iam(
    'CreateRole DeleteRole GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy PutRolePolicy GetRolePolicy DeleteRolePolicy ListRolePolicies AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole TagRole UntagRole ListRoleTags',
  ),
  'task-definition': [
    ...ecs('RegisterTaskDefinition DeregisterTaskDefinition DescribeTaskDefinition'),
    PASS_ROLE,
  ],
  service: [
    ...ecs(
      'CreateService DeleteService UpdateService DescribeServices ListServiceDeployments DescribeServiceDeployments DescribeServiceRevisions ListTasks DescribeTasks',
    ),
    PASS_ROLE,
  ],
  'scaling-target': [
    ...scaling(
      'RegisterScalableTarget DeregisterScalableTarget DescribeScalableTargets TagResource UntagResource ListTagsForResource',
    ),
    ...ecs('DescribeServices UpdateService'),
    LINKED_ROLE,
  ],
  'scaling-policy': [
    ...scaling('PutScalingPolicy DeleteScalingPolicy DescribeScalingPolicies'),
    ...alarms('PutMetricAlarm DeleteAlarms DescribeAlarms'),
  ],
  'log-group': logs(
    'CreateLogGroup DeleteLogGroup DescribeLogGroups PutRetentionPolicy DeleteRetentionPolicy TagResource UntagResource ListTagsForResource',
  ),
  'metric-filter': logs('PutMetricFilter DeleteMetricFilter DescribeMetricFilters'),
  secret: secrets(
    'CreateSecret DeleteSecret DescribeSecret UpdateSecret UpdateSecretVersionStage GetSecretValue PutSecretValue GetResourcePolicy TagResource UntagResource',
  ),
  'user-pool': cognito(
    'CreateUserPool DeleteUserPool UpdateUserPool DescribeUserPool GetUserPoolMfaConfig SetUserPoolMfaConfig TagResource UntagResource ListTagsForResource',
  ),
  'user-pool-domain': cognito(
    'CreateUserPoolDomain UpdateUserPoolDomain DeleteUserPoolDomain DescribeUserPoolDomain',
  ),
  'resource-server': cognito(
    'CreateResourceServer UpdateResourceServer DeleteResourceServer DescribeResourceServer',
  ),
  'user-pool-client': cognito(
    'CreateUserPoolClient UpdateUserPoolClient DeleteUserPoolClient DescribeUserPoolClient',
  ),
};

/** Whatever is made: its tags, and who and where one is. */
const always: Actions = [
  ...ec2('CreateTags DeleteTags DescribeTags'),
  ...elb('AddTags RemoveTags DescribeTags'),
  ...ecs('TagResource UntagResource ListTagsForResource'),
  ...names('TagResource UntagResource ListTagsForResource'),
  'sts:GetCallerIdentity',
];

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

/** As few as AWS lets: what has a name of the environment's own is allowed by it. */
const NARROW: Readonly<Record<string, Pick<Statement, 'Resource' | 'Condition'>>> = {
  iam: { Resource: 'arn:aws:iam::ACCOUNT:role/ENVIRONMENT-REGION-*' },
  secretsmanager: { Resource: 'arn:aws:secretsmanager:REGION:ACCOUNT:secret:ENVIRONMENT/consumers-*' },
  logs: {
    Resource: [
      'arn:aws:logs:REGION:ACCOUNT:log-group:/stagecraft/ENVIRONMENT/*',
      'arn:aws:logs:REGION:ACCOUNT:log-group::log-stream:*',
    ],
  },
  [PASS_ROLE]: {
    Resource: 'arn:aws:iam::ACCOUNT:role/ENVIRONMENT-REGION-*',
    Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  },
  [LINKED_ROLE]: {
    Resource: 'arn:aws:iam::ACCOUNT:role/aws-service-role/*',
    Condition: {
      StringEquals: {
        'iam:AWSServiceName': [
          'ecs.amazonaws.com',
          'elasticloadbalancing.amazonaws.com',
          'ecs.application-autoscaling.amazonaws.com',
        ],
      },
    },
  },
  // Global services have no region.
  route53: { Resource: '*' },
  sts: { Resource: '*' },
};
const inRegion: Pick<Statement, 'Resource' | 'Condition'> = {
  Resource: '*',
  Condition: { StringEquals: { 'aws:RequestedRegion': 'REGION' } },
};

/** What each policy is for: a customer managed policy has 6,144 characters at most, so there are three. */
const policies: Readonly<Record<string, readonly string[]>> = {
  network: ['ec2'],
  front: ['elasticloadbalancing', 'acm', 'route53', 'servicediscovery', 'cognito-idp'],
  tasks: ['ecs', 'iam', 'logs', 'application-autoscaling', 'cloudwatch', 'secretsmanager', 'sts'],
};

const actions = [...new Set([...Object.values(byType).flat(), ...always])].toSorted();
const own = [PASS_ROLE, LINKED_ROLE];

const sid = (name: string): string =>
  name.replace(/[^A-Za-z0-9]/g, '').replace(/^./, (one) => one.toUpperCase());

function statement(name: string, some: readonly string[]): Statement {
  return { Sid: sid(name), Effect: 'Allow', Action: some, ...(NARROW[name] ?? inRegion) };
}

const document = (statements: readonly Statement[]) => ({ Version: '2012-10-17', Statement: statements });

const policyOf = (services: readonly string[]) =>
  document(
    services.flatMap((service) => {
      const some = actions.filter((action) => action.startsWith(`${service}:`));
      return [
        statement(
          service,
          some.filter((action) => !own.includes(action)),
        ),
        ...own.filter((action) => some.includes(action)).map((action) => statement(action, [action])),
      ];
    }),
  );

/** What the cdk CLI itself is allowed: to take the roles of the bootstrap. */
const cdkCaller = document([
  {
    Sid: 'Bootstrap',
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Resource: 'arn:aws:iam::ACCOUNT:role/cdk-*-ACCOUNT-REGION',
  },
]);

/** What CloudFormation does beside the resources: the bootstrap's version, and nested stacks, whose templates are in its bucket. */
const cdkExecution = document([
  {
    Sid: 'Version',
    Effect: 'Allow',
    Action: 'ssm:GetParameters',
    Resource: 'arn:aws:ssm:REGION:ACCOUNT:parameter/cdk-bootstrap/*',
  },
  {
    Sid: 'Templates',
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::cdk-*-assets-ACCOUNT-REGION/*',
  },
  {
    Sid: 'NestedStacks',
    Effect: 'Allow',
    Action: [
      'CreateStack',
      'UpdateStack',
      'DeleteStack',
      'DescribeStacks',
      'TagResource',
      'UntagResource',
    ].map((name) => `cloudformation:${name}`),
    Resource: 'arn:aws:cloudformation:REGION:ACCOUNT:stack/ENVIRONMENT-*/*',
  },
]);

/** State of Terraform in S3, and the file that locks it. */
const stateInS3 = document([
  { Sid: 'List', Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::BUCKET' },
  {
    Sid: 'State',
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    Resource: [
      'arn:aws:s3:::BUCKET/stagecraft/ENVIRONMENT.REGION.tfstate',
      'arn:aws:s3:::BUCKET/stagecraft/ENVIRONMENT.REGION.tfstate.tflock',
    ],
  },
]);

/** The policy documents, by their file in the project. */
export function permissionDocs(): ReadonlyMap<string, string> {
  const all = {
    ...Object.fromEntries(Object.entries(policies).map(([name, services]) => [name, policyOf(services)])),
    'cdk-caller': cdkCaller,
    'cdk-execution': cdkExecution,
    'state-s3': stateInS3,
  };
  return new Map(
    Object.entries(all).map(([name, text]) => [
      `docs/permissions/${name}.json`,
      `${JSON.stringify(text, null, 2)}\n`,
    ]),
  );
}
