/** `stagecraft init`: each file that it writes, and that it writes all of them or none, over none. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ask } from '../../cli/init/ask';
import { type InitOptions, init } from '../../cli/init/init';
import { writeAll } from '../../cli/init/write';
import type { Output } from '../../cli/output';
import type { Stage } from '../../constructs/blueprint/schema';
import { blueprints } from '../../stacks/blueprints';
import { engineNamed } from '../../stacks/engines';
import { UserError } from '../../stacks/user-error';

const scratch = mkdtempSync(join(tmpdir(), 'stagecraft-init-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const STAGES: readonly Stage[] = ['api', 'load-balanced', 'gateway'];
const ENGINES = ['cdktf', 'aws-cdk', 'pulumi'];
const CONFIGURATION = { cdktf: 'cdktf.json', 'aws-cdk': 'cdk.json', pulumi: 'Pulumi.yaml' } as const;

function folder(files: Readonly<Record<string, string>> = {}): string {
  const made = mkdtempSync(join(scratch, 'project-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(made, path)), { recursive: true });
    writeFileSync(join(made, path), text);
  }
  return made;
}

/** All files, by path. */
function filesIn(root: string): Record<string, string> {
  const found = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const paths = found.map((one) => join(one.parentPath, one.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]));
}

async function run(root: string, options: InitOptions): Promise<{ document: unknown; lines: string }> {
  const lines: string[] = [];
  let document: unknown;
  const output: Output = {
    json: false,
    line: (text = '') => lines.push(text),
    document: (value) => {
      document = value;
    },
  };
  await init(root, options, output, undefined);
  return { document, lines: lines.join('\n') };
}

const refusal = (root: string, options: InitOptions): Promise<unknown> =>
  run(root, options).then(
    () => undefined,
    (error: unknown) => error,
  );

const combinations = ENGINES.flatMap((engine) => STAGES.map((stage) => [engine, stage] as const));

describe.each(combinations)('%s at stage %s', (engine, stage) => {
  const configuration = CONFIGURATION[engine as keyof typeof CONFIGURATION];

  test('has these files, an environment that is sound, and the same a second time', async () => {
    const root = folder();
    await run(root, { engine, stage });
    const files = filesIn(root);
    expect(Object.keys(files).sort()).toEqual(
      [
        '.github/workflows/infrastructure.yaml',
        '.gitignore',
        configuration,
        'environments/dev.yaml',
        'infrastructure/main.ts',
        'infrastructure/tsconfig.json',
        'package.json',
      ].sort(),
    );
    const { sound, refused } = blueprints({ environments: join(root, 'environments') });
    expect(refused).toEqual([]);
    expect(sound.map((one) => [one.environment, one.stage])).toEqual([['dev', stage]]);
    expect(files['infrastructure/main.ts']).toContain(`'stagecraft/${engine}/app'`);
    expect(files[configuration]).toContain('infrastructure/main.ts');
    const { document } = await run(root, { engine, stage });
    expect(document).toMatchObject({ created: [], extended: [] });
    expect(filesIn(root)).toEqual(files);
  });

  test('has a workflow without secrets, that reads alone, of actions by commit', async () => {
    const root = folder();
    await run(root, { engine, stage });
    const text = filesIn(root)['.github/workflows/infrastructure.yaml'] ?? '';
    const { on, permissions, jobs } = parse(text);
    expect([on, permissions, Object.keys(jobs)]).toEqual(['pull_request', { contents: 'read' }, ['changes']]);
    const steps = jobs.changes.steps as readonly { uses?: string; with?: object; run?: string }[];
    const uses = steps.flatMap((step) => step.uses ?? []);
    expect(uses).toHaveLength(3);
    for (const one of uses) expect(one).toMatch(/^actions\/(checkout|setup-node)@[0-9a-f]{40}$/);
    const checkouts = steps.filter((step) => step.uses?.includes('checkout'));
    for (const one of checkouts) expect(one.with).toMatchObject({ 'persist-credentials': false });
    // What others may write, a branch's name say, comes into no command.
    for (const { run: command = '' } of steps) expect(command).not.toContain('${{');
    expect(text).not.toMatch(/secrets|id-token|write/);
    expect(text).toContain(engineNamed(engine).start.synth('dev'));
  });
});

