/** Roles with what a task needs and no more. */
import type { Role, Statement } from '../blueprint';
import { ecrRepositoryArn } from '../image-reference';
import { roleName } from '../names';
import type { Environment } from '../schema';

const PRINCIPAL = 'ecs-tasks.amazonaws.com';

function pullStatements(images: readonly string[]): Statement[] {
  const arns = images.flatMap((image) => {
    const arn = ecrRepositoryArn(image);
    return arn === undefined ? [] : [arn];
  });
  if (arns.length === 0) return [];
  return [
    {
      sid: 'SignInToRegistry',
      actions: ['ecr:GetAuthorizationToken'],
      // AWS has no narrower resource for this action.
      resources: [{ arn: '*' }],
    },
    {
      sid: 'PullImage',
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      resources: [...new Set(arns)].map((arn) => ({ arn })),
    },
  ];
}

/** The secret that an ARN names, without the key, stage and version that may follow it. */
const secretOf = (arn: string): string => arn.split(':').slice(0, 7).join(':');

function secretStatements(arns: readonly string[]): Statement[] {
  const kinds = [
    {
      sid: 'ReadSecrets',
      service: 'secretsmanager',
      action: 'secretsmanager:GetSecretValue',
      arnOf: secretOf,
    },
    { sid: 'ReadParameters', service: 'ssm', action: 'ssm:GetParameters', arnOf: (arn: string) => arn },
  ];
  return kinds.flatMap(({ sid, service, action, arnOf }) => {
    const own = arns.filter((arn) => arn.split(':')[2] === service).map(arnOf);
    const resources = [...new Set(own)].toSorted().map((arn) => ({ arn }));
    return resources.length > 0 ? [{ sid, actions: [action], resources }] : [];
  });
}

/** For secrets that are encrypted with keys of one's own: Secrets Manager and Systems Manager ask as the task. */
const decryptStatements = (keys: readonly string[]): Statement[] =>
  keys.length === 0
    ? []
    : [
        {
          sid: 'DecryptSecrets',
          actions: ['kms:Decrypt'],
          resources: [...new Set(keys)].toSorted().map((arn) => ({ arn })),
        },
      ];

export interface TaskNeeds {
  readonly id: string;
  readonly image: string;
  /** Images of the task's other containers. */
  readonly sidecarImages?: readonly string[];
  readonly secretArns: readonly string[];
  /** ARNs of the KMS keys that the secrets are encrypted with. @default AWS's own keys */
  readonly kmsKeyArns?: readonly string[];
  /** Whether the task reads the consumers' secret. */
  readonly consumers?: boolean;
}

/** What ECS itself does for the task before and while it runs. */
export function executionRole({ name, region }: Environment, task: TaskNeeds): Role {
  const consumers: Statement = {
    sid: 'ReadConsumers',
    actions: ['secretsmanager:GetSecretValue'],
    resources: [{ ref: 'consumers-secret' }],
  };
  return {
    id: `${task.id}-execution-role`,
    name: roleName(name, region, task.id, 'execution'),
    description: `Starts the tasks of ${task.id} in ${name}.`,
    principal: PRINCIPAL,
    statements: [
      {
        sid: 'WriteLogs',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [{ ref: 'log-group' }],
      },
      ...secretStatements(task.secretArns),
      ...decryptStatements(task.kmsKeyArns ?? []),
      ...(task.consumers ? [consumers] : []),
      ...pullStatements([task.image, ...(task.sidecarImages ?? [])]),
    ],
  };
}

/** What the programs in the task may do in AWS: by default nothing. */
export function taskRole(
  { name, region }: Environment,
  id: string,
  statements: readonly Statement[] = [],
  managedPolicyArns: readonly string[] = [],
): Role {
  return {
    id: `${id}-task-role`,
    name: roleName(name, region, id, 'task'),
    description: `What the tasks of ${id} in ${name} may do.`,
    principal: PRINCIPAL,
    statements,
    ...(managedPolicyArns.length > 0 ? { managedPolicyArns } : {}),
  };
}
