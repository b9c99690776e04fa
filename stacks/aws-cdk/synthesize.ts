import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { blueprints, type EnvironmentFiles } from '../blueprints';
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
}

/**
 * Environment files -> a CloudFormation template for each. Needs no credentials and looks nothing up.
 * @throws Problems everything that is wrong in any of the files; nothing is written then
 */
export function synthesize(options: SynthesizeOptions): SynthesizedStack[] {
  const { account, outdir } = options;
  const { sound, refused } = blueprints(options);
  // Those of cdk.json, so that the sandbox deploys what the cdk CLI would.
  const app = new App({
    outdir,
    analyticsReporting: false,
    context: { ...CURRENTLY_RECOMMENDED_FLAGS },
    ...(refused.length > 0 && { postCliContext: withErrorsPerStack }),
  });
  const stacks = sound.map((blueprint) => new stackOf[blueprint.stage](app, { blueprint, account }));
  for (const one of refused) new RefusedStack(app, one);
  const assembly = app.synth();
  return stacks.map(({ blueprint, templateFile }) => ({
    name: blueprint.environment,
    blueprint,
    templateFile: path.join(assembly.directory, templateFile),
  }));
}
