import path from 'node:path';
import { App, STACK_RESOURCE_LIMIT_CONTEXT } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { listEnvironments, locatedIn } from '../../constructs/blueprint/load';
import type { Finding } from '../../constructs/blueprint/rules';
import { Problems } from '../../constructs/problems';
import { blueprints, type EnvironmentFiles, type Refused, type Sorted } from '../blueprints';
import type { EnvironmentStack } from './environment-stack';
import { resourceFindings, templateFindings } from './limits';
import { measured, measuredTemplates } from './measure';
import { RefusedStack, withErrorsPerStack } from './refused-stack';
import { stackOf } from './stacks';

export interface SynthesizeOptions extends EnvironmentFiles {
  /**
   * Folder to write into.
   * @default the one that the cdk CLI says
   */
  readonly outdir?: string;
  /**
   * AWS account to deploy the environments into that name none.
   * @default the one of the credentials that deploy
   */
  readonly account?: string;
}

export interface SynthesizedStack {
  readonly name: string;
  readonly blueprint: Blueprint;
  /** The CloudFormation template. */
  readonly templateFile: string;
  /** Resources of the stack and of its nested stacks. */
  readonly resourceCount: number;
}

/**
 * Environment files -> a CloudFormation template for each, with those of its nested stacks. Needs no credentials and looks
 * nothing up.
 * @throws Problems everything that is wrong in any of the files, and what CloudFormation would not take; nothing that could be
 *   deployed is written then
 */
export function synthesize(options: SynthesizeOptions): SynthesizedStack[] {
  const made = assembled(blueprints(options), options);
  const counted = withoutLarge(made, (stack) => resourceFindings(measured(stack)), options, false);
  const { directory } = counted.app.synth();
  const whole = withoutLarge(
    counted,
    (stack) => templateFindings(measuredTemplates(stack, directory)),
    options,
    true,
  );
  if (whole !== counted) whole.app.synth();
  return whole.stacks.map((stack) => ({
    name: stack.blueprint.environment,
    blueprint: stack.blueprint,
    templateFile: path.join(directory, stack.templateFile),
    resourceCount: measured(stack).reduce((all, { resources }) => all + resources, 0),
  }));
}

interface Assembled {
  readonly sorted: Sorted;
  readonly app: App;
  readonly stacks: readonly EnvironmentStack[];
}

function assembled(sorted: Sorted, { account, outdir }: SynthesizeOptions): Assembled {
  const { sound, refused } = sorted;
  // Those of cdk.json, so that the sandbox deploys what the cdk CLI would.
  const app = new App({
    outdir,
    analyticsReporting: false,
    // The numbers are told before, with what to do.
    context: { ...CURRENTLY_RECOMMENDED_FLAGS, [STACK_RESOURCE_LIMIT_CONTEXT]: '0' },
    ...(refused.length > 0 && { postCliContext: withErrorsPerStack }),
  });
  const stacks = sound.map((blueprint) => new stackOf[blueprint.stage](app, { blueprint, account }));
  for (const one of refused) new RefusedStack(app, one);
  return { sorted, app, stacks };
}

/** The same where nothing is found. Otherwise what is too large is refused, as a broken file is. */
function withoutLarge(
  made: Assembled,
  find: (stack: EnvironmentStack) => readonly Finding[],
  options: SynthesizeOptions,
  isWritten: boolean,
): Assembled {
  const { environments, refuse } = options;
  const { sound, refused } = made.sorted;
  const large = made.stacks.flatMap((stack): Refused[] => {
    const found = find(stack);
    if (found.length === 0) return [];
    const name = stack.blueprint.environment;
    const file = listEnvironments(environments).find((one) => one.name === name)?.file ?? '';
    return [{ name, problems: new Problems(locatedIn(file, found)) }];
  });
  if (large.length === 0) return made;
  const fitting = sound.filter(({ environment }) => !large.some(({ name }) => name === environment));
  const rest = assembled({ sound: fitting, refused: [...refused, ...large] }, options);
  if (refuse && fitting.length > 0) {
    for (const one of large) refuse(one);
    return rest;
  }
  // What was written may not be deployed.
  if (isWritten) rest.app.synth();
  throw new Problems(large.flatMap(({ problems }) => problems.problems));
}
