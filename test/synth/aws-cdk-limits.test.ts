/**
 * CloudFormation's limits, told before anything is deployed, with what to write; and as many APIs as are wanted within
 * them. That AWS counts as the test does: `docs/aws-facts.md`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NestedStack } from 'aws-cdk-lib';
import { type Problem, Problems } from '../../constructs/problems';
import type { EnvironmentStack } from '../../stacks/aws-cdk/environment-stack';
import { templateFindings } from '../../stacks/aws-cdk/limits';
import { measured } from '../../stacks/aws-cdk/measure';
import { type SynthesizeOptions, synthesize } from '../../stacks/aws-cdk/synthesize';
import { environmentAt, everyEnvironment, stackAt, stages, templateOf } from './support/aws-cdk-template';
import { type Said, shopAt, shopOf } from './support/many-apis';
import { fullAt } from './support/variants';

const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-limits-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Two resources more. */
const SCALED = 'instances: { min: 2, max: 4 }';

let count = 0;
const lastWritten = (): string => path.join(scratch, `${count}-out`);
/** Synthesizes a folder of environment files. @returns the folder that was written, and what was refused */
function written(files: Record<string, string>, refuse: SynthesizeOptions['refuse'] = undefined): string {
  count += 1;
  const environments = mkdtempSync(path.join(scratch, `${count}-environments-`));
  for (const [name, text] of Object.entries(files))
    writeFileSync(path.join(environments, `${name}.yaml`), text);
  synthesize({ environments, outdir: lastWritten(), refuse });
  return lastWritten();
}

function problems(apis: Said, stage = 'gateway'): Problem[] {
  try {
    written({ shop: shopOf(apis).replace('stage: gateway', `stage: ${stage}`) });
    return [];
  } catch (error) {
    if (error instanceof Problems) return error.problems.map(({ file: _, ...problem }) => problem);
    throw error;
  }
}

const apis = (number: number, said: (index: number) => string = () => ''): Said =>
  Object.fromEntries(Array.from({ length: number }, (_, index) => [`api-${index}`, said(index)]));

const said = (found: readonly Problem[]): unknown[] =>
  found.map(({ code, path: at, message, given, allowed, fix }) => [
    code,
    at.join('.'),
    message,
    given,
    allowed,
    fix,
  ]);

const LAST = 'An API that is deployed cannot be moved: say it where you add one.';

describe("the environment's own stack", () => {
  test('takes 499 resources of 54 APIs', () => {
    expect(said(problems(apis(54, (index) => (index < 2 ? SCALED : ''))))).toEqual([]);
  });

  test('is refused with 501, and says which of the last APIs are to stand in a nested stack', () => {
    expect(said(problems(apis(54, (index) => (index < 3 ? SCALED : ''))))).toEqual([
      [
        'STACK_RESOURCES',
        'apis.api-53',
        "With AWS CDK the environment's own stack would have 501 resources.",
        '501 resources, with 54 APIs',
        '500 resources in a template of CloudFormation',
        `Write \`nestedStack: b\` for the last APIs of the file: \`api-53\`. One name takes 62 such APIs. ${LAST}`,
      ],
    ]);
  });

  test('takes what is left when that is written, for each number of APIs', () => {
    const many = problems(apis(200));
    expect(said(many)).toEqual([
      [
        'STACK_RESOURCES',
        'apis.api-53',
        "With AWS CDK the environment's own stack would have 1663 resources.",
        '1663 resources, with 200 APIs',
        '500 resources in a template of CloudFormation',
        `Write \`nestedStack: b\`, and another name for each 83 of them for the last APIs of the file: \`api-53\` to \`api-199\`, which are 147. One name takes 83 such APIs. ${LAST}`,
      ],
    ]);
    const first = Number(/^api-(\d+)$/.exec(String(many[0]?.path[1]))?.[1]);
    const names = (index: number) => 'bcd'[Math.floor((index - first) / 83)];
    expect(problems(apis(200, (index) => (index < first ? '' : `nestedStack: ${names(index)}`)))).toEqual([]);
  });
});

