/**
 * A HAProxy of another branch than the one that is installed: Debian's package, with the libraries that it wants, in a
 * folder of its own. Nothing on the machine is changed. `npx tsx scripts/haproxy.ts 3.2` prints where it is.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of these the newest version of the branch is taken. */
const suites = ['stable', 'stable-backports', 'sid', 'experimental'];

/** What the program is linked with, and what writes into it where these are. */
const libraries =
  'libc6 libcrypt1 liblua5.4-0 libpcre2-8-0 libssl3t64 libjemalloc2 libopentracing-c-wrapper0t64 libopentracing1 libstdc++6 libgcc-s1 zlib1g libzstd1';
const tool = 'patchelf';

const lookSeconds = 180;

/** Where what tests need is kept from one run to the next. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stagecraft');

function run(program: string, args: readonly string[], cwd?: string): string {
  // What it complains of is in the error.
  return execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: lookSeconds * 1000,
  });
}

/** @returns undefined when it does not run */
export function versionOf(program: string): string | undefined {
  try {
    return /version (\d+\.\d+\.\d+)/.exec(run(program, ['-v']))?.[1];
  } catch {
    return undefined;
  }
}

/** apt with lists and packages of its own. */
export class Apt {
  private readonly options: readonly string[];

  /** @param status what is installed, as dpkg has it. @default nothing */
  constructor(
    private readonly folder: string,
    status?: string,
  ) {
    for (const name of ['state/lists/partial', 'cache/archives/partial'])
      mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'state/status'), '');
    const settings = {
      'Dir::State': join(folder, 'state'),
      'Dir::State::status': status ?? join(folder, 'state/status'),
      'Dir::Cache': join(folder, 'cache'),
      'APT::Sandbox::User': '',
      // A mirror may lag behind; what it has is signed all the same.
      'Acquire::Check-Valid-Until': 'false',
      'Acquire::Languages': 'none',
    };
    this.options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }

  update(): void {
    run('apt-get', [...this.options, 'update', '-qq']);
  }

  /** Packages that would have to be installed for these, and these themselves. */
  wanted(packages: readonly string[]): string[] {
    const simulated = ['-s', '--no-install-recommends', '-o', 'Debug::NoLocking=1', 'install'];
    const text = run('apt-get', [...this.options, ...simulated, ...packages]);
    return [...text.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm)].map(
      ([, name, version]) => `${name}=${version}`,
    );
  }

  /** From the machine's own sources: the mirror of Debian itself, as it is set there. */
  mirror(): string {
    this.update();
    const listed = run('apt-get', [...this.options, 'indextargets', '--format', '$(LABEL) $(REPO_URI)']);
    const mirror = /^Debian (\S+)$/m.exec(listed)?.[1];
    if (!mirror) throw new Error('the sources of apt name no mirror of Debian');
    return mirror;
  }

  /** Takes the newer suites of that mirror from now on. One that the mirror has not is no failure. */
  follow(mirror: string): Apt {
    const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
    const signed = existsSync(keys) ? `[signed-by=${keys}] ` : '';
    writeFileSync(
      join(this.folder, 'sources.list'),
      suites.map((suite) => `deb ${signed}${mirror} ${suite} main\n`).join(''),
    );
    const newer = new Apt(this.folder);
    (newer.options as string[]).push(
      ...['-o', `Dir::Etc::sourcelist=${join(this.folder, 'sources.list')}`],
      ...['-o', 'Dir::Etc::sourceparts=/dev/null'],
    );
    try {
      run('apt-get', [...newer.options, 'update', '-qq']);
    } catch {
      // Said below when it matters: the package is then not there.
    }
    return newer;
  }

  /** @throws when no suite has that branch of HAProxy */
  package(branch: string): string {
    const rows = run('apt-cache', [...this.options, 'madison', 'haproxy']).split('\n');
    const versions = rows.map((row) => row.split('|')[1]?.trim() ?? '');
    const version = versions.find((one) => one.startsWith(`${branch}.`));
    if (!version) throw new Error(`no suite of Debian that can be reached has HAProxy ${branch}`);
    return `haproxy=${version}`;
  }

  unpack(packages: readonly string[], into: string): void {
    const folder = join(this.folder, 'packages');
    mkdirSync(folder);
    run('apt-get', [...this.options, 'download', '-qq', ...packages], folder);
    for (const file of readdirSync(folder)) run('dpkg-deb', ['-x', join(folder, file), into]);
  }
}

function build(branch: string, target: string): void {
  const work = mkdtempSync(join(tmpdir(), 'stagecraft-haproxy-'));
  try {
    const apt = new Apt(work);
    const newer = apt.follow(apt.mirror());
    mkdirSync(cacheFolder, { recursive: true });
    const root = mkdtempSync(join(cacheFolder, 'new-'));
    newer.unpack([newer.package(branch), ...libraries.split(' '), tool], root);
    const triplet = readdirSync(join(root, 'usr/lib')).find((name) => name.endsWith('-linux-gnu')) ?? '';
    // The paths that are written into the program are those of the folder's last name.
    rmSync(target, { recursive: true, force: true });
    renameSync(root, target);
    const inside = join(target, 'usr/lib', triplet);
    const loader = join(inside, readdirSync(inside).find((name) => /^ld-linux.*\.so/.test(name)) ?? '');
    const program = join(target, 'usr/sbin/haproxy');
    const patch = ['--set-interpreter', loader, '--force-rpath', '--set-rpath', inside];
    run(loader, ['--library-path', inside, join(target, 'usr/bin/patchelf'), ...patch, program]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * The program of a branch, for `STAGECRAFT_HAPROXY`: the one in the user's cache folder, or a new one.
 *
 * @param branch `3.2`, say
 * @throws when it cannot be had on this machine
 */
export function haproxyOf(branch: string): string {
  const folder = join(cacheFolder, `haproxy-${branch}`);
  const program = join(folder, 'usr/sbin/haproxy');
  if (versionOf(program)) return program;
  build(branch, folder);
  if (!versionOf(program)) throw new Error(`HAProxy ${branch} was unpacked and does not run`);
  return program;
}

if (require.main === module) console.log(haproxyOf(process.argv[2] ?? '3.2'));
