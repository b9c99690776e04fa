/**
 * `npm run test:package`: installs the tarball in projects of their own, outside of this one, and uses it there: types, tests,
 * synthesis, and `stagecraft up`. Prints what it measured. Takes some minutes, and the packages of three engines.
 * `npm run test:package -- aws-cdk` does so for one engine; `--no-up` deploys nothing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ORDERS, type Project, projects, type Step, sandboxOf } from './projects';

const root = resolve(__dirname, '../..');

/** Checks of what is published that its authors recommend. */
const CHECKERS = ['publint@0.3', '@arethetypeswrong/cli@0.18'];

interface Figure {
  readonly engine: string;
  readonly what: string;
  readonly figure: string;
}

const figures: Figure[] = [];
const tell = (engine: string, what: string, figure: string): void => {
  figures.push({ engine, what, figure });
  process.stdout.write(`${engine.padEnd(8)} ${what}: ${figure}\n`);
};

/** @throws Error with all that it printed when it fails. @returns seconds */
function run(folder: string, command: readonly string[], environment: Step['environment'] = {}): number {
  const [program = '', ...args] = command;
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw error ?? new Error(`${command.join(' ')} failed:\n${stdout}${stderr}`);
  return (performance.now() - started) / 1000;
}

const seconds = (time: number): string => `${time.toFixed(1)} s`;
const npx = (command: readonly string[]): string[] => ['npx', '--no-install', ...command];
const install = (folder: string, ...packages: readonly string[]): number =>
  run(folder, ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...packages]);

function pack(folder: string): string {
  const answer = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const tarball = join(folder, answer.trim().split('\n').at(-1) ?? '');
  tell('all', 'tarball', `${Math.round(statSync(tarball).size / 1024)} KiB`);
  return tarball;
}

function checkTarball(folder: string, tarball: string): void {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  install(folder, ...CHECKERS);
  run(folder, npx(['publint', 'run', '--strict', tarball]));
  // Without it no engine asks for the schema; resolution of Node.js 10 knows no such name.
  run(folder, npx(['attw', tarball, '--exclude-entrypoints', 'environment.schema.json']));
  tell('all', 'publint, arethetypeswrong', 'nothing found');
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Packages of engines that are there, by their first name. */
const enginesIn = (folder: string): string[] =>
  readdirSync(join(folder, 'node_modules')).filter((name) => /^(@?cdktf|aws-cdk-lib|@pulumi)$/.test(name));

const ENGINES: Readonly<Record<string, readonly string[]>> = {
  cdktf: ['@cdktf', 'cdktf'],
  'aws-cdk': ['aws-cdk-lib'],
  pulumi: ['@pulumi'],
};

const filesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length;

function importTime(folder: string, engine: string): number {
  const times = [1, 2, 3].map(() => run(folder, ['node', '-e', `require('stagecraft/${engine}')`]));
  return Math.min(...times);
}

function take(folder: string, project: Project, { does, command, environment, writes = {} }: Step): void {
  const time = run(folder, npx(command), environment);
  for (const [path, text] of Object.entries(writes)) {
    if (!readFileSync(join(folder, path), 'utf8').includes(text)) throw new Error(`${path} lacks ${text}`);
  }
  tell(project.engine, does, seconds(time));
}

function bringUp(folder: string, { engine, up }: Project): void {
  if (!up) return;
  write(folder, { 'environments/sandbox.yaml': sandboxOf(up.cidr), 'orders.js': ORDERS });
  const ports = ['https', 'http', 'emulator', 'dns'].flatMap((name, i) => [
    `--${name}-port`,
    String(up.ports + i),
  ]);
  try {
    // It ends with 0 only when all claims hold.
    tell(
      engine,
      'stagecraft up',
      seconds(run(folder, npx(['stagecraft', 'up', '--engine', engine, ...ports]))),
    );
  } finally {
    run(folder, npx(['stagecraft', 'down']));
  }
}

function tryOut(project: Project, tarball: string, folder: string, withUp: boolean): void {
  const { engine, files, packages, steps } = project;
  write(folder, { 'package.json': '{"name":"own","version":"1.0.0","private":true}', ...files });
  tell(engine, 'npm install', seconds(install(folder, tarball, ...packages)));
  const found = enginesIn(folder);
  if (found.join() !== ENGINES[engine]?.join()) throw new Error(`${engine} brought ${found.join(', ')}`);
  const installed = join(folder, 'node_modules/stagecraft');
  const before = filesIn(installed);
  tell(engine, 'import', seconds(importTime(folder, engine)));
  for (const step of steps) take(folder, project, step);
  if (withUp) bringUp(folder, project);
  if (filesIn(installed) !== before) throw new Error('Something was written into the package.');
}

function main(): void {
  const asked = process.argv.slice(2).filter((one) => !one.startsWith('--'));
  const withUp = !process.argv.includes('--no-up');
  const scratch = mkdtempSync(join(tmpdir(), 'stagecraft-package-'));
  try {
    const tarball = pack(scratch);
    checkTarball(scratch, tarball);
    for (const project of projects) {
      const folder = join(scratch, project.engine);
      if (asked.length > 0 && !asked.includes(project.engine)) continue;
      mkdirSync(folder);
      tryOut(project, tarball, folder, withUp);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (require.main === module) main();