describe('a nested stack', () => {
  test('of one name is refused with more than 500 resources, and the next name is said', () => {
    expect(said(problems(apis(84, (index) => `nestedStack: ${index === 0 ? 'c' : 'b'}`)))).toEqual([]);
    expect(said(problems(apis(86, (index) => `nestedStack: ${index === 0 ? 'c' : 'b'}`)))).toEqual([
      [
        'STACK_RESOURCES',
        'apis.api-84',
        'With AWS CDK a nested stack of `b` would have 510 resources.',
        '510 resources, with 85 APIs',
        '500 resources in a template of CloudFormation',
        `Write \`nestedStack: d\` for the last APIs of \`b\`: \`api-84\`, \`api-85\`. One name takes 83 such APIs. ${LAST}`,
      ],
    ]);
  });

  test('is refused with a template of more than 1 MB, and nothing is left to deploy', () => {
    // CDK warns of it in its own words, too.
    const warned = jest.spyOn(console, 'error').mockImplementation(() => {});
    const text = (name: string) => `${name}: "${'x'.repeat(4000)}"`;
    const large = `nestedStack: b, environment: { ${['A', 'B', 'C'].map(text).join(', ')} }`;
    const [found, ...others] = problems(apis(70, () => large));
    expect([found?.code, found?.path.join('.'), others]).toEqual([
      'STACK_BYTES',
      expect.stringMatching(/^apis\.api-\d\d$/),
      [],
    ]);
    expect(found?.message).toMatch(/^With AWS CDK a nested stack of `b` would have \d{7} bytes\.$/);
    const { artifacts } = JSON.parse(readFileSync(path.join(lastWritten(), 'manifest.json'), 'utf8'));
    expect(artifacts.shop.properties.stackName).toBe('refused-shop');
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  });

  test('with too many parameters or outputs is refused too', () => {
    const stack = {
      nestedStack: 'b',
      resources: 300,
      apis: new Map([
        ['one', 150],
        ['two', 150],
      ]),
      largest: 150,
      parameters: 200,
      outputs: 200,
      bytes: 1_000_000,
    };
    expect(templateFindings([stack])).toEqual([]);
    expect(
      templateFindings([{ ...stack, parameters: 201, outputs: 203 }]).map(({ code, given, path: at }) => [
        code,
        given,
        at,
      ]),
    ).toEqual([
      ['STACK_PARAMETERS', '201 parameters, with 2 APIs', ['apis', 'two']],
      ['STACK_OUTPUTS', '203 outputs, with 2 APIs', ['apis', 'two']],
    ]);
  });
});

test('what is too large stops no other environment: its own stack says so when it is deployed', () => {
  const refused: string[] = [];
  const folder = written(
    { shop: shopOf(apis(60)), small: shopOf(apis(1)).replace('name: shop', 'name: small') },
    ({ name, problems: { problems: all } }) =>
      refused.push(`${name} ${all.map(({ code, line }) => `${code} ${line}`)}`),
  );
  expect(refused).toEqual(['shop STACK_RESOURCES 61']);
  const { artifacts } = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
  expect([artifacts.shop.properties.stackName, artifacts.small.properties.stackName]).toEqual([
    'refused-shop',
    undefined,
  ]);
});

test('the resources that are counted are those of the templates', () => {
  const blueprints = [
    ...everyEnvironment.map(([name, stage]) => environmentAt(name, stage)),
    ...stages.flatMap((stage) => [
      fullAt(stage),
      shopAt(
        apis(9, (index) => ['', 'nestedStack: b', `nestedStack: c, ${SCALED}`][index % 3] as string),
        stage,
      ),
    ]),
  ];
  let nested = 0;
  for (const blueprint of blueprints) {
    const stack = stackAt(blueprint) as EnvironmentStack;
    const found = measured(stack).map(({ nestedStack, resources }) => [nestedStack, resources]);
    const all = [
      stack,
      ...stack.node.findAll().filter((one): one is NestedStack => NestedStack.isNestedStack(one)),
    ];
    expect(found.map(([, resources]) => resources)).toEqual(
      all.map((one) => Object.keys(templateOf(one).resources).length),
    );
    nested += all.length - 1;
  }
  expect([blueprints.length, nested]).toEqual([18, 24]);
});

test('300 APIs at stage gateway are within all limits, in four names', () => {
  const started = performance.now();
  const folder = written({ shop: shopOf(apis(300, (index) => `nestedStack: ${'bcde'[index % 4]}`)) });
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const templates = readdirSync(folder).filter((file) => file.endsWith('.template.json'));
  const sizes = templates.map((file) => {
    const text = readFileSync(path.join(folder, file), 'utf8');
    const { Resources, Parameters = {}, Outputs = {} } = JSON.parse(text);
    return [Resources, Parameters, Outputs].map((section) => Object.keys(section).length).concat(text.length);
  });
  const most = [0, 1, 2, 3].map((index) => Math.max(...sizes.map((size) => size[index] as number)));
  process.stdout.write(
    `300 APIs: ${templates.length} templates in ${seconds} s, at most ${most.join(', ')}\n`,
  );
  expect(templates).toHaveLength(13);
  expect(most[0]).toBe(450);
  expect(most[1]).toBeLessThan(200);
  expect(most[2]).toBeLessThan(200);
  expect(most[3]).toBeLessThan(1_000_000);
}, 60_000);
