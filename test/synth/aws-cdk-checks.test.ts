/**
 * What cfn-lint and cdk-nag find in the templates of all environments at all stages: nothing but what is accepted, with
 * the reason, beside the construct. Shows what these programs know, not that AWS takes the templates.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Aspects, CfnResource, NestedStack, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Stage } from '../../constructs/blueprint/schema';
import {
  environmentAt,
  everyEnvironment,
  type Settings,
  stackAt,
  stages,
  synthesized,
  templateOf,
} from './support/aws-cdk-template';
import { blueprintAt } from './support/blueprints';
import { shopAt } from './support/many-apis';

/** Rule, and the type of the resource it is accepted for. */
const accepted = [
  'AwsSolutions-COG1 AWS::Cognito::UserPool',
  'AwsSolutions-COG2 AWS::Cognito::UserPool',
  'AwsSolutions-COG8 AWS::Cognito::UserPool',
  'AwsSolutions-EC23 AWS::EC2::SecurityGroupIngress',
  'AwsSolutions-ECS2 AWS::ECS::TaskDefinition',
  'AwsSolutions-ECS4 AWS::ECS::Cluster',
  'AwsSolutions-ELB2 AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AwsSolutions-IAM5 AWS::IAM::Role',
  'AwsSolutions-SMG4 AWS::SecretsManager::Secret',
  'AwsSolutions-VPC7 AWS::EC2::VPC',
  'E1029 AWS::ECS::TaskDefinition',
  'I1022 the stack',
  'W3005 AWS::CloudFormation::Stack',
  'W3010 AWS::EC2::Subnet',
];

const nagOf = ({ Metadata = {} }: Settings): Settings[] => Metadata.cdk_nag?.rules_to_suppress ?? [];
const lintOf = ({ Metadata = {} }: Settings): Settings => Metadata['cfn-lint'] ?? {};

/** Each with its reason, once. */
function suppressions(template: Settings): [string, string][] {
  const lint = (settings: Settings, where: string): [string, string][] =>
    (lintOf(settings).config?.ignore_checks ?? []).map((rule: string) => [
      `${rule} ${where}`,
      lintOf(settings).reasons[rule],
    ]);
  return [
    ...lint(template, 'the stack'),
    ...Object.values(template.Resources as Record<string, Settings>).flatMap((resource) => [
      ...lint(resource, resource.Type),
      ...nagOf(resource).map(({ id, reason }): [string, string] => [`${id} ${resource.Type}`, reason]),
    ]),
  ];
}

/** An environment with an API in nested stacks: its stack, and those. */
const withNested = (stage: Stage): Stack[] => {
  const stack = stackAt(shopAt({ orders: '', stock: 'nestedStack: b', users: 'nestedStack: b' }, stage));
  return [stack, ...stack.node.findAll().filter((one) => NestedStack.isNestedStack(one))];
};

const templates = [
  ...everyEnvironment.map(
    ([name, stage]) => [`${name}-${stage}`, synthesized(environmentAt(name, stage)).template] as const,
  ),
  ...stages.flatMap((stage) =>
    withNested(stage).map(
      (stack) => [`nested-${stage}-${stack.node.id}`, templateOf(stack).template] as const,
    ),
  ),
];

test('the nested stacks are among them', () => {
  expect(templates.map(([name]) => name).filter((name) => name.startsWith('nested-'))).toEqual([
    ...['shop', 'services', 'groups'].map((one) => `nested-api-${one}`),
    ...['shop', 'services', 'groups', 'from-balancer'].map((one) => `nested-load-balanced-${one}`),
    ...['shop', 'services', 'groups', 'from-gateways'].map((one) => `nested-gateway-${one}`),
  ]);
});

test('these findings are accepted and no others, each with a reason', () => {
  const all = templates.flatMap(([, template]) => suppressions(template));
  expect([...new Set(all.map(([rule]) => rule))].toSorted()).toEqual(accepted);
  for (const [rule, reason] of all) expect([rule, reason.length > 30]).toEqual([rule, true]);
});

