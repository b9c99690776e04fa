/**
 * What people import from an entry, as text that a reviewer reads: each name with its declaration. What stands in none of these
 * texts may change without a word to anybody.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { declaredBy, statementsOf, takenBy, withoutComments } from './statements';

interface Exported {
  readonly name: string;
  /** Declaration with its comment. */
  readonly statement: string;
  readonly file: string;
}

const read = (file: string): string[] => statementsOf(readFileSync(file, 'utf8'));

const fileOf = (from: string, file: string): string => {
  const path = resolve(dirname(file), from);
  return existsSync(`${path}.d.ts`) ? `${path}.d.ts` : join(path, 'index.d.ts');
};

/** All that a file exports, wherever it is declared. */
function exportsOf(file: string): Exported[] {
  return read(file).flatMap((statement): Exported[] => {
    const declared = declaredBy(statement);
    if (declared) return declared.isExported ? [{ name: declared.name, statement, file }] : [];
    const taken = takenBy(statement, 'export');
    if (taken === undefined) return [];
    const all = exportsOf(fileOf(taken.from, file));
    return [...taken.names].flatMap(([here, there]) =>
      there === '*'
        ? all.map((one) => ({ ...one, name: `${here}.${one.name}` }))
        : all.filter(({ name }) => name === there).map((one) => ({ ...one, name: here })),
    );
  });
}

/** Names of the project's that a declaration needs and that cannot be imported. */
function unnamed({ statement, file }: Exported, known: ReadonlySet<string>): string[] {
  const own = read(file);
  const taken = own.flatMap((one) => {
    const from = takenBy(one, 'import');
    return from?.from.startsWith('.') ? [...from.names].filter(([, there]) => there !== '*') : [];
  });
  const names = [...taken.map(([here]) => here), ...own.flatMap((one) => declaredBy(one)?.name ?? [])];
  const words = new Set(withoutComments(statement).match(/\b[A-Z]\w*/g));
  return names.filter((name) => words.has(name) && !known.has(name));
}

const isDocumented = (statement: string): boolean => statement.startsWith('/**');

const shown = ({ name, statement }: Exported): string => {
  const text = withoutComments(statement).replace(/^ {4}#private;\n/m, '');
  const title = name.includes('.') ? `// ${name}\n` : '';
  return `${title}${isDocumented(statement) ? '' : '// (undocumented)\n'}${text}`;
};

/** @param entry its file of types */
export function apiReport(entry: string): string {
  const all = exportsOf(entry);
  const names = all.map(({ name }) => name).sort();
  const known = new Set(all.map(({ name }) => name.replace(/^.*\./, '')));
  const inner = [...new Set(all.flatMap((one) => unnamed(one, known)))].sort();
  const name = basename(entry, '.d.ts');
  const texts = all.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(shown);
  return [
    `# stagecraft${name === 'index' ? '' : `/${name}`}`,
    'What people import, written by `npm run api`. A change of it is a change for them: say it in CHANGELOG.md.',
    `${names.length} names. Named by these, and not to be imported: ${inner.join(', ') || 'none'}.`,
    ...texts.map((text) => `\`\`\`ts\n${text}\n\`\`\``),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}
