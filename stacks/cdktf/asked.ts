/**
 * What the cdktf CLI was asked to do. It does not tell the app that it runs, neither by an argument nor by a variable, so
 * its own command line is read, which is that of a process above this one.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The CLI, a shell, npx, tsx: no more stand between. */
const MOST_PARENTS = 12;

/** @returns `synth` or `deploy`, say; undefined when no process above this one is the cdktf CLI, or none can be read */
export function askedOfCdktf(): string | undefined {
  let pid = process.ppid;
  for (let count = 0; count < MOST_PARENTS && pid > 1; count++) {
    const { words, parent } = look(pid);
    const command = commandIn(words);
    if (command !== undefined) return command;
    pid = parent;
  }
  return undefined;
}

/** @param words of a command line: the program, often with its interpreter before it, and its arguments */
export function commandIn(words: readonly string[]): string | undefined {
  const program = words.findIndex((word) => /(^|\/)cdktf(\.js)?$/.test(word));
  return program === -1 ? undefined : words.slice(program + 1).find((word) => !word.startsWith('-'));
}

function look(pid: number): { readonly words: readonly string[]; readonly parent: number } {
  try {
    return process.platform === 'linux' ? lookInProc(pid) : lookWithPs(pid);
  } catch {
    return { words: [], parent: 0 };
  }
}

/** https://man7.org/linux/man-pages/man5/proc.5.html */
function lookInProc(pid: number) {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { words, parent: Number(parent ?? 0) };
}

function lookWithPs(pid: number) {
  const text = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
  const [parent, ...words] = text.trim().split(/\s+/);
  return { words, parent: Number(parent) };
}
