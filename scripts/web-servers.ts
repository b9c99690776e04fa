/**
 * The web servers that tests put behind a gateway: nginx, Apache and gunicorn. Those that are installed, or else Debian's
 * packages in a folder of their own, with the libraries that this machine lacks. Nothing on the machine is changed, and
 * no service is started. `npx tsx scripts/web-servers.ts` fetches what is missing.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Apt, cacheFolder } from './haproxy';

export type WebServerName = 'nginx' | 'Apache' | 'gunicorn';

/** How a web server is started. */
export interface Program {
  readonly version: string;
  /** Its program, and perhaps flags of it. */
  readonly command: readonly [program: string, ...flags: string[]];
  /** What it needs besides the variables of this process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Apache's modules. */
  readonly modules: string;
}

interface Source {
  readonly package: string;
  readonly program: string;
  readonly flags: readonly string[];
  readonly version: readonly string[];
}

const sources: Readonly<Record<WebServerName, Source>> = {
  nginx: { package: 'nginx-light', program: 'nginx', flags: [], version: ['-v'] },
  Apache: { package: 'apache2-bin', program: 'apache2', flags: [], version: ['-v'] },
  gunicorn: {
    package: 'python3-gunicorn',
    program: 'python3',
    flags: ['-m', 'gunicorn'],
    version: ['-m', 'gunicorn', '--version'],
  },
};

export const webServerNames = Object.keys(sources) as WebServerName[];

const lookSeconds = 60;
const folder = join(cacheFolder, 'web-servers');

/** What Debian's programs look for below `/usr`, below another folder. */
function environmentBelow(root: string): Record<string, string> {
  const libraries = join(root, 'usr/lib');
  const triplet = existsSync(libraries)
    ? readdirSync(libraries).find((name) => name.endsWith('-linux-gnu'))
    : undefined;
  return {
    ...(triplet && { LD_LIBRARY_PATH: join(libraries, triplet) }),
    PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
  };
}

function versionOf(command: readonly string[], environment: Readonly<Record<string, string>>) {
  const [program = '', ...flags] = command;
  try {
    // nginx says it on the other stream.
    const text = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', program, ...flags], {
      encoding: 'utf8',
      timeout: lookSeconds * 1000,
      env: { ...process.env, ...environment },
    });
    return /(?:nginx\/|Apache\/|\(version )(\d+(?:\.\d+)+)/.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

function programIn(name: WebServerName, path: string, root: string): Program | undefined {
  const { program, flags, version: asked } = sources[name];
  const environment = root === '/' ? {} : environmentBelow(root);
  const file = join(path, program);
  const version = existsSync(file) ? versionOf([file, ...asked], environment) : undefined;
  const modules = join(root, 'usr/lib/apache2/modules');
  if (!version || (name === 'Apache' && !existsSync(modules))) return undefined;
  return { version, command: [file, ...flags], environment, modules };
}

/** The one that is installed, or that was fetched before; undefined when there is none. */
export function webServer(name: WebServerName): Program | undefined {
  // The system's Python is the one that Debian's gunicorn is for.
  const system = ['/usr/bin', '/usr/sbin', ...(process.env.PATH ?? '').split(delimiter)];
  for (const path of system) {
    const found = programIn(name, path, '/');
    if (found) return found;
  }
  const fetched = [join(folder, 'usr/sbin'), ...(name === 'gunicorn' ? system : [])];
  for (const path of fetched) {
    const found = programIn(name, path, folder);
    if (found) return found;
  }
  return undefined;
}

/**
 * Fetches those that are missing.
 *
 * @returns undefined when all are there now
 * @throws when they cannot be had on this machine
 */
export function fetchWebServers(): void {
  const missing = webServerNames.filter((name) => webServer(name) === undefined);
  if (missing.length === 0) return;
  mkdirSync(cacheFolder, { recursive: true });
  // Beside the last name, so that it can be given.
  const work = mkdtempSync(join(cacheFolder, 'new-'));
  try {
    const apt = new Apt(work, '/var/lib/dpkg/status');
    apt.update();
    const root = join(work, 'root');
    apt.unpack(apt.wanted(missing.map((name) => sources[name].package)), root);
    rmSync(folder, { recursive: true, force: true });
    renameSync(root, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const still = missing.filter((name) => webServer(name) === undefined);
  if (still.length > 0) throw new Error(`${still.join(', ')}: unpacked, and does not run`);
}

if (require.main === module) {
  fetchWebServers();
  for (const name of webServerNames) console.log(name, JSON.stringify(webServer(name)));
}
