/** Single changes of an engine's source, each of which the facts must catch. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

export interface Mutation {
  /** From the project folder. */
  readonly file: string;
  /** What stands in the file, once. */
  readonly from: string;
  readonly to: string;
  /** What would be wrong in AWS. */
  readonly why: string;
}

export const project = path.resolve(__dirname, '../..');

/** Those of the files beside this one, each a list. */
export const mutations: readonly Mutation[] = readdirSync(__dirname)
  .filter((file) => file.endsWith('.yaml'))
  .toSorted()
  .flatMap((file) => parse(readFileSync(path.join(__dirname, file), 'utf8')) as Mutation[]);

/** The text of the file with the change. @throws Error where the change no longer fits */
export function mutated({ file, from, to }: Mutation): string {
  const text = readFileSync(path.join(project, file), 'utf8');
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places, not one, with: ${from}`);
  return text.replace(from, () => to);
}
