/** What `npm pack` makes, as a project of the user's has it. `npm run test:package` installs it from the tarball. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { manifest, type Packed, packed, root } from './support/packed';

let own: Packed;

beforeAll(() => {
  own = packed();
}, 180_000);

afterAll(() => own.remove());

/** Runs a program of the project's. */
const node = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args, { cwd: own.project, encoding: 'utf8' });

const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .sort();

/** Loads the program as Pulumi does, with the SDK's mocks, and prints the names of the stack's outputs. */
const MOCKED = `const pulumi = require('@pulumi/pulumi');
pulumi.runtime.setMocks(
  {
    newResource: ({ name, inputs }) => ({ id: name, state: { ...inputs, arn: name } }),
    call: ({ inputs }) => inputs,
  },
  'infrastructure',
  'dev',
);
const { type } = require('./package.json');
void pulumi.runtime
  .runInPulumiStack(async () => {
    if (type !== 'module') return require('./infrastructure/main.ts');
    const all = await import('./infrastructure/main.ts');
    if (Object.keys(all).join() !== 'default') throw new Error('Pulumi takes a default export alone.');
    return all.default;
  })
  .then((outputs) => console.log(Object.keys(outputs).join()));
`;

const ENTRIES = ['', '/gateway', '/cdktf', '/aws-cdk', '/pulumi'];

describe('what is packed', () => {
  it('is compiled: no source, no test, nothing but what is named', () => {
    const kinds = new Set(own.files.map((path) => path.replace(/^(bin|dist|docs)\/.*$/, '$1/')));
    expect([...kinds].sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin/', 'dist/', 'docs/', 'package.json'].sort(),
    );
    const odd = own.files.filter((path) => /\.ts$/.test(path) && !/\.d\.ts$/.test(path));
    expect(odd).toEqual([]);
    expect(own.files.filter((path) => /test|node_modules|__pycache__/.test(path))).toEqual([]);
  });

  it('stays small', () => {
    expect(own.size).toBeLessThan(1_700_000);
    expect(own.files.length).toBeLessThan(1400);
  });

  it('has all that is read while it runs', () => {
    const emulator = 'sandbox/emulator';
    const python = filesBelow(join(own.folder, 'dist', emulator), '.py');
    expect(python).toEqual(filesBelow(join(root, emulator), '.py'));
    const schema = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
    expect(schema(join(own.folder, 'dist/environment.schema.json'))).toEqual(
      schema(join(root, 'environments/environment.schema.json')),
    );
  });

  it('has a program that can be run, in git too', () => {
    const listed = execFileSync('git', ['ls-files', '--stage', 'bin'], { cwd: root, encoding: 'utf8' });
    expect(listed).toMatch(/^100755 /);
    const { status, stdout } = spawnSync(join(own.folder, 'bin/stagecraft.js'), ['--version'], {
      cwd: own.project,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, `${manifest.version}\n`]);
  });

  it('has the source in the map of each file', () => {
    const dist = join(own.folder, 'dist');
    const maps = filesBelow(dist, '.js.map');
    expect(maps.map((file) => file.replace(/\.map$/, ''))).toEqual(filesBelow(dist, '.js'));
    for (const file of maps) {
      const { sourcesContent } = JSON.parse(readFileSync(join(dist, file), 'utf8'));
      expect(sourcesContent).toEqual([readFileSync(join(root, file.replace(/\.js\.map$/, '.ts')), 'utf8')]);
    }
  });
});

describe('the public API', () => {
  const report = (name: string): string => join(root, 'constructs/public', `${name}.api.md`);

  it.each(['index', 'gateway', 'cdktf', 'aws-cdk', 'pulumi'])(
    'of %s is as it is written beside it: npm run api',
    (name) => {
      expect(own.api[name]).toBe(readFileSync(report(name), 'utf8'));
    },
  );

  it('shows nothing of how the constructs are made of the resource graph', () => {
    expect(Object.keys(own.api)).toEqual(['index', 'gateway', 'cdktf', 'aws-cdk', 'pulumi']);
    const all = Object.values(own.api).join('\n');
    expect(all).toContain('export declare class GatewayPair');
    expect(all).not.toMatch(/\bPart<|static readonly (resources|nouns)\b|\bnoun\b|\bOutside\b|\bNoun\w*</);
  });
});

