/** Which HAProxy is started and checked, wherever one is: the sandbox's gateways and balancer, tests, benches. */
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute } from 'node:path';

/**
 * Puts the program that `STAGECRAFT_HAPROXY` names before all others of that name, in this process and those that it
 * starts: `STAGECRAFT_HAPROXY=/opt/haproxy-3.2/haproxy npm start`. Without the variable PATH decides.
 *
 * @throws when it is not the absolute path of a program called `haproxy`
 */
export function chooseHaproxy(environment: NodeJS.ProcessEnv = process.env): void {
  const { STAGECRAFT_HAPROXY: program, PATH = '' } = environment;
  if (!program) return;
  const wrong = whyNot(program);
  if (wrong) {
    throw new Error(
      `STAGECRAFT_HAPROXY is ${program}, which ${wrong}. Give the absolute path of a program that is called haproxy.`,
    );
  }
  const folder = dirname(program);
  if (PATH.split(delimiter)[0] !== folder) environment.PATH = [folder, PATH].join(delimiter);
}

function whyNot(program: string): string | undefined {
  if (!isAbsolute(program)) return 'is no absolute path';
  // A gateway's start script calls it by this name.
  if (basename(program) !== 'haproxy') return 'is called otherwise';
  try {
    accessSync(program, constants.X_OK);
    return undefined;
  } catch {
    return 'cannot be run';
  }
}
