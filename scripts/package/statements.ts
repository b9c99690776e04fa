/** A file of types as the compiler writes it, statement by statement. */

/** With the comment before it. */
export function statementsOf(text: string): string[] {
  const parts = text.trimEnd().split(/\n(?=(?:\/\*\*|export |import |declare |type |interface ))/);
  const statements: string[] = [];
  let comment = '';
  for (const part of parts) {
    if (part.startsWith('/**') && /\*\/\s*$/.test(part)) {
      comment = `${comment}${part.trimEnd()}\n`;
    } else {
      statements.push(`${comment}${part.trimEnd()}`);
      comment = '';
    }
  }
  return statements;
}

export const withoutComments = (text: string): string => text.replace(/[ \t]*\/\*\*[\s\S]*?\*\/\n?/g, '');

const WORDS = /^(export )?(?:declare )?(?:abstract )?(class|const|function|interface|type) (\w+)/m;

export interface Declared {
  readonly isExported: boolean;
  readonly kind: string;
  readonly name: string;
}

/** Undefined for an import, and for what hands on the names of another file. */
export function declaredBy(statement: string): Declared | undefined {
  const [, exported, kind, name] = WORDS.exec(withoutComments(statement)) ?? [];
  return kind === undefined || name === undefined ? undefined : { isExported: Boolean(exported), kind, name };
}

/** Names that a statement hands on or takes from another file: `{ a, type b as c } from './d'`. */
export interface Taken {
  readonly from: string;
  /** By the name that it has here, the name that it has there; `*` for all of it. */
  readonly names: ReadonlyMap<string, string>;
}

export function takenBy(statement: string, word: 'export' | 'import'): Taken | undefined {
  const text = withoutComments(statement);
  const [, clause = '', from] =
    new RegExp(`^${word} (?:type )?([\\s\\S]*?) from ['"]([^'"]+)['"];`, 'm').exec(text) ?? [];
  if (from === undefined) return undefined;
  const [, whole] = /^\* as (\w+)$/.exec(clause) ?? [];
  if (whole !== undefined) return { from, names: new Map([[whole, '*']]) };
  const names = clause
    .replace(/[{}]/g, '')
    .split(',')
    .map((one) => one.trim().replace(/^type /, ''))
    .filter(Boolean)
    .map((one): [string, string] => {
      const [there = '', here = there] = one.split(' as ');
      return [here, there];
    });
  return { from, names: new Map(names) };
}
