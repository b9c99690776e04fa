/** Writes files into a project: all of them or none, and over none. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../stacks/user-error';
import type { Wanted } from './files';

/** Paths by what is done with them. */
export interface Written {
  readonly created: readonly string[];
  /** Files that were there, and were added to. */
  readonly extended: readonly string[];
  /** Files that say already what they should. */
  readonly unchanged: readonly string[];
}

interface Planned {
  readonly path: string;
  readonly present: string | undefined;
  readonly text: string;
  readonly adds: boolean;
}

/** @returns undefined when there is no such file. @throws UserError when something else stands there */
export function textAt(root: string, path: string): string | undefined {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const there = statSync(join(root, folder), { throwIfNoEntry: false });
    if (there !== undefined && !there.isDirectory())
      throw new UserError(`${folder} is no folder, and ${path} is to stand in it. Nothing was written.`);
    if (there === undefined) return undefined;
  }
  const file = statSync(join(root, path), { throwIfNoEntry: false });
  if (file === undefined) return undefined;
  if (!file.isFile()) throw new UserError(`${path} is no file, and is to be one. Nothing was written.`);
  return readFileSync(join(root, path), 'utf8');
}

/** @throws UserError that names each file that would have to be overwritten; nothing is written then */
export function writeAll(root: string, wanted: readonly Wanted[]): Written {
  const planned = wanted.map(({ path, adds, text }): Planned => {
    const present = textAt(root, path);
    return { path, adds, present, text: text(present) };
  });
  const changed = planned.filter(({ present, text }) => present !== text);
  refuse(changed.filter(({ adds, present }) => present !== undefined && !adds));
  carryOut(root, changed);
  const paths = (some: readonly Planned[]) => some.map(({ path }) => path);
  return {
    created: paths(changed.filter(({ present }) => present === undefined)),
    extended: paths(changed.filter(({ present }) => present !== undefined)),
    unchanged: paths(planned.filter(({ present, text }) => present === text)),
  };
}

function refuse(inTheWay: readonly Planned[]): void {
  if (inTheWay.length === 0) return;
  const would = inTheWay.map(({ path, text }) => `\n\n${path} would be:\n${text.replace(/^(?=.)/gm, '  ')}`);
  const names = inTheWay.map(({ path }) => path).join(', ');
  throw new UserError(
    `Already there, and never overwritten: ${names}. Nothing was written. Move what is there aside and run this again, or add by hand what is missing.${would.join('').trimEnd()}`,
  );
}

/** What fails takes back what was done before it. */
function carryOut(root: string, planned: readonly Planned[]): void {
  const undo: (() => void)[] = [];
  try {
    for (const one of planned) writeOne(root, one, undo);
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

function writeOne(root: string, { path, present, text }: Planned, undo: (() => void)[]): void {
  makeFolder(root, dirname(path), undo);
  const file = join(root, path);
  if (present === undefined) {
    // Fails where a file has come in the meantime.
    writeFileSync(file, text, { flag: 'wx' });
    undo.push(() => rmSync(file));
    return;
  }
  replace(file, text);
  undo.push(() => replace(file, present));
}

function makeFolder(root: string, folder: string, undo: (() => void)[]): void {
  if (existsSync(join(root, folder))) return;
  makeFolder(root, dirname(folder), undo);
  mkdirSync(join(root, folder));
  undo.push(() => rmdirSync(join(root, folder)));
}

/** Whole or not at all, with the mode that the file has. */
function replace(path: string, text: string): void {
  const file = realpathSync(path);
  const beside = `${file}.stagecraft-${process.pid}`;
  try {
    writeFileSync(beside, text, { flag: 'wx', mode: statSync(file).mode });
    renameSync(beside, file);
  } finally {
    rmSync(beside, { force: true });
  }
}
