/** Does to an environment file what the errors about unenforced policies say, so that it can go to every stage. */
import { parseEnvironment } from '../../constructs/blueprint/load';
import type { Stage } from '../../constructs/blueprint/schema';
import { type Problem, Problems } from '../../constructs/problems';

function problemsAt(text: string, stage: Stage | undefined): readonly Problem[] {
  try {
    parseEnvironment(text, 'any.yaml', stage);
    return [];
  } catch (error) {
    if (error instanceof Problems) return error.problems;
    throw error;
  }
}

/** The line that the fix names, as the last of its API's. */
function withLine(lines: readonly string[], { line = 0, column = 0, fix = '' }: Problem): string[] {
  const added = /`(unenforcedBeforeGateway: \[.*?\])`/.exec(fix)?.[1];
  if (added === undefined) throw new Error(`the fix has no line to add: ${fix}`);
  const isPast = (text: string, index: number) => index >= line && /\S/.test(text.slice(0, column));
  const end = lines.findIndex(isPast);
  const at = end < 0 ? lines.length - (lines.at(-1) === '' ? 1 : 0) : end;
  return lines.toSpliced(at, 0, `${' '.repeat(column + 1)}${added}`);
}

/** @param stage by default the one that the text says */
export function heeded(text: string, stage?: Stage): string {
  const found = problemsAt(text, stage).filter(({ code }) => code === 'POLICIES_UNENFORCED');
  // From the end, so that no line moves before it is needed.
  const inOrder = found.toSorted((one, other) => (other.line ?? 0) - (one.line ?? 0));
  return inOrder.reduce(withLine, text.split('\n')).join('\n');
}

/** The environment at a stage, with what it goes without there named in its file. */
export const parsedAt = (text: string, stage: Stage) =>
  parseEnvironment(heeded(text, stage), 'any.yaml', stage);
