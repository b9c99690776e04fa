/** Environment files that share what stands in another one: what comes of both, and where a mistake is told. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { loadEnvironment, locatedIn, parseEnvironment, readData } from '../../constructs/blueprint/load';
import { readDocument } from '../../constructs/blueprint/reading/document';
import { layered, merged } from '../../constructs/blueprint/reading/layers';
import { Problems } from '../../constructs/problems';
import { blueprints } from '../../stacks/blueprints';

const scratch = mkdtempSync(join(tmpdir(), 'stagecraft-extends-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A folder of environment files. */
function folder(files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(scratch, 'f-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), text);
  }
  return made;
}

const load = (files: Readonly<Record<string, string>>) => loadEnvironment(join(folder(files), 'dev.yaml'));

/** Problems as `file:line:column CODE path`. */
function problems(files: Readonly<Record<string, string>>): string[] {
  const at = folder(files);
  try {
    loadEnvironment(join(at, 'dev.yaml'));
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    return error.problems.map(
      ({ file = '', line, column, code, path }) =>
        `${file.slice(at.length + 1)}:${line}:${column} ${code} ${path.join('.')}`,
    );
  }
  return [];
}

const BASE = `region: eu-central-1
stage: api
tags: { team: web, cost: "1" }
apis:
  orders:
    image: ghcr.io/example/orders:1
    paths: [/orders, /baskets]
    cpu: 512
    memoryMiB: 1024
`;
const DEV = 'extends: shared/base.yaml\nname: dev\n';

test('mappings are merged, lists and values replaced, and what has no value is taken away', () => {
  const { region, tags, apis } = load({
    'shared/base.yaml': BASE,
    'dev.yaml': `${DEV}tags: { cost: "2", owner: me }\napis:\n  orders:\n    paths: [/o]\n    cpu: 256\n    memoryMiB:\n`,
  });
  expect({ region, tags }).toEqual({
    region: 'eu-central-1',
    tags: { team: 'web', cost: '2', owner: 'me' },
  });
  expect(apis.orders).toMatchObject({
    image: 'ghcr.io/example/orders:1',
    paths: ['/o'],
    cpu: 256,
    // As if nobody had said it.
    memoryMiB: 512,
  });
});

test('a base may extend another; all paths begin at the folder of the environment files', () => {
  const { region, stage } = load({
    'shared/all/base.yaml': BASE,
    'shared/europe.yaml': 'extends: shared/all/base.yaml\nregion: eu-west-1\n',
    'dev.yaml': 'extends: shared/europe.yaml\nname: dev\n',
  });
  expect([region, stage]).toEqual(['eu-west-1', 'api']);
});

test('a file of a folder below is no environment', () => {
  const environments = folder({ 'shared/base.yaml': BASE, 'dev.yaml': DEV });
  expect(blueprints({ environments }).sound.map(({ environment }) => environment)).toEqual(['dev']);
});

test('what a mistake stands in is named, with its line there', () => {
  expect(
    problems({
      'shared/base.yaml': `${BASE}    port: 70000\n    prot: 1\n`,
      'dev.yaml': `${DEV}deregistrationDelaySeconds: 9999\n`,
    }),
  ).toEqual([
    'dev.yaml:3:29 OUT_OF_RANGE deregistrationDelaySeconds',
    'shared/base.yaml:10:11 OUT_OF_RANGE apis.orders.port',
    'shared/base.yaml:11:5 UNKNOWN_KEY apis.orders.prot',
  ]);
});

test('what two files say together is told where the value stands that is meant', () => {
  expect(
    problems({ 'shared/base.yaml': BASE, 'dev.yaml': `${DEV}apis: { orders: { memoryMiB: 512 } }\n` }),
  ).toEqual(['dev.yaml:3:30 FARGATE_MEMORY apis.orders.memoryMiB']);
  expect(
    problems({ 'shared/base.yaml': BASE, 'dev.yaml': `${DEV}apis: { orders: { cpu: 2048 } }\n` }),
  ).toEqual(['shared/base.yaml:9:16 FARGATE_MEMORY apis.orders.memoryMiB']);
});

test('what is in neither is missing in the file itself', () => {
  expect(problems({ 'shared/base.yaml': 'stage: api\n', 'dev.yaml': DEV })).toEqual([
    'dev.yaml:1:1 MISSING_KEY region',
    'dev.yaml:1:1 MISSING_KEY apis',
  ]);
});

test('a key without a value in the base alone is a mistake of the base', () => {
  expect(problems({ 'shared/base.yaml': `${BASE}    port:\n`, 'dev.yaml': DEV })).toEqual([
    'shared/base.yaml:10:5 EMPTY_VALUE apis.orders.port',
  ]);
});

test('a base that is no YAML, or no mapping, is told as that', () => {
  expect(problems({ 'shared/base.yaml': 'a: [', 'dev.yaml': DEV })).toEqual([
    'shared/base.yaml:1:5 YAML_SYNTAX ',
  ]);
  expect(problems({ 'shared/base.yaml': '- a\n', 'dev.yaml': DEV })).toEqual([
    'shared/base.yaml:1:1 WRONG_TYPE ',
  ]);
  expect(problems({ 'shared/base.yaml': '', 'dev.yaml': DEV })).toEqual(['shared/base.yaml:1:1 FILE_EMPTY ']);
});

