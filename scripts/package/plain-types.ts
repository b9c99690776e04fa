/**
 * Types that a schema gives, written out. What is published names no type of the schema library: its own types cannot be read
 * with the settings that some engines' projects have, and an editor shows the words of an environment file and not how they
 * are checked.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { compiler, project } from './compiler';
import { declaredBy, statementsOf, withoutComments } from './statements';

const SCHEMA = /\bz\.[a-zA-Z]/;
const LIBRARY = /^import .*from ['"]zod['"];/m;

export const namesSchemas = (text: string): boolean => LIBRARY.test(text);

const isOfSchema = (text: string): boolean => SCHEMA.test(withoutComments(text));

/**
 * Rewrites files of types.
 * @param dist folder that they are below, as their sources are below the project
 */
export function writePlainTypes(files: readonly string[], dist: string): void {
  const modules = files.map((file) => ({ file, statements: statementsOf(readFileSync(file, 'utf8')) }));
  const wanted = modules.flatMap(({ file, statements }, i) =>
    statements.filter(isOfSchema).flatMap((statement) => {
      const { isExported, kind, name = '' } = declaredBy(statement) ?? {};
      const source = relative(dist, file);
      return isExported && kind === 'type' ? [{ key: `T${i}_${name}`, name, source }] : [];
    }),
  );
  const plain = expanded(wanted);
  const missing = wanted.filter(({ key }) => !plain.has(key)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`These types were not written out: ${missing.join(', ')}.`);
  for (const [i, { file, statements }] of modules.entries()) {
    const texts = statements.flatMap((text) => {
      if (!isOfSchema(text)) return [text];
      const { isExported, kind, name } = declaredBy(text) ?? {};
      // What is not exported served the schemas.
      if (!isExported) return [];
      const comment = text.slice(0, text.search(/^export /m));
      return kind === 'type'
        ? [`${comment}export type ${name} = ${plain.get(`T${i}_${name}`)};`]
        : [`${comment}export declare const ${name}: unknown;`];
    });
    writeFileSync(file, `${withoutUnused(texts).join('\n')}\n`);
  }
}

interface Wanted {
  readonly key: string;
  readonly name: string;
  /** Module that has it, below the project. */
  readonly source: string;
}

/** An alias that nobody else can name is written out by the compiler. */
const PLAIN = 'type Plain<T> = T extends object ? { [K in keyof T]: Plain<T[K]> } : T;';

/** @returns by key, the type as the compiler writes it out */
function expanded(wanted: readonly Wanted[]): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-types-'));
  try {
    const lines = wanted.map(({ key, name, source }) => {
      const type = `import(${JSON.stringify(join(project, source.replace(/\.d\.ts$/, '')))}).${name}`;
      return `export const ${key} = (() => { ${PLAIN} return null as unknown as Plain<${type}>; })();`;
    });
    const probe = join(folder, 'probe.ts');
    writeFileSync(probe, lines.join('\n'));
    const settings = ['--declaration', '--emitDeclarationOnly', '--strict', '--skipLibCheck'];
    const modules = ['--target', 'es2022', '--module', 'commonjs', '--moduleResolution', 'bundler'];
    const places = ['--types', '', '--rootDir', '/', '--outDir', join(folder, 'out')];
    execFileSync(process.execPath, [compiler, ...settings, ...modules, ...places, probe], {
      // Without the project's settings.
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const text = readFileSync(join(folder, 'out', folder, 'probe.d.ts'), 'utf8');
    const consts = text.trimEnd().split(/\n(?=export )/);
    return new Map(
      consts.flatMap((one) => {
        const [, key, type] = /^export declare const (\w+): ([\s\S]*);$/.exec(one) ?? [];
        return key === undefined || type === undefined ? [] : [[key, type] as const];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without the imports that only a schema needed. */
function withoutUnused(texts: readonly string[]): string[] {
  const isImport = (text: string) => /^import /m.test(text);
  const rest = withoutComments(texts.filter((text) => !isImport(text)).join('\n'));
  return texts.filter((text) => {
    if (!isImport(text)) return true;
    const clause = text.slice(text.search(/^import /m)).replace(/ from [\s\S]*$/, '');
    const names = clause.replace(/\b(import|type)\b|\w+ as /g, '').match(/\w+/g) ?? [];
    return names.some((name) => new RegExp(`\\b${name}\\b`).test(rest));
  });
}
