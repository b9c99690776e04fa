/** Which engine `up` deploys with. */
import { lastEngine, readSandbox } from '../sandbox/client';
import { whyMissing } from '../sandbox/needs';
import type { Engine } from '../stacks/engine';
import { chosenByDefault, engineNamed, engines } from '../stacks/engines';
import type { Project } from '../stacks/project';
import { UserError } from '../stacks/user-error';

export interface Choice {
  readonly engine: Engine;
  /** Said when the choice was not the user's. */
  readonly why?: string;
}

/**
 * The one asked for; else the one that deployed here before, also when the daemon was killed since; else the first whose
 * needs are on the machine, and the last as it is: what it lacks is then said with how to get it.
 * @throws UserError when the running sandbox was deployed with another one: each would make everything a second time
 */
export async function chooseEngine(
  project: Project,
  asked?: string,
  all: readonly Engine[] = engines,
): Promise<Choice> {
  const before = (await readSandbox(project.sandbox))?.engine;
  if (before && asked && before !== asked) {
    throw new UserError(
      `The sandbox was deployed with ${before}, and ${asked} knows nothing of what is there. ` +
        `Go on with --engine ${before}, or begin anew: npx stagecraft down`,
    );
  }
  const name = asked ?? before ?? (await lastEngine(project.sandbox));
  return name ? { engine: engineNamed(name, all) } : firstThere(chosenByDefault(all));
}

async function firstThere(
  [engine, ...others]: readonly Engine[],
  missed: readonly string[] = [],
): Promise<Choice> {
  if (!engine) throw new Error('there is no engine');
  const missing = others.length > 0 ? await whyMissing(engine.needs) : undefined;
  if (missing !== undefined) return firstThere(others, [...missed, missing]);
  return missed.length === 0
    ? { engine }
    : { engine, why: `${missed.join(', ')}: deploying with ${engine.title}.` };
}

/** In words, for a help text: `cdktf, or aws-cdk without Terraform`. */
export const preference = (all: readonly Engine[] = engines): string =>
  chosenByDefault(all)
    .map(({ name }, i, chosen) => (i === 0 ? name : `or ${name} without ${chosen[i - 1]?.needs.title}`))
    .join(', ');
