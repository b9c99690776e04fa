/** What every command starts from: the environment by name, its blueprint, and the AWS it lives in. */
import type { Blueprint } from '../constructs/blueprint/blueprint';
import { loadEnvironment } from '../constructs/blueprint/load';
import { resolve } from '../constructs/blueprint/resolve';
import type { Environment } from '../constructs/blueprint/schema';
import { lastSandbox, readSandbox, type SandboxInfo } from '../sandbox/client';
import { sandboxAccess } from '../sandbox/credentials';
import type { Project } from '../stacks/project';
import { UserError } from '../stacks/user-error';
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
 * An environment that the sandbox does not run, for an account.
 * @throws UserError when it can only be in a sandbox
 */
async function elsewhere(project: Project, name: string): Promise<Environment> {
  const environment = loadEnvironment(environmentFile(project, name));
  const last = await lastSandbox(project.sandbox);
  // Somebody's own emulator has loopback addresses too.
  const ofSandbox = environment.network.cidr.startsWith('127.') && !process.env.AWS_ENDPOINT_URL;
  if (!ofSandbox && last?.environment !== name) return environment;
  const why = !last
    ? 'no sandbox runs here'
    : last.environment === name
      ? 'the one that ran it has ended: its daemon is gone'
      : `the one here runs ${last.environment}`;
  const again = last && last.environment !== name ? 'npx stagecraft down, then ' : '';
  throw new UserError(`${name} is in the sandbox, and ${why}. Start it: ${again}npx stagecraft up ${name}`);
}

/**
 * The environment where it is deployed. An environment that the sandbox runs is looked up there, at the stage that
 * it was brought up to; any other in the account that the AWS SDK's own settings name.
 */
export async function contextOf(project: Project, name: string): Promise<Context> {
  const sandbox = await readSandbox(project.sandbox);
  const here = sandbox?.environment === name ? sandbox : undefined;
  const environment = here ? hereOf(project, name, here.stage).environment : await elsewhere(project, name);
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
