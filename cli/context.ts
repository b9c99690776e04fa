/** What every command starts from: the environment by name, its blueprint, and the AWS it lives in. */
import type { Blueprint } from '../constructs/blueprint/blueprint';
import { loadEnvironment } from '../constructs/blueprint/load';
import { resolve } from '../constructs/blueprint/resolve';
import type { Environment } from '../constructs/blueprint/schema';
import { readSandbox, type SandboxInfo } from '../sandbox/client';
import { sandboxAccess } from '../sandbox/credentials';
import type { Project } from '../stacks/project';
import { inOwnAccount } from './account';
import { type AwsClients, awsClients } from './aws';
import { environmentFile } from './environment-file';
import { hereOf } from './on-this-machine';

export interface Context {
  readonly project: Project;
  readonly environment: Environment;
  readonly blueprint: Blueprint;
  readonly aws: AwsClients;
  /** Present when the environment lives in the running sandbox. */
  readonly sandbox?: SandboxInfo;
}

/**
 * The environment where it is deployed. An environment that the sandbox runs is looked up there, at the stage that
 * it was brought up to; any other in the account that the AWS SDK's own settings name.
 */
export async function contextOf(project: Project, name: string): Promise<Context> {
  const sandbox = await readSandbox(project.sandbox);
  const here = sandbox?.environment === name ? sandbox : undefined;
  const environment = here
    ? hereOf(project, name, here.stage).environment
    : loadEnvironment(environmentFile(project, name));
  const { region } = environment;
  return {
    project,
    environment,
    blueprint: resolve(environment),
    aws: here
      ? awsClients(sandboxAccess(project.sandbox, region, here.ports.emulator))
      : inOwnAccount(environment, awsClients({ region })),
    sandbox: here,
  };
}
