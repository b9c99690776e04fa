/** The package as npm would publish it, in a project of its own: built, and the packages it may have linked beside it. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type ApiReports, build } from '../../../scripts/package/build';

export const root = resolve(__dirname, '../../..');

export interface Manifest {
  readonly version: string;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

export interface Packed {
  /** A project of the user's. */
  readonly project: string;
  /** The package, installed there. */
  readonly folder: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  /** Bytes of the tarball. */
  readonly size: number;
  /** What people import from each entry. */
  readonly api: ApiReports;
  readonly remove: () => void;
}

/** Packages that a project of the user's has beside what the package brings. */
const BESIDE = ['constructs', 'cdktf', '@cdktf/provider-aws', 'aws-cdk-lib', '@pulumi/aws', '@pulumi/pulumi'];

/** Builds and packs; what npm would leave out is left out. */
export function packed(): Packed {
  const project = mkdtempSync(join(tmpdir(), 'stagecraft-packed-'));
  const staged = join(project, 'staged');
  const api = build(join(staged, 'dist'));
  for (const name of ['package.json', 'README.md', 'LICENSE', ...manifest.files]) {
    if (name !== 'dist') cpSync(join(root, name), join(staged, name), { recursive: true });
  }
  const answer = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: staged,
    encoding: 'utf8',
  });
  const { filename, files, size } = tarballOf(answer);
  const modules = join(project, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', join(project, filename), '-C', modules]);
  const folder = join(modules, 'stagecraft');
  cpSync(join(modules, 'package'), folder, { recursive: true });
  for (const name of [...Object.keys(manifest.dependencies), ...BESIDE, '@types/node']) link(name, modules);
  writeFileSync(join(project, 'package.json'), '{"name":"own","private":true}');
  return {
    project,
    folder,
    files,
    size,
    api,
    remove: () => rmSync(project, { recursive: true, force: true }),
  };
}

interface Tarball {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly string[];
}

/** npm 12 answers by name, those before with a list. */
function tarballOf(answer: string): Tarball {
  type Told = Omit<Tarball, 'files'> & { readonly files: readonly { readonly path: string }[] };
  const [told] = Object.values(JSON.parse(answer) as Record<string, Told>);
  if (told === undefined) throw new Error(`npm pack answered: ${answer}`);
  return { ...told, files: told.files.map(({ path }) => path) };
}

function link(name: string, modules: string): void {
  mkdirSync(dirname(join(modules, name)), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), join(modules, name));
}
