/**
 * The policy documents of docs/permissions: current, of a size that IAM takes, and as narrow as AWS lets them be. Does not prove
 * that they are enough: no deploy has been run with them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as names from '../../constructs/blueprint/names';
import { permissionDocs } from '../../scripts/docs/permissions';

const root = join(__dirname, '../..');
/** Of a customer managed policy, white space aside. */
const LARGEST = 6144;

interface Policy {
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: string;
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
    readonly Condition?: object;
  }[];
}

const docs = [...permissionDocs()];
const policies = docs.map(([file, text]) => [file, JSON.parse(text) as Policy] as const);
const statements = policies.flatMap(([, { Statement }]) => Statement);
const of = (action: string) => statements.find(({ Action }) => [Action].flat().includes(action));

test('there are six', () => {
  expect(docs.map(([file]) => file)).toEqual([
    'docs/permissions/network.json',
    'docs/permissions/front.json',
    'docs/permissions/tasks.json',
    'docs/permissions/cdk-caller.json',
    'docs/permissions/cdk-execution.json',
    'docs/permissions/state-s3.json',
  ]);
});

test.each(docs)('%s is current: `npm run docs` writes it', (file, text) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe(text);
});

test.each(policies)('%s is one that IAM takes', (_, policy) => {
  expect(JSON.stringify(policy).length).toBeLessThan(LARGEST - 400);
  expect(new Set(policy.Statement.map(({ Sid }) => Sid)).size).toBe(policy.Statement.length);
  for (const { Sid, Effect, Action } of policy.Statement) {
    expect([Sid, Effect]).toEqual([expect.stringMatching(/^[A-Za-z0-9]+$/), 'Allow']);
    for (const action of [Action].flat()) expect(action).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/);
  }
});

describe('no more than is needed', () => {
  test('no wildcard among the actions, each allowed once', () => {
    const all = statements.flatMap(({ Action }) => Action);
    expect(all.filter((action) => action.includes('*'))).toEqual([]);
    // Of S3, an object of the state and one of the bootstrap's.
    const twice = all.filter((action, index) => all.indexOf(action) !== index);
    expect(twice).toEqual(['s3:GetObject']);
  });

  test('anything anywhere is allowed in the region alone, but for what has none', () => {
    const open = statements.filter(({ Resource }) => Resource === '*');
    expect(open.filter(({ Condition }) => Condition === undefined).map(({ Sid }) => Sid)).toEqual([
      'Route53',
      'Sts',
    ]);
  });

  test("roles, secrets and logs are the environment's own, by their names", () => {
    expect(of('iam:CreateRole')?.Resource).toBe(
      `arn:aws:iam::ACCOUNT:role/${names.roleName('ENVIRONMENT', 'REGION', '*', 'task').replace(/\*.*/, '*')}`,
    );
    expect(of('secretsmanager:GetSecretValue')?.Resource).toBe(
      `arn:aws:secretsmanager:REGION:ACCOUNT:secret:${names.consumersSecretName('ENVIRONMENT')}-*`,
    );
    expect([of('logs:CreateLogGroup')?.Resource].flat()).toContain(
      `arn:aws:logs:REGION:ACCOUNT:log-group:${names.logGroupName('ENVIRONMENT', '*')}`,
    );
    expect([of('s3:PutObject')?.Resource].flat()).toContain(
      `arn:aws:s3:::BUCKET/${names.s3StateKey('ENVIRONMENT', 'REGION')}`,
    );
  });

  test('a role is passed to tasks alone', () => {
    expect(of('iam:PassRole')).toMatchObject({
      Resource: 'arn:aws:iam::ACCOUNT:role/ENVIRONMENT-REGION-*',
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    });
  });
});
