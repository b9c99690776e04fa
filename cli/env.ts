/** `stagecraft env`: the variables that point other programs at the running sandbox, for a shell to take over. */

import { sandboxVariables } from '../sandbox/aws-variables';
import { readSandbox } from '../sandbox/client';
import { sandboxAccess } from '../sandbox/credentials';
import { engines } from '../stacks/engines';
import type { Project } from '../stacks/project';
import { UserError } from '../stacks/user-error';
import type { Output } from './output';

/** What the AWS CLI and the engines' own command lines need. @throws UserError when no sandbox runs */
export async function environmentVariables(project: Project): Promise<Record<string, string>> {
  const sandbox = await readSandbox(project.sandbox);
  if (!sandbox) throw new UserError('No sandbox runs here. Start one first: npx stagecraft up');
  const access = sandboxAccess(project.sandbox, sandbox.region, sandbox.ports.emulator);
  return Object.assign(
    sandboxVariables(access),
    {
      // The AWS CLI's name for AWS_REGION.
      AWS_DEFAULT_REGION: access.region,
      // With an address S3's bucket stands in the path; nothing resolves bucket.localhost.
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${sandbox.ports.emulator}`,
    },
    ...engines.map((engine) => engine.variables(project, access)),
  );
}

export async function printEnvironment(project: Project, output: Output): Promise<void> {
  const variables = await environmentVariables(project);
  output.document(variables);
  for (const [name, value] of Object.entries(variables)) output.line(`export ${name}=${quote(value)}`);
}

/** For any POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
