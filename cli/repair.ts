/** `stagecraft repair`: lets the next deploy go on from what a failed one has left in an account. */
import { loadEnvironment } from '../constructs/blueprint/load';
import { readSandbox } from '../sandbox/client';
import { engineNamed, repairing } from '../stacks/engines';
import type { Project } from '../stacks/project';
import { UserError } from '../stacks/user-error';
import { ownAccount } from './account';
import { awsClients } from './aws';
import { environmentFile } from './environment-file';
import type { Output } from './output';

export interface RepairOptions {
  readonly engine: string;
}

/** Changes the engine's own record of what is deployed, and no resource. */
export async function repair(
  project: Project,
  name: string,
  options: RepairOptions,
  output: Output,
): Promise<void> {
  const engine = engineNamed(options.engine, repairing);
  const environment = loadEnvironment(environmentFile(project, name));
  const { region } = environment;
  if ((await readSandbox(project.sandbox))?.environment === name) {
    throw new UserError(`The sandbox runs ${name}. There, \`npx stagecraft up\` repairs by itself.`);
  }
  await ownAccount(environment, awsClients({ region }).ec2);
  const say = (text: string) => output.line(text);
  const done = (await engine.repair?.run(project, { environment: name, region, say })) ?? [];
  output.document({ environment: name, engine: engine.name, repaired: done });
  output.line(
    done.length === 0
      ? 'Nothing to repair.'
      : `Repaired: ${done.length}. Now deploy again: ${engine.deployCommand(name)}`,
  );
}
