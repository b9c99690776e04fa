/**
 * `npm run build`: what is published, in `dist`. CommonJS, with a source map beside each file that has its source in it; for
 * each entry a small ES module that hands on the same objects, so that there is one of each class whichever way it was imported.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { apiReport } from './api-report';
import { compiler, project } from './compiler';
import { withoutInner } from './inner';
import { namesSchemas, writePlainTypes } from './plain-types';

/** Modules that people import, by their path below `dist`. */
const ENTRIES = ['index', 'gateway', 'cdktf', 'aws-cdk', 'pulumi'].map((name) => `constructs/public/${name}`);

/** Programs that the engines' command lines run. */
const APPS = ['cdktf', 'aws-cdk', 'pulumi'].map((name) => `stacks/${name}/main`);

/** Files that are read while it runs, from the same place as in a checkout. */
const ASSETS = ['sandbox/emulator'];

/** What people import from each entry, by the entry's name. */
export type ApiReports = Readonly<Record<string, string>>;

/** @param dist folder that is made anew */
export function build(dist: string): ApiReports {
  rmSync(dist, { recursive: true, force: true });
  compile(dist);
  for (const folder of ASSETS) {
    const isAsset = (file: string) => !file.includes('__pycache__');
    cpSync(join(project, folder), join(dist, folder), { recursive: true, filter: isAsset });
  }
  cpSync(join(project, 'environments/environment.schema.json'), join(dist, 'environment.schema.json'));
  for (const entry of ENTRIES) writeModule(join(dist, entry));
  const isOfSchema = (file: string) => namesSchemas(readFileSync(file, 'utf8'));
  for (const file of typesBehind(dist)) writeFileSync(file, withoutInner(readFileSync(file, 'utf8')));
  // Before types that a schema gives are written out: the schema of environment files is reviewed as such.
  const reports = ENTRIES.map((entry) => [basename(entry), apiReport(join(dist, `${entry}.d.ts`))] as const);
  writePlainTypes(typesBehind(dist).filter(isOfSchema), dist);
  pruneTypes(dist);
  chmodSync(join(project, 'bin/stagecraft.js'), 0o755);
  return Object.fromEntries(reports);
}

function compile(dist: string): void {
  const args = ['--project', join(project, 'tsconfig.build.json'), '--outDir', dist];
  execFileSync(process.execPath, [compiler, ...args], {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** An ES module that names what a CommonJS one exports: no bundler and no Node.js has to guess the names. */
function writeModule(path: string): void {
  const source = readFileSync(`${path}.js`, 'utf8');
  // As TypeScript writes `export { name } from`.
  const names = [...source.matchAll(/^Object\.defineProperty\(exports, "(\w+)", /gm)].flatMap(([, name]) =>
    name === undefined || name === '__esModule' ? [] : [name],
  );
  const file = `./${relative(dirname(path), path)}.js`;
  writeFileSync(
    `${path}.mjs`,
    `import api from '${file}';\n\nexport const { ${names.sort().join(', ')} } = api;\n`,
  );
  writeFileSync(`${path}.d.mts`, `export * from '${file}';\n`);
}

/** The types that people import, and those that these name. */
function typesBehind(dist: string): string[] {
  const found = new Set<string>();
  const add = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g)) {
      add(declarationOf(resolve(dirname(file), path)));
    }
  };
  for (const entry of [...ENTRIES, ...APPS]) add(join(dist, `${entry}.d.ts`));
  return [...found];
}

function pruneTypes(dist: string): void {
  const kept = new Set(typesBehind(dist));
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts') && !kept.has(join(dist, file))) rmSync(join(dist, file));
  }
}

const declarationOf = (path: string): string =>
  existsSync(`${path}.d.ts`) ? `${path}.d.ts` : join(path, 'index.d.ts');

if (require.main === module) build(join(project, 'dist'));
