/** Which HAProxy and which Node are started, wherever one is: the sandbox's gateways and balancer (HAProxy), tests, benches. */
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute } from 'node:path';
import { SandboxProblem } from './folder';

/**
 * Puts the program that `STAGECRAFT_HAPROXY` names before all others of that name, in this process and those that it
 * starts: `STAGECRAFT_HAPROXY=/opt/haproxy-3.2/haproxy npm start`. Without the variable PATH decides.
 *
 * @throws when it is not the absolute path of a program called `haproxy`
 */
export function chooseHaproxy(environment: NodeJS.ProcessEnv = process.env): void {
  choose('STAGECRAFT_HAPROXY', 'haproxy', environment);
}

/**
 * The same with `STAGECRAFT_NODE`, for what is started from now on: the key helper of a test's gateways, say. A process
 * that runs stays on the Node that it is on.
 *
 * @throws when it is not the absolute path of a program called `node`
 */
export function chooseNode(environment: NodeJS.ProcessEnv = process.env): void {
  choose('STAGECRAFT_NODE', 'node', environment);
}

function choose(variable: string, name: string, environment: NodeJS.ProcessEnv): void {
  const { [variable]: program, PATH = '' } = environment;
  if (!program) return;
  const wrong = whyNot(program, name);
  if (wrong) {
    throw new SandboxProblem(
      'start-failed',
      `${variable} is ${program}, which ${wrong}. Give the absolute path of a program that is called ${name}.`,
    );
  }
  const folder = dirname(program);
  if (PATH.split(delimiter)[0] !== folder) environment.PATH = [folder, PATH].join(delimiter);
}

function whyNot(program: string, name: string): string | undefined {
  if (!isAbsolute(program)) return 'is no absolute path';
  // A task's command calls it by this name.
  if (basename(program) !== name) return 'is called otherwise';
  try {
    accessSync(program, constants.X_OK);
    return undefined;
  } catch {
    return 'cannot be run';
  }
}