test('an alias in the base is told there, and nothing follows from it', () => {
  expect(problems({ 'shared/base.yaml': `${BASE}    port: *x\n`, 'dev.yaml': DEV })).toEqual([
    'shared/base.yaml:10:11 YAML_ALIAS apis.orders.port',
  ]);
  expect(problems({ 'shared/base.yaml': `${BASE}    port: !x 1\n`, 'dev.yaml': DEV })).toEqual([
    'shared/base.yaml:10:14 YAML_TAG apis.orders.port',
  ]);
});

test.each([
  'base.yaml',
  '../base.yaml',
  'shared/../../base.yaml',
  '/etc/base.yaml',
  './shared/base.yaml',
  'shared/base',
  'shared/.base.yaml',
  'shared\\\\base.yaml',
])('extends: %s is refused by its form', (base) => {
  expect(
    problems({ 'shared/base.yaml': BASE, 'dev.yaml': `name: dev\n${BASE}extends: "${base}"\n` }),
  ).toEqual(['dev.yaml:11:10 WRONG_FORM extends']);
});

test('a base that is not there is told where it is named', () => {
  expect(problems({ 'shared/base.yaml': 'extends: shared/absent.yaml\n', 'dev.yaml': DEV })).toEqual([
    'shared/base.yaml:1:10 EXTENDS_FILE extends',
  ]);
  expect(problems({ 'shared/base.yaml/x': '', 'dev.yaml': DEV })).toEqual([
    'dev.yaml:1:10 EXTENDS_FILE extends',
  ]);
});

test('a link out of the folder is not followed', () => {
  const at = folder({ 'dev.yaml': DEV, 'shared/other.yaml': BASE });
  const secret = join(folder({ 'secret.yaml': BASE }), 'secret.yaml');
  symlinkSync(secret, join(at, 'shared/base.yaml'));
  expect(() => loadEnvironment(join(at, 'dev.yaml'))).toThrow(
    'The file is outside the folder of the environment files.',
  );
});

test('files that extend each other are refused', () => {
  const files = {
    'dev.yaml': DEV,
    'shared/base.yaml': 'extends: shared/other.yaml\n',
    'shared/other.yaml': 'extends: shared/base.yaml\n',
  };
  expect(problems(files)).toEqual(['shared/other.yaml:1:10 EXTENDS_CIRCLE extends']);
  expect(() => load(files)).toThrow(
    'The file extends itself: shared/base.yaml -> shared/other.yaml -> shared/base.yaml.',
  );
});

test('a text alone extends nothing', () => {
  expect(() => parseEnvironment(DEV, 'dev.yaml')).toThrow('A text extends no file');
});

test('the name is still that of the file, wherever it is said', () => {
  expect(
    problems({ 'shared/base.yaml': `${BASE}name: prod\n`, 'dev.yaml': 'extends: shared/base.yaml\n' }),
  ).toEqual(['shared/base.yaml:10:7 NAME_NOT_FILE name']);
});

test('what the sandbox reads of a file is the whole, without `extends`, and its places are those of the files', () => {
  const file = join(folder({ 'shared/base.yaml': BASE, 'dev.yaml': DEV }), 'dev.yaml');
  expect(readData(file)).toEqual({
    name: 'dev',
    region: 'eu-central-1',
    stage: 'api',
    tags: { team: 'web', cost: '1' },
    apis: {
      orders: {
        image: 'ghcr.io/example/orders:1',
        paths: ['/orders', '/baskets'],
        cpu: 512,
        memoryMiB: 1024,
      },
    },
  });
  const [found] = locatedIn(file, [{ code: 'X', path: ['apis', 'orders', 'image'], message: 'x' }]);
  expect(found).toMatchObject({ file: join(dirname(file), 'shared/base.yaml'), line: 6, column: 12 });
});

describe('merging', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'constructor');
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(1, 'x', true, null),
      fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));

  test('with nothing below or above is the same', () => {
    fc.assert(
      fc.property(tree, (one) => {
        expect(merged(one, {})).toEqual(one);
        expect(merged({}, typeof one === 'object' && one && !Array.isArray(one) ? one : {})).toEqual(
          typeof one === 'object' && one && !Array.isArray(one) ? one : {},
        );
      }),
    );
  });

  test('every place of what comes out is found in the layer that says it', () => {
    const mapping = fc.dictionary(key, tree, { maxKeys: 3, noNullPrototype: true });
    fc.assert(
      fc.property(mapping, mapping, (above, below) => {
        const layers = [
          { file: 'above', document: readDocument(JSON.stringify(above)) },
          { file: 'below', document: readDocument(JSON.stringify(below)) },
        ] as const;
        const document = layered([layers[0], layers[1]]);
        const visit = (value: unknown, path: readonly string[]): void => {
          if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
            for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name]);
            return;
          }
          const { file } = document.place(path, 'value');
          const said = file === 'above' ? above : below;
          expect(path.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], said)).toEqual(
            value,
          );
        };
        visit(document.data, []);
      }),
    );
  });
});
