/**
 * The Node of the key helper's default image, from the npm package that holds it for this platform, in a folder of its
 * own. It is the same version as the image's, linked with glibc where the image's has musl. `npx tsx scripts/node.ts`
 * prints where it is.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeVersion } from '../constructs/gateway/images';
import { cacheFolder } from './haproxy';

const lookSeconds = 180;

function run(program: string, args: readonly string[]): string {
  // What it complains of is in the error.
  return execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: lookSeconds * 1000,
  });
}

/** @returns undefined when it does not run */
function versionOfNode(program: string): string | undefined {
  try {
    return run(program, ['--version']).trim().replace(/^v/, '');
  } catch {
    return undefined;
  }
}

function unpack(version: string, target: string): void {
  mkdirSync(cacheFolder, { recursive: true });
  const work = mkdtempSync(join(cacheFolder, 'new-'));
  try {
    const name = `node-${process.platform}-${process.arch}@${version}`;
    const file = run('npm', ['pack', name, '--loglevel', 'error', '--pack-destination', work]).trim();
    run('tar', ['-xzf', join(work, file), '-C', work, 'package/bin/node']);
    rmSync(target, { recursive: true, force: true });
    renameSync(join(work, 'package'), target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * The program for `STAGECRAFT_NODE`: the one in the user's cache folder, or a new one.
 *
 * @throws when it cannot be had on this machine
 */
export function nodeOf(version: string): string {
  const folder = join(cacheFolder, `node-${version}`);
  const program = join(folder, 'bin/node');
  if (versionOfNode(program) === version) return program;
  unpack(version, folder);
  if (versionOfNode(program) !== version) throw new Error(`Node ${version} was unpacked and does not run`);
  return program;
}

if (require.main === module) console.log(nodeOf(nodeVersion));
