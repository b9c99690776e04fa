/** Runs the program that an engine deploys with. */
import { createInterface } from 'node:readline';
import execa, { type ExecaChildProcess, type ExecaError } from 'execa';
import { withoutForeign } from '../sandbox/aws-variables';

export interface ToolRun {
  readonly program: string;
  readonly args: readonly string[];
  /** Folder that it runs in. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The tool's own variables of this process that would make it work on something else; those of AWS are left out anyway. */
  readonly foreign: RegExp;
  /** What is read line by line. */
  readonly read: 'stdout' | 'all';
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Is called when the signal aborts. */
  stop(child: ExecaChildProcess): void;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  /** All that it printed, or why it could not be started. */
  readonly output: string;
}

/**
 * Runs it in a process group of its own, so that a Ctrl-C reaches it once and by us.
 *
 * @returns when it has ended: after an abort too
 */
export async function runTool(tool: ToolRun): Promise<Ended> {
  const { program, args, folder, environment, foreign, signal } = tool;
  signal?.throwIfAborted();
  const child = execa(program, args, {
    cwd: folder,
    env: { ...withoutForeign(process.env, foreign), ...environment },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    detached: true,
    all: true,
    cleanup: false,
  });
  const interrupt = () => tool.stop(child);
  signal?.addEventListener('abort', interrupt, { once: true });
  const lines = child[tool.read];
  if (lines) createInterface({ input: lines }).on('line', tool.onLine);
  const result = await child;
  signal?.removeEventListener('abort', interrupt);
  return {
    code: result.exitCode ?? 1,
    stdout: result.stdout,
    output: result.all || (result as ExecaError).shortMessage,
  };
}
