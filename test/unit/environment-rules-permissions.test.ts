/** What an API's tasks may do in AWS: what is refused, and what it becomes. */
import { resolve } from '../../constructs/blueprint/resolve';
import { type Broken, type Edit, parsed, refuses } from './environment-fixture';

const TABLE = 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders';
const READ = `{ actions: [dynamodb:GetItem], resources: ["${TABLE}"] }`;

const allow = (...statements: string[]): Edit => [
  '    port: 8080\n',
  `    permissions:\n      allow:\n${statements.map((one) => `        - ${one}\n`).join('')}`,
];
const managed = (...arns: string[]): Edit => [
  '    port: 8080\n',
  `    permissions: { managedPolicies: [${arns.map((one) => `"${one}"`).join(', ')}] }\n`,
];
const POLICY = 'arn:aws:iam::123456789012:policy/orders';

const broken: Broken[] = [
  {
    kind: 'an action that is a star',
    edits: [allow(`{ actions: ["*"], resources: ["${TABLE}"], because: it may do all. }`)],
    at: ['15:23 WRONG_FORM'],
    says: [
      'apis.orders.permissions.allow[0].actions[0]',
      'a service and an action, such as dynamodb:GetItem',
    ],
  },
  {
    kind: 'a resource that is no ARN',
    edits: [allow('{ actions: [dynamodb:GetItem], resources: [orders] }')],
    at: ['15:54 WRONG_FORM'],
    says: ['apis.orders.permissions.allow[0].resources[0]', 'an ARN, such as arn:aws:dynamodb'],
  },
  {
    kind: 'actions by a star without a reason',
    edits: [allow(READ, `{ actions: ["dynamodb:*"], resources: ["${TABLE}"] }`)],
    at: ['16:11 PERMISSION_WIDE'],
    says: [
      'apis.orders.permissions.allow[1]',
      'The statement allows more than it names: `dynamodb:*`.',
      'or say in `because` why that cannot be',
    ],
  },
  {
    kind: 'resources by a star without a reason',
    edits: [allow(`{ actions: [s3:ListAllMyBuckets, s3:GetObject], resources: ["*", "arn:aws:s3:::b/*"] }`)],
    at: ['15:11 PERMISSION_WIDE'],
    says: ['`*`, `arn:aws:s3:::b/*`.'],
  },
  {
    kind: 'a reason that is none',
    edits: [allow(`{ actions: ["dynamodb:*"], resources: ["${TABLE}"], because: x }`)],
    at: ['15:119 TOO_SHORT'],
    says: ['`because`'],
  },
  {
    kind: 'ARNs of another partition',
    edits: [
      [
        '    port: 8080\n',
        `    permissions:\n      allow:\n        - { actions: [sqs:SendMessage], resources: ["arn:aws-cn:sqs:cn-north-1:123456789012:q"] }\n      managedPolicies: ["arn:aws-cn:iam::aws:policy/X"]\n`,
      ],
    ],
    at: ['15:53 ARN_PARTITION', '16:25 ARN_PARTITION'],
    says: ['The ARN is of the partition `aws-cn`, and eu-central-1 is in `aws`.', 'arn:aws:…'],
  },
  {
    kind: 'a managed policy by its name',
    edits: [managed('AmazonS3ReadOnlyAccess')],
    at: ['13:38 WRONG_FORM'],
    says: ['the ARN of a managed policy, such as arn:aws:iam::123456789012:policy/orders'],
  },
  {
    kind: 'a managed policy twice',
    edits: [managed(POLICY, POLICY)],
    at: ['13:81 LISTED_TWICE'],
    says: ['The policy is in the list already.', 'Remove it here.'],
  },
  {
    kind: 'more statements than a role takes',
    edits: [
      allow(
        ...Array.from(
          { length: 49 },
          () =>
            `{ actions: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:DeleteItem], resources: ["${TABLE}/${'x'.repeat(64)}"] }`,
        ),
      ),
    ],
    at: ['14:7 PERMISSIONS_SIZE'],
    says: [
      'The statements do not fit the policies of a role.',
      '10240 characters',
      'Put them in a managed policy',
    ],
  },
];

refuses(broken);

test('become statements of the task role, and none is there by default', () => {
  const { services } = resolve(
    parsed(
      allow(READ, '{ actions: [s3:ListAllMyBuckets], resources: ["*"], because: It has no narrower one. }'),
    ),
  );
  expect(services.map(({ id, taskRole }) => [id, taskRole.statements])).toEqual([
    [
      'orders',
      [
        { sid: 'Own1', actions: ['dynamodb:GetItem'], resources: [{ arn: TABLE }] },
        {
          sid: 'Own2',
          actions: ['s3:ListAllMyBuckets'],
          resources: [{ arn: '*' }],
          because: 'It has no narrower one.',
        },
      ],
    ],
    ['catalog', []],
  ]);
  expect(services.every(({ taskRole }) => taskRole.managedPolicyArns === undefined)).toBe(true);
});

test('managed policies are named by the role, and those of a canary too', () => {
  const { services } = resolve(
    parsed(managed(POLICY), [
      '    image: ghcr.io/example/orders:1\n',
      '    image: ghcr.io/example/orders:1\n    canary: { image: "ghcr.io/example/orders:2", percent: 5 }\n',
    ]),
  );
  expect(services.map(({ id, taskRole }) => [id, taskRole.managedPolicyArns])).toEqual([
    ['orders', [POLICY]],
    ['orders-canary', [POLICY]],
    ['catalog', undefined],
  ]);
});
