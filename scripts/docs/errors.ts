/** docs/errors: each code of a problem, with an example that is read as it stands, and what it prints. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { cannotRun } from '../../cli/runs-here';
import { parseEnvironment } from '../../constructs/blueprint/load';
import { isMapping } from '../../constructs/blueprint/reading/shape';
import { formatProblems, type Problem, Problems } from '../../constructs/problems';
import { scenes, thrown } from './error-scenes';
import { anchorOf, fencedBlocks } from './markdown';

const root = join(__dirname, '../..');
const FOLDER = 'docs/errors';
const SANDBOX = `${FOLDER}/sandbox.md`;

/** The environment that a part of one is put into. It stands in docs/errors.md. */
export function soundEnvironment(): string {
  const text = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const block = fencedBlocks(text).find(({ language }) => language === 'yaml');
  if (!block) throw new Error('docs/errors.md has no environment to put the examples into.');
  return `${block.text}\n`;
}

export interface Entry {
  readonly code: string;
  /** File in the project. */
  readonly file: string;
  readonly meaning: string;
  /** A part of an environment file, or a whole one. Absent: no file alone makes it, see `scenes`. */
  readonly example?: string;
  /** What stands there now. */
  readonly message: string;
}

const sectionsOf = (text: string): string[] => text.split(/^(?=## )/m);

function entryOf(section: string, file: string): Entry | undefined {
  const [head = ''] = section.split('\n');
  const code = /^## `([A-Z0-9_]+)`$/.exec(head)?.[1];
  if (code === undefined) return undefined;
  const blocks = fencedBlocks(section);
  const example = blocks.find(({ language }) => language === 'yaml')?.text;
  const message = blocks.find(({ language }) => language === 'text')?.text;
  if (message === undefined) throw new Error(`${file} has no block \`text\` for ${code}.`);
  const meaning = section.slice(head.length, section.indexOf('\n```')).trim();
  return { code, file, meaning, message, ...(example === undefined ? {} : { example: `${example}\n` }) };
}

const files = (): string[] =>
  readdirSync(join(root, FOLDER))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${FOLDER}/${name}`);

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

export const errorEntries = (): Entry[] =>
  files().flatMap((file) => sectionsOf(read(file)).flatMap((section) => entryOf(section, file) ?? []));

/**
 * What is left out of an example so that a person can read it: `tag-1: x # to 50` stands for fifty lines, and
 * `image: "x" # x 256` for a text of so many.
 */
export function written(example: string): string {
  return example.replace(
    /^(.*?)(?: # to (\d+)| # x (\d+))$/gm,
    (_, line: string, to?: string, times?: string) => {
      if (times !== undefined) return line.replace('"x"', `"${'x'.repeat(Number(times))}"`);
      const from = Number(/(\d+)/.exec(line)?.[1]);
      const numbers = Array.from({ length: Number(to) - from + 1 }, (__, index) => from + index);
      const own = new RegExp(`(?<!\\d)${from}(?!\\d)`, 'g');
      return numbers.map((number) => line.replace(own, String(number))).join('\n');
    },
  );
}

/** Mappings are put into one another; anything else takes the place of what is there. */
function merged(below: unknown, above: unknown): unknown {
  if (!isMapping(below) || !isMapping(above)) return above;
  const all = Object.entries(above).map(([key, value]) => [
    key,
    key in below ? merged(below[key], value) : value,
  ]);
  return { ...below, ...Object.fromEntries(all) };
}

/** A part of an environment: what says its own name, or is no mapping, is a whole file. */
function partOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const data: unknown = parse(text, { logLevel: 'error' });
    return isMapping(data) && !('name' in data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** The file that an example stands for. */
export function environmentOf(example: string, sound: string): string {
  const text = written(example);
  const part = partOf(text);
  return part === undefined ? text : stringify(merged(parse(sound), part), { lineWidth: 0 });
}

const known = new Map<string, readonly Problem[]>();

/** What an entry's example, or its scene, comes to: made once. */
export function problemsOfEntry(entry: Entry, sound: string): readonly Problem[] {
  const found = known.get(entry.code) ?? madeBy(entry, sound);
  known.set(entry.code, found);
  return found;
}

/** Where a shell and Node.js are, and nothing else that matters. */
const machine = { path: `${dirname(process.execPath)}:/bin`, workingDirectory: root };

/** What is wrong with a file; of the sandbox's errors, what cannot run here. */
const problemsIn = (file: string, text: string): readonly Problem[] =>
  thrown(() => {
    const environment = parseEnvironment(text, 'shop.yaml');
    if (file !== SANDBOX) return;
    const found = cannotRun(environment, machine);
    if (found.length > 0) throw new Problems(found);
  });

function madeBy({ code, example, file }: Entry, sound: string): readonly Problem[] {
  if (example !== undefined) return problemsIn(file, environmentOf(example, sound));
  const scene = scenes[code];
  if (scene === undefined) throw new Error(`${code} has neither an example nor a scene.`);
  return scene();
}

const LONGEST_GIVEN = 120;

/** As it is printed, without the place in the file, which is the example's. */
function printed(problem: Problem): string {
  const { file: _, line: __, column: ___, given, ...rest } = problem;
  const shown =
    given !== undefined && given.length > LONGEST_GIVEN ? `${given.slice(0, LONGEST_GIVEN)}…` : given;
  const text = formatProblems([{ ...rest, ...(shown === undefined ? {} : { given: shown }) }]);
  return text.replace(/\n\n1 problem$/, '');
}

/** The documents with the messages that are printed today. */
export function errorDocs(): ReadonlyMap<string, string> {
  const sound = soundEnvironment();
  const current = (file: string): string =>
    sectionsOf(read(file))
      .map((section) => {
        const entry = entryOf(section, file);
        const [problem] = entry ? problemsOfEntry(entry, sound) : [];
        if (!problem) return section;
        return section.replace(/```text\n[\s\S]*?```/, () => `\`\`\`text\n${printed(problem)}\n\`\`\``);
      })
      .join('');
  return new Map(files().map((file) => [file, current(file)]));
}

/** All codes, each leading to its entry. */
export function errorIndex(): string {
  const link = ({ code, file }: Entry): string =>
    `[\`${code}\`](${file.replace('docs/', '')}#${anchorOf(code)})`;
  const lines = files().map((file) => {
    const title = /^# Errors: (.*)$/m.exec(read(file))?.[1] ?? '';
    const own = errorEntries().filter((entry) => entry.file === file);
    return `- ${title.charAt(0).toUpperCase()}${title.slice(1)}: ${own.map(link).join(', ')}`;
  });
  return lines.join('\n');
}

const code = /\bcode(?::| = )([^\n]*)|#drop\(([^\n]*)/g;
const named = /(?<!=== )'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/g;

/** What the command line calls a failure as a whole: in its `--json`. It stands in docs/errors.md. */
export const TOLD = 'cli/errors.ts';

/** The codes that a source names. */
export const codesIn = (text: string): string[] =>
  [...text.matchAll(code)]
    .map(([, one, other]) => one ?? other ?? '')
    .flatMap((line) => [...line.matchAll(named)].map(([, name = '']) => name));

/** The codes of problems that the sources name. */
export function codesInSources(): Set<string> {
  const files = ['constructs', 'stacks', 'cli', 'sandbox'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const sources = files.filter((name) => name.endsWith('.ts') && name !== TOLD);
  return new Set(sources.flatMap((name) => codesIn(read(name))));
}
