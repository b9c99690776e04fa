/**
 * What the components hand to the classes of `@pulumi/aws` fits the types of these: names, types, nothing too much. The
 * components hand it over untyped, so the compiler is asked about what comes out.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EnvironmentStack } from '../../stacks/pulumi/environment-stack';
import { pinnedEnvironments, pinnedFull } from './support/pinned';
import { type Registered, run } from './support/pulumi-program';

jest.setTimeout(120_000);

const root = path.resolve(__dirname, '../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-pulumi-types-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Names and types of what is said, without the values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(shapeOf(one))))].toSorted();
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]): [string, unknown] => [key, shapeOf(inner)])
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** `aws:ec2/vpc:Vpc` -> the class's module and its name. */
function classOf(type: string): { readonly module: string; readonly name: string } {
  const [, module, name] = type.split(':') as [string, string, string];
  return { module: `@pulumi/aws/${module}`, name };
}

/** A program that says each resource's arguments as literals. */
function source(resources: readonly Registered[]): string {
  const lines = resources.map(({ type, inputs }, index) => {
    const { module, name } = classOf(type);
    return `export const _${index}: NonNullable<ConstructorParameters<typeof import('${module}').${name}>[1]> = ${JSON.stringify(inputs)};`;
  });
  return `${lines.join('\n')}\n`;
}

/** What the compiler says, a line for each fault. */
function faultsOf(text: string): string[] {
  writeFileSync(path.join(scratch, 'arguments.ts'), text);
  const program = path.join(root, 'node_modules/typescript/bin/tsc');
  try {
    execFileSync(process.execPath, [program, '--project', scratch], { encoding: 'utf8' });
    return [];
  } catch (error) {
    return (error as { stdout: string }).stdout.split('\n').filter((line) => line.includes('error TS'));
  }
}

let resources: readonly Registered[];

beforeAll(async () => {
  symlinkSync(path.join(root, 'node_modules'), path.join(scratch, 'node_modules'));
  const compilerOptions = { noEmit: true, skipLibCheck: true, types: [] };
  const project = { extends: path.join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] };
  writeFileSync(path.join(scratch, 'tsconfig.json'), JSON.stringify(project));
  const byShape = new Map<string, Registered>();
  for (const { blueprint } of [...pinnedEnvironments(), ...pinnedFull()]) {
    const own = JSON.parse(JSON.stringify(blueprint));
    const { resources: all } = await run(() => new EnvironmentStack(own));
    for (const one of all.filter(({ isComponent, type }) => !isComponent && type.startsWith('aws:'))) {
      byShape.set(`${one.type} ${JSON.stringify(shapeOf(one.inputs))}`, one);
    }
  }
  resources = [...byShape.values()];
});

test('arguments of every shape fit the types', () => {
  expect(new Set(resources.map(({ type }) => type)).size).toBe(36);
  expect(faultsOf(source(resources))).toEqual([]);
});

test('what does not fit is told', () => {
  const [vpc] = resources.filter(({ type }) => type === 'aws:ec2/vpc:Vpc');
  const wrong = [{ cidrBlok: '10.0.0.0/16' }, { cidrBlock: 10 }].map((more) => ({
    ...(vpc as Registered),
    inputs: { ...vpc?.inputs, ...more },
  }));
  expect(faultsOf(source(wrong)).map((line) => /error (TS\d+)/.exec(line)?.[1])).toEqual([
    'TS2353',
    'TS2322',
  ]);
});
