/** Programs that a bench starts: Debian packages, not npm's. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Program and Debian package. */
const packages = { haproxy: 'haproxy', wrk: 'wrk', nginx: 'nginx', caddy: 'caddy', taskset: 'util-linux' };
export type Program = keyof typeof packages;

function isInstalled(program: Program): boolean {
  // Where servers are, and not in every user's PATH.
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Those that are not installed. Says on standard error how to get each. */
export function missingPrograms(programs: readonly Program[]): Program[] {
  const missing = programs.filter((program) => !isInstalled(program));
  for (const program of missing)
    process.stderr.write(`${program}: not installed, apt-get install ${packages[program]}\n`);
  return missing;
}
