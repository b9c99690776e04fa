/** What the engines' command lines run: the environments of a folder, for an account of AWS. */
import { formatProblems, Problems } from '../constructs/problems';
import type { EnvironmentFiles } from './blueprints';

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** All problems, as a person reads them. */
export const shown = ({ problems }: Problems): string =>
  formatProblems(problems, { color: process.stderr.isTTY });

const leaveOut = (environment: string, cidr: string): void =>
  say(
    `LOOPBACK_NETWORK  ${environment} is left out: ${cidr} is on one machine alone. \`npx stagecraft up ${environment}\` runs it in the sandbox; in AWS it needs a private block, such as 10.0.0.0/16.`,
  );

export interface MainOptions {
  /**
   * Whether a broken file makes the program fail, after the others have been synthesized.
   *
   * @default false: its stack fails when it is chosen
   */
  readonly wholeOnly?: boolean;
}

/**
 * Synthesizes, and says what is wrong. A broken file stops no other environment: its own stack fails when it is deployed. What
 * is on loopback addresses is left out, unless AWS_ENDPOINT_URL says that this is no account of AWS but a sandbox.
 */
export function main(
  synthesize: (files: EnvironmentFiles) => void,
  { wholeOnly = false }: MainOptions = {},
): void {
  try {
    synthesize({
      environments: process.env.STAGECRAFT_ENVIRONMENTS ?? 'environments',
      refuse: ({ name, problems }) => {
        say(shown(problems));
        say(`\n${name} cannot be deployed before that is mended; the other environments can.\n`);
        if (wholeOnly) process.exitCode = 1;
      },
      ...(process.env.AWS_ENDPOINT_URL ? {} : { leaveOut }),
    });
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    say(shown(error));
    process.exitCode = 1;
  }
}
