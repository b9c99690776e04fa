/** What is wrong with what a person wrote, and the way out. One definition for the environment file and the gateway. */
import { createColors } from 'picocolors';

/** Where in the environment file: `['apis', 'orders', 'paths', 0]`. */
export type Path = readonly (string | number)[];

export interface Problem {
  /** Stays the same when the sentence changes: `UNKNOWN_KEY`, `PORT_RANGE`. */
  readonly code: string;
  readonly path: Path;
  /** What is wrong, one sentence. */
  readonly message: string;
  /** What was written, shortened; absent where it may be secret. */
  readonly given?: string;
  /** What may be written. */
  readonly allowed?: string;
  /** What to do. */
  readonly fix?: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
}

/** All problems of one file, or of one gateway, in one error. */
export class Problems extends Error {
  override readonly name = 'Problems';
  constructor(readonly problems: readonly Problem[]) {
    super(formatProblems(problems));
  }
}

/** `apis.orders.paths[0]`; a key that is not a plain word stands in quotes. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const word = /^[A-Za-z0-9_$-]+$/.test(step) ? step : JSON.stringify(step);
    return text ? `${text}.${word}` : word;
  }, '');
}

/** The problems as text for a terminal: place and code, then the sentence, then what helps. */
export function formatProblems(problems: readonly Problem[], options: { color?: boolean } = {}): string {
  const colors = createColors(options.color ?? false);
  const blocks = problems.map((problem) => {
    const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
    const path = formatPath(problem.path);
    const head = [place && colors.cyan(place), colors.red(problem.code), path && colors.bold(path)];
    const details = (['given', 'allowed', 'fix'] as const)
      .filter((label) => problem[label] !== undefined)
      .map((label) => `    ${colors.dim(`${label}:`.padEnd(8))} ${problem[label]}`);
    return [head.filter(Boolean).join('  '), `  ${problem.message}`, ...details].join('\n');
  });
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [...blocks, count].join('\n\n');
}
