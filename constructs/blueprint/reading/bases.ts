/** The files that an environment file extends, each read. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { type Problem, Problems } from '../../problems';
import { EXTENDS } from '../fields';
import { readDocument, type SourceDocument } from './document';
import { type Layer, layered } from './layers';
import { isMapping } from './shape';

/** What a file extends; undefined when it extends none, or says so in no form that the schema takes. */
function baseOf({ data }: SourceDocument): string | undefined {
  const said = isMapping(data) ? data.extends : undefined;
  return typeof said === 'string' && EXTENDS.test(said) ? said : undefined;
}

const problemAt = (
  { file, document }: Layer,
  problem: Omit<Problem, 'path' | 'file' | 'line' | 'column'>,
): Problems =>
  new Problems([{ ...problem, path: ['extends'], file, ...document.place(['extends'], 'value') }]);

const isInside = (folder: string, file: string): boolean =>
  realpathSync(file).startsWith(`${realpathSync(folder)}${sep}`);

function read(layer: Layer, folder: string, base: string): Layer {
  const file = join(folder, base);
  const refuse = (message: string): Problems =>
    problemAt(layer, {
      code: 'EXTENDS_FILE',
      message,
      given: base,
      fix: 'Check the path: it begins at the folder of the environment files.',
    });
  if (!existsSync(file)) throw refuse('There is no such file to extend.');
  if (!isInside(folder, file)) throw refuse('The file is outside the folder of the environment files.');
  try {
    return { file, document: readDocument(readFileSync(file, 'utf8')) };
  } catch (error) {
    throw refuse(`The file cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/**
 * An environment file as one document with what it extends.
 * @throws Problems when a file that is extended is missing, outside the folder, or extends itself
 */
export function withBases(file: string, document: SourceDocument): SourceDocument {
  const folder = dirname(file);
  const first: Layer = { file, document };
  const layers: [Layer, ...Layer[]] = [first];
  const seen: string[] = [];
  for (let last = first, base = baseOf(document); base !== undefined; base = baseOf(last.document)) {
    if (seen.includes(base)) {
      throw problemAt(last, {
        code: 'EXTENDS_CIRCLE',
        message: `The file extends itself: ${[...seen.slice(seen.indexOf(base)), base].join(' -> ')}.`,
        fix: 'Let one of them extend no file.',
      });
    }
    seen.push(base);
    last = read(last, folder, base);
    layers.push(last);
  }
  if (layers.length === 1) return document;
  const broken = layers.find(({ document: one }) => !one.readable || !isMapping(one.data));
  // What is not to be read has no part in anything: it is told alone, as a file that stands for itself would be.
  return broken === undefined ? layered(layers) : inFile(broken);
}

const inFile = ({ file, document }: Layer): SourceDocument => ({
  ...document,
  problems: document.problems.map((problem) => ({ ...problem, file })),
  place: (path, what) => ({ ...document.place(path, what), file }),
});

/** A text that is in no folder has nothing to extend. */
export function alone(file: string, document: SourceDocument): SourceDocument {
  const base = baseOf(document);
  if (base === undefined) return document;
  throw problemAt(
    { file, document },
    {
      code: 'EXTENDS_FILE',
      message: 'A text extends no file: there is no folder that the path begins at.',
      given: base,
      fix: 'Load the file (loadEnvironment), or write out what it extends.',
    },
  );
}
