/** The environment file -> an environment, or all that is wrong with it. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { type Problem, Problems } from '../problems';
import { byPlace, checked, located, refuse } from './checked';
import { alone, withBases } from './reading/bases';
import { readDocument, type SourceDocument } from './reading/document';
import { isMapping } from './reading/shape';
import { kindOf } from './reading/show';
import type { Finding } from './rules';
import type { Environment, Stage } from './schema';

export { formatProblems, Problems } from '../problems';

function notAnEnvironment(data: unknown): Finding {
  const empty = data === null || data === undefined;
  return {
    code: empty ? 'FILE_EMPTY' : 'WRONG_TYPE',
    path: [],
    message: empty ? 'The file is empty.' : `An environment file is a mapping, and this is ${kindOf(data)}.`,
    allowed: 'keys and values, such as `name: dev`',
    fix: 'Copy one of the files in environments/ and change it.',
  };
}

/**
 * Reads an environment from YAML.
 * @param file name for the problems; what a file extends is read by `loadEnvironment` alone
 * @param stage stage to read it at, whatever the file says
 * @throws Problems all that is wrong, by place
 */
export function parseEnvironment(text: string, file: string, stage?: Stage): Environment {
  return environmentOf(alone(file, readDocument(text)), file, stage);
}

function environmentOf(document: SourceDocument, file: string, stage?: Stage): Environment {
  const inFile = document.problems.map((problem) => ({ file, ...problem }));
  if (!document.readable) return refuse(inFile, file);
  const { data } = document;
  if (!isMapping(data)) return refuse([...inFile, located(notAnEnvironment(data), document, file)], file);
  return checked({ ...document, data }, file, stage);
}

/**
 * Reads an environment file. Its name is the environment's, so that a copy with the old name in it cannot be
 * deployed over the first.
 * @throws Problems all that is wrong, by place
 */
export function loadEnvironment(file: string, stage?: Stage): Environment {
  const document = documentOf(file);
  const environment = environmentOf(document, file, stage);
  const twins = twinsOf(file);
  if (twins.length > 0) throw new Problems([twice(file, twins)]);
  const expected = basename(file, extname(file));
  if (environment.name === expected) return environment;
  throw new Problems([
    {
      code: 'NAME_NOT_FILE',
      path: ['name'],
      file,
      ...document.place(['name'], 'value'),
      message: 'The name of the environment is not the name of the file.',
      given: environment.name,
      allowed: expected,
      fix: `Write \`name: ${expected}\`, or rename the file to ${environment.name}${extname(file)}.`,
    },
  ]);
}

/** A file as one document with what it extends. */
const documentOf = (file: string): SourceDocument => withBases(file, readDocument(readText(file)));

/** What a file says, with what it extends, as plain data: of a file that has been read without a problem. */
export const readData = (file: string): Readonly<Record<string, unknown>> =>
  documentOf(file).data as Readonly<Record<string, unknown>>;

/** What was found of an environment file elsewhere, with its place in the file. */
export const locatedIn = (file: string, findings: readonly Finding[]): Problem[] => {
  const document = documentOf(file);
  return findings.map((finding) => located(finding, document, file)).toSorted(byPlace(file));
};

/** Other files of the folder for the same environment; case may tell files apart, and does not tell environments apart. */
function twinsOf(file: string): string[] {
  const own = nameOf(basename(file));
  return readdirSync(dirname(file)).filter(
    (entry) => entry !== basename(file) && isEnvironmentFile(entry) && nameOf(entry) === own,
  );
}

const twice = (file: string, twins: readonly string[]): Problem => ({
  code: 'ENVIRONMENT_TWICE',
  path: [],
  file,
  message: `There is more than one file for this environment: ${twins.join(', ')} beside it.`,
  fix: 'Keep one of them.',
});

const isEnvironmentFile = (entry: string): boolean => /\.ya?ml$/i.test(entry);
const nameOf = (entry: string): string => basename(entry, extname(entry)).toLowerCase();

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = code === 'ENOENT' ? 'There is no such file.' : `The file cannot be read (${code}).`;
    throw new Problems([
      { code: 'FILE_UNREADABLE', path: [], file, message, fix: 'Check the path, and that you may read it.' },
    ]);
  }
}

/** The environment files of a folder by name. */
export function listEnvironments(folder: string): { readonly name: string; readonly file: string }[] {
  return readdirSync(folder)
    .filter(isEnvironmentFile)
    .toSorted()
    .map((entry) => ({ name: basename(entry, extname(entry)), file: join(folder, entry) }));
}
