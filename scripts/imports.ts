/** Which file of the project imports which: read from the sources, types and what is loaded only when needed included. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from '@swc/core';

const project = path.resolve(__dirname, '..');

/** What the product is made of. */
export const productFolders = ['cli', 'stacks', 'sandbox', 'constructs'] as const;

/** Sources below a folder, as paths in the project. */
export const sourcesIn = (folder: string): string[] =>
  readdirSync(path.join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => path.posix.join(folder, file))
    .toSorted();

const parsed = (file: string): unknown =>
  parseSync(readFileSync(path.join(project, file), 'utf8'), { syntax: 'typescript' }).body;

type Node = Readonly<Record<string, unknown>>;

function walk(node: unknown, each: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  each(node as Node);
  for (const one of Object.values(node)) walk(one, each);
}

/** Texts, templates and patterns of a source; what imports name is text too. Comments are not. */
export function textsOf(file: string): string[] {
  const found: string[] = [];
  walk(parsed(file), ({ type, value, pattern, raw }) => {
    if (type === 'StringLiteral') found.push(String(value));
    if (type === 'TemplateElement') found.push(String(raw));
    if (type === 'RegExpLiteral') found.push(String(pattern));
  });
  return found;
}

/** What a source imports, in its own words: as values, as types, by `import()` and by `require`. */
export function importedBy(file: string): string[] {
  const found: string[] = [];
  const add = (literal: unknown) => {
    const { type, value } = (literal ?? {}) as Node;
    if (type === 'StringLiteral') found.push(String(value));
  };
  walk(parsed(file), (node) => {
    const { type, source, argument, callee, expression } = node;
    if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(String(type))) add(source);
    if (type === 'TsImportType') add(argument);
    if (type === 'TsExternalModuleReference') add(expression);
    if (type === 'CallExpression') {
      const { type: kind, value: name } = callee as Node;
      const [first] = node.arguments as readonly Node[];
      if (kind === 'Import' || name === 'require') add(first?.expression);
    }
  });
  return found;
}

/** By file, the files among them that it imports. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Of files of the project alone, and among these files. */
export function importsOf(files: readonly string[]): Imports {
  const known = new Set(files);
  const inProject = (file: string): string[] =>
    importedBy(file)
      .filter((name) => name.startsWith('.'))
      .flatMap((name) => {
        const target = path.posix.join(path.posix.dirname(file), name);
        return [`${target}.ts`, path.posix.join(target, 'index.ts')]
          .filter((one) => known.has(one))
          .slice(0, 1);
      });
  return new Map(files.map((file) => [file, [...new Set(inProject(file))].toSorted()]));
}

/** Circles, each as its files in the order of their imports. One for each file that the search comes back to. */
export function circlesIn(imports: Imports): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) circles.push(way.slice(at));
    if (at >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return circles;
}
