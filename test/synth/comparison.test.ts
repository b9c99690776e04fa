/** The figures of docs/comparison.md are those of the programs beside it. Does not compare what runs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { WithPatterns } from '../../examples/comparison/ecs-patterns';
import { WithStagecraft } from '../../examples/comparison/stagecraft';
import { newApp } from './support/aws-cdk-template';

const root = path.resolve(__dirname, '../..');
const vpc = {
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  vpcCidrBlock: '10.0.0.0/16',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  publicSubnetIds: ['subnet-0a1b2c3d4e5f60711', 'subnet-0a1b2c3d4e5f60712'],
  privateSubnetIds: ['subnet-0a1b2c3d4e5f60713', 'subnet-0a1b2c3d4e5f60714'],
};

/** Lines that say something: no empty ones, no comments, no imports. */
const linesOf = (name: string): number =>
  readFileSync(path.join(root, 'examples/comparison', `${name}.ts`), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(\/\*\*|import )/.test(line)).length;

const resourcesOf = (stack: Stack): number =>
  Object.keys(Template.fromStack(stack).toJSON().Resources as object).length;

test.each([
  ['stagecraft', WithStagecraft],
  ['ecs-patterns', WithPatterns],
] as const)('%s', (name, Program) => {
  const stack = new Program(newApp(), 'shop', vpc);
  const row = `| [${name}](../examples/comparison/${name}.ts) | ${linesOf(name)} | ${resourcesOf(stack)} |`;
  const rows = readFileSync(path.join(root, 'docs/comparison.md'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trim());
  expect(rows).toContain(row);
  expect(Template.fromStack(stack).toJSON().Resources).not.toHaveProperty('Vpc');
});