test('docs/aws-cdk.md tells of each of them, and of no other', () => {
  const docs = readFileSync(path.resolve(__dirname, '../../docs/aws-cdk.md'), 'utf8');
  const told = [...docs.matchAll(/^\| ((?:[EWI]\d{4}|AwsSolutions-)[^|]*) \|/gm)].flatMap(([, rules = '']) =>
    rules
      .trim()
      .split(', ')
      .map((rule) => (/^[A-Z]+\d$/.test(rule) ? `AwsSolutions-${rule}` : rule)),
  );
  expect(told.toSorted()).toEqual([...new Set(accepted.map((rule) => rule.split(' ')[0]))].toSorted());
});

describe('cdk-nag, AwsSolutions', () => {
  /** `AwsSolutions-ELB2 <logical id>` of all errors and warnings. */
  function findings(stack: Stack): string[] {
    Aspects.of(stack).add(new AwsSolutionsChecks());
    const idOf = (constructPath: string): string => {
      const found = stack.node.findAll().find((child) => `/${child.node.path}` === constructPath);
      if (found === undefined || !CfnResource.isCfnResource(found)) return constructPath;
      return stack.resolve(found.logicalId);
    };
    const entries = [
      ...Annotations.fromStack(stack).findError('*', Match.anyValue()),
      ...Annotations.fromStack(stack).findWarning('*', Match.anyValue()),
    ];
    return entries
      .map(({ id, entry }) => `${String(entry.data).replace(/[:[].*/s, '')} ${idOf(id)}`)
      .toSorted();
  }

  test.each(everyEnvironment)('finds nothing in %s at stage %s', (name, stage) => {
    expect(findings(stackAt(environmentAt(name, stage)))).toEqual([]);
  });

  test.each(stages)('finds nothing in nested stacks at stage %s', (stage) => {
    const [stack] = withNested(stage);
    expect(findings(stack as Stack)).toEqual([]);
  });

  test('would find all that is accepted, and nothing is accepted that it would not find', () => {
    for (const stage of stages) {
      const stack = stackAt(environmentAt('prod', stage));
      const meant = Object.entries(templateOf(stackAt(environmentAt('prod', stage))).resources).flatMap(
        ([logicalId, resource]) => nagOf(resource).map(({ id }) => `${id} ${logicalId}`),
      );
      for (const child of stack.node.findAll()) {
        if (CfnResource.isCfnResource(child)) child.addMetadata('cdk_nag', undefined);
      }
      expect([...new Set(findings(stack))]).toEqual(meant.toSorted());
    }
  });

  test('a role may have a star for the streams of its log group, and for nothing else', () => {
    const [orders, ...others] = blueprintAt('api').services;
    if (orders === undefined) throw new Error('no service');
    const statements = [
      { sid: 'Any', actions: ['s3:GetObject'], resources: [{ arn: 'arn:aws:s3:::bucket/*' }] },
      ...orders.executionRole.statements,
    ];
    const services = [{ ...orders, executionRole: { ...orders.executionRole, statements } }, ...others];
    expect(findings(stackAt({ ...blueprintAt('api'), services }))).toEqual([
      expect.stringMatching(/^AwsSolutions-IAM5 ordersExecutionRole/),
    ]);
  });
});

test('cfn-lint, informational rules too, finds nothing in any template', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stagecraft-lint-'));
  try {
    // One process for all: most of its time goes into its start.
    const files = templates.map(([name, template]) => {
      const file = path.join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify(template));
      return file;
    });
    // That of the Python that the emulator runs on, wherever that is.
    const { error, stdout, stderr } = spawnSync(
      'python3',
      [
        '-c',
        'from cfnlint.runner import main; main()',
        '--include-checks',
        'I',
        '--format',
        'json',
        '--',
        ...files,
      ],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    if (error !== undefined) {
      throw new Error(`cfn-lint does not run (${error.message}): npm test gets it with the emulator`);
    }
    expect(stderr).toBe('');
    const found = (JSON.parse(stdout || '[]') as Settings[]).map(
      ({ Rule, Filename, Location, Message }) =>
        `${Rule.Id} ${path.basename(Filename)} ${Location.Path?.join('/')}: ${Message}`,
    );
    expect(found).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 150_000);
