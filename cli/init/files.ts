/** The files of a project that begins: whole ones, and additions to those that projects have already. */
import { engineNamed } from '../../stacks/engines';
import { PROGRAM, type Start } from '../../stacks/start';
import { UserError } from '../../stacks/user-error';
import { type Choice, environmentText } from './environment';
import { WORKFLOW, workflowText } from './workflow';

export interface Wanted {
  /** In the project. */
  readonly path: string;
  /** @param present what the file says; undefined when there is none. @returns what it should say */
  text(present: string | undefined): string;
  /** Whether it keeps all that it says, and is only added to. */
  readonly adds: boolean;
}

interface Manifest {
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Ours: it says which versions of other packages were tried. */
const own = require('stagecraft/package.json') as Manifest & { readonly version: string };

/** The newest that all the engines' packages take. */
const TYPESCRIPT = '^5.9.0';

/** @param manifest text of the project's package.json; undefined when there is none. @throws UserError when it cannot be read */
export function filesOf(choice: Choice, manifest: string | undefined): Wanted[] {
  const { engine, name } = choice;
  const { start } = engineNamed(engine);
  const isModule = manifest !== undefined && read(manifest).type === 'module';
  return [
    whole(`environments/${name}.yaml`, environmentText(choice)),
    whole(PROGRAM, start.program(isModule)),
    whole('infrastructure/tsconfig.json', TSCONFIG),
    whole(start.configuration.path, start.configuration.text),
    whole(WORKFLOW, workflowText(start, name)),
    { path: 'package.json', adds: true, text: (present) => withPackages(present, start) },
    {
      path: '.gitignore',
      adds: true,
      text: (present) => withLines(present, ['node_modules/', '.stagecraft/', ...start.ignored]),
    },
  ];
}

const whole = (path: string, text: string): Wanted => ({ path, adds: false, text: () => text });

/** In a folder of its own: a project's own settings are left alone. */
const TSCONFIG = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'ES2022',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: ['.'],
  },
  null,
  2,
)}\n`;

function read(text: string): Manifest {
  const parsed = parsedOrNothing(text);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new UserError('package.json is no JSON object: mend it, and run this again. Nothing was written.');
}

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is there keeps its range, wherever it stands. */
function withPackages(present: string | undefined, start: Start): string {
  const manifest = present === undefined ? { private: true } : read(present);
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = manifest as Manifest;
  const has = { ...peerDependencies, ...optionalDependencies, ...devDependencies, ...dependencies };
  const missing = (names: readonly string[]) => names.filter((name) => !Object.hasOwn(has, name));
  const [more, moreDev] = [
    missing(['stagecraft', ...start.dependencies]),
    missing([...start.devDependencies, '@types/node', 'tsx', 'typescript']),
  ];
  if (present !== undefined && more.length + moreDev.length === 0) return present;
  const added = {
    ...manifest,
    ...(more.length > 0 && { dependencies: sorted(dependencies, more) }),
    ...(moreDev.length > 0 && { devDependencies: sorted(devDependencies, moreDev) }),
  };
  const indent = /^\{\r?\n([ \t]+)/.exec(present ?? '')?.[1] ?? 2;
  return `${JSON.stringify(added, null, indent)}\n`;
}

const sorted = (present: Manifest['dependencies'], more: readonly string[]) =>
  Object.fromEntries(
    Object.entries({ ...present, ...Object.fromEntries(more.map((name) => [name, rangeOf(name)])) }).sort(
      ([one], [other]) => (one < other ? -1 : 1),
    ),
  );

function rangeOf(name: string): string {
  if (name === 'stagecraft') return `^${own.version}`;
  if (name === 'typescript') return TYPESCRIPT;
  const range = own.peerDependencies?.[name] ?? own.devDependencies?.[name];
  if (range === undefined) throw new Error(`No range of ${name} is known.`);
  return range;
}

/** Those lines that are not there yet, at the end. */
function withLines(present: string | undefined, lines: readonly string[]): string {
  const there = new Set((present ?? '').split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, '')));
  const missing = lines.filter((line) => !there.has(line.replace(/\/$/, '')));
  if (missing.length === 0) return present ?? '';
  const before = present === undefined || present === '' || present.endsWith('\n') ? present : `${present}\n`;
  return `${before ?? ''}${missing.join('\n')}\n`;
}
