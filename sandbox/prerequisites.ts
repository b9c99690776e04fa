/** What the sandbox needs on the machine, and how to get what is missing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Engine } from './types';

/** A program that was found. */
export interface Found {
  /** What to run. */
  readonly path: string;
  readonly version: string;
}

export interface Missing {
  readonly name: 'terraform' | 'aws-cdk' | 'python' | 'haproxy';
  readonly why: string;
  /** Commands that install it, by system. */
  readonly install: Readonly<Record<'Debian' | 'macOS', string>>;
}

export interface Prerequisites {
  readonly found: Readonly<Partial<Record<Missing['name'], Found>>>;
  readonly missing: readonly Missing[];
}

export interface PrerequisiteOptions {
  /** Only what this engine needs is looked for. @default cdktf */
  readonly engine?: Engine;
  /** Where a virtual environment for moto may be made. */
  readonly stateFolder: string;
  /** Told before anything is installed. */
  readonly say?: (text: string) => void;
  /** Whether HAProxy may be installed with apt-get. @default on Debian, as root */
  readonly mayInstallPackages?: boolean;
}

/** Versions before 5.2 keep ECS in another way than the emulator changes it. */
const LEAST_MOTO = '5.2';

/** The extra `server` has all that the emulator's services need, CloudFormation too. */
const MOTO_PACKAGE = `moto[server]>=${LEAST_MOTO}`;

/** Imports what a moto without its extras lacks; `sys.executable` as `python3` may be a slow shim. */
const MOTO_PROBE =
  'import flask, flask_cors, joserfc, moto, openapi_spec_validator, sys, yaml; print("moto", moto.__version__, sys.executable)';

/** Write-only arguments, which keep the consumers' secret out of the state, came with 1.11. */
const LEAST_TERRAFORM = '1.11';

/** The first CLI that is told apart from the library by its version. */
const LEAST_CDK = '2.1148';

const LEAST_HAPROXY = '2.6';

/** What a command printed, and whether it ended with 0. */
function run(
  command: string,
  args: readonly string[],
  timeoutSeconds = 60,
): Promise<{ readonly good: boolean; readonly output: string }> {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((resolve) => {
    // Not execa 5: its timer goes on for a program that does not exist, and keeps this process alive.
    execFile(command, args, { env, timeout: timeoutSeconds * 1000 }, (error, stdout, stderr) => {
      resolve({ good: error === null, output: [stdout, stderr].filter(Boolean).join('\n') });
    });
  });
}

