/** Where the file of an environment is. */
import { listEnvironments } from '../constructs/blueprint/load';
import type { Project } from '../stacks/project';
import { UserError } from '../stacks/user-error';

/** @throws UserError when there is none of that name */
export function environmentFile({ environments }: Project, name: string): string {
  const files = listEnvironments(environments);
  const found = files.find((one) => one.name === name);
  if (found) return found.file;
  const known = files.map((one) => one.name).join(', ') || 'none';
  throw new UserError(`No environment "${name}" in ${environments}. There are: ${known}.`);
}