describe('an existing project', () => {
  const MANIFEST =
    '{\n\t"name": "shop",\n\t"type": "module",\n\t"devDependencies": {\n\t\t"typescript": "~5.8.0",\n\t\t"constructs": "10.5.0"\n\t}\n}\n';

  test('keeps what it says, and is added to', async () => {
    const root = folder({
      'package.json': MANIFEST,
      '.gitignore': '/node_modules\n*.log',
      'tsconfig.json': '{}',
      'main.ts': 'mine',
      'environments/prod.yaml': 'mine',
    });
    const { document } = await run(root, { engine: 'cdktf', stage: 'api', name: 'test' });
    expect(document).toEqual({
      engine: 'cdktf',
      stage: 'api',
      environment: 'test',
      created: [
        'environments/test.yaml',
        'infrastructure/main.ts',
        'infrastructure/tsconfig.json',
        'cdktf.json',
        '.github/workflows/infrastructure.yaml',
      ],
      extended: ['package.json', '.gitignore'],
      unchanged: [],
      next: [
        'npm install',
        'npx cdktf synth',
        'npx stagecraft up test --engine cdktf',
        'npx cdktf deploy test',
      ],
    });
    const files = filesIn(root);
    expect([files['tsconfig.json'], files['main.ts'], files['environments/prod.yaml']]).toEqual([
      '{}',
      'mine',
      'mine',
    ]);
    expect(files['.gitignore']).toBe(
      '/node_modules\n*.log\n.stagecraft/\ncdktf.out/\n*.tfstate\n*.tfstate.backup\n',
    );
    const manifest = JSON.parse(files['package.json'] ?? '');
    expect(Object.keys(manifest)).toEqual(['name', 'type', 'devDependencies', 'dependencies']);
    expect(Object.keys(manifest.dependencies)).toEqual(['@cdktf/provider-aws', 'cdktf', 'stagecraft']);
    expect(manifest.devDependencies).toMatchObject({ typescript: '~5.8.0', constructs: '10.5.0' });
    expect(Object.keys(manifest.devDependencies)).toEqual([
      '@types/node',
      'cdktf-cli',
      'constructs',
      'tsx',
      'typescript',
    ]);
    expect(files['package.json']).toContain('\n\t"name"');
  });

  test("has outputs of Pulumi's as its kind of module exports them", async () => {
    const [modules, scripts] = [folder({ 'package.json': MANIFEST }), folder({ 'package.json': '{}' })];
    for (const root of [modules, scripts]) await run(root, { engine: 'pulumi', stage: 'api' });
    expect(filesIn(modules)['infrastructure/main.ts']).toContain('\nexport default outputs;\n');
    expect(filesIn(scripts)['infrastructure/main.ts']).toContain('\nexport = outputs;\n');
  });

  test.each([
    ['environments/dev.yaml', 'name: dev\n'],
    ['infrastructure/main.ts', ''],
    ['infrastructure/tsconfig.json', '{}'],
    ['cdk.json', '{ "app": "mine" }'],
    ['.github/workflows/infrastructure.yaml', 'on: push\n'],
    ['package.json', '{'],
    ['package.json', '[]'],
    ['environments', 'a file'],
    ['.gitignore/kept', 'a folder'],
  ])('is left as it is where %s is in the way', async (path, text) => {
    const root = folder({ [path]: text, 'other.txt': 'mine' });
    const before = filesIn(root);
    const error = await refusal(root, { engine: 'aws-cdk', stage: 'gateway' });
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toContain(path.replace('/kept', ''));
    expect((error as Error).message).toContain('Nothing was written.');
    expect(filesIn(root)).toEqual(before);
    expect(readdirSync(root)).toEqual([path.split('/')[0], 'other.txt'].sort());
  });

  test('is told what a file in the way would say', async () => {
    const root = folder({ 'cdktf.json': '{}' });
    const error = (await refusal(root, { engine: 'cdktf', stage: 'api' })) as Error;
    expect(error.message).toContain('cdktf.json would be:\n  {\n    "language": "typescript",\n');
  });
});

test('what fails in the midst takes back what was done before it', () => {
  const root = folder({ '.gitignore': 'mine\n' });
  chmodSync(join(root, '.gitignore'), 0o640);
  const fails = () =>
    writeAll(root, [
      { path: 'a/b/one.txt', adds: false, text: () => 'one' },
      { path: '.gitignore', adds: true, text: (present) => `${present}more\n` },
      // Twice: the second finds the first in its way.
      { path: 'two.txt', adds: false, text: () => 'two' },
      { path: 'two.txt', adds: false, text: () => 'two' },
    ]);
  expect(fails).toThrow('EEXIST');
  expect(filesIn(root)).toEqual({ '.gitignore': 'mine\n' });
  expect(readdirSync(root)).toEqual(['.gitignore']);
});

describe('what is not said', () => {
  test.each([
    [[], '--engine cdktf|aws-cdk|pulumi --stage api|load-balanced|gateway'],
    [['--stage', 'api'], '--engine cdktf|aws-cdk|pulumi'],
    [['--engine', 'cdktf', '--json'], '--stage api|load-balanced|gateway'],
  ])('is an error without a terminal: init %j', (args, missing) => {
    const root = folder();
    const bin = join(__dirname, '../../bin/stagecraft.js');
    const options = { cwd: root, encoding: 'utf8', input: '', timeout: 60_000 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'init', ...args], options);
    const sentence = `Without a terminal to ask on, init must be told: ${missing}`;
    expect(status).toBe(1);
    if (args.includes('--json'))
      expect(JSON.parse(stdout)).toEqual({ error: { code: 'FAILED', message: sentence } });
    else expect([stdout, stderr]).toEqual(['', `${sentence}\n`]);
    expect(readdirSync(root)).toEqual([]);
  });

  const questions = [
    { option: 'engine', choices: ENGINES },
    { option: 'stage', choices: STAGES },
  ];

  test('is asked on a terminal, again after an answer that is none', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const said = ['cdk\n', 'aws-cdk\n', '\n'];
    output.on('data', () => input.write(said.shift() ?? ''));
    expect(await ask(questions, { input, output })).toEqual({ engine: 'aws-cdk', stage: 'api' });
    expect(said).toEqual([]);
  });

  test('and is never answered, ends with an error', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    output.once('data', () => input.end());
    await expect(ask(questions, { input, output })).rejects.toThrow('Ended before the last answer.');
  });
});

test.each(['Dev', 'a--b', '../up', 'x: y', '-a', 'a'.repeat(25), '', 'null'])(
  'the name %j is refused, and nothing is written',
  async (name) => {
    const root = folder();
    expect(await refusal(root, { engine: 'cdktf', stage: 'api', name })).toBeInstanceOf(Error);
    expect(readdirSync(root)).toEqual([]);
  },
);
