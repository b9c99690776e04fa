/** Bounds of the sandbox's log files: a sandbox that runs for a week must not fill the disk. */
import {
  appendFileSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** A file that has grown so large is kept once as `<name>.1`, in place of the one before, and begins anew. */
export const LARGEST_LOG_BYTES = 8 * 1024 * 1024;

/** Log files of containers that have ended, of each service. */
const MOST_ENDED = 20;

export const isLarge = (descriptor: number): boolean => fstatSync(descriptor).size >= LARGEST_LOG_BYTES;

/**
 * Empties a file that others append to, after a copy. Between the last look and the cut are microseconds; a line that is
 * written in them is lost.
 *
 * @param position up to which the caller has read it
 * @returns what stood behind it
 */
export function rotate(file: string, descriptor: number, position: number): Buffer {
  copyFileSync(file, `${file}.1`);
  const copied = statSync(`${file}.1`).size;
  const late = readFrom(descriptor, position);
  ftruncateSync(descriptor);
  appendFileSync(`${file}.1`, late.subarray(copied - position));
  return late;
}

function readFrom(descriptor: number, position: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = position; ; ) {
    const piece = Buffer.alloc(64 * 1024);
    const bytes = readSync(descriptor, piece, 0, piece.length, at);
    if (bytes === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, bytes));
    at += bytes;
  }
}

/** Files in use, of this process. */
const inUse = new Set<string>();

export const useLog = (file: string): void => void inUse.add(file);

/** The file is kept until there are newer ones of ended containers in its folder. */
export function endLog(file: string): void {
  inUse.delete(file);
  const folder = dirname(file);
  const ended = readdirSync(folder)
    .filter((name) => name.endsWith('.log') && !inUse.has(join(folder, name)))
    .map((name) => ({ name, endedMs: statSync(join(folder, name)).mtimeMs }))
    .sort((one, other) => other.endedMs - one.endedMs || one.name.localeCompare(other.name));
  for (const { name } of ended.slice(MOST_ENDED)) {
    for (const one of [name, `${name}.1`]) rmSync(join(folder, one), { force: true });
  }
}
