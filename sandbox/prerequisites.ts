/** What the sandbox needs on the machine, and how to get what is missing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import execa from 'execa';

/** A program that was found. */
export interface Found {
  /** What to run. */
  readonly path: string;
  readonly version: string;
}

export interface Missing {
  readonly name: 'terraform' | 'python' | 'haproxy';
  readonly why: string;
  /** Commands that install it, by system. */
  readonly install: Readonly<Record<'Debian' | 'macOS', string>>;
}

export interface Prerequisites {
  readonly found: { readonly terraform?: Found; readonly python?: Found; readonly haproxy?: Found };
  readonly missing: readonly Missing[];
}

export interface PrerequisiteOptions {
  /** Where a virtual environment for moto may be made. */
  readonly stateFolder: string;
  /** Told before anything is installed. */
  readonly say?: (text: string) => void;
}

const MOTO = 'moto[ec2,ecs,elbv2,iam,route53,acm,secretsmanager,servicediscovery,cognitoidp,server]>=5.1';

/** Output of a command that ends with 0; undefined otherwise. */
async function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  const result = await execa(command, args, { reject: false, timeout: 60_000, all: true });
  return result.exitCode === 0 ? result.all : undefined;
}

/** Whether a version is at least another: 2.6.12 is at least 2.6. */
export function atLeast(version: string, least: string): boolean {
  const parts = (text: string) => text.split('.').map(Number);
  const [have, want] = [parts(version), parts(least)];
  for (const [i, wanted] of want.entries()) {
    const difference = (have[i] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

async function versioned(
  path: string,
  args: readonly string[],
  pattern: RegExp,
  least: string,
): Promise<Found | string> {
  const version = pattern.exec((await outputOf(path, args)) ?? '')?.[1];
  if (!version) return `${path} was not found`;
  return atLeast(version, least) ? { path, version } : `${path} is ${version}; ${least} or newer is needed`;
}

const terraform = () => versioned('terraform', ['version'], /Terraform v(\d+\.\d+\.\d+)/, '1.11');
const haproxy = () => versioned('haproxy', ['-v'], /version (\d+\.\d+\.?\d*)/, '2.6');
const moto = (python: string) =>
  versioned(
    python,
    ['-c', 'import moto, flask; print("moto", moto.__version__)'],
    /moto (\d+\.\d+\.\d+)/,
    '5.1',
  );

/** Debian, and may install packages. */
function isDebianRoot(): boolean {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

async function haproxyOrInstall(say: (text: string) => void): Promise<Found | string> {
  const found = await haproxy();
  if (typeof found !== 'string' || !isDebianRoot()) return found;
  say('HAProxy is missing: installing the Debian package haproxy (apt-get install haproxy)');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await execa('apt-get', ['update', '-qq'], { reject: false, env, timeout: 180_000 });
  await execa('apt-get', ['install', '-y', '-qq', 'haproxy'], { reject: false, env, timeout: 300_000 });
  return haproxy();
}

/** Python with moto: the one on the path, or a virtual environment of our own. */
async function pythonOrInstall(stateFolder: string, say: (text: string) => void): Promise<Found | string> {
  const found = await moto('python3');
  if (typeof found !== 'string') return found;
  if ((await outputOf('python3', ['--version'])) === undefined) return 'python3 was not found';
  const folder = join(stateFolder, '..', 'python');
  const python = join(folder, 'bin', 'python');
  const kept = await moto(python).catch(() => 'none');
  if (typeof kept !== 'string') return kept;
  say(`moto is missing: installing it into ${folder}`);
  const made = await execa('python3', ['-m', 'venv', folder], { reject: false, timeout: 120_000, all: true });
  if (made.exitCode !== 0) return `python3 -m venv failed: ${made.all?.split('\n').at(-1)}`;
  const installed = await execa(python, ['-m', 'pip', 'install', '--quiet', MOTO], {
    reject: false,
    timeout: 600_000,
    all: true,
  });
  if (installed.exitCode !== 0) return `moto could not be installed: ${installed.all?.split('\n').at(-1)}`;
  return moto(python);
}

const installs: Readonly<Record<Missing['name'], Missing['install']>> = {
  terraform: {
    Debian:
      'see developer.hashicorp.com/terraform/install for the package source, then: apt-get install terraform',
    macOS: 'brew tap hashicorp/tap && brew install hashicorp/tap/terraform',
  },
  python: {
    Debian: "apt-get install python3 python3-venv && python3 -m pip install 'moto[all,server]'",
    macOS: "brew install python && python3 -m pip install 'moto[all,server]'",
  },
  haproxy: { Debian: 'apt-get install haproxy', macOS: 'brew install haproxy' },
};

/**
 * Looks for Terraform, Python with moto, and HAProxy. On Debian as root, haproxy is installed after saying so;
 * moto goes into a virtual environment beside the state folder. Nothing else is installed.
 */
export async function checkPrerequisites(options: PrerequisiteOptions): Promise<Prerequisites> {
  const say = options.say ?? (() => {});
  const looked = {
    terraform: await terraform(),
    python: await pythonOrInstall(options.stateFolder, say),
    haproxy: await haproxyOrInstall(say),
  };
  const entries = Object.entries(looked) as [Missing['name'], Found | string][];
  const missing = entries.flatMap(([name, result]) =>
    typeof result === 'string' ? [{ name, why: result, install: installs[name] }] : [],
  );
  return { found: Object.fromEntries(entries.filter(([, result]) => typeof result !== 'string')), missing };
}

/** What is missing, as a person reads it. */
export function explainMissing(missing: readonly Missing[]): string {
  const system = process.platform === 'darwin' ? 'macOS' : 'Debian';
  const lines = missing.map(({ name, why, install }) => `  ${name}: ${why}\n    install: ${install[system]}`);
  return ['This is needed and missing:', ...lines].join('\n');
}
