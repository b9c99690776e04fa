/** Words in a program -> an environment: the same checks as a file's, and problems that name the property and the construct. */
import { checked, type Source } from '../blueprint/checked';
import { childValue, isMapping } from '../blueprint/reading/shape';
import type { Environment, Stage } from '../blueprint/schema';
import { type Path, type Problem, Problems } from '../problems';
import { type Engine, type Later, told, type Words } from './later';

/** An environment that a construct was told, and what in it is known only later. */
export interface Meant {
  readonly environment: Environment;
  /** By the texts that stand for them. */
  readonly later: ReadonlyMap<string, Later>;
}

/** Who was told it. */
export interface Listener extends Engine {
  /** The construct, for the problems: `shop/Gateway`. */
  readonly at: string;
  /** The property that a place of the words was made from. @default the same */
  readonly property?: (path: Path) => Path;
}

/**
 * Reads what a construct was told.
 * @param needed what a file may leave out, and this construct may not
 * @throws Problems all that is wrong, each with the construct's path and the property
 */
export function meant(
  words: Words,
  stage: Stage,
  { at, property = (path) => path, ...engine }: Listener,
  needed: readonly (keyof Words)[] = [],
): Meant {
  const { data, later, problems: early } = told(words, engine);
  const problems = [...early, ...needed.filter((key) => words[key] === undefined).map(missing)];
  const source: Source = {
    data: isMapping(data) ? data : {},
    problems,
    dropped: problems.map(({ path }) => path),
    has: (path) => path.reduce<unknown>(childValue, data) !== undefined,
    place: () => ({}),
  };
  try {
    return { environment: checked(source, at, stage), later };
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    throw new Problems(error.problems.map((problem) => ({ ...problem, path: property(problem.path) })));
  }
}

const missing = (key: string): Problem => ({
  code: 'MISSING_KEY',
  path: [key],
  message: `\`${key}\` is missing: the construct brings none of its own.`,
  fix: `Give it \`${key}\`, or take the construct of the stage, which makes all that it needs.`,
});
