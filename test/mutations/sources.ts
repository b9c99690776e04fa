/** Loads the sources with one file changed in memory. */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { type Mutation, mutated, project } from './mutations';

type Load = (module: { _compile(code: string, file: string): void }, file: string) => void;
const extensions = (Module as unknown as { _extensions: Record<string, Load> })._extensions;

const compiled = new Map<string, string>();
const compile = (text: string): string =>
  transformSync(text, { loader: 'ts', format: 'cjs', target: 'node20' }).code;

function unchanged(file: string): string {
  const code = compiled.get(file) ?? compile(readFileSync(file, 'utf8'));
  compiled.set(file, code);
  return code;
}

/**
 * From here on a file is as the change makes it, and all that is to be loaded anew is.
 * @param anew what the change may reach, by path in the project
 */
export function withChange(anew: RegExp, change?: Mutation): void {
  for (const file of Object.keys(require.cache)) {
    if (anew.test(path.relative(project, file))) delete require.cache[file];
  }
  const changed = change && path.join(project, change.file);
  const text = change && mutated(change);
  extensions['.ts'] = (module, file) =>
    module._compile(file === changed && text !== undefined ? compile(text) : unchanged(file), file);
}
