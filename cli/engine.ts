/** Which engine `up` deploys with. */
import { readSandbox } from '../sandbox/client';
import { whyNotTerraform } from '../sandbox/prerequisites';
import type { Engine } from '../sandbox/types';
import type { Project } from './context';
import { UserError } from './output';

export interface Choice {
  readonly engine: Engine;
  /** Said when the choice was not the user's. */
  readonly why?: string;
}

/**
 * The one asked for; else the one that the running sandbox was deployed with; else `cdktf`, or `aws-cdk` when there is
 * no Terraform.
 * @throws UserError when the running sandbox was deployed with another one: each would make everything a second time
 */
export async function chooseEngine(project: Project, asked?: Engine): Promise<Choice> {
  const before = (await readSandbox(project.sandbox))?.engine;
  if (before && asked && before !== asked) {
    throw new UserError(
      `The sandbox was deployed with ${before}, and ${asked} knows nothing of what is there. ` +
        `Go on with --engine ${before}, or begin anew: stagecraft down`,
    );
  }
  const engine = asked ?? before;
  if (engine) return { engine };
  const why = await whyNotTerraform();
  return why ? { engine: 'aws-cdk', why: `${why}: deploying with AWS CDK.` } : { engine: 'cdktf' };
}
