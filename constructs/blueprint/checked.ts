/** What is wrong with an environment, however it was written: all at once, by place. */
import { formatPath, type Path, type Problem, Problems } from '../problems';
import { withUsualZones } from './reading/defaults';
import { explain, misspelt } from './reading/explain';
import { findIssues } from './reading/issues';
import { salvage, touches, watched } from './reading/salvage';
import type { Mapping } from './reading/shape';
import { checksOf, type Finding, lastCheck } from './rules';
import { type Environment, environmentSchema, type Stage } from './schema';

/** What was written: a file, or words in a program. */
export interface Source {
  readonly data: Mapping;
  /** What is wrong with it already. */
  readonly problems: readonly Problem[];
  /** Paths of what was written and is not in the data, as it is among the problems. */
  readonly dropped: readonly Path[];
  has(path: Path): boolean;
  /** Where a value stands, or its key. */
  place(path: Path, what: 'key' | 'value'): Pick<Problem, 'file' | 'line' | 'column'>;
}

const startsWith = (path: Path, prefix: Path): boolean =>
  prefix.length <= path.length && prefix.every((step, index) => path[index] === step);

/** The file itself first, then what it extends. */
export const byPlace =
  (own: string) =>
  (a: Problem, b: Problem): number =>
    Number(a.file !== own) - Number(b.file !== own) ||
    (a.file ?? '').localeCompare(b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0);

export function located(
  { where, or, ...problem }: Finding,
  source: Pick<Source, 'has' | 'place'>,
  file: string,
): Problem {
  const path = or !== undefined && !source.has(problem.path) ? or : problem.path;
  return { ...problem, file, ...source.place(path, where ?? 'value') };
}

/** What the rules find, leaving out what they conclude from a doubtful place. */
function findings(environment: Environment, doubtful: readonly Path[]): Finding[] {
  const ask = (check: (environment: Environment) => Iterable<Finding>): Finding[] => {
    let doubt = false;
    const note = (path: Path): void => {
      doubt ||= touches(path, doubtful);
    };
    const found = [...check(doubtful.length > 0 ? watched(environment, note) : environment)];
    return doubt ? [] : found;
  };
  const found = checksOf(environment).flatMap(ask);
  if (found.length > 0 || doubtful.length > 0) return found;
  return ask(lastCheck);
}

/** @param file whose the problems are, but for those that name another one */
export const refuse = (problems: readonly Problem[], file: string): never => {
  throw new Problems(problems.toSorted(byPlace(file)));
};

/**
 * An environment, with every default filled in.
 * @param file whose the problems are: a file, or a construct
 * @param stage stage to read it at, whatever is written
 * @throws Problems all that is wrong, by place
 */
export function checked(source: Source, file: string, stage?: Stage): Environment {
  const named = stage === undefined ? source.data : { ...source.data, stage };
  const { data, findings: unsaid } = withUsualZones(named);
  const { dropped } = source;
  const issues = findIssues(environmentSchema, data).filter(
    (issue) => !dropped.some((path) => startsWith(issue.path, path)),
  );
  const meant = new Set(issues.flatMap(misspelt).map(formatPath));
  const said = issues
    .flatMap(explain)
    .filter(({ code, path }) => code !== 'MISSING_KEY' || !meant.has(formatPath(path)))
    .map((problem) => located(problem, source, file));
  const salvaged = salvage(data, dropped);
  const found = salvaged ? findings(salvaged.environment, salvaged.doubtful) : [];
  const problems = [
    ...source.problems.map((problem) => ({ file, ...problem })),
    ...said,
    ...[...unsaid, ...found].map((finding) => located(finding, source, file)),
  ];
  if (problems.length > 0 || !salvaged) return refuse(problems, file);
  return salvaged.environment;
}
