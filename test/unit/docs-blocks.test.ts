/**
 * Every block of the documents is run or compiled: commands are known with their options, environments load, TypeScript has
 * types, links lead somewhere. So is what stands in the prose as code: commands, files, variables, codes, fields.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseEnvironment } from '../../constructs/blueprint/load';
import { commandsIn, faultOf } from '../../scripts/docs/commands';
import { codesInSources, environmentOf, soundEnvironment } from '../../scripts/docs/errors';
import { fieldsOf } from '../../scripts/docs/fields';
import { anchorOf, type Block, fencedBlocks } from '../../scripts/docs/markdown';

const root = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/sample-api/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
/** What is asked of an entry's example, docs-errors.test.ts asks. */
const byHand = documents.filter((file) => !file.startsWith('docs/errors/'));

const blocks = byHand.flatMap((file) => fencedBlocks(read(file)).map((block) => ({ file, ...block })));
const of = (language: string): (Block & { file: string })[] =>
  blocks.filter((block) => block.language === language);
const named = (some: readonly (Block & { file: string })[]) =>
  some.map((block) => [`${block.file}:${block.line}`, block] as const);

const prose = (file: string): string => read(file).replace(/^```[\s\S]*?^```/gm, '');
/** What stands as code in the prose of a document, with the document. */
const codes = byHand.flatMap((file) =>
  [...prose(file).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => ({ file, code })),
);

test('each block says what it is', () => {
  const known = ['sh', 'yaml', 'json', 'ts', 'text', 'mermaid'];
  expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
  expect([of('sh').length, of('yaml').length, of('ts').length].every((count) => count > 2)).toBe(true);
});

describe('commands', () => {
  test.each(named(of('sh')))('%s can be run', (_, { text }) => {
    const faults = commandsIn(text).flatMap((words) => faultOf(words) ?? []);
    expect(faults).toEqual([]);
  });

  const PROGRAM = /^(npx|npm|stagecraft|pulumi|cdk|cdktf|terraform|aws|pip) /;

  test('in the prose can be run', () => {
    const some = codes.filter(({ code }) => PROGRAM.test(code));
    expect(some.length).toBeGreaterThan(50);
    const faults = some.flatMap(({ file, code }) =>
      commandsIn(code).flatMap((words) =>
        faultOf(words) === undefined ? [] : [`${file}: ${code}: ${faultOf(words)}`],
      ),
    );
    expect(faults).toEqual([]);
  });

  test.each([
    ['npx stagecraft upp', 'there is no command "upp"'],
    ['npx stagecraft up --stages api', 'up has no option --stages'],
    ['npx stagecraft up --stage edge', '--stage cannot be edge'],
    ['npx stagecraft verify production', 'there is no environment production'],
    ['npx stagecraft verify prod twice', 'verify takes no "twice"'],
    ['npx stagecraft module', 'module needs --environment'],
    ['npx stagecraft consumers issue acme', 'there is no command "issue"'],
    ['npm run tests', 'package.json has no script tests'],
    ['npm test -- units', 'there is no tier units'],
    ['npx tsx scripts/none.ts', 'there is no scripts/none.ts'],
    ['npx jest test/unit/none', 'there is no test test/unit/none'],
    ['npx cdk deploy production', 'there is no environment production'],
    ['npx cdktf plan prod', 'cdktf has no "plan" that is known here'],
    ['make all', 'nobody knows the program make'],
  ])('%s is told', (line, fault) => {
    expect(commandsIn(line).map(faultOf)).toEqual([fault]);
  });

  test('are told apart', () => {
    const line = 'A_B=1 npx stagecraft verify prod && eval "$(npx stagecraft env)" | cat # as it is';
    expect(commandsIn(line)).toEqual([
      ['npx', 'stagecraft', 'env'],
      ['npx', 'stagecraft', 'verify', 'prod'],
      ['cat'],
    ]);
  });
});

describe('environments', () => {
  const second = 'apis: { catalog: { image: ghcr.io/example/catalog:1, paths: [/catalog] } }';
  const sound = environmentOf(second, soundEnvironment());
  const topLevel = new Set(fieldsOf().flatMap(({ path }) => (path.length === 1 ? path : [])));

  /** A whole environment, a part of one, or a part of an API. */
  function wholeOf(text: string): string {
    const keys = Object.keys(parse(text) as object);
    if (keys.every((key) => topLevel.has(key))) return environmentOf(text, sound);
    return environmentOf(`apis:\n  orders:\n${text.replace(/^(?=.)/gm, '    ')}`, sound);
  }

  test.each(named(of('yaml')))('%s is read', (_, { text }) => {
    const whole = wholeOf(`${text}\n`);
    expect(Object.keys(parseEnvironment(whole, 'docs.yaml', undefined).apis).length).toBeGreaterThan(0);
  });
});

