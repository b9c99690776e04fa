/**
 * The program of a stack: `pulumi up -s prod` deploys `environments/prod.yaml`. A stack is called as its environment is.
 *
 * Variables:
 * - STAGECRAFT_ENVIRONMENTS: folder of environment files; `environments` by default.
 */
import * as pulumi from '@pulumi/pulumi';
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
    );
    return new EnvironmentStack(blueprint).outputs;
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    // What Pulumi shows of an error that it knows, without a stack trace.
    throw new pulumi.RunError(shown(error));
  }
}
