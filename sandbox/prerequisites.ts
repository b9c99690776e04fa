/** What the sandbox needs on the machine, and how to get what is missing. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Found, type Install, type Need, type Probe, probe, run } from './needs';

export interface Missing {
  readonly name: string;
  readonly why: string;
  readonly install: Install;
}

export interface Prerequisites {
  /** By name. */
  readonly found: Readonly<Record<string, Found>>;
  readonly missing: readonly Missing[];
}

export interface PrerequisiteOptions {
  /** What is needed beside Python and HAProxy: by what deploys, say. */
  readonly needs: readonly Need[];
  /** Where a virtual environment for moto may be made. */
  readonly stateFolder: string;
  /** Told before anything is installed. */
  readonly say?: (text: string) => void;
  /** Whether HAProxy may be installed with apt-get, on Debian as root. @default in CI, where `CI` is set */
  readonly mayInstallPackages?: boolean;
}

/** Versions before 5.2 keep ECS in another way than the emulator changes it. */
const LEAST_MOTO = '5.2';

/** The extra `server` has all that the emulator's services need, CloudFormation too. */
const MOTO_PACKAGE = `moto[server]>=${LEAST_MOTO}`;

/** Imports what a moto without its extras lacks, and cfn-lint, whose schemas the emulator reads; `sys.executable` as `python3` may be a slow shim. */
const MOTO_PROBE =
  'import cfnlint, flask, flask_cors, joserfc, moto, openapi_spec_validator, sys, yaml; print("moto", moto.__version__, sys.executable)';

const LEAST_HAPROXY = '2.6';

/** The line of a package manager's output that says what went wrong. */
function complaint(output: string): string {
  const lines = output.trim().split('\n');
  return lines.filter((line) => /^(E:|ERROR)/.test(line)).at(-1) ?? lines.at(-1) ?? '';
}

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

/** Never unasked on a machine that is somebody's. */
const isCi = (): boolean => !['', 'false', '0', undefined].includes(process.env.CI?.toLowerCase());

async function haproxyOrInstall(
  allowed: boolean | undefined,
  say: (text: string) => void,
): Promise<Found | string> {
  const found = await probe('haproxy', haproxyProbe);
  if (typeof found !== 'string') return found;
  if (allowed === undefined && isDebianRoot() && !isCi())
    return `${found}; with --yes it is installed, as it is in CI`;
  if (!(allowed ?? (isCi() && isDebianRoot()))) return found;
  say('HAProxy is missing: installing the Debian package haproxy (apt-get install haproxy)');
  await run('apt-get', ['update', '-qq'], 180);
  const { good, output } = await run('apt-get', ['install', '-y', '-qq', 'haproxy'], 300);
  return good ? probe('haproxy', haproxyProbe) : `it could not be installed: ${complaint(output)}`;
}

/** Python with moto: the one on the path, or a virtual environment of our own. */
async function pythonOrInstall(folder: string, say: (text: string) => void): Promise<Found | string> {
  const found = await probe('python3', motoProbe);
  if (typeof found !== 'string') return found;
  if (!(await run('python3', ['--version'])).good) return 'python3 was not found';
  const python = join(folder, 'bin', 'python');
  const kept = await probe(python, motoProbe);
  if (typeof kept !== 'string') return kept;
  say(`moto is missing: installing it into ${folder}`);
  const made = await run('python3', ['-m', 'venv', folder], 120);
  if (!made.good) return `python3 -m venv failed: ${complaint(made.output)}`;
  const installed = await run(python, ['-m', 'pip', 'install', '--quiet', MOTO_PACKAGE], 600);
  return installed.good
    ? probe(python, motoProbe)
    : `moto could not be installed: ${complaint(installed.output)}`;
}

/** What the sandbox itself runs on. */
function ownNeeds({ stateFolder, say = () => {}, mayInstallPackages }: PrerequisiteOptions): readonly Need[] {
  // Beside the sandbox's own folder, so that `down` does not throw it away.
  const folder = join(dirname(stateFolder), 'python');
  const install = `python3 -m venv ${folder} && ${folder}/bin/pip install '${MOTO_PACKAGE}'`;
  return [
    {
      name: 'python',
      title: 'Python',
      install: {
        Debian: `apt-get install python3 python3-venv && ${install}`,
        macOS: `brew install python && ${install}`,
      },
      look: () => pythonOrInstall(folder, say),
    },
    {
      name: 'haproxy',
      title: 'HAProxy',
      install: { Debian: 'apt-get install haproxy', macOS: 'brew install haproxy' },
      look: () => haproxyOrInstall(mayInstallPackages, say),
    },
  ];
}

/**
 * Looks for what is needed, Python with moto, and HAProxy. In CI, or where it is allowed, haproxy is
 * installed on Debian as root after saying so; moto goes into a virtual environment beside the state folder. Nothing else is installed.
 */
export async function checkPrerequisites(options: PrerequisiteOptions): Promise<Prerequisites> {
  const needs = [...options.needs, ...ownNeeds(options)];
  const looked = await Promise.all(needs.map(async (need) => ({ ...need, result: await need.look() })));
  return {
    found: Object.fromEntries(
      looked.flatMap(({ name, result }) => (typeof result === 'string' ? [] : [[name, result]])),
    ),
    missing: looked.flatMap(({ name, install, result }) =>
      typeof result === 'string' ? [{ name, why: result, install }] : [],
    ),
  };
}

/** What is missing, as a person reads it. */
export function explainMissing(missing: readonly Missing[]): string {
  const system = process.platform === 'darwin' ? 'macOS' : 'Debian';
  const lines = missing.map(({ name, why, install }) => `  ${name}: ${why}\n    install: ${install[system]}`);
  return ['This is needed and missing:', ...lines].join('\n');
}
