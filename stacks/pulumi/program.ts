/**
 * The program of a stack: `pulumi up -s prod` deploys `environments/prod.yaml`. A stack is called as its environment is.
 *
 * Variables:
 * - STAGECRAFT_ENVIRONMENTS: folder of environment files; `environments` by default.
 * - STAGECRAFT_STAGE: stage to deploy, whatever the file says; `stagecraft up --stage` sets it.
 */
import * as pulumi from '@pulumi/pulumi';
import type { Stage } from '../../constructs/blueprint/schema';
import { Problems } from '../../constructs/problems';
import { shown } from '../entry';
import { deployedBlueprint } from './blueprint';
import { EnvironmentStack } from './environment-stack';

/**
 * @returns the stack's outputs
 * @throws RunError everything that is wrong with the environment file
 */
export function program(): Record<string, pulumi.Output<unknown>> {
  try {
    const blueprint = deployedBlueprint(
      process.env.STAGECRAFT_ENVIRONMENTS ?? 'environments',
      pulumi.getStack(),
      process.env.STAGECRAFT_STAGE as Stage | undefined,
    );
    return new EnvironmentStack(blueprint).outputs;
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    // What Pulumi shows of an error that it knows, without a stack trace.
    throw new pulumi.RunError(shown(error));
  }
}