/** The line of a package manager's output that says what went wrong. */
function complaint(output: string): string {
  const lines = output.trim().split('\n');
  return lines.filter((line) => /^(E:|ERROR)/.test(line)).at(-1) ?? lines.at(-1) ?? '';
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

/** How a program tells its version; `says` may have a second group, the path to run instead. */
interface Probe {
  readonly name: string;
  readonly args: readonly string[];
  readonly says: RegExp;
  readonly least: string;
}

async function look(program: string, probe: Probe): Promise<Found | string> {
  const { output } = await run(program, probe.args);
  const [, version, realPath] = probe.says.exec(output) ?? [];
  if (!version) return `${probe.name} was not found`;
  if (!atLeast(version, probe.least)) {
    return `${probe.name} ${version} was found; ${probe.least} or newer is needed`;
  }
  return { path: realPath ?? program, version };
}

const terraformProbe: Probe = {
  name: 'terraform',
  args: ['version'],
  says: /^Terraform v(\d+\.\d+\.\d+)/m,
  least: LEAST_TERRAFORM,
};
const haproxyProbe: Probe = {
  name: 'haproxy',
  args: ['-v'],
  says: /version (\d+\.\d+(?:\.\d+)?)/,
  least: LEAST_HAPROXY,
};
const motoProbe: Probe = {
  name: 'moto',
  args: ['-c', MOTO_PROBE],
  says: /^moto (\d+\.\d+\.\d+) (.+)$/m,
  least: LEAST_MOTO,
};

/** Debian, and may install packages. */
function isDebianRoot(): boolean {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

/** Whether Terraform is there, in a version that will do. @returns why not */
export async function whyNotTerraform(): Promise<string | undefined> {
  const found = await look('terraform', terraformProbe);
  return typeof found === 'string' ? found : undefined;
}

/** The CLI and the library, as packages beside this one. 3.0.0 of the CLI is an older, wrong release. */
function lookForCdk(): Found | string {
  try {
    require.resolve('aws-cdk-lib/package.json');
    const { version } = require('aws-cdk/package.json') as { version: string };
    if (version.startsWith('2.') && atLeast(version, LEAST_CDK)) {
      return { path: require.resolve('aws-cdk/bin/cdk'), version };
    }
    return `aws-cdk ${version} was found; ${LEAST_CDK} or newer of major 2 is needed`;
  } catch {
    return 'the packages aws-cdk and aws-cdk-lib were not found';
  }
}

async function haproxyOrInstall(mayInstall: boolean, say: (text: string) => void): Promise<Found | string> {
  const found = await look('haproxy', haproxyProbe);
  if (typeof found !== 'string' || !mayInstall) return found;
  say('HAProxy is missing: installing the Debian package haproxy (apt-get install haproxy)');
  await run('apt-get', ['update', '-qq'], 180);
  const { good, output } = await run('apt-get', ['install', '-y', '-qq', 'haproxy'], 300);
  return good ? look('haproxy', haproxyProbe) : `it could not be installed: ${complaint(output)}`;
}

/** Python with moto: the one on the path, or a virtual environment of our own. */
async function pythonOrInstall(folder: string, say: (text: string) => void): Promise<Found | string> {
  const found = await look('python3', motoProbe);
  if (typeof found !== 'string') return found;
  if (!(await run('python3', ['--version'])).good) return 'python3 was not found';
  const python = join(folder, 'bin', 'python');
  const kept = await look(python, motoProbe);
  if (typeof kept !== 'string') return kept;
  say(`moto is missing: installing it into ${folder}`);
  const made = await run('python3', ['-m', 'venv', folder], 120);
  if (!made.good) return `python3 -m venv failed: ${complaint(made.output)}`;
  const installed = await run(python, ['-m', 'pip', 'install', '--quiet', MOTO_PACKAGE], 600);
  return installed.good
    ? look(python, motoProbe)
    : `moto could not be installed: ${complaint(installed.output)}`;
}

const CDK_INSTALL = 'npm install --save-dev aws-cdk@2 aws-cdk-lib@2';

function installs(pythonFolder: string): Readonly<Record<Missing['name'], Missing['install']>> {
  const python = `python3 -m venv ${pythonFolder} && ${pythonFolder}/bin/pip install '${MOTO_PACKAGE}'`;
  return {
    terraform: {
      Debian:
        'see developer.hashicorp.com/terraform/install for the package source, then: apt-get install terraform',
      macOS: 'brew tap hashicorp/tap && brew install hashicorp/tap/terraform',
    },
    'aws-cdk': { Debian: CDK_INSTALL, macOS: CDK_INSTALL },
    python: {
      Debian: `apt-get install python3 python3-venv && ${python}`,
      macOS: `brew install python && ${python}`,
    },
    haproxy: { Debian: 'apt-get install haproxy', macOS: 'brew install haproxy' },
  };
}

/**
 * Looks for what the engine needs (Terraform, or the packages of AWS CDK), Python with moto, and HAProxy. On Debian as
 * root, haproxy is installed after saying so; moto goes into a virtual environment beside the state folder. Nothing else
 * is installed.
 */
export async function checkPrerequisites(options: PrerequisiteOptions): Promise<Prerequisites> {
  const say = options.say ?? (() => {});
  // Beside the sandbox's own folder, so that `down` does not throw it away.
  const pythonFolder = join(dirname(options.stateFolder), 'python');
  const engine = options.engine ?? 'cdktf';
  const [engineFound, pythonFound, haproxyFound] = await Promise.all([
    engine === 'cdktf' ? look('terraform', terraformProbe) : lookForCdk(),
    pythonOrInstall(pythonFolder, say),
    haproxyOrInstall(options.mayInstallPackages ?? isDebianRoot(), say),
  ]);
  const looked = {
    [engine === 'cdktf' ? 'terraform' : 'aws-cdk']: engineFound,
    python: pythonFound,
    haproxy: haproxyFound,
  };
  const entries = Object.entries(looked) as [Missing['name'], Found | string][];
  const missing = entries.flatMap(([name, result]) =>
    typeof result === 'string' ? [{ name, why: result, install: installs(pythonFolder)[name] }] : [],
  );
  return { found: Object.fromEntries(entries.filter(([, result]) => typeof result !== 'string')), missing };
}

/** What is missing, as a person reads it. */
export function explainMissing(missing: readonly Missing[]): string {
  const system = process.platform === 'darwin' ? 'macOS' : 'Debian';
  const lines = missing.map(({ name, why, install }) => `  ${name}: ${why}\n    install: ${install[system]}`);
  return ['This is needed and missing:', ...lines].join('\n');
}
