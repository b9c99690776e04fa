/** `stagecraft init`: what a project needs to deploy its first environment, beside whatever is there. */
import { join } from 'node:path';
import { name as nameOf } from '../../constructs/blueprint/fields';
import { parseEnvironment } from '../../constructs/blueprint/load';
import type { Stage } from '../../constructs/blueprint/schema';
import { engineNamed, engines } from '../../stacks/engines';
import { UserError } from '../../stacks/user-error';
import type { Output } from '../output';
import { ask, type Terminal } from './ask';
import { type Choice, environmentText } from './environment';
import { filesOf } from './files';
import { textAt, writeAll } from './write';

export interface InitOptions {
  readonly engine?: string;
  readonly stage?: Stage;
  /** Of the environment. @default dev */
  readonly name?: string;
}

const STAGES: readonly Stage[] = ['api', 'load-balanced', 'gateway'];

/** As long as an environment's name may be. */
const LONGEST = 24;

/**
 * Writes the files, and says what to type next.
 * @param at where a person is asked for what is missing; undefined where nobody can be
 * @throws UserError when something is missing, or a file would have to be overwritten; nothing is written then
 */
export async function init(
  root: string,
  options: InitOptions,
  output: Output,
  at: Terminal | undefined,
): Promise<void> {
  const choice = await chosen(options, at);
  const written = writeAll(root, filesOf(choice, textAt(root, 'package.json')));
  const { engine, stage, name } = choice;
  const { start, deployCommand } = engineNamed(engine);
  const next = [
    'npm install',
    start.synth(name),
    `npx stagecraft up ${name} --engine ${engine}`,
    start.before?.(name),
    deployCommand(name),
  ].filter((command) => command !== undefined);
  output.document({ engine, stage, environment: name, ...written, next });
  for (const [what, paths] of Object.entries(written))
    for (const path of paths as readonly string[]) output.line(`${what.padEnd(9)}  ${path}`);
  output.line(`\nNext:\n${next.map((command) => `  ${command}`).join('\n')}`);
}

async function chosen(
  { engine, stage, name = 'dev' }: InitOptions,
  at: Terminal | undefined,
): Promise<Choice> {
  if (!nameOf(LONGEST).safeParse(name).success)
    throw new UserError(
      `--name ${JSON.stringify(name)} is no name of an environment: lower-case letters, digits and single hyphens, beginning with a letter, up to ${LONGEST}.`,
    );
  const questions = [
    ...(engine === undefined ? [{ option: 'engine', choices: engines.map((one) => one.name) }] : []),
    ...(stage === undefined ? [{ option: 'stage', choices: STAGES }] : []),
  ];
  const answers = await ask(questions, at);
  const choice = {
    engine: engine ?? answers.engine ?? '',
    stage: (stage ?? answers.stage) as Stage,
    name,
  };
  // What YAML reads as something else than a text, such as a name `on`, is told before a file is written.
  parseEnvironment(environmentText(choice), join('environments', `${name}.yaml`));
  return choice;
}
