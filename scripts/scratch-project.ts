/** The project's sources in a folder of their own, with other packages than its lock file has. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const project = path.resolve(__dirname, '..');

/** As much of `package.json` as decides which packages are there. */
export interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

export const manifestOf = (folder = project): Manifest =>
  JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

/** What is committed or would be, but for the lock file: it is for the other packages. */
function copySources(to: string): void {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: project,
  });
  for (const file of list.toString().trim().split('\n')) {
    if (file !== 'package-lock.json') cpSync(path.join(project, file), path.join(to, file));
  }
}

export type Run = (command: string, ...args: readonly string[]) => void;

/**
 * Installs what the changed manifest asks for, does the work there and takes the folder away.
 * @param name begins the folder's name
 */
export function inScratchProject(
  name: string,
  change: (manifest: Manifest) => Manifest,
  work: (run: Run) => void,
): void {
  const folder = mkdtempSync(path.join(tmpdir(), `stagecraft-${name}-`));
  const run: Run = (command, ...args) => execFileSync(command, args, { cwd: folder, stdio: 'inherit' });
  try {
    copySources(folder);
    const changed = change(manifestOf(folder));
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(changed, null, 2));
    run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts');
    work(run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