test.each(named(of('json')))('%s is JSON', (_, { text }) => {
  expect(typeof JSON.parse(text.trim().startsWith('{') ? text : `{${text}}`)).toBe('object');
});

describe('TypeScript', () => {
  let folder: string;
  /** What the compiler says of all blocks, and of one that is wrong. */
  let said: string[];
  beforeAll(() => {
    // Where the packages are found; no one else's eye falls on it.
    mkdirSync(join(root, '.stagecraft'), { recursive: true });
    folder = mkdtempSync(join(root, '.stagecraft/docs-'));
    for (const [index, { text }] of of('ts').entries())
      writeFileSync(join(folder, `block${index}.ts`), `${text}\nexport {};\n`);
    writeFileSync(join(folder, 'wrong.ts'), "import { nothing } from 'stagecraft/aws-cdk';\nnothing();\n");
    const paths = {
      stagecraft: [join(root, 'constructs/public/index.ts')],
      'stagecraft/*': [join(root, 'constructs/public/*.ts')],
    };
    const settings = { extends: join(root, 'tsconfig.json'), compilerOptions: { paths }, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    said = compiled(folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const compiled = (project: string): string[] => {
    const { stdout } = spawnSync('npx', ['--no-install', 'tsc', '--project', project], {
      cwd: root,
      encoding: 'utf8',
    });
    return stdout.split('\n').filter(Boolean);
  };

  test('of all blocks has types', () => {
    expect(said.filter((line) => !line.includes('wrong.ts'))).toEqual([]);
  });

  test('that has none is told', () => {
    expect(said).toEqual([expect.stringMatching(/wrong\.ts.*'nothing'/)]);
  });
});

describe('what the prose names', () => {
  const sources = ['constructs', 'cli', 'stacks', 'sandbox', 'scripts', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|py|lua)$/.test(name))
      .map((name) => read(`${folder}/${name}`)),
  );
  const all = sources.join('\n');

  test('files and folders are there', () => {
    const some = codes.filter(({ code }) =>
      /^(constructs|cli|stacks|sandbox|test|scripts|docs|environments|examples|bench)\/[\w./<>*-]*$/.test(
        code,
      ),
    );
    expect(some.length).toBeGreaterThan(40);
    const gone = some.filter(({ code }) => !existsSync(join(root, code.replace(/[<*].*$/, ''))));
    expect(gone).toEqual([]);
  });

  test('variables of stagecraft are read, and those that are read stand in a document', () => {
    const told = new Set(byHand.flatMap((file) => read(file).match(/\bSTAGECRAFT_[A-Z_]+\b/g) ?? []));
    const inSources = new Set(all.match(/\bSTAGECRAFT_[A-Z_]+\b/g));
    expect([...told].filter((name) => !inSources.has(name) && !read('package.json').includes(name))).toEqual(
      [],
    );
    expect([...inSources].filter((name) => !told.has(name))).toEqual([]);
  });

  test('codes of problems are those of the sources', () => {
    // Of a test, and of WSGI.
    const others = ['FACTS_ENVIRONMENTS', 'PATH_INFO'];
    const known = codesInSources();
    const isKnown = (code: string): boolean => known.has(code) || new RegExp(`\\b${code}\\b`).test(all);
    const some = codes.filter(
      ({ code }) => /^[A-Z]+(_[A-Z]+)+$/.test(code) && !code.startsWith('STAGECRAFT_'),
    );
    expect(some.length).toBeGreaterThan(3);
    expect(some.filter(({ code }) => !isKnown(code) && !others.includes(code))).toEqual([]);
  });

  test('names of two words are a field, or in the sources', () => {
    const words = codes.flatMap(({ file, code }) =>
      file === 'docs/aws-facts.md'
        ? []
        : (/^[a-z]+[A-Z][A-Za-z]*(?=:|$)/.exec(code) ?? []).map((word) => ({ file, word })),
    );
    expect(words.length).toBeGreaterThan(60);
    const fields = new Set(fieldsOf().flatMap(({ path }) => path));
    // Of CDK, of this project's linter, of JSON Schema.
    const others = ['addPropertyOverride', 'noImportCycles', 'patternProperties'];
    const unknown = words.filter(
      ({ word }) => !fields.has(word) && !others.includes(word) && !new RegExp(`\\b${word}\\b`).test(all),
    );
    expect(unknown).toEqual([]);
  });

  test('links lead to a file that is there, and to a heading of it', () => {
    const broken = documents.flatMap((file) =>
      [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
        if (/^https?:/.test(target)) return [];
        const [path = '', anchor] = target.split('#');
        const other = path ? join(dirname(file), path) : file;
        if (!existsSync(join(root, other))) return [`${file}: ${target}`];
        const heads = () => [...read(other).matchAll(/^#+ (.*)$/gm)].map(([, head = '']) => anchorOf(head));
        return anchor === undefined || heads().includes(anchor) ? [] : [`${file}: ${target}`];
      }),
    );
    expect(broken).toEqual([]);
  });
});
