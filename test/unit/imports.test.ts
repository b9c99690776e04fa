/** Which file may import which, and that CONTRIBUTING says how the code is laid out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { circlesIn, importedBy, importsOf, productFolders, sourcesIn } from '../../scripts/imports';
import { mermaid, type Part, partOf, parts, reduced, withPicture } from '../../scripts/picture';

const root = path.resolve(__dirname, '../..');
const product = importsOf(productFolders.flatMap(sourcesIn));

const OF_ENGINES: readonly Part[] = [
  'constructs',
  'constructs/blueprint',
  'constructs/graph',
  'constructs/words',
];

/** Each part, with those that it may import. */
const MAY_IMPORT: Readonly<Record<Part, readonly Part[]>> = {
  constructs: [],
  'constructs/gateway': ['constructs'],
  'constructs/blueprint': ['constructs', 'constructs/gateway'],
  'constructs/graph': ['constructs', 'constructs/gateway', 'constructs/blueprint'],
  'constructs/terraform': ['constructs', 'constructs/gateway', 'constructs/blueprint', 'constructs/graph'],
  'constructs/words': ['constructs', 'constructs/blueprint', 'constructs/graph'],
  'constructs/cdktf': [...OF_ENGINES, 'constructs/terraform'],
  'constructs/pulumi': [...OF_ENGINES, 'constructs/terraform'],
  'constructs/aws-cdk': OF_ENGINES,
  // It hands on what people import, an entry a file, and makes nothing.
  'constructs/public': [
    'constructs',
    'constructs/gateway',
    'constructs/blueprint',
    'constructs/graph',
    'constructs/cdktf',
    'constructs/pulumi',
    'constructs/aws-cdk',
  ],
  // It reads what was provisioned through AWS's own APIs: of the constructs it knows the words of an environment file.
  sandbox: ['constructs/blueprint'],
  stacks: [...parts.filter((part) => part.startsWith('constructs')), 'sandbox'],
  cli: parts.filter((part) => part !== 'cli'),
};

describe('imports', () => {
  const against = (may: (from: string, to: string) => boolean): string[] =>
    [...product].flatMap(([from, all]) =>
      all.filter((to) => !may(from, to)).map((to) => `${from} imports ${to}`),
    );

  it('go from a part to those that it may import, and to no other', () => {
    const may = (from: string, to: string) => {
      const [importing, imported] = [partOf(from), partOf(to)];
      return importing === imported || MAY_IMPORT[importing].includes(imported);
    };
    expect(against(may)).toEqual([]);
  });

  it('go from no engine to another one', () => {
    const engineOf = (file: string) => /^(?:constructs|stacks)\/(aws-cdk|cdktf|pulumi)\//.exec(file)?.[1];
    const may = (from: string, to: string) =>
      engineOf(from) === undefined || [undefined, engineOf(from)].includes(engineOf(to));
    expect(against(may)).toEqual([]);
  });

  it('go in no circle, types included', () => {
    const others = ['test', 'scripts', 'bench', 'examples'];
    const all = importsOf([...product.keys(), ...others.flatMap(sourcesIn)]);
    expect(circlesIn(all).map((circle) => circle.join(' -> '))).toEqual([]);
    expect(all.size).toBeGreaterThan(800);
  });

  it('are found however they are written', () => {
    const known = importedBy('test/unit/imports.test.ts');
    expect(known).toContain('../../scripts/imports');
    expect(known).not.toContain('..');
    // As a type within an expression, and by `require`: see the list of engines.
    expect(importedBy('test/unit/engines.test.ts')).toEqual(
      expect.arrayContaining(['../../stacks/engines', '../../cli/main']),
    );
    // Loaded only when it is needed.
    expect(importedBy('stacks/cdktf/engine.ts')).toContain('./repair/state');
    expect(product.get('stacks/cdktf/engine.ts')).toContain('stacks/cdktf/repair/state.ts');
    // A folder is its index.
    expect(product.get('constructs/blueprint/sections/api.ts')).toContain(
      'constructs/gateway/policies/index.ts',
    );
  });
});

describe('a part', () => {
  it('is each folder of the constructs, and one that is new has to be told', () => {
    expect(partOf('constructs/graph/settings/service.ts')).toBe('constructs/graph');
    expect(partOf('constructs/problems.ts')).toBe('constructs');
    expect(() => partOf('constructs/another/file.ts')).toThrow(
      'constructs/another/file.ts is in no part. Add',
    );
    expect(() => partOf('elsewhere/file.ts')).toThrow('elsewhere/file.ts is in no part. Add');
  });
});

describe('circles', () => {
  it('are found with the files on them', () => {
    const imports = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['b']],
      ['d', []],
    ]);
    expect(circlesIn(imports)).toEqual([['b', 'c']]);
    expect(circlesIn(new Map([['a', ['a']]]))).toEqual([['a']]);
    expect(circlesIn(new Map([...imports, ['c', ['d']]]))).toEqual([]);
  });
});

describe('the picture', () => {
  it('draws no edge that follows from others', () => {
    const edges = new Map([
      ['cli', new Set(['a/b', 'c'])],
      ['a/b', new Set(['c'])],
      ['c', new Set<string>()],
    ]);
    expect(mermaid(reduced(edges))).toBe(
      [
        '```mermaid',
        'flowchart TD',
        '  cli["cli"]',
        '  a_b["a/b"]',
        '  c["c"]',
        '  cli --> a_b',
        '  a_b --> c',
        '```',
      ].join('\n'),
    );
  });
});

describe('CONTRIBUTING', () => {
  const document = readFileSync(path.join(root, 'CONTRIBUTING.md'), 'utf8');

  it('has the picture of today: npm run picture', () => {
    expect(document).toBe(withPicture(document));
  });

  /** Names in the first column of all tables. Where one is no path in the project, it is one in the folder that the table is said to be of. */
  const named = (() => {
    let base = '';
    return document.split('\n').flatMap((line) => {
      base = /^(?:In )?`(constructs[\w/-]+)`.*:$/.exec(line)?.[1] ?? base;
      const name = /^\| `([^`]+)`/.exec(line)?.[1];
      if (name === undefined) return [];
      const folder = name.replace('/<name>', '');
      return [existsSync(path.join(root, folder)) ? folder : path.posix.join(base, folder)];
    });
  })();

  it('names no folder or file that is not there', () => {
    expect(named.filter((one) => !existsSync(path.join(root, one)))).toEqual([]);
    expect(named.length).toBeGreaterThan(50);
  });

  it('says of each folder what it is for', () => {
    const inside = (folder: string, deep: boolean): string[] =>
      readdirSync(path.join(root, folder), { withFileTypes: true })
        .filter(
          (one) => one.isDirectory() && !/^(__pycache__|node_modules|dist|cdktf\.out|\..*)$/.test(one.name),
        )
        .map(({ name }) => path.posix.join(folder, name))
        .flatMap((one) => (deep ? [one, ...inside(one, true)] : [one]));
    const top = ['bench', 'bin', 'docs', 'environments', 'examples', 'scripts'];
    const folders = [
      ...productFolders,
      ...productFolders.flatMap((one) => inside(one, true)),
      ...top,
      ...inside('test', false),
    ];
    const policies = inside('constructs/gateway/policies', false);
    const missing = folders.filter((one) => !named.includes(one) && !policies.includes(one));
    expect(missing).toEqual([]);
  });
});
