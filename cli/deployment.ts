/** The deploy steps of `up`, whatever the engine. */
import type { Stage } from '../constructs/blueprint/schema';
import type { SandboxAccess } from '../sandbox/credentials';
import type { Engine } from '../sandbox/types';
import type { Project } from './context';
import type { Replacement } from './replacements';

/** What a plan would do. `replace` counts those that would be made anew, beyond new task definitions. */
export interface Changes {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  readonly replace: number;
  /** Those of `replace` that could not be changed in place, and why. */
  readonly replacements: readonly Replacement[];
  /** What a deploy before left half-made, and this one goes on with: by address. */
  readonly repaired: readonly string[];
}

/** An environment that is synthesized, on its way into the sandbox. */
export interface Deployment {
  readonly stage: Stage;
  readonly resourceCount: number;
  /** What the engine needs before it can plan. @returns in words, what it found that its user should know */
  prepare(say: (text: string) => void): Promise<string | undefined>;
  /** What would change; changes nothing. */
  plan(say: (text: string) => void): Promise<Changes>;
  /** Does what was planned. */
  apply(say: (text: string) => void): Promise<void>;
}

export interface DeploymentOptions {
  readonly environment: string;
  readonly stage?: Stage;
  /** The sandbox that it goes to. */
  readonly access: SandboxAccess;
  /** Of the sandbox: another one is another, empty account. */
  readonly instance: string;
}

/** What the steps are called in each engine. */
export const STEPS = {
  cdktf: { prepare: 'Terraform init', plan: 'Terraform plan', apply: 'Terraform apply' },
  'aws-cdk': { prepare: 'CDK bootstrap', plan: 'CDK change set', apply: 'CDK deploy' },
} as const satisfies Record<Engine, Record<'prepare' | 'plan' | 'apply', string>>;

/** Only the engine that is used is loaded. */
export async function synthesizeWith(
  engine: Engine,
  project: Project,
  options: DeploymentOptions,
  signal: AbortSignal,
): Promise<Deployment> {
  if (engine === 'cdktf') {
    const { TerraformDeployment } =
      require('./terraform-deployment') as typeof import('./terraform-deployment');
    return TerraformDeployment.synthesize(project, options, signal);
  }
  const { CdkDeployment } = require('./cdk-deployment') as typeof import('./cdk-deployment');
  return CdkDeployment.synthesize(project, options, signal);
}

/** What was repaired must be applied, though nothing else changes. */
export const isEmpty = ({ add, change, remove, repaired }: Changes): boolean =>
  add + change + remove + repaired.length === 0;
