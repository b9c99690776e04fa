/**
 * `npm run test:cdktn`: the same sources on CDK Terrain, the continuation of CDK for Terraform. In a folder of its own the
 * packages are taken by npm's aliases, as docs/engines.md says, and the facts of what CDKTF's stacks synthesize there are compared with
 * the other engines'. Downloads some hundred megabytes.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a project that switches writes into its package.json. */
export const ALIASES = {
  cdktf: 'npm:cdktn@0.24',
  '@cdktf/provider-aws': 'npm:@cdktn/provider-aws@25',
  cdktn: '0.24',
  // CDK Terrain takes no newer one.
  constructs: '~10.7',
} as const;

const SUITES = ['test/synth/engines/environments', 'test/synth/engines/waits', 'test/synth/cdktf-stages'];

const project = path.resolve(__dirname, '..');

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** What is committed or would be, but for the lock file: it is for the other packages. */
function copySources(to: string): void {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: project,
  });
  for (const file of list.toString().trim().split('\n')) {
    if (file !== 'package-lock.json') cpSync(path.join(project, file), path.join(to, file));
  }
}

function takeAliases(folder: string): void {
  const file = path.join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const { cdktf: _, 'cdktf-cli': __, '@cdktf/provider-aws': ___, ...others } = manifest.devDependencies;
  const aliased = { ...manifest, peerDependencies: {}, devDependencies: { ...others, ...ALIASES } };
  writeFileSync(file, JSON.stringify(aliased, null, 2));
}

function main(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'stagecraft-cdktn-'));
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { cwd: folder, stdio: 'inherit' });
  try {
    copySources(folder);
    takeAliases(folder);
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts']);
    run('npx', ['--no-install', 'jest', ...SUITES]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (require.main === module) main();