describe('types', () => {
  const USE = `
import { type Blueprint, type blueprint, loadEnvironment, Problems, resolve } from 'stagecraft';
import { type GatewayModel, haproxy } from 'stagecraft/gateway';
import * as cdktf from 'stagecraft/cdktf';
import * as cdk from 'stagecraft/aws-cdk';
import * as pulumi from 'stagecraft/pulumi';
import 'stagecraft/cdktf/app';
import 'stagecraft/aws-cdk/app';
import 'stagecraft/pulumi/app';

const made: Blueprint = resolve(loadEnvironment('environments/shop.yaml'));
export const pair: blueprint.GatewayPair | undefined = made.gateway;
export const name: string = haproxy.name;
export const all = [Problems, cdktf.GatewayPair, cdk.GatewayPair, pulumi.GatewayPair];
export type Props = [cdktf.GatewayPairProps, cdk.GatewayPairProps, pulumi.GatewayPairArgs, GatewayModel];
// @ts-expect-error Types are there: a stage is no number.
export const wrong: number = made.stage;
`;

  it('name no type of the schema library: an environment is told in its own words', () => {
    const dist = join(own.folder, 'dist');
    const typed = filesBelow(dist, '.d.ts');
    expect(
      typed.filter((file) => /from ['"]zod|import\(['"]zod/.test(readFileSync(join(dist, file), 'utf8'))),
    ).toEqual([]);
    const schema = readFileSync(join(dist, 'constructs/blueprint/schema.d.ts'), 'utf8');
    expect(schema).toContain('stage: "api" | "gateway" | "load-balanced";');
  });

  it.each([
    ['node16', 'node16', 'es2018'],
    ['nodenext', 'nodenext', 'es2022'],
    ['esnext', 'bundler', 'es2022'],
  ])('are there with module %s, resolution %s and lib %s, with all libraries checked', (module, way, lib) => {
    const names = module === 'esnext' ? ['use.mts'] : ['use.mts', 'use.cts'];
    for (const file of names) writeFileSync(join(own.project, file), USE);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--target', 'es2022'];
    const { stdout } = spawnSync(
      process.execPath,
      [
        tsc,
        ...options,
        '--types',
        'node',
        '--lib',
        lib,
        '--module',
        module,
        '--moduleResolution',
        way,
        ...names,
      ],
      { cwd: own.project, encoding: 'utf8' },
    );
    expect(stdout).toBe('');
  });
});

describe('an import', () => {
  it('is the same object for CommonJS and for an ES module', () => {
    writeFileSync(
      join(own.project, 'same.mjs'),
      `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
for (const entry of ${JSON.stringify(ENTRIES)}) {
  const { __esModule, ...required } = require('stagecraft' + entry);
  const imported = await import('stagecraft' + entry);
  const same = Object.keys(required).every((name) => required[name] === imported[name]);
  console.log('stagecraft' + entry, same, Object.keys(imported).sort().join() === Object.keys(required).sort().join());
}
`,
    );
    expect(node('same.mjs').trim().split('\n')).toEqual(
      ENTRIES.map((entry) => `stagecraft${entry} true true`),
    );
  });

  /** What reads an environment's words, and checks them. */
  const WORDS = ['fastest-levenshtein', 'fflate', 'ipaddr.js', 'picocolors', 'yaml', 'zod'];
  const READING = ['blueprint', 'gateway', 'problems.js', 'public'];
  const GRAPH = [...READING, 'construct-paths.js', 'graph', 'words'];

  it.each<[entry: string, packages: string[], more: string[], folders: string[]]>([
    ['index', WORDS, [], READING],
    ['gateway', ['fflate', 'ipaddr.js', 'picocolors', 'zod'], [], ['gateway', 'problems.js', 'public']],
    ['cdktf', ['@cdktf/provider-aws', 'cdktf', 'constructs'], WORDS, [...GRAPH, 'cdktf', 'terraform']],
    ['aws-cdk', ['aws-cdk-lib', 'constructs'], WORDS, [...GRAPH, 'aws-cdk']],
    ['pulumi', ['@pulumi/aws', '@pulumi/pulumi'], WORDS, [...GRAPH, 'pulumi', 'terraform']],
  ])('of %s brings these packages and folders, and no others', async (entry, packages, more, folders) => {
    const dist = join(own.folder, 'dist');
    const { metafile } = await bundle({
      absWorkingDir: dist,
      entryPoints: [`constructs/public/${entry}.js`],
      bundle: true,
      platform: 'node',
      packages: 'external',
      write: false,
      metafile: true,
    });
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
    const external = imports.filter((one) => one.external && !one.path.startsWith('node:'));
    const names = external.map(({ path }) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0]);
    expect(packages.filter((name) => !names.includes(name))).toEqual([]);
    const known = (name = '') => [...packages, ...more].includes(name);
    expect(names.filter((name) => !known(name))).toEqual([]);
    const first = Object.keys(metafile.inputs).map((file) => file.split('/').slice(0, 2));
    expect([...new Set(first.map(([top]) => top))]).toEqual(['constructs']);
    expect(first.filter(([, folder = '']) => !folders.includes(folder))).toEqual([]);
  });

  it.each(ENTRIES)('of stagecraft%s loads no AWS SDK, no sandbox and no other engine', (entry) => {
    const print = `require('stagecraft${entry}'); console.log(Object.keys(require.cache).join('\\n'))`;
    const loaded = node('-e', print).trim().split('\n');
    expect(loaded.some((file) => file.startsWith(join(own.folder, 'dist/constructs/public/')))).toBe(true);
    const engines = { '/cdktf': 'cdktf', '/aws-cdk': 'aws-cdk-lib', '/pulumi': '@pulumi' };
    const others = Object.entries(engines).filter(([name]) => name !== entry);
    const forbidden = ['@aws-sdk', '@smithy', 'commander', ...others.map(([, name]) => name)];
    const isForbidden = (file: string) =>
      file.startsWith(join(own.folder, 'dist/'))
        ? !file.startsWith(join(own.folder, 'dist/constructs/'))
        : forbidden.some((name) => file.includes(`/node_modules/${name}/`));
    expect(loaded.filter(isForbidden)).toEqual([]);
  });
});

describe('in a project of its own', () => {
  beforeAll(() => {
    mkdirSync(join(own.project, 'environments'));
    writeFileSync(
      join(own.project, 'environments/shop.yaml'),
      `name: shop
stage: gateway
region: eu-central-1
domain: { name: api.shop.example, hostedZone: { id: Z0123456789SHOP, name: shop.example } }
apis:
  orders: { image: "registry.example/orders:1", paths: [/orders] }
`,
    );
  });

  it('what the CLI of an engine runs synthesizes the environments there', () => {
    node('-e', "require('stagecraft/cdktf/app')");
    const written = readFileSync(join(own.project, 'cdktf.out/stacks/shop/cdk.tf.json'), 'utf8');
    expect(written).toContain('shop-gateway-a');
  });

  it('the command line reads the environments there, and writes there', () => {
    node(join(own.folder, 'bin/stagecraft.js'), 'module', '--environment', 'shop', '--out', 'made');
    expect(readdirSync(join(own.project, 'made'))).toContain('main.tf.json');
  });

  it.each([
    ['cdktf', 'api', '{}', 'cdktf.out/stacks/dev/cdk.tf.json', '"aws_ecs_service"'],
    ['aws-cdk', 'gateway', '{"type":"module"}', 'cdk.out/dev.template.json', 'dev-gateway-a'],
  ])(
    'what `init` writes for %s at stage %s has types, and is synthesized',
    (engine, stage, begun, out, text) => {
      const cwd = join(own.project, `begun-${engine}`);
      mkdirSync(cwd);
      writeFileSync(join(cwd, 'package.json'), begun);
      const run = (...args: readonly string[]) =>
        execFileSync(process.execPath, args, {
          cwd,
          encoding: 'utf8',
          env: { ...process.env, CDK_OUTDIR: 'cdk.out' },
        });
      run(join(own.folder, 'bin/stagecraft.js'), 'init', '--engine', engine, '--stage', stage);
      run(join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--project', 'infrastructure');
      const configuration = readFileSync(join(cwd, engine === 'cdktf' ? 'cdktf.json' : 'cdk.json'), 'utf8');
      expect(JSON.parse(configuration).app).toBe('npx tsx infrastructure/main.ts');
      run(join(root, 'node_modules/tsx/dist/cli.mjs'), 'infrastructure/main.ts');
      expect(readFileSync(join(cwd, out), 'utf8')).toContain(text);
    },
  );

  it.each(['{}', '{"type":"module"}'])(
    "what `init` writes for Pulumi has types, and exports the stack's outputs, with package.json %s",
    (begun) => {
      const cwd = join(own.project, `begun-pulumi-${begun.length}`);
      mkdirSync(cwd);
      writeFileSync(join(cwd, 'package.json'), begun);
      const run = (...args: readonly string[]) =>
        execFileSync(process.execPath, args, { cwd, encoding: 'utf8' });
      run(join(own.folder, 'bin/stagecraft.js'), 'init', '--engine', 'pulumi', '--stage', 'api');
      run(join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--project', 'infrastructure');
      writeFileSync(join(cwd, 'mocked.cjs'), MOCKED);
      expect(run(join(root, 'node_modules/tsx/dist/cli.mjs'), 'mocked.cjs')).toBe(
        'cluster,namespace,services,log_groups\n',
      );
    },
  );

  it('nothing is written into the package', () => {
    const found = readdirSync(own.folder, { recursive: true, encoding: 'utf8', withFileTypes: true });
    const files = found.filter((one) => one.isFile()).length;
    expect(files).toBe(own.files.length);
  });
});

it('each name under `exports` is there, and no other file can be imported', () => {
  expect(Object.keys(manifest.exports)).toEqual([
    '.',
    './gateway',
    './cdktf',
    './aws-cdk',
    './pulumi',
    './cdktf/app',
    './aws-cdk/app',
    './pulumi/app',
    './environment.schema.json',
    './package.json',
  ]);
  const refused = spawnSync(process.execPath, ['-e', "require('stagecraft/dist/cli/main.js')"], {
    cwd: own.project,
    encoding: 'utf8',
  });
  expect(refused.stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
});
