/** Asks on a terminal for what the command line leaves open. */
import { createInterface } from 'node:readline/promises';
import { UserError } from '../../stacks/user-error';

export interface Question {
  /** The option that answers it: `engine`. */
  readonly option: string;
  readonly choices: readonly string[];
}

/** Where a person can be asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** @returns undefined when nobody can answer: a pipe, a CI run, or output that a machine reads */
export const terminal = (json: boolean): Terminal | undefined =>
  !json && process.stdin.isTTY && process.stdout.isTTY
    ? { input: process.stdin, output: process.stdout }
    : undefined;

/**
 * One answer each; asks again after one that is no choice. An empty one takes the first choice.
 * @throws UserError when there is no terminal, or it ends before the last answer
 */
export async function ask(
  questions: readonly Question[],
  at: Terminal | undefined,
): Promise<Record<string, string>> {
  if (questions.length === 0) return {};
  if (at === undefined) {
    const flags = questions.map(({ option, choices }) => `--${option} ${choices.join('|')}`);
    throw new UserError(`Without a terminal to ask on, init must be told: ${flags.join(' ')}`);
  }
  const lines = createInterface({ ...at, terminal: false });
  const ended = new Promise<never>((_, reject) => {
    lines.once('close', () => reject(new UserError('Ended before the last answer. Nothing was written.')));
  });
  // Who has all answers no longer waits for it.
  ended.catch(() => {});
  const answers: Record<string, string> = {};
  try {
    for (const { option, choices } of questions) {
      let answer: string | undefined;
      while (answer === undefined) {
        const said = await Promise.race([
          lines.question(`${option} (${choices.join(', ')}) [${choices[0]}]: `),
          ended,
        ]);
        answer = said.trim() === '' ? choices[0] : choices.find((one) => one === said.trim());
      }
      answers[option] = answer;
    }
  } finally {
    lines.close();
  }
  return answers;
}
