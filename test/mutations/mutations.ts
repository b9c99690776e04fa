/** Single changes of the sources: wrong ones of an engine, which the facts must catch, and those that somebody may want. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

export interface Mutation {
  /** From the project folder. */
  readonly file: string;
  /** What stands in the file, once. */
  readonly from: string;
  readonly to: string;
  /** What would be wrong in AWS, or what it is wanted for. */
  readonly why: string;
}

export const project = path.resolve(__dirname, '../..');

const listed = (file: string): Mutation[] =>
  parse(readFileSync(path.join(__dirname, file), 'utf8')) as Mutation[];

/** Wrong changes of engines. */
export const mutations: readonly Mutation[] = readdirSync(path.join(__dirname, 'wrong'))
  .toSorted()
  .flatMap((file) => listed(path.join('wrong', file)));

/** Changes that are made once, in no engine, and change what each provisions. `why` says what for. */
export const wanted: readonly Mutation[] = listed('wanted.yaml');

/** The text of the file with the change. @throws Error where the change no longer fits */
export function mutated({ file, from, to }: Mutation): string {
  const text = readFileSync(path.join(project, file), 'utf8');
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places, not one, with: ${from}`);
  return text.replace(from, () => to);
}
