/** The Pulumi CLI as `stagecraft` runs it: one command at a time, its state in a folder of the sandbox, its log as events. */
import type { EngineEvent } from '@pulumi/pulumi/automation';
import { runTool } from '../tool';
import { UserError } from '../user-error';

export interface PulumiOptions {
  /** Folder with `Pulumi.yaml`. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Interrupts the CLI once; it ends what it is at and keeps its state. */
  readonly signal?: AbortSignal;
}

export class PulumiError extends UserError {
  override readonly name = 'PulumiError';
}

/** What would make it work on another stack or with another passphrase. Its home stays: there are its plugins. */
const FOREIGN = /^PULUMI_(?!HOME$)/;

/** @returns what it printed. @throws PulumiError with what the CLI said when it fails */
export async function runPulumi(
  options: PulumiOptions,
  args: readonly string[],
  onLine: (line: string) => void = () => {},
): Promise<string> {
  const { code, stdout, output } = await runTool({
    ...options,
    program: 'pulumi',
    args: [...args, '--non-interactive', '--color', 'never'],
    foreign: FOREIGN,
    read: 'stdout',
    onLine,
    stop: (child) => {
      child.kill('SIGINT');
    },
  });
  options.signal?.throwIfAborted();
  if (code === 0) return stdout;
  throw new PulumiError(`pulumi ${args[0]} failed:\n${errorText(stdout, output)}`);
}

/** One line of `up --json`; undefined when it is none. */
export function parseEvent(line: string): EngineEvent | undefined {
  try {
    const value = JSON.parse(line) as EngineEvent | null;
    return typeof value?.sequence === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Diagnostic {
  readonly severity?: string;
  readonly message?: string;
}

/** What `up --json` tells in events, or `preview --json` in its one document. */
function diagnostics(stdout: string): readonly Diagnostic[] {
  try {
    return (JSON.parse(stdout) as { diagnostics?: readonly Diagnostic[] }).diagnostics ?? [];
  } catch {
    return stdout.split('\n').flatMap((line) => parseEvent(line)?.diagnosticEvent ?? []);
  }
}

/** The errors of JSON output, or the last lines of plain output. */
function errorText(stdout: string, output: string): string {
  const said = diagnostics(stdout).flatMap(({ severity, message = '' }) =>
    severity === 'error' ? [`  ${message.trim()}`] : [],
  );
  return said.length > 0 ? said.join('\n') : output.trim().split('\n').slice(-20).join('\n');
}
