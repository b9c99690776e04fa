/** A project folder of its own, so that its sandbox can run beside another. */
import {
  accessSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const REPOSITORY = path.resolve(__dirname, '../../..');

export interface ProjectFolder {
  readonly path: string;
  dispose(): void;
}

/** The sandbox environment of this repository, in another network of loopback addresses. */
export function projectFolder(network: string): ProjectFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'stagecraft-project-'));
  for (const shared of ['node_modules', 'examples']) {
    symlinkSync(path.join(REPOSITORY, shared), path.join(folder, shared));
  }
  mkdirSync(path.join(folder, 'environments'));
  const file = 'environments/sandbox.yaml';
  const text = readFileSync(path.join(REPOSITORY, file), 'utf8');
  writeFileSync(path.join(folder, file), text.replace('127.20.0.0/16', network));
  return { path: folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** PATH without a program: a folder that has it is replaced by one with links to all else in it. */
export function pathWithout(program: string, scratch: string): string {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders
    .map((folder, place) => {
      if (!has(folder, program)) return folder;
      const links = path.join(scratch, `path-${place}`);
      mkdirSync(links);
      for (const name of readdirSync(folder).filter((one) => one !== program)) {
        symlinkSync(path.join(folder, name), path.join(links, name));
      }
      return links;
    })
    .join(path.delimiter);
}

function has(folder: string, name: string): boolean {
  try {
    accessSync(path.join(folder, name));
    return true;
  } catch {
    return false;
  }
}
